"""Leaving the programme: a last day, a reason from a closed list, and open cases that change hands (domain.md §6.3).

By the employee, for any reason but one; by a manager of the unit or HR, for facts. What a reason is worth is settled
at once, but for `unjustified`: HR decides (`recognition.participation.just_cause`). Nothing earned is ever taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.consent import BUSY, RETRIES, TakenMeanwhile
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Unit, User
from atdemain.organisation.participation import objections_to_leaving
from cases.leaving import lock_cases, release_cases
from cases.models import Case
from recognition.enums import ExitBy, ExitReason, JustCause, JustCauseBasis
from recognition.models import ParticipationExit
from recognition.participation.notices import hr_of, manager_of, tell
from recognition.participation.periods import check_coming
from recognition.participation.refusal import Refused
from routing import departure

DECIDED_IN = 10  # business days
FACTS_MIN = 20

#: What each may say. The employee alone says what weighed on them; HR writes down what was told to them.
BY_EMPLOYEE = tuple(reason for reason in ExitReason if reason is not ExitReason.UNJUSTIFIED)
BY_MANAGER = (
    ExitReason.MOBILITY,
    ExitReason.PROMOTION,
    ExitReason.CONTRACT_END,
    ExitReason.PHASE_END,
    ExitReason.NOT_VOLUNTEER,
    ExitReason.UNJUSTIFIED,
)
BY_HR = tuple(ExitReason)


@dataclass(frozen=True, slots=True)
class Giving:
    """What a manager does with the open cases, in the same action: to one advisor, or to whoever the engine says."""

    cases: Sequence[Case]
    to: int | None
    reason: Mapping[str, str] = field(default_factory=dict)


def reasons_for(user: User, participation: Participation) -> tuple[ExitReason, ...]:
    """What this account may give as the reason of this exit; () when it may not end it."""
    if user.pk == participation.employee_id:
        return BY_EMPLOYEE
    if user.has_role(Role.HR):
        return BY_HR
    return BY_MANAGER if manages(user, participation) else ()


def manages(user: User, participation: Participation) -> bool:
    """A manager of the person's unit; nobody manages themselves."""
    return (
        user.has_role(Role.MANAGER)
        and user.unit_id is not None
        and participation.employee.unit_id == user.unit_id
        and participation.employee_id != user.pk
    )


def leave(
    pk: int,
    *,
    reason: str,
    last_day: date,
    actor: Actor,
    now: datetime,
    facts: str = "",
    giving: Giving | None = None,
    quiet: bool = False,
) -> ParticipationExit:
    """End this participation on `last_day`. Said twice alike, once. Raises Refused, departure.HandOverRefused.

    The employee's RD3+ cases go back to the unit's queue with the act itself; in a manager's act each open case is
    given to somebody, or nothing is done. Lock order: the cases, then the participation, as everybody else.
    """
    for left in reversed(range(RETRIES)):
        try:
            with transaction.atomic():
                return _leave(pk, ExitReason(reason), last_day, actor, now, facts.strip(), giving, quiet)
        except TakenMeanwhile:
            if not left:
                raise Refused(BUSY) from None
    raise AssertionError("unreachable: the loop returns or raises")


def _leave(
    pk: int,
    reason: ExitReason,
    last_day: date,
    actor: Actor,
    now: datetime,
    facts: str,
    giving: Giving | None,
    quiet: bool,
) -> ParticipationExit:
    today = timezone.localdate(now)
    employee = User.objects.select_related("unit", "team").get(participations=pk)
    own = actor.user.pk == employee.pk
    if own:
        lock_cases(employee)
    elif giving is not None and giving.cases:
        departure.give_all(giving.cases, giving.to, actor=actor, now=now, reason=giving.reason)
    held = Participation.objects.select_for_update(of=("self",)).select_related("employee").get(pk=pk)
    known = ParticipationExit.objects.filter(participation=pk).first()
    if known is not None:
        if (known.reason, known.last_day) == (reason, last_day):
            return known
        raise Refused(f"La sortie est déjà enregistrée, au {known.last_day:%d/%m/%Y}.")
    if reason not in reasons_for(actor.user, held):
        raise Refused("Vous ne pouvez pas donner ce motif : choisissez-en un de la liste.", "reason")
    over = held.ends_on is not None and held.ends_on < today
    _check_day(held, last_day, today, over=over, by_hr=actor.user.has_role(Role.HR))
    if own:
        release_cases(employee, now, actor, leaving=True)
    elif not over and (objections := objections_to_leaving(employee, now)):
        raise Refused(" ".join(objections), "giving")
    if reason is ExitReason.UNJUSTIFIED and len(facts) < FACTS_MIN:
        raise Refused(
            f"Dites les faits, en {FACTS_MIN} caractères ou plus : le salarié les lira et y répondra.",
            "facts",
        )
    made = _settled(held, employee, reason, now)
    made.last_day, made.announced_at, made.announced_by = last_day, now, actor.user
    made.exit_by = _by(reason, own)
    made.facts = facts if reason is ExitReason.UNJUSTIFIED else ""
    made.save(force_insert=True)
    before, held.ends_on = held.ends_on, last_day
    if before != last_day:
        held.save(update_fields=["ends_on"])
    record("participation", held.pk, "exit", actor=actor, at=now, changes={"ends_on": [before, last_day]})
    record(
        "participationexit",
        made.pk,
        "created",
        actor=actor,
        at=now,
        changes={
            "participation": [None, held.pk],
            "exit_by": [None, str(made.exit_by)],
            "just_cause": [None, str(made.just_cause)],
        },
        # The reason may say something of somebody's life: it can be erased, and administrators do not read it.
        personal={"reason": str(reason), **({"facts": made.facts} if made.facts else {})},
    )
    if not quiet:
        _tell(made, employee, actor.user, own, now)
    return made


def _check_day(held: Participation, last_day: date, today: date, *, over: bool, by_hr: bool) -> None:
    if over:
        if not by_hr:
            raise Refused("Cette participation est terminée : les RH peuvent en dire le motif.")
        if last_day != held.ends_on:
            raise Refused(f"Cette participation s’est terminée le {held.ends_on:%d/%m/%Y}.", "last_day")
        return
    check_coming(last_day, today, "last_day")
    if last_day < held.starts_on:
        raise Refused(f"Le dernier jour ne précède pas le premier, le {held.starts_on:%d/%m/%Y}.", "last_day")
    if held.ends_on is not None and last_day > held.ends_on:
        raise Refused(f"Cette participation se termine déjà le {held.ends_on:%d/%m/%Y}.", "last_day")


def _by(reason: ExitReason, own: bool) -> ExitBy:
    if reason is ExitReason.CONTRACT_END:
        return ExitBy.CONTRACT_END
    return ExitBy.EMPLOYEE if own else ExitBy.MANAGEMENT


def _settled(held: Participation, employee: User, reason: ExitReason, now: datetime) -> ParticipationExit:
    """What the reason is worth: at once, or to be decided in ten business days of the person's unit."""
    made = ParticipationExit(participation=held, reason=reason)
    if reason is not ExitReason.UNJUSTIFIED:
        made.just_cause, made.basis, made.decided_at = JustCause.YES, JustCauseBasis.REASON, now
    elif _never_accepted(held):
        made.just_cause, made.basis, made.decided_at = JustCause.YES, JustCauseBasis.NO_CONSENT, now
    else:
        made.just_cause, made.due_at = JustCause.PENDING, due_at(employee.unit, now)
    return made


def _never_accepted(held: Participation) -> bool:
    return (
        held.mode == ParticipationMode.DESIGNATED
        and not held.consent_events.filter(answer=ConsentAnswer.ACCEPTED).exists()
    )


def due_at(unit: Unit | None, now: datetime) -> datetime:
    """The end of the tenth business day; without a unit, of the hours a unit has by default."""
    return (unit or Unit()).calendar().due_in_days(now, DECIDED_IN)


def file_url(made: ParticipationExit) -> str:
    return f"/exits/{made.pk}/"


def _tell(made: ParticipationExit, employee: User, by: User, own: bool, now: datetime) -> None:
    day = f"{made.last_day:%d/%m/%Y}"
    key = str(made.pk)
    if not own:
        tell(
            [employee.pk], "participation_exit", f"Votre participation se termine le {day}",
            key=key, at=now, url=file_url(made), object_id=made.pk, urgent=made.pending,
            body="Lisez le dossier et répondez : les RH décident après vous avoir entendu." if made.pending
            else f"Enregistré par {by}. Ce qui est acquis le reste.",
        )  # fmt: skip
    if own:
        tell(
            manager_of(employee), "participation_left", f"{employee} quitte le programme le {day}",
            key=key, at=now, url="/participants/", object_id=made.pk,
        )  # fmt: skip
    if made.pending:
        tell(
            [pk for pk in hr_of(employee) if pk != by.pk], "just_cause_due",
            f"Juste motif à décider : {employee}", key=key, at=now, url=file_url(made), object_id=made.pk,
            body=f"Avant le {timezone.localtime(made.due_at):%d/%m/%Y} ; sans décision, le juste motif est acquis.",
        )  # fmt: skip
