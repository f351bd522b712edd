"""What is kept too long goes, a few rows at a time (domain.md §2.9): one table of kinds, one way of purging.

Each app registers what it keeps from its `apps.py`. A kind is made of parts; a part finds a few keys past
their term, reading only, then erases those that still are, in a short transaction that ends with the
journal's row of what went. So a run may be interrupted anywhere, begun again, or meet another one.

    retention.register(Kind(
        "exports", "Exports", timedelta(days=1), "le temps d’être téléchargés",
        (Deleting("exports", lambda now: Job.objects.filter(expires_at__lte=now)),),
    ))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from django.db import models, transaction

Counts = dict[str, int]
BATCH = 500


class Found(NamedTuple):
    """Keys to erase, at most a few hundred, and where to go on looking: None once all has been seen."""

    keys: list[Any]
    after: Any


class Part(Protocol):
    start: Any  #: before the first key

    def find(self, now: datetime, after: Any) -> Found:
        """Keys after `after` that are past their term. Reads only, and little at a time."""
        ...

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        """Erase those that still are, in the transaction that is open: what went, by name."""
        ...


@dataclass(frozen=True)
class Deleting:
    """Rows that go altogether: `old(now)` says which."""

    name: str
    old: Callable[[datetime], models.QuerySet[Any]]
    start: Any = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(self.old(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        rows = self.old(now).filter(pk__in=keys)
        return {self.name: rows.delete()[1].get(rows.model._meta.label, 0)}


@dataclass(frozen=True)
class Blanking:
    """Rows that stay, without what `values` empties; `old(now)` leaves out those that are empty already."""

    name: str
    old: Callable[[datetime], models.QuerySet[Any]]
    values: dict[str, Any]
    start: Any = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(self.old(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        return {self.name: self.old(now).filter(pk__in=keys).update(**self.values)}


def next_keys(rows: models.QuerySet[Any], after: Any, size: int = BATCH) -> Found:
    """The first keys after `after`, in their order."""
    keys = list(rows.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:size])
    return Found(keys, keys[-1] if len(keys) == size else None)


@dataclass(frozen=True)
class Kind:
    """One line of the table of retention: `label` and `why` (its basis) are French, shown to people."""

    code: str
    label: str
    term: timedelta
    why: str
    parts: tuple[Part, ...]
    fate: str = "suppression"
    every: timedelta = timedelta(days=1)

    @property
    def term_words(self) -> str:
        """« 5 ans », « 24 mois », « 7 jours », « aussitôt »."""
        days = self.term.days
        if not days:
            return "aussitôt"
        if days >= 3 * 365:
            return f"{days // 365}\u00a0ans"
        if days >= 180:
            return f"{round(days * 12 / 365)}\u00a0mois"
        return f"{days}\u00a0jour{'s' * (days > 1)}"


@dataclass
class Purged:
    """What one run did, kind by kind; `more`: time was up, or another run holds a kind."""

    counts: dict[str, Counts] = field(default_factory=dict)
    more: bool = False

    def add(self, code: str, counts: Counts) -> None:
        total = self.counts.setdefault(code, {})
        for name, number in counts.items():
            total[name] = total.get(name, 0) + number


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Called by an app when it is ready; the same code again takes the place of the first."""
    KINDS[kind.code] = kind


class Batch(NamedTuple):
    part: Part
    keys: list[Any]
    position: tuple[int, Any]  # where the next look begins; (index, None): at the part after

    @property
    def next(self) -> list[Any]:
        return list(self.position)


def batches(kind: Kind, now: datetime, position: tuple[int, Any] | None = None) -> Iterator[Batch]:
    """Every batch of keys past their term, and the looks that found none, from `position` on."""
    first, after = position or (0, kind.parts[0].start)
    for index in range(first, len(kind.parts)):
        part = kind.parts[index]
        after = after if index == first else part.start
        while after is not None:
            found = part.find(now, after)
            after = found.after
            yield Batch(part, found.keys, (index, after))


def count(now: datetime, kinds: list[Kind]) -> Purged:
    """What a run would do: each batch is done, counted and taken back. Nothing changes."""
    told = Purged()
    for kind in kinds:
        told.add(kind.code, {})
        for batch in batches(kind, now):
            if batch.keys:
                with transaction.atomic():
                    told.add(kind.code, batch.part.erase(batch.keys, now))
                    transaction.set_rollback(True)
    return told
