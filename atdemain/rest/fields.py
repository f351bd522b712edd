"""Reading a body or an address field by field: every fault is collected, each with its place. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from atdemain.rest.problems import MOST_FAULTS, Fault, invalid, pointer
from atdemain.words import bare

MISSING = "Ce champ est exigé."


def stamp(at: datetime | None) -> str | None:
    """RFC 3339, in UTC, to the microsecond where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def moment(text: str) -> datetime | None:
    """RFC 3339 with its zone, at an edge of the calendar its first or last instant; None for anything else."""
    if len(text) < 20 or text[10:11] not in "Tt ":
        return None
    try:
        at = datetime.fromisoformat(f"{text[:-1]}Z" if text[-1] == "z" else text)
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC) if at.year == 1 else datetime.max.replace(tzinfo=UTC)


class Reader:
    """The members of one JSON object. `done()` raises 422 with all that was wrong."""

    def __init__(self, data: Any, known: Collection[str]) -> None:
        self.faults: list[Fault] = []
        self.data: Mapping[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.faults.append(Fault("not_an_object", "Envoyez un objet JSON.", ""))
        for name in self.data:
            if name not in known:
                self.fault(name, "unknown_field", "Ce champ n’existe pas ici.")
                if len(self.faults) == MOST_FAULTS:
                    break

    def fault(self, name: str, code: str, detail: str) -> None:
        """`name` "" for the whole object."""
        self.faults.append(Fault(code, detail, pointer(name) if name else ""))

    def text(self, name: str, *, least: int = 0, most: int = 2000, required: bool = True) -> str:
        value = self._value(name, required)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(name, "not_text", "Ce champ est un texte.")
            return ""
        text = bare(value)
        if len(text) < max(least, int(required)):
            self.fault(name, "too_short", f"Écrivez au moins {max(least, 1)} caractères.")
        elif len(value) > most:
            self.fault(name, "too_long", f"Ce champ dépasse {most} caractères.")
        return text

    def choice(self, name: str, values: Collection[str], *, required: bool = True) -> str:
        value = self._value(name, required)
        if value is None:
            return ""
        if not isinstance(value, str) or value not in values:
            self.fault(name, "unknown_value", f"Valeur attendue parmi {', '.join(values)}.")
            return ""
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self._value(name, False)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fault(name, "not_boolean", "Ce champ vaut true ou false.")
            return default
        return value

    def at(self, name: str, *, required: bool = True) -> datetime | None:
        value = self._value(name, required)
        if value is None:
            return None
        at = moment(value) if isinstance(value, str) else None
        if at is None:
            self.fault(name, "not_a_time", "Donnez une date et une heure RFC 3339, avec le fuseau.")
        return at

    def number(self, name: str, *, required: bool = True) -> int | None:
        value = self._value(name, required)
        if value is None:
            return None
        if type(value) is not int or value < 0:
            self.fault(name, "not_whole", "Ce champ est un nombre entier positif.")
            return None
        return value

    def done(self) -> None:
        if self.faults:
            raise invalid(self.faults)

    def _value(self, name: str, required: bool) -> Any:
        value = self.data.get(name)
        if value is None and required and isinstance(self.data, dict):
            self.fault(name, "missing", MISSING)
        return value
