"""Clients by name: words in any order, each by its beginning, ranked, among those the reader may see.

PostgreSQL looks words up in the index `client_words` (migration 0005), which holds every word of a name alone and
after the number of the client's unit; SQLite reads every name, which serves a site of some ten thousand clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Concat

from atdemain.organisation.models import User
from cases import models

from .reading import Asked

#: Namesakes in one's own unit that are all ranked; where there are more, those with a case being worked on are.
NEAR = 2_000
#: Namesakes of other units that are looked through for a case of one's own, at most.
ELSEWHERE = 1_000
#: Shorter words narrow what the others find, and alone must be whole: « ma » begins a tenth of all names.
SHORTEST_PREFIX = 3
NAME = "name_key"
#: Words whose every order is tried as the whole name (24 orders).
ORDERED = 4


@dataclass(frozen=True, slots=True)
class Found:
    """`more`: there are others. `crowded`: too many in the unit, of whom only whole names and those with a case being
    worked on were ranked. `near_only`: too many elsewhere to be looked through."""

    clients: list[models.Client]
    more: bool = False
    crowded: bool = False
    near_only: bool = False


class Begins(Func):
    """Whether a client's name has all these words, of that unit's clients where one is given.

    `name`: the column that holds it; only the client's own has the index, any other is read row by row.
    """

    conditional = True
    output_field = BooleanField()

    def __init__(self, words: Sequence[str], unit: int | None = None, *, name: str = NAME) -> None:
        super().__init__(F(name), F("unit_id"))
        self.unit, self.indexed = unit, name == NAME
        long = [word for word in words if len(word) >= SHORTEST_PREFIX]
        self.begun = long
        self.beside = [word for word in words if word not in long] if long else []
        self.whole = [] if long else list(words)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        name, unit = self._columns(compiler)
        words = [f"% {word}%" for word in (*self.begun, *self.beside)]
        words += [f"% {word} %" for word in self.whole]
        tests = [f"(' ' || {name} || ' ') LIKE %s"] * len(words)
        if self.unit is None:
            return f"({' AND '.join(tests)})", words
        return f"({' AND '.join([*tests, f'{unit} = %s'])})", [*words, self.unit]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        if not self.indexed:
            return self.as_sql(compiler, connection, **context)
        name, unit = self._columns(compiler)
        prefix = "" if self.unit is None else f"{self.unit}:"
        query = [f"'{prefix}{word}':*" for word in self.begun] + [f"'{prefix}{word}'" for word in self.whole]
        tests = [_WORDS.format(name=name, unit=unit), *[f"(' ' || {name}) LIKE %s"] * len(self.beside)]
        return f"({' AND '.join(tests)})", [" & ".join(query), *[f"% {word}%" for word in self.beside]]

    def _columns(self, compiler: Any) -> list[str]:
        return [compiler.compile(column)[0] for column in self.get_source_expressions()]


#: The expression of the index, word for word.
_WORDS = (
    "array_to_tsvector(array_remove(string_to_array({name} || replace(' ' || {name}, ' ', ' ' || "
    "coalesce({unit}, 0)::text || ':'), ' '), '')) @@ %s::tsquery"
)


def named(clients: QuerySet[Any], asked: Asked, user: User, now: datetime, limit: int) -> Found:
    """The best `limit` of `clients`, a queryset of what the reader may see: four queries at most.

    First whole names and one's own unit; then, if the page is not full, the clients of others with whom one has
    something to do: those are few, but are found by looking at each namesake.
    """
    if not asked.words:
        return Found([])
    unit = user.unit_id
    whole = Q(name_key__in=_orders(asked.words))
    ranked = _ranked(clients, asked, user, now)
    everyone = models.Client.objects.order_by()
    crowded = unit is not None and everyone.filter(Begins(asked.words, unit))[NEAR : NEAR + 1].exists()
    if crowded:
        at_work = _worked_on(user, now).filter(Begins(asked.words, name="client_key"))
        others = ranked.exclude(whole).filter(pk__in=at_work.values("client"))
        found = [*ranked.filter(whole)[: limit + 1], *others[: limit + 1]]
        return Found(found[:limit], more=True, crowded=True)
    near = whole if unit is None else whole | Q(Begins(asked.words, unit))
    found = list(ranked.filter(near)[: limit + 1])
    if len(found) > limit:
        return Found(found[:limit], more=True)
    elsewhere = everyone.filter(Begins(asked.words)).exclude(whole)
    elsewhere = elsewhere if unit is None else elsewhere.exclude(unit=unit)
    namesakes = list(elsewhere.values_list("pk", flat=True)[: ELSEWHERE + 1])
    if len(namesakes) > ELSEWHERE:
        return Found(found, near_only=True)
    if namesakes:
        found += ranked.filter(pk__in=namesakes)[: limit + 1]
        found.sort(key=lambda client: (client.rank, not client.working, client.name_key, client.pk))
    return Found(found[:limit], more=len(found) > limit)


def _ranked(clients: QuerySet[Any], asked: Asked, user: User, now: datetime) -> QuerySet[Any]:
    """The whole name, then every word whole, then a name that begins as typed, then the others; whoever has a
    case being worked on comes first of each."""
    words_whole = Q(*(Q(padded__contains=f" {word} ") for word in asked.words))
    return (
        clients.alias(padded=Concat(Value(" "), "name_key", Value(" ")))
        .annotate(
            rank=Case(
                When(name_key__in=_orders(asked.words), then=0),
                When(words_whole, then=1),
                When(name_key__startswith=" ".join(asked.words), then=2),
                default=3,
                output_field=IntegerField(),
            ),
            working=Exists(_worked_on(user, now).filter(client=OuterRef("pk"))),
        )
        .order_by("rank", "-working", "name_key", "pk")
    )


def _worked_on(user: User, now: datetime) -> QuerySet[models.Case]:
    """Read in the small index of the cases being worked on, which holds their clients' names too (`case_working`)."""
    return models.Case.objects.visible_to(user, now=now).working()


def _orders(words: tuple[str, ...]) -> list[str]:
    """The names made of these words and no other."""
    if len(words) > ORDERED:
        return [" ".join(words)]
    return [" ".join(order) for order in permutations(words)]
