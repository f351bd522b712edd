"""The first rows of a file as its profile understands them: what to look at before confirming."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone

from cases.enums import Channel, ContactOutcome, Direction, Identification, Nature, Segment
from cases.intake import refusals

from .errors import RowRejected
from .parsing import Parser, Said, to_contact
from .profile import Profile
from .runner import opened

FIRST = 10
#: In the order shown; only those the profile fills.
LABELS = {
    "source_id": "Identifiant",
    "arrived_at": "Arrivée",
    "client_ref": "Client",
    "client_name": "Nom",
    "line_ref": "Ligne",
    "direction": "Sens",
    "channel": "Canal",
    "outcome": "Issue",
    "nature": "Nature",
    "answered_at": "Réponse",
    "ended_at": "Fin",
    "wait_s": "Attente",
    "talk_s": "Conversation",
    "hold_s": "Mise en attente",
    "unit_code": "Unité",
    "reason_code": "Motif",
    "entity_code": "Entité",
    "handler_ref": "Agent",
    "caller_number": "Numéro",
    "interaction_id": "Interaction",
    "leg_no": "Segment",
    "identification": "Identification",
    "client_segment": "Segment client",
    "client_priority": "Prioritaire",
    "conflictual": "Conflictuel",
    "summary": "Résumé",
}
_WORDS = {
    "direction": Direction,
    "channel": Channel,
    "outcome": ContactOutcome,
    "nature": Nature,
    "identification": Identification,
    "client_segment": Segment,
}


@dataclass(slots=True)
class PreviewRow:
    """A row that reads but is no possible contact has both: what was understood, and why it is refused."""

    line: int
    cells: list[tuple[str, Any]] = field(default_factory=list)  # (label, what is shown)
    refusal: str = ""


@dataclass(slots=True)
class Preview:
    headings: list[str]
    rows: list[PreviewRow]

    @property
    def refuses(self) -> bool:
        return any(row.refusal for row in self.rows)


def first_rows(path: Path, profile: Profile, *, now: datetime) -> Preview:
    """As the import would take them at `now`. Raises ProfileRefused where the file cannot be read."""
    found: list[tuple[int, Said | None, RowRejected | None]] = []
    with opened(path, profile) as table:
        parser = Parser(profile, table.index)
        for row in islice(table, FIRST):
            try:
                if isinstance(row, RowRejected):
                    raise row
                found.append((row.line, parser.parse(row), None))
            except RowRejected as refusal:
                found.append((refusal.line, None, refusal))
    refused = _refused(found, profile, now)
    names = [name for name in LABELS if any(said is not None and name in said for _line, said, _why in found)]
    rows = []
    for line, said, unreadable in found:
        why = unreadable or refused.get(line)
        words = "" if why is None else f"{why.column} : {why.reason}" if why.column else why.reason
        cells = [] if said is None else [(LABELS[name], _shown(name, said.get(name))) for name in names]
        rows.append(PreviewRow(line, cells, words))
    return Preview([LABELS[name] for name in names], rows)


def _refused(
    found: list[tuple[int, Said | None, RowRejected | None]], profile: Profile, now: datetime
) -> dict[int, RowRejected]:
    """The rows that read and that intake would refuse all the same, by line."""
    read = [to_contact(said, line) for line, said, _why in found if said is not None]
    coming = (profile.unit.code,) if profile.unit is not None else ()
    return {
        contact.row: RowRejected(contact.row, profile.label(wrong.field), wrong.message)
        for contact, wrong in zip(read, refusals(read, now=now, more_units=coming), strict=True)
        if wrong is not None
    }


def _shown(name: str, value: Any) -> Any:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name in _WORDS:
        return _WORDS[name](value).label
    if name.endswith("_s"):
        return f"{value}\u00a0s"
    if not isinstance(value, datetime):
        return str(value)
    try:
        return timezone.localtime(value)
    except OverflowError:  # past the end of the calendar: refused, and still to be seen
        return f"{value:%d/%m/%Y %H:%M:%S} (UTC)"
