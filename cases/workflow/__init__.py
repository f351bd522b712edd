"""The one door through which a case moves (architecture.md §3).

`perform` for pages, API, tasks and commands; `apply`, `open_case`, `attach_contact`,
`reopen_by_contact` and `flag_threshold` for those already inside their own transaction.
"""

from cases.reasons import Reason

from . import assigning, cancelling, closing, escalations, exchanges, notes, promises, resolving, satisfaction
from .door import ACTIONS, apply, apply_all, perform
from .offers import available
from .opening import attach_contact, flag_threshold, open_case, open_manually, reopen_by_contact
from .outcomes import Conflict, Done, NotAllowed, Offer, Refused, WorkflowError

__all__ = [
    "ACTIONS",
    "Conflict",
    "Done",
    "NotAllowed",
    "Offer",
    "Reason",
    "Refused",
    "WorkflowError",
    "apply",
    "apply_all",
    "assigning",
    "attach_contact",
    "available",
    "cancelling",
    "closing",
    "escalations",
    "exchanges",
    "flag_threshold",
    "notes",
    "open_case",
    "open_manually",
    "perform",
    "promises",
    "reopen_by_contact",
    "resolving",
    "satisfaction",
]
