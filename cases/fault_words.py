"""Fault tickets in French, and the moment a stock is asked for. Pure but for the reader's zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from cases.enums import Colour, FaultStatus

#: The hour of the daily stock (domain.md §7, M06).
EVENING = time(20)
FIRST_YEAR, LAST_YEAR = 2000, 2999


@dataclass(frozen=True, slots=True)
class Told:
    """One report of a ticket's history as it is read."""

    at: datetime
    text: str
    colour: str
    source: str


def read_moment(text: str) -> datetime | None:
    """A local date (then 20:00) or date and time; None for what is neither, or does not exist."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= 10:
            moment = datetime.combine(moment.date(), EVENING)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())
    except ValueError:
        return None


def change_words(changes: Mapping[str, Any], entities: Mapping[int, str]) -> str:
    """« couleur : orange → rouge, statut : ouvert → en cours »; "" where nothing that is told changed."""
    parts = []
    for name, (old, new) in changes.items():
        if name == "colour":
            parts.append(f"couleur\u00a0: {_label(Colour, old)} → {_label(Colour, new)}")
        elif name == "status":
            parts.append(_status(old, new))
        elif name == "entity":
            parts.append(f"entité responsable\u00a0: {entities.get(new, 'aucune')}")
        elif name == "line":
            parts.append("ligne précisée")
        elif name == "case":
            parts.append("rattaché à un dossier")
        elif name == "opened_at":
            parts.append("date d’ouverture corrigée")
    return ", ".join(part for part in parts if part)


def _status(old: str, new: str) -> str:
    if new == FaultStatus.CLOSED:
        return "fermé"
    if old == FaultStatus.CLOSED:
        return "rouvert"
    return f"statut\u00a0: {_label(FaultStatus, old)} → {_label(FaultStatus, new)}"


def _label(choices: Any, value: Any) -> str:
    return choices(value).label.lower() if value in choices.values else "inconnu"
