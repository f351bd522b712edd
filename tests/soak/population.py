"""Many cases with something due, written in bulk, for the sweep's bench, soak and race tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from atdemain.journal.actors import importer
from atdemain.journal.record import Entry, record_many
from atdemain.organisation.models import InternalAdvisor, Team, Unit, User
from cases import ladder
from cases.enums import (
    CaseState,
    Colour,
    EscalationReason,
    Origin,
    PromiseStatus,
    ReasonFamily,
    ResolutionCode,
    RootCause,
    TimerKind,
)
from cases.models import Case, Client, Escalation, Promise, Timer

#: The step that is due `now`, and where the window starts for that.
STARTS = {
    TimerKind.PROMISE_BEFORE: timedelta(minutes=30),
    TimerKind.PROMISE_START: timedelta(0),
    TimerKind.PROMISE_MISSED: -timedelta(hours=1),
}


@dataclass(frozen=True)
class Site:
    unit: Unit
    head: User
    manager: User
    advisors: Sequence[InternalAdvisor]


def make_site(code: str = "soak", advisors: int = 20) -> Site:
    """A unit open at any hour, its head, one team with its manager, and advisors."""
    unit = Unit.objects.create(code=code, name=code, weekly_hours=[[["00:00", "24:00"]]] * 7)
    head = User.objects.create(username=f"{code}-head", unit=unit)
    manager = User.objects.create(username=f"{code}-manager", unit=unit)
    Unit.objects.filter(pk=unit.pk).update(head=head)
    team = Team.objects.create(unit=unit, name="1", manager=manager)
    people = User.objects.bulk_create(
        [User(username=f"{code}-{n}", unit=unit, team=team) for n in range(advisors)]
    )
    InternalAdvisor.objects.bulk_create([InternalAdvisor(user=user) for user in people])
    owners = list(InternalAdvisor.objects.filter(user__unit=unit).select_related("user").order_by("pk"))
    return Site(unit, head, manager, owners)


def make_promised(
    site: Site,
    count: int,
    due: Sequence[datetime],
    kind: TimerKind = TimerKind.PROMISE_START,
    state: CaseState = CaseState.CALLBACK_DUE,
) -> list[Promise]:
    """`count` cases, one promise each, whose step `kind` is the only one due: at `due[n % len(due)]`."""
    made_at = min(due) - timedelta(days=1)
    cases = _cases(site, count, state, made_at)
    promises = Promise.objects.bulk_create(
        [
            Promise(
                case=case,
                window_start=due[n % len(due)] + STARTS[kind],
                window_end=due[n % len(due)] + STARTS[kind] + timedelta(hours=1),
                made_by_id=case.owner_id,
                owner_at_promise_id=case.owner_id,
                made_at=made_at,
                status=PromiseStatus.PENDING,
            )
            for n, case in enumerate(cases)
        ],
        batch_size=2000,
    )
    for case, promise in zip(cases, promises, strict=True):
        case.current_promise = promise
    Case.objects.bulk_update(cases, ["current_promise"], batch_size=2000)
    calendar = site.unit.calendar()
    Timer.objects.bulk_create(
        [
            Timer(case_id=promise.case_id, promise=promise, epoch=1, kind=step.kind, due_at=step.due_at)
            for promise in promises
            for step in ladder.steps(ladder.Window(promise.window_start, promise.window_end), calendar)
            if ladder.RANK[step.kind] >= ladder.RANK[kind]
        ],
        batch_size=2000,
    )
    return promises


def escalate(promises: Sequence[Promise], entity_id: int) -> None:
    """One open escalation per promised case (INV-05)."""
    Escalation.objects.bulk_create(
        [
            Escalation(
                case_id=promise.case_id,
                target_entity_id=entity_id,
                reason=EscalationReason.OTHER,
                summary="Ligne coupée depuis le point de concentration.",
                colour=Colour.ORANGE,
                sent_by_id=promise.made_by_id,
                sent_at=promise.made_at,
                ack_due=promise.window_start,
                answer_due=promise.window_start,
            )
            for promise in promises
        ],
        batch_size=2000,
    )


def make_resolved(site: Site, count: int, confirm_at: datetime) -> list[Case]:
    """`count` resolved cases whose observation ends at `confirm_at`."""
    resolved_at = confirm_at - ladder.OBSERVATION - ladder.LATE_RECORDS
    cases = _cases(site, count, CaseState.RESOLVED, resolved_at - timedelta(days=1), resolved_at)
    Timer.objects.bulk_create(
        [Timer(case=case, epoch=1, kind=TimerKind.CONFIRM, due_at=confirm_at) for case in cases],
        batch_size=2000,
    )
    return cases


def _cases(
    site: Site, count: int, state: CaseState, opened_at: datetime, resolved_at: datetime | None = None
) -> list[Case]:
    first = Case.objects.count()
    clients = Client.objects.bulk_create(
        [
            Client(client_ref=f"{site.unit.code}-{n}", display_name=f"Client {n}", unit=site.unit)
            for n in range(first, first + count)
        ],
        batch_size=2000,
    )
    cases = Case.objects.bulk_create(
        [
            Case(
                ref=f"ATD-{site.unit.code}-{first + n:06}"[:20],
                client=client,
                identity_key=f"client:{client.pk}",
                reason_family=ReasonFamily.NO_SYNC,
                state=state,
                origin=Origin.RD3PLUS,
                unit=site.unit,
                owner=site.advisors[n % len(site.advisors)],
                opened_at=opened_at,
                last_event_at=opened_at,
                first_action_at=opened_at,
                resolved_at=resolved_at,
                resolution_code=ResolutionCode.CONFIGURATION if resolved_at else "",
                root_cause=RootCause.USAGE if resolved_at else "",
            )
            for n, client in enumerate(clients)
        ],
        batch_size=2000,
    )
    with transaction.atomic():
        record_many(
            Entry("case", case.pk, "open", importer("soak"), opened_at, to_state="opened") for case in cases
        )
    return cases
