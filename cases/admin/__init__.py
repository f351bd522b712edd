"""The administrator's pages on the rule: its versions, mass incidents, contact reasons."""

from . import incidents, reasons, rules

__all__ = ["incidents", "reasons", "rules"]
