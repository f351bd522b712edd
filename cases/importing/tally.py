"""What became of a file's contacts: counts of contacts, not of rows (domain.md §11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from atdemain.database import rows, table_of, table_params
from cases.intake import BatchResult


@dataclass(slots=True)
class Tally:
    """The eleven figures of an import, in the order in which they are printed."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    excluded: Counter[str] = field(default_factory=Counter)
    countable: int = 0
    verdicts_rd3plus: int = 0
    identities_rd3plus: int = 0
    cases_opened: int = 0
    seconds: float = 0.0

    def add(self, batch: BatchResult) -> None:
        for name in ("created", "updated", "unchanged", "rejected", "cases_opened"):
            setattr(self, name, getattr(self, name) + getattr(batch, name))

    def look_up(self, keys: Sequence[tuple[str, str]]) -> set[str]:
        """Count these contacts as they are stored now; answers the identities that are RD3+."""
        identities = set()
        for code, identity in rows(_SQL, table_params(keys, 2)):
            if code:
                self.excluded[code] += 1
            else:
                self.countable += 1
            if identity:
                self.verdicts_rd3plus += 1
                identities.add(identity)
        return identities

    def as_json(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {
            "excluded": dict(sorted(self.excluded.items())),
            "seconds": round(self.seconds, 2),
        }

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> Tally:
        known = {name: saved[name] for name in cls.__slots__ if name in saved}
        return cls(**known | {"excluded": Counter(known.get("excluded", {}))})

    def clear_states(self) -> None:
        """Forget what `look_up` counted, before it counts anew."""
        self.excluded = Counter()
        self.countable = self.verdicts_rd3plus = self.identities_rd3plus = 0


_SQL = (
    "SELECT c.exclusion_code, v.identity_key "
    f"FROM {table_of('q', system='text', sid='text')} "
    "JOIN cases_contact c ON c.source_system = q.system AND c.source_id = q.sid "
    "LEFT JOIN cases_repeatverdict v ON v.contact_id = c.id AND v.superseded_at IS NULL "
    "AND v.verdict = 'rd3plus'"
)
