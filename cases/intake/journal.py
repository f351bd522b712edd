"""What intake writes in the journal: corrections; a plain contact writes nothing (architecture.md §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atdemain.journal.record import record
from cases.models import Contact

from .arrivals import Arrival

if TYPE_CHECKING:
    from .core import Run

#: Column of the contact → attribute of the arrival or of what came in. Codes, ids and times only.
_CODES = (
    "nature",
    "channel",
    "direction",
    "outcome",
    "leg_no",
    "has_answer_times",
    "wait_s",
    "talk_s",
    "hold_s",
    "conflictual",
)
_RESOLVED = {
    "client_id": "client_id",
    "line_id": "line_id",
    "unit_id": "unit_id",
    "reason_id": "reason_id",
    "handled_by_id": "handled_by_id",
    "handling_entity_id": "entity_id",
    "identification": "identification",
}
_TIMES = ("arrived_at", "answered_at", "ended_at")
_PERSONAL = ("caller_number", "handler_ref", "interaction_id", "summary")


def correction(arrival: Arrival, run: Run) -> None:
    """One row on the contact's chain: what the source said before and says now."""
    before = Contact.objects.values(*_CODES, *_RESOLVED, *_TIMES, *_PERSONAL).get(pk=arrival.contact_id)
    checked = arrival.checked
    after: dict[str, Any] = {name: getattr(checked.item, name) for name in (*_CODES, *_PERSONAL)}
    after |= {column: getattr(arrival, name) for column, name in _RESOLVED.items()}
    after |= {name: getattr(checked, name) for name in _TIMES}
    changed = [name for name in after if before[name] != after[name]]
    record(
        "contact",
        arrival.contact_id,
        "corrected",
        actor=run.actor,
        at=run.now,
        changes={
            name: [_plain(before[name]), _plain(after[name])] for name in changed if name not in _PERSONAL
        },
        personal={name: [before[name], after[name]] for name in changed if name in _PERSONAL} or None,
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
