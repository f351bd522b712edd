"""What the work itself leaves behind: training, mutual help, suggestions, scripts (domain.md §6.2, §11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from django.db.models import Q
from django.utils import timezone

from atdemain.database import among
from recognition.enums import Unit
from recognition.evidence.scope import Scope
from recognition.findings import Fact
from recognition.models import Suggestion
from recognition.participation.skills import Past, pasts
from recognition.suggestions import evidence as loop
from routing.enums import HelpState
from routing.models import AdvisorSkill, MutualHelpRequest

BASE = "base"


def base_training(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Valid on one day of the period at least. Validated again after it, the journal tells of the one before; where it
    does not go back to the first, nobody can say, which is not « no »."""
    rows = AdvisorSkill.objects.filter(user__in=among(scope.people), skill__code=BASE)
    found = {row.user_id: row for row in rows.order_by("pk").only("pk", "user", "validated_on", "expires_on")}
    later = [row.pk for row in found.values() if row.validated_on > scope.last]
    before = pasts(later, scope.cutoff) if later else {}
    for employee in scope.stays:
        row = found.get(employee)
        if row is None:
            yield employee, Fact(0, Unit.YES_NO.value)
        elif row.validated_on > scope.last:
            yield employee, _trained_before(row, before.get(row.pk, Past()), scope)
        else:
            yield employee, _trained(row.pk, row.validated_on, row.expires_on, scope)


def _trained(pk: int, since: date, until: date | None, scope: Scope) -> Fact:
    """`since` is not after the period."""
    sources = (f"skill:{pk}",)
    if until is not None and until < scope.first:
        said = f"Formation de base expirée le {until:%d/%m/%Y}, avant la période."
        return Fact(0, Unit.YES_NO.value, sources=sources, left_out=(said,))
    return Fact(1, Unit.YES_NO.value, sources=sources, on=since)


def _trained_before(row: AdvisorSkill, past: Past, scope: Scope) -> Fact:
    """Present validation: after the period. What it took the place of is judged, latest first."""
    said = f"Formation de base validée le {row.validated_on:%d/%m/%Y}, après la période"
    spells = sorted(past.spells.items())
    known = [_trained(row.pk, since, until, scope) for since, until in spells if since <= scope.last]
    best = next((fact for fact in reversed(known) if fact.value), known[-1] if known else None)
    if best is not None and (best.value or past.whole):
        return replace(best, left_out=(f"{said} : celle d’avant est jugée.", *best.left_out))
    if past.whole:
        return Fact(0, Unit.YES_NO.value, sources=(f"skill:{row.pk}",), left_out=(f"{said}.",))
    return Fact(
        None, Unit.YES_NO.value, sources=(f"skill:{row.pk}",),
        left_out=(f"{said} : une validation plus ancienne reste à vérifier.",),
    )  # fmt: skip


def mutual_help_minutes(scope: Scope) -> Iterator[tuple[int, Fact]]:
    return _help(scope, Unit.MINUTES)


def mutual_help_answers(scope: Scope) -> Iterator[tuple[int, Fact]]:
    return _help(scope, Unit.COUNT)


def _help(scope: Scope, unit: Unit) -> Iterator[tuple[int, Fact]]:
    """Closed in the period and by the cutoff, whatever the outcome: the help was given."""
    given: dict[int, list[tuple[int, int]]] = defaultdict(list)
    open_: dict[int, list[str]] = defaultdict(list)
    rows = MutualHelpRequest.objects.filter(
        Q(state=HelpState.CLOSED, closed_at__gte=scope.since)
        | Q(state=HelpState.ACCEPTED, accepted_at__gte=scope.since),
        helper__in=among(scope.people),
        accepted_at__lt=scope.until,
    )
    named = ("pk", "helper", "minutes", "accepted_at", "closed_at")
    for pk, helper, minutes, accepted, closed in rows.order_by("pk").values_list(*named):
        if closed is not None and closed < scope.until and closed <= scope.cutoff:
            given[helper].append((pk, minutes))
        else:
            said = "close après l’arrêt des preuves" if closed else "pas encore close"
            open_[helper].append(f"Entraide acceptée le {timezone.localtime(accepted):%d/%m/%Y} : {said}.")
    for employee in scope.stays:
        mine = given.get(employee, [])
        yield (
            employee,
            Fact(
                sum(minutes for _, minutes in mine) if unit == Unit.MINUTES else len(mine),
                unit.value,
                sources=tuple(f"help:{pk}" for pk, _ in mine),
                left_out=tuple(open_.get(employee, ())),
            ),
        )


def suggestions(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Rejected ones count; duplicates and withdrawn ones do not, and are listed.

    One statement for both; a test holds it to what `counted_suggestions` counts.
    """
    counted: dict[int, list[int]] = defaultdict(list)
    left: dict[int, list[str]] = defaultdict(list)
    rows = Suggestion.objects.filter(
        author__in=among(scope.people),
        submitted_at__gte=scope.since,
        submitted_at__lt=scope.until,
        submitted_at__lte=scope.cutoff,
    )
    named = ("pk", "author", "anonymous", "duplicate_of", "closed_at")
    for pk, author, anonymous, origin, closed in rows.order_by("pk").values_list(*named):
        if closed is None or closed > scope.cutoff:
            counted[author].append(pk)
        elif anonymous:  # its number would name the author to whoever reads this
            left[author].append(f"Proposition anonyme : {'doublon' if origin else 'retirée'}.")
        else:
            why = f"doublon de la proposition n° {origin}" if origin else "retirée"
            left[author].append(f"Proposition n° {pk} : {why}.")
    for employee in scope.stays:
        ids = counted.get(employee, [])
        yield (
            employee,
            Fact(
                len(ids),
                Unit.COUNT.value,
                sources=tuple(f"suggestion:{pk}" for pk in ids),
                left_out=tuple(left.get(employee, ())),
            ),
        )


def script_evolutions(scope: Scope) -> Iterator[tuple[int, Fact]]:
    counted = loop.script_evolutions(scope.people, scope.first, scope.last, scope.cutoff)
    for employee in scope.stays:
        ids = counted.get(employee, ())
        yield employee, Fact(len(ids), Unit.COUNT.value, sources=tuple(f"script:{pk}" for pk in ids))
