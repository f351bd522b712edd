"""The first rows of a file as its profile understands them: what to look at before confirming."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from cases.enums import Channel, ContactOutcome, Direction, Identification, Nature, Segment

from .errors import RowRejected
from .parsing import Parser
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
    line: int
    cells: list[tuple[str, Any]] = field(default_factory=list)  # (label, what is shown)
    refusal: str = ""


@dataclass(slots=True)
class Preview:
    headings: list[str]
    rows: list[PreviewRow]


def first_rows(path: Path, profile: Profile) -> Preview:
    """Raises ProfileRefused where the file cannot be read."""
    found: list[tuple[int, dict[str, Any] | RowRejected]] = []
    with opened(path, profile) as table:
        parser = Parser(profile, table.index)
        for row in islice(table, FIRST):
            try:
                if isinstance(row, RowRejected):
                    raise row
                found.append((row.line, parser.parse(row)))
            except RowRejected as refusal:
                found.append((refusal.line, refusal))
    names = [name for name in LABELS if any(isinstance(said, dict) and name in said for _line, said in found)]
    rows = []
    for line, said in found:
        if isinstance(said, RowRejected):
            column = f"{said.column} : " if said.column else ""
            rows.append(PreviewRow(line, refusal=f"{column}{said.reason}"))
        else:
            rows.append(PreviewRow(line, [(LABELS[name], _shown(name, said.get(name))) for name in names]))
    return Preview([LABELS[name] for name in names], rows)


def _shown(name: str, value: Any) -> Any:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name in _WORDS:
        return _WORDS[name](value).label
    if name.endswith("_s"):
        return f"{value}\u00a0s"
    return value if isinstance(value, datetime) else str(value)
