"""The stock of faults of the other system, and those of the cases that wait for works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from atdemain.journal.actors import system
from cases.demo.organisation import Organisation
from cases.enums import Colour, FaultStatus
from cases.faults import FaultUpdate, upsert_many
from cases.models import Line

ACTOR = system("seed")
SOURCE = "oceane-demo"
HOUR = timedelta(hours=1)
#: open at the end, by colour; and closed during the month
OPEN = {Colour.RED: 14, Colour.ORANGE: 32, Colour.GREEN: 26}
CLOSED = 60
#: who repairs, and the oldest an open fault may be (hours): red ones wait less
ENTITIES = ("ui-provence", "ui-provence", "bo-cuivre", "partenaire-p2")
OLDEST = {Colour.RED: 60, Colour.ORANGE: 240, Colour.GREEN: 600}


class Faults:
    """Numbers tickets and tells their lives; `random` is its own, so that the month does not depend on it."""

    def __init__(self, made: Organisation, now: datetime, seed: int) -> None:
        self.made, self.now, self.random = made, now, Random(f"faults {seed}")
        self._serial = 0

    def ref(self, at: datetime) -> str:
        self._serial += 1
        return f"{at:%y%m%d}T{self._serial:05d}"

    def of_case(self, case_ref: str, line_ref: str, entity: str, colour: str, at: datetime) -> str:
        """A ticket opened for a case that was just escalated."""
        ref = self.ref(at)
        first = FaultUpdate(
            ref, opened_at=at, updated_at=at, colour=colour, line_ref=line_ref, case_ref=case_ref,
            entity_code=entity,
        )  # fmt: skip
        upsert_many([first], actor=ACTOR, now=at, source=SOURCE)
        return ref

    def closed(self, ref: str, at: datetime) -> None:
        upsert_many(
            [FaultUpdate(ref, closed_at=at, updated_at=at, status=FaultStatus.CLOSED)],
            actor=ACTOR, now=at, source=SOURCE,
        )  # fmt: skip

    def stock(self) -> None:
        """The faults that no case speaks of, with their histories; one batch."""
        wanted = sum(OPEN.values()) + CLOSED
        lines = list(Line.objects.order_by("pk").values_list("line_ref", flat=True))
        chosen = iter(self.random.sample(lines, min(wanted, len(lines))))
        updates: list[FaultUpdate] = []
        for colour, count in OPEN.items():
            for line, _ in zip(chosen, range(count), strict=False):
                age = self.random.uniform(1, OLDEST[colour])
                updates += self._life(line, colour, self.now - age * HOUR, None)
        for line in chosen:
            opened = self.now - self.random.uniform(100, 660) * HOUR
            colour = self.random.choices(list(OPEN), list(OPEN.values()))[0]
            updates += self._life(line, colour, opened, opened + self.random.uniform(6, 96) * HOUR)
        upsert_many(updates, actor=ACTOR, now=self.now, source=SOURCE)

    def _life(
        self, line: str, colour: Colour, opened: datetime, closed: datetime | None
    ) -> Sequence[FaultUpdate]:
        """Opened, sometimes given another colour, taken in hand, closed."""
        until = closed or self.now
        ref, entity = self.ref(opened), self.random.choice(ENTITIES)
        rises = colour != Colour.GREEN and self.random.random() < 0.3
        first = Colour.ORANGE if rises and colour == Colour.RED else Colour.GREEN if rises else colour
        told = [
            FaultUpdate(
                ref, opened_at=opened, updated_at=opened, colour=first, line_ref=line, entity_code=entity
            )
        ]

        def step(share: float, **said: str) -> None:
            told.append(FaultUpdate(ref, updated_at=opened + share * (until - opened), **said))

        if self.random.random() < 0.8:
            step(0.15, status=FaultStatus.IN_PROGRESS)
        if rises:
            step(0.5, colour=colour)
        if self.random.random() < 0.3:
            step(0.7, status=FaultStatus.WAITING)
        if closed is not None:
            told.append(FaultUpdate(ref, updated_at=closed, closed_at=closed, status=FaultStatus.CLOSED))
        return told
