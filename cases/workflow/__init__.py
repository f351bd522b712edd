"""The one door through which a case moves (architecture.md §3).

`perform` for pages, API, tasks and commands; `apply`, `open_case`, `open_cases`, `attach_contact`,
`reopen_by_contact` and `flag_threshold` for those already inside their own transaction.
"""

from cases.reasons import Reason

from . import (
    assigning,
    cancelling,
    closing,
    escalations,
    exchanges,
    notes,
    promises,
    resolving,
    reviewing,
    satisfaction,
)
from .attaching import attach_contact, flag_threshold, reopen_by_contact
from .door import ACTIONS, apply, apply_all, journal_refusal, perform
from .offers import available
from .opening import Opening, open_case, open_cases, open_manually
from .outcomes import Conflict, Done, NotAllowed, Offer, Refused, WorkflowError, words_of

__all__ = [
    "ACTIONS",
    "Conflict",
    "Done",
    "NotAllowed",
    "Offer",
    "Opening",
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
    "journal_refusal",
    "notes",
    "open_case",
    "open_cases",
    "open_manually",
    "perform",
    "promises",
    "reopen_by_contact",
    "resolving",
    "reviewing",
    "satisfaction",
    "words_of",
]
