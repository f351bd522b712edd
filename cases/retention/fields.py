"""Where a client's personal data lies, column by column, and what takes its place.

Every text or JSON of a model that leads to a client is named here, or in `KEPT`, or holds codes (`choices`): a test
reads the models and fails on one that is not. Apps above add theirs with `erase_too`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Case as Either
from django.db.models import F, Value, When
from django.db.models.functions import MD5, Concat

from atdemain.journal.models import AccessQuestion
from cases.models import (
    CallbackAttempt,
    CancelRequest,
    CaseNote,
    Client,
    ClientAccessGrant,
    ClientPhone,
    Contact,
    Escalation,
    EscalationNote,
    FaultTicket,
    IncomingCall,
    Line,
    Promise,
    QualityReview,
    ReviewMark,
    SubjectRequest,
    Timer,
)

#: In place of a text that must not be empty.
GONE = "(effacé)"
PREFIX = "pseudo-"


class Pseudonym:
    """A value nobody can lead back, the same for the same value within one act: a hash under a salt thrown away."""


class Erased(NamedTuple):
    """`of`: the path from the row to the client. `values`: None deletes the row."""

    model: type[models.Model]
    of: str
    values: dict[str, Any] | None


FIELDS: list[Erased] = [
    Erased(ClientPhone, "client", None),
    Erased(ClientAccessGrant, "client", None),
    Erased(IncomingCall, "client", None),
    Erased(
        Contact,
        "client",
        {
            "source_id": Pseudonym,
            "interaction_id": Pseudonym,
            "handler_ref": Pseudonym,
            "caller_number": "",
            "summary": "",
            "content_hash": "",
        },
    ),
    Erased(CaseNote, "case__client", {"text": GONE}),
    Erased(Promise, "case__client", {"note": ""}),
    Erased(CallbackAttempt, "case__client", {"told": "", "correction_reason": ""}),
    Erased(
        Escalation,
        "case__client",
        {"summary": GONE, "answer_text": "", "duplicate_of": "", "withdrawn_reason": ""},
    ),
    Erased(EscalationNote, "escalation__case__client", {"text": ""}),
    Erased(CancelRequest, "case__client", {"text": GONE, "refusal": GONE}),
    Erased(QualityReview, "case__client", {"comment": GONE, "improvement": GONE, "reply": GONE}),
    Erased(ReviewMark, "review__case__client", {"comment": GONE}),
    Erased(SubjectRequest, "client", {"reason": ""}),
    Erased(AccessQuestion, "client_id", {"reason": GONE}),
    Erased(Timer, "case__client", {"last_error": ""}),
    Erased(FaultTicket, "line__client", {"ref": Pseudonym}),
    Erased(FaultTicket, "case__client", {"ref": Pseudonym}),
    Erased(Line, "client", {"line_ref": Pseudonym}),
    Erased(
        Client,
        "pk",
        {
            "client_ref": Pseudonym,
            "display_name": "",
            "name_key": "",
            "preferred_call_slots": "",
            "priority_client": False,
            "priority_reason": "",
        },
    ),
]
#: Texts that stay, and why.
KEPT: dict[tuple[str, str], str] = {
    ("cases.Case", "ref"): "our own number: what is counted and journalled is counted under it",
    ("cases.Case", "client_key"): "the client’s, copied by the database itself (cases.copies)",
    ("cases.Case", "identity_key"): "made of our own numbers",
    ("cases.RepeatVerdict", "identity_key"): "made of our own numbers",
    ("cases.Contact", "source_system"): "the name of a system",
    ("cases.FaultTicketChange", "source"): "the name of a system",
    ("cases.FaultTicketChange", "said"): "codes, moments and our own numbers",
    ("cases.FaultTicketChange", "changes"): "codes, moments and our own numbers",
    ("cases.RepeatVerdict", "contact_ids"): "our own numbers",
}


def erase_too(*fields: Erased, kept: dict[tuple[str, str], str] | None = None) -> None:
    """An app above declares what it holds about a client; twice is once."""
    FIELDS[:0] = [row for row in fields if row not in FIELDS]
    KEPT.update(kept or {})


def replacement(field: str, value: Any, salt: str) -> Any:
    """What an UPDATE sets: the value itself; a pseudonym or `GONE`, where the column was not empty."""
    if value is Pseudonym:
        text: Any = Concat(Value(PREFIX), MD5(Concat(Value(salt), F(field))), output_field=models.CharField())
    elif value == GONE:
        text = Value(GONE)
    else:
        return value
    return Either(When(**{field: ""}, then=Value("")), default=text)
