"""What the reference of the API tells of the cases' operations (`atdemain.rest.reference`)."""

from . import contacts, escalations, faults, telephony

__all__ = ["contacts", "escalations", "faults", "telephony"]
