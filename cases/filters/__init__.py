"""What each list may be filtered by: named in the address, decided by an index or on a small set.

A filter is offered when it stays quick on a million rows: on what is worked on, on one unit's rows in their order,
or on a bounded period (docs/decisions.md, lists).
"""

from .base import ListFilter
from .cases import CaseFilter
from .contacts import ContactFilter
from .escalations import EscalationFilter
from .promises import PromiseFilter

__all__ = ["CaseFilter", "ContactFilter", "EscalationFilter", "ListFilter", "PromiseFilter"]
