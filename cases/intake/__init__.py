"""Contacts come in (domain.md §4.5): upsert, evaluate, then open, attach or reopen through the workflow.

`receive(contact, *, actor, now, mode="live") -> Received`: one contact, one transaction.
`receive_batch(contacts, *, actor, now, mode, import_run=None) -> BatchResult`: set-based.
`refusals(contacts, *, now) -> [Rejection | None]`: what they would be refused for; writes nothing.
`provisional(client_id, *, now)`: the verdict if a contact of this client started now; writes nothing.
`reevaluate(client_ids, *, now, actor)`: after a merge, a late identification, a change of rule…
"""

from .arrivals import ClientRow
from .contracts import LIVE, REPLAY, SHADOW, BatchResult, IncomingContact, Received, Rejection
from .provisional import Provisional, provisional, provisional_many
from .reevaluation import Reevaluated, recount, reevaluate
from .service import receive, receive_batch, refusals

__all__ = [
    "LIVE",
    "REPLAY",
    "SHADOW",
    "BatchResult",
    "ClientRow",
    "IncomingContact",
    "Provisional",
    "Received",
    "Reevaluated",
    "Rejection",
    "provisional",
    "provisional_many",
    "receive",
    "receive_batch",
    "recount",
    "reevaluate",
    "refusals",
]
