"""The same click twice, or two acts from one page? Told by what the first one wrote in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atdemain.journal.chain import plain
from atdemain.journal.models import AuditEvent, AuditPayload

#: What an act is given → the name under which its row tells it, where the two differ.
TOLD_AS: Mapping[str, str] = {
    "advisor": "owner",
    "target_entity": "entity",
    "cancel_reason": "reason_code",
    "initiator": "reason_code",
    "reason_text": "reason",
}
#: A code that its row leaves to the escalation itself.
UNTOLD = frozenset({("escalate", "reason"), ("add_escalation", "reason"), ("escalate", "colour")})
#: Free text: given and not told means that the first act had none.
TEXTS = frozenset({"text", "told", "note", "reason", "reason_text", "summary", "answer_text", "on_behalf"})


def same_act(event: AuditEvent, data: Mapping[str, Any]) -> bool:
    """Whether this row could have been written for `data`: nothing that both tell differs."""
    row, erased = _row(event)
    for name, value in data.items():
        told = TOLD_AS.get(name, name)
        if (event.action, name) in UNTOLD:
            continue
        value = plain({"value": getattr(value, "pk", value)})["value"]
        if isinstance(value, str):
            value = value.strip()
        if told in row:
            if str(row[told]) != str(value):
                return False
        elif name in TEXTS and value and not erased:
            return False
    return True


def _row(event: AuditEvent) -> tuple[dict[str, Any], bool]:
    """What the row tells, new values only; and whether its free text was erased since."""
    row = {name: change[1] for name, change in event.changes.items()}
    if row.get("window"):
        row["window_start"], row["window_end"] = row["window"]
    row["reason_code"] = event.reason_code
    try:
        return row | event.payload.body, False
    except AuditPayload.DoesNotExist:
        return row, bool(event.payload_hash)
