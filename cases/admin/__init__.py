"""The administrator's pages on the rule: its versions, mass incidents, contact reasons; whose telephone rings."""

from . import incidents, reasons, rules, telephony

__all__ = ["incidents", "reasons", "rules", "telephony"]
