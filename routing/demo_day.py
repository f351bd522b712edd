"""What people did with the pages of routing in the demonstration: every act through its own service.

The event `demo_lived` comes once the planning is laid, outside any transaction. Its own random source: the
month stays the same whatever is added here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from django.db.models import Max
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, User
from cases.enums import CaseState
from cases.models import Case, Contact
from routing import absence, briefings, calls, demo_loads, mutual_help, policies, recovery
from routing.enums import CallOutcome, HelpOutcome, PresenceKind, RecoveryAnswer
from routing.models import Presence, RecoveryOffer
from routing.presence import PresenceRefused

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUESTIONS = (
    "Le test de ligne est bon mais le client coupe toujours : que vérifier ensuite ?",
    "La prise a été changée hier, l’atténuation reste haute : faut-il escalader tout de suite ?",
    "Comment lire le journal de cette box professionnelle ?",
    "Deux interventions sans suite : à qui le dire côté terrain ?",
    "Le client refuse un quatrième rendez-vous : que lui proposer ?",
)
CALLED = 26


def on_lived(
    *, now: datetime, advisor: User, away: User, accounts: dict[str, User], number: int, **_: Any
) -> None:
    """`away` has been absent since this morning; the log-ins `manager` and `support` lead the unit."""
    random = Random(f"day {number}")
    manager = accounts["manager"]
    _policies(accounts["admin"], now)
    _briefings(manager, accounts["support"], now)
    _absences(manager, away, advisor, now)
    cases = list(
        Case.objects.working()
        .filter(unit=advisor.unit_id, owner__isnull=False, delegate=None)
        .select_related("owner__user", "client")
        .order_by("pk")
    )
    _help([one for one in cases if one.owner_id != away.pk], accounts["support"], advisor, now)
    _calls(random, now)
    _recoveries(random, now)
    demo_loads.build(now)


def _policies(admin: User, now: datetime) -> None:
    """The pilot's version gave way to the one in force, and another one is prepared."""
    actor, begun = Actor.of_user(admin), now - 92 * DAY
    policies.publish(
        {}, valid_from=begun, by=admin, actor=actor, now=begun - 6 * DAY,
        reason="Les temps partiels passaient toujours après : à 4 % près, on regarde les sept derniers jours.",
    )  # fmt: skip
    policies.publish(
        {"recovery_minutes": 15}, valid_from=now + 12 * DAY, by=admin, actor=actor, now=now - 2 * DAY,
        reason="Demande des soutiens : dix minutes ne suffisent pas après deux appels conflictuels.",
    )  # fmt: skip


def _briefings(manager: User, support: User, now: datetime) -> None:
    """One held yesterday with whom was there; one announced for this week."""
    people = list(briefings.guests(manager.unit).order_by("pk"))
    for subject, led, start, told, taken in (
        ("Filtres et microcoupures : ce qui a changé", support, _wall(now, -1, 9, 15), now - 3 * DAY, 20),
        ("Chantier du quartier de la gare", manager, _wall(now, 1, 13, 45), now - 4 * HOUR, None),
    ):
        end = start + 15 * MINUTE
        coming = [one for one in _free(people, start, end) if one.pk != led.pk][:12]
        if not coming:
            continue
        made = briefings.create(
            unit=manager.unit, subject=subject, starts_at=start, ends_at=end, people=coming,
            actor=Actor.of_user(led), now=told,
        ).briefing  # fmt: skip
        for one in coming[::2]:
            briefings.confirm(made.pk, actor=Actor.of_user(one), now=told + HOUR)
        if taken:
            ended = start + taken * MINUTE
            briefings.hold(
                made.pk, version=made.version, ended_at=ended, present=[one.pk for one in coming[:11]],
                actor=Actor.of_user(led), now=ended + 5 * MINUTE,
            )  # fmt: skip


def _wall(now: datetime, days: int, hour: int, minute: int) -> datetime:
    """So many days from today, at this hour on the wall."""
    day = timezone.localtime(now).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), timezone.get_current_timezone()).astimezone(now.tzinfo)


def _free(people: Sequence[User], start: datetime, end: datetime) -> list[User]:
    """Those on shift all along with nothing else then; failing them, those with nothing at all."""
    rows = Presence.objects.filter(user__in=people, starts_at__lt=end + 10 * MINUTE, ends_at__gt=start)
    on_shift: set[int] = set()
    taken: set[int] = set()
    for user, kind, begins, ends in rows.order_by("pk").values_list("user", "kind", "starts_at", "ends_at"):
        if kind != PresenceKind.SHIFT:
            taken.add(user)
        elif begins <= start and ends >= end:
            on_shift.add(user)
    there = [one for one in people if one.pk in on_shift and one.pk not in taken]
    return there if len(there) > 4 else [one for one in people if one.pk not in taken]


def _absences(manager: User, away: User, advisor: User, now: datetime) -> None:
    """`away` did not come today; another one leaves tomorrow for three days: each owed callback finds a delegate."""
    _declare(manager, away, now - 2 * HOUR, now + 8 * HOUR, now)
    owed = (
        Case.objects.working()
        .filter(
            unit=advisor.unit_id,
            owner__isnull=False,
            current_promise__window_start__gt=now + DAY,
            current_promise__window_end__lt=now + 4 * DAY,
        )
        .exclude(owner__in=[away.pk, advisor.pk])
        .order_by("owner", "pk")
        .values_list("owner", flat=True)
    )
    counted: dict[int, int] = {}
    for owner in owed:
        counted[owner] = counted.get(owner, 0) + 1
    if counted:
        leaving = User.objects.get(pk=max(counted, key=lambda pk: (counted[pk], -pk)))
        midnight = (now + DAY).replace(hour=4, minute=0)
        _declare(manager, leaving, midnight, midnight + 3 * DAY, now)


def _declare(manager: User, user: User, start: datetime, end: datetime, now: datetime) -> None:
    shown = absence.preview(user, start, end, now)
    absence.declare(
        user, start, end, actor=Actor.of_user(manager), now=now, version=shown.version, wanted={}, notes={}
    )


def _help(cases: Sequence[Case], support: User, advisor: User, now: datetime) -> None:
    """Two questions wait, the oldest first; one is being answered, on a case of `advisor`; one is over."""
    mine = [one for one in cases if one.owner_id == advisor.pk]
    answered = next((one for one in mine if one.state == CaseState.OPENED), None)
    theirs = {one.owner_id: one for one in cases if one.owner_id != advisor.pk}
    asking = [*theirs.values(), *(one for one in mine if one != answered)]
    helper = Actor.of_user(support)
    for case, question, ago in zip(asking[1:3], QUESTIONS, (47, 16), strict=False):
        mutual_help.ask(case, question, actor=Actor.of_user(case.owner.user), now=now - ago * MINUTE)
    for case, question, ago, over in (
        (answered, QUESTIONS[2], 31, False),
        (asking[0] if asking else None, QUESTIONS[3], 205, True),
    ):
        if case is None:
            continue
        asked = now - ago * MINUTE
        pk = mutual_help.ask(case, question, actor=Actor.of_user(case.owner.user), now=asked).request.pk
        mutual_help.accept(pk, actor=helper, now=asked + 4 * MINUTE)
        if over:
            mutual_help.close(
                pk, outcome=HelpOutcome.SOLVED, minutes=11, actor=helper, now=asked + 17 * MINUTE
            )


def _calls(random: Random, now: datetime) -> None:
    """Waits of a minute on a priority line, of many without; one contact that two colleagues cannot reach."""
    entities = {
        one.pk: one for one in Entity.objects.exclude(kind=EntityKind.UAT).prefetch_related("contacts", "priority_lines")
    }  # fmt: skip
    cases = list(
        Case.objects.filter(state=CaseState.ESCALATED, owner__isnull=False)
        .select_related("owner__user")
        .prefetch_related("escalations")
        .order_by("pk")
    )
    last = dict(
        AuditEvent.objects.filter(object_type="case", object_id__in=[str(one.pk) for one in cases])
        .order_by()
        .values_list("object_id")
        .annotate(Max("at"))
    )
    for case in cases[:CALLED]:
        entity = entities[case.escalations.all()[0].target_entity_id]
        lines = list(entity.priority_lines.all())
        line = lines[0] if lines and random.random() < 0.6 else None
        since = last[str(case.pk)] + MINUTE
        if since > now - HOUR:
            continue
        start = since + random.random() * (now - HOUR - since)
        wait = random.randint(15, 110) if line else random.randint(150, 960)
        outcome = CallOutcome.ANSWERED if wait < 700 else CallOutcome.NO_ANSWER
        _call(case, entity, None, line, start, wait, outcome, on_hold=random.random() < 0.5)
    missing = next((one for one in entities.values() if one.kind == EntityKind.PARTNER_FIELD), None)
    callers = [
        one for rank, one in enumerate(cases) if one.owner_id not in {two.owner_id for two in cases[:rank]}
    ]
    if missing is not None:
        contact = missing.contacts.all()[0]
        for case, ago in zip(callers[:2], (190, 52), strict=False):
            start = now - ago * MINUTE
            _call(case, missing, contact, None, start, 240, CallOutcome.UNREACHABLE, on_hold=True)


def _call(case, entity, contact, line, start: datetime, wait: int, outcome: str, *, on_hold: bool) -> None:
    caller = case.owner.user
    call = calls.start(case, caller, entity, contact=contact, line=line, on_hold=on_hold, now=start)
    end = start + timedelta(seconds=wait)
    calls.finish(call, outcome, on_hold=on_hold, actor=Actor.of_user(caller), now=end)


def _recoveries(random: Random, now: datetime) -> None:
    """The ten minutes offered after the hard contacts of the week, taken or not: nobody is told which."""
    hard = (
        Contact.objects.filter(
            conflictual=True,
            ended_at__gt=now - 7 * DAY,
            ended_at__lt=now - 15 * MINUTE,
            handled_by__groups__name=Role.ADVISOR.value,
            handled_by__presences__kind=PresenceKind.SHIFT,
        )
        .select_related("handled_by")
        .order_by("ended_at", "pk")
        .distinct()
    )
    for contact in hard[:12]:
        user, at = contact.handled_by, contact.ended_at + 2 * MINUTE
        offered = recovery.declare(contact.pk, actor=Actor.of_user(user), now=at)
        if offered is None:
            continue
        taken = random.random() < 0.6
        if taken:
            with suppress(PresenceRefused):
                if recovery.answer(user, True, at + 2 * MINUTE):
                    continue
        RecoveryOffer.objects.filter(pk=offered.pk, answer="").update(
            answer=RecoveryAnswer.DECLINED, answered_at=at + 2 * MINUTE
        )
