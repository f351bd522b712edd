"""Which units take part, since when and why not (domain.md L46, L47): dated decisions, with a public reason.

A decision takes effect today or later: what the rule has judged under the former one stays judged. The one
before ends the day before; nothing is erased.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.organisation.models import Programme, Unit, UnitParticipation

REASON_MIN = 20
ONE_DAY = timedelta(days=1)


class DecisionRefused(Exception):
    """French, says what to do; `field` for the form, "" for the whole of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class StaleDecision(Exception):
    """Another decision was taken since the page was drawn."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit: what holds today (None: no decision, so it does not take part), what comes, what was."""

    unit: Unit
    current: UnitParticipation | None
    coming: tuple[UnitParticipation, ...]
    past: tuple[UnitParticipation, ...]

    @property
    def participates(self) -> bool:
        return self.current is not None and self.current.participates

    @property
    def version(self) -> int:
        """Grows with every decision."""
        rows = [*self.past, *self.coming, *([self.current] if self.current else [])]
        return max((row.pk for row in rows), default=0)


def standings(programme: Programme, today: date, units: Iterable[Unit] | None = None) -> list[Standing]:
    """Every unit in the order of names; two queries."""
    known = list(Unit.objects.order_by("name", "pk") if units is None else units)
    rows: dict[int, list[UnitParticipation]] = {unit.pk: [] for unit in known}
    for row in UnitParticipation.objects.filter(programme=programme, unit__in=rows).order_by(
        "valid_from", "pk"
    ):
        rows[row.unit_id].append(row)
    return [_standing(unit, rows[unit.pk], today) for unit in known]


def _standing(unit: Unit, rows: list[UnitParticipation], today: date) -> Standing:
    current = next((row for row in rows if _holds(row, today)), None)
    coming = tuple(row for row in rows if row.valid_from is not None and row.valid_from > today)
    past = tuple(row for row in rows if row.valid_to is not None and row.valid_to < today)
    return Standing(unit, current, coming, past)


def _holds(row: UnitParticipation, day: date) -> bool:
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or row.valid_to >= day)


@transaction.atomic
def decide(
    programme: Programme,
    unit: Unit,
    *,
    participates: bool,
    reason: str,
    since: date,
    seen: int,
    actor: Actor,
    now: datetime,
) -> UnitParticipation:
    """Raises DecisionRefused, StaleDecision; Unit.DoesNotExist when the unit was removed meanwhile."""
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    (present,) = standings(programme, timezone.localdate(now), [unit])
    if present.version != seen:
        raise StaleDecision
    reason = reason.strip()
    if since < timezone.localdate(now):
        raise DecisionRefused(
            "Une décision prend effet aujourd’hui ou plus tard : choisissez une autre date.", "since"
        )
    if not participates and len(reason) < REASON_MIN:
        raise DecisionRefused(
            f"Dites pourquoi l’unité ne participe pas, en {REASON_MIN} caractères ou plus : ce motif est public.",
            "reason",
        )
    later = [row for row in present.coming if row.valid_from is not None and row.valid_from > since]
    if later:
        raise DecisionRefused(
            f"Une décision est déjà prévue à partir du {later[0].valid_from:%d/%m/%Y} : "
            "donnez cette date pour la remplacer, ou une date qui la suit.",
            "since",
        )
    rows = [*present.past, *([present.current] if present.current else []), *present.coming]
    held = next((row for row in rows if _holds(row, since)), None)
    if held is not None and (held.participates, held.reason_public) == (participates, reason):
        raise DecisionRefused("C’est déjà la décision prise à cette date : il n’y a rien à changer.")
    if held is not None and held.valid_from == since:
        before = UnitParticipation.objects.get(pk=held.pk)
        held.participates, held.reason_public = participates, reason
        return _written(held, before, actor, now)
    if held is not None:
        before = UnitParticipation.objects.get(pk=held.pk)
        held.valid_to = since - ONE_DAY
        _written(held, before, actor, now)
    made = UnitParticipation(
        programme=programme, unit=unit, participates=participates, reason_public=reason, valid_from=since
    )
    return _written(made, None, actor, now)


def _written(
    row: UnitParticipation, before: UnitParticipation | None, actor: Actor, now: datetime
) -> UnitParticipation:
    try:
        row.full_clean()
    except ValidationError as error:
        raise DecisionRefused(" ".join(error.messages)) from error
    row.save()
    changes, personal = differences(before, row)
    action = "created" if before is None else "changed"
    record("unitparticipation", row.pk, action, actor=actor, at=now, changes=changes, personal=personal)
    return row
