"""What recognition adds to the demonstration about people: exits with reasons, a just cause to decide, trainings.

By the doors people use, deterministic, relative to `now`. In each unit six people left (domain.md L22: 24 of 124).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import ParticipationMode, PhaseKind, Role
from atdemain.organisation.models import Participation, Phase, User
from cases.models import Case
from recognition.enums import ExitReason, JustCause
from recognition.models import ParticipationExit
from recognition.participation import just_cause, leaving, neutralised, phases, skills
from routing.models import AdvisorSkill, Skill

DAY = timedelta(days=1)
HOME = "uat-sud-est"
#: What the six who left each unit said, the units by name: 24 in all, several under five.
REASONS = (
    ("workload", "workload", "conflictual_exposure", "lack_of_training", "mobility", "not_volunteer"),
    ("workload", "conflictual_exposure", "conflictual_exposure", "lack_of_tools", "promotion", "personal_protected"),
    ("workload", "lack_of_staff", "lack_of_staff", "process_complexity", "mobility", "not_volunteer"),
    ("workload", "workload", "process_complexity", "lack_of_recognition", "mobility", "unjustified"),
)  # fmt: skip
FACTS = (
    "Trois journées de formation au module de base manquées sans prévenir, puis un départ annoncé à l’équipe."
)
ANSWER = "Les trois journées tombaient sur des permanences que je ne pouvais pas quitter ; je l’avais dit au planning."
OPINION = (
    "Le planning montre bien une permanence ces jours-là. L’information n’est pas arrivée jusqu’au formateur."
)
SAID = "Le salarié dit avoir prévenu le planning et demande que ces permanences soient vérifiées."
PHASE_ENDS = "Le bilan du déploiement est présenté aux élus avant la suite : cette phase a une fin."
PHASE_FOLLOWS = (
    "Le régime courant commence après le bilan, sous le même pilote, unités volontaires comprises."
)
DECISION = "Le planning confirme deux permanences sur trois : le départ n’est pas sans juste motif."


def on_seeded(*, now: datetime, advisor: User, **_: Any) -> None:
    people = {user.username: user for user in User.objects.filter(unit=advisor.unit_id)}
    _exits(now)
    _pending(now)
    _phases(now)
    _days(now)
    _trainings(people, now)


def _exits(now: datetime) -> None:
    """Everybody whose participation ended says why, the day it did; one file went to a decision."""
    by_unit: dict[str, list[Participation]] = defaultdict(list)
    over = Participation.objects.filter(ends_on__lt=timezone.localdate(now)).select_related(
        "employee__unit", "employee__manager"
    )
    for one in over.order_by("employee__unit__name", "pk"):
        by_unit[str(one.employee.unit)].append(one)
    for said, members in zip(REASONS, by_unit.values(), strict=False):
        for reason, one in zip(said, members, strict=False):
            _exit(one, ExitReason(reason))


def _exit(one: Participation, reason: ExitReason) -> None:
    at = _on(one.ends_on, 17)
    unjustified = reason is ExitReason.UNJUSTIFIED
    by = one.employee.manager if unjustified else one.employee
    made = leaving.leave(
        one.pk, reason=reason, last_day=one.ends_on, actor=Actor.of_user(by), now=at,
        facts=FACTS if unjustified else "", quiet=True,
    )  # fmt: skip
    if made.pending:
        _decided(made, at)


def _decided(made: ParticipationExit, at: datetime) -> None:
    """Answered, opined on, heard and decided four business days later."""
    employee, manager = made.participation.employee, made.announced_by
    just_cause.answer(made.pk, ANSWER, actor=Actor.of_user(employee), now=at + DAY)
    just_cause.give_opinion(made.pk, "just", OPINION, actor=Actor.of_user(manager), now=at + 2 * DAY)
    judge = User.objects.filter(groups__name=Role.HR.value, unit=employee.unit_id).order_by("pk").first()
    if judge is not None:
        just_cause.decide(
            made.pk, JustCause.YES, heard_on=timezone.localdate(at + 3 * DAY), hearing_notes=SAID,
            decision_text=DECISION, actor=Actor.of_user(judge), now=at + 4 * DAY,
        )  # fmt: skip


def _pending(now: datetime) -> None:
    """In the unit one logs in to, somebody who accepted: the manager says unjustified, they answered."""
    one = (
        Participation.objects.filter(
            employee__unit__code=HOME, consent="accepted", ends_on=None, employee__manager__isnull=False
        )
        .exclude(employee__in=Case.objects.working().filter(owner__isnull=False).values("owner"))
        .select_related("employee__manager")
        .order_by("-pk")
        .first()
    )
    if one is None:
        return
    made = leaving.leave(
        one.pk, reason=ExitReason.UNJUSTIFIED, last_day=timezone.localdate(now),
        actor=Actor.of_user(one.employee.manager), now=now - 3 * DAY, facts=FACTS, quiet=True,
    )  # fmt: skip
    just_cause.answer(made.pk, ANSWER, actor=Actor.of_user(one.employee), now=now - DAY)


def _phases(now: datetime) -> None:
    """Two decisions in the register: the deployment has an end, and what follows it has a lead."""
    admin = User.objects.filter(groups__name=Role.ADMIN.value).order_by("pk").first()
    running = (
        Phase.objects.filter(kind=PhaseKind.ROLLOUT, ends_on=None).select_related("programme", "lead").first()
    )
    if admin is None or running is None:
        return
    at, end = now - 21 * DAY, timezone.localdate(now) + 120 * DAY
    phases.change_phase(
        running.pk, lead=running.lead, ends_on=end, reason=PHASE_ENDS, actor=Actor.of_user(admin), now=at
    )
    phases.start_phase(
        running.programme, kind=PhaseKind.RUN, lead=running.lead, starts_on=end + DAY, ends_on=None,
        reason=PHASE_FOLLOWS, actor=Actor.of_user(admin), now=at,
    )  # fmt: skip


def _days(now: datetime) -> None:
    """Twenty days that no participation covers, for somebody who left: after their last day."""
    left = (
        ParticipationExit.objects.filter(participation__employee__unit__code=HOME, reason=ExitReason.WORKLOAD)
        .select_related("participation__employee")
        .order_by("last_day", "pk")
        .first()
    )
    judge = User.objects.filter(username="hr").first()
    if left is None or judge is None or left.last_day + 30 * DAY >= timezone.localdate(now):
        return
    neutralised.enter(
        left.participation.employee, from_on=left.last_day + DAY, to_on=left.last_day + 30 * DAY, days=20,
        actor=Actor.of_user(judge), now=now - DAY,
    )  # fmt: skip


def _trainings(people: dict[str, User], now: datetime) -> None:
    """In the unit one logs in to: one base training expired a week ago, one ends in ten days, one renewed by hand."""
    trainer = people.get("trainer")
    base = Skill.objects.filter(code="base").first()
    if trainer is None or base is None:
        return
    out_of_programme = Participation.objects.filter(
        Q(consent="") | Q(mode=ParticipationMode.DESIGNATED, consent="declined"),
        employee__unit=trainer.unit_id,
    ).order_by("pk")
    today = timezone.localdate(now)
    held = AdvisorSkill.objects.filter(user__unit=trainer.unit_id, skill=base)
    waiting = list(
        User.objects.filter(pk__in=out_of_programme.values("employee")).exclude(pk__in=held.values("user")).order_by("pk")[:3]
    )  # fmt: skip
    for person, end in zip(waiting, (today - 7 * DAY, today + 10 * DAY, today + 300 * DAY), strict=False):
        begun = end - timedelta(days=364)
        skills.validate(
            person, base, level=1, validated_on=min(begun, today), expires_on=end,
            actor=Actor.of_user(trainer), now=_on(min(begun, today), 16),
        )  # fmt: skip


def _on(day: Any, hour: int) -> datetime:
    return datetime.combine(day, time(hour), timezone.get_current_timezone())
