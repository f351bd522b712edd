"""Due rows with what surrounds them, read in a fixed number of queries per batch (architecture.md §4)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from atdemain.database import in_list, list_param, rows, run
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Team, Unit, User
from cases import hooks, ladder
from cases.enums import OPEN_ESCALATION, TimerKind, TimerStatus
from cases.ladder import Window
from cases.models import Escalation, Promise, Timer
from cases.reminders import People


class Due(NamedTuple):
    """A due row, its case and its promise (None for a case timer), as read at one instant."""

    pk: int
    kind: str
    epoch: int
    case_id: int
    ref: str
    state: str
    unit_id: int
    owner_id: int | None
    delegate_id: int | None
    delegate_from: datetime | None
    delegate_to: datetime | None
    # a step of a ladder
    promise_id: int | None = None
    promise_case_id: int | None = None
    version: int | None = None
    closed_at: datetime | None = None
    status: str | None = None
    promise_kind: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    call_by: datetime | None = None
    # a timer of a case
    first_action_at: datetime | None = None
    reopened_at: datetime | None = None
    resolved_at: datetime | None = None
    last_event_at: datetime | None = None
    # the clock of an escalation
    escalation_id: int | None = None
    escalation_status: str | None = None
    entity_id: int | None = None
    entity_name: str = ""
    entity_head_id: int | None = None
    handled_by_id: int | None = None
    ack_due: datetime | None = None
    answer_due: datetime | None = None

    @property
    def window(self) -> Window:
        """The promise's window; only for a step of the ladder."""
        if self.start is None or self.end is None:
            raise ValueError("Cette échéance n’est pas celle d’un rappel.")
        return Window(self.start, self.end, self.call_by)


COMMON = (
    "pk", "kind", "epoch", "case_id", "case__ref", "case__state", "case__unit_id", "case__owner_id",
    "case__delegate_id", "case__delegate_from", "case__delegate_to",
)  # fmt: skip
#: Only what each sort of row needs: reading a date costs as much as everything else of a row together.
STEP_COLUMNS = (
    *COMMON, "promise_id", "promise__case_id", "promise__version", "promise__closed_at",
    "promise__status", "promise__kind", "promise__window_start", "promise__window_end", "promise__call_by",
)  # fmt: skip
CASE_COLUMNS = (
    *COMMON, "case__first_action_at", "case__reopened_at", "case__resolved_at", "case__last_event_at",
)  # fmt: skip
CASE_FIELDS = (*Due._fields[: len(COMMON)], "first_action_at", "reopened_at", "resolved_at", "last_event_at")

CLOCK_COLUMNS = (
    *COMMON, "escalation_id", "escalation__status", "escalation__target_entity_id",
    "escalation__target_entity__name", "escalation__target_entity__head_id", "escalation__handled_by_id",
    "escalation__ack_due", "escalation__answer_due",
)  # fmt: skip
CLOCK_FIELDS = (
    *Due._fields[: len(COMMON)], "escalation_id", "escalation_status", "entity_id", "entity_name",
    "entity_head_id", "handled_by_id", "ack_due", "answer_due",
)  # fmt: skip

#: A step of a ladder, as against the clock of an escalation and a timer of the case itself.
STEPS = Q(promise__isnull=False)
CLOCKS = Q(escalation__isnull=False)
CASE_TIMERS = Q(promise__isnull=True, escalation__isnull=True)


def due_now(now: datetime) -> QuerySet[Timer]:
    """Pending rows whose time has come, oldest first; those that failed wait for `retry_at`."""
    return (
        Timer.objects.filter(status=TimerStatus.PENDING, due_at__lte=now)
        .filter(Q(retry_at=None) | Q(retry_at__lte=now))
        .order_by("due_at", "pk")
    )


def lock_steps(rows: QuerySet[Timer], limit: int | None = None) -> list[Due]:
    """Read steps and keep them from any other sweep until the end of the transaction.

    The steps of a promise that moved to another case (merge) follow it first.
    """
    rows = rows.filter(STEPS)
    found = [Due(*row) for row in _locked(rows[:limit] if limit else rows, STEP_COLUMNS)]
    moved = {row.promise_id: row.promise_case_id for row in found if row.promise_case_id != row.case_id}
    if not moved:
        return found
    for promise, case in moved.items():
        Timer.objects.filter(promise=promise).update(case_id=case)
    again = Timer.objects.filter(pk__in=[row.pk for row in found]).order_by("due_at", "pk")
    return [Due(*row) for row in _locked(again, STEP_COLUMNS)]


def lock_case_timers(rows: QuerySet[Timer], limit: int | None = None) -> list[Due]:
    """The same for the timers of cases."""
    rows = rows.filter(CASE_TIMERS)
    found = _locked(rows[:limit] if limit else rows, CASE_COLUMNS)
    return [Due(**dict(zip(CASE_FIELDS, row, strict=True))) for row in found]


def lock_entity_clocks(rows: QuerySet[Timer], limit: int | None = None) -> list[Due]:
    """The same for what entities owe (TM3, TM4)."""
    rows = rows.filter(CLOCKS)
    found = _locked(rows[:limit] if limit else rows, CLOCK_COLUMNS)
    return [Due(**dict(zip(CLOCK_FIELDS, row, strict=True))) for row in found]


def _locked(rows: QuerySet[Timer], columns: tuple[str, ...]) -> QuerySet[Timer, tuple[Any, ...]]:
    return rows.select_for_update(skip_locked=True, of=("self",)).values_list(*columns)


class Owner(NamedTuple):
    active: bool
    manager_id: int | None
    unit_id: int | None


@dataclass
class Organisation:
    """Units, owners and calendars, read once per sweep."""

    units: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    owners: dict[int, Owner] = field(default_factory=dict)
    calendars: dict[int, BusinessCalendar] = field(default_factory=dict)
    unit_managers: dict[int, list[int]] | None = None
    away: set[tuple[int, datetime, datetime]] = field(default_factory=set)

    def load(self, rows: Iterable[Due], now: datetime) -> None:
        """At most two queries, for units and owners not known yet, and who is away as others say."""
        rows = list(rows)
        missing = {row.owner_id for row in rows if row.owner_id is not None} - self.owners.keys()
        if missing:
            self.owners.update(
                (pk, Owner(*found))
                for pk, *found in User.objects.filter(pk__in=missing).values_list(
                    "pk", "is_active", Coalesce("manager_id", "team__manager_id"), "unit_id"
                )
            )
        if not self.units:
            self.units = {pk: (tz, head) for pk, tz, head in Unit.objects.values_list("pk", "tz", "head_id")}
        provider = hooks.providers.get("owners_away")
        if provider is not None:
            windows = {window for row in rows if (window := _owner_window(row, now)) is not None}
            self.away |= provider(windows)

    def unit_of(self, row: Due) -> int:
        """The owner's unit, else the case's (domain.md §3.3)."""
        owner = self.owners.get(row.owner_id) if row.owner_id else None
        return (owner.unit_id if owner else None) or row.unit_id

    def tz(self, row: Due) -> ZoneInfo:
        return ZoneInfo(self.units[self.unit_of(row)][0])  # a wrong zone fails its own rows only

    def calendar(self, row: Due) -> BusinessCalendar:
        unit = self.unit_of(row)
        if unit not in self.calendars:
            self.calendars[unit] = Unit.objects.get(pk=unit).calendar()
        return self.calendars[unit]

    def managers(self, row: Due) -> list[int]:
        """Those of the teams of the case's unit; read once, and only for a case that nobody keeps."""
        if self.unit_managers is None:
            self.unit_managers = {}
            teams = Team.objects.filter(manager__is_active=True).order_by("unit", "manager")
            for unit, manager in teams.values_list("unit", "manager").distinct():
                self.unit_managers.setdefault(unit, []).append(manager)
        return self.unit_managers.get(row.unit_id, [])

    def people(self, row: Due, now: datetime) -> People:
        """Who is around this case at `now`; the manager is the owner's, else the team's, else the unit's head."""
        owner = self.owners.get(row.owner_id) if row.owner_id else None
        head = self.units[self.unit_of(row)][1]
        delegate = row.delegate_id if row.delegate_to is None or row.delegate_to > now else None
        covers = delegate is not None and (row.delegate_from is None or row.delegate_from <= now)
        return People(
            row.owner_id,
            owner is not None and owner.active and _owner_window(row, now) not in self.away,
            delegate,
            covers,
            (owner.manager_id if owner else None) or head,
            head,
        )


def _owner_window(row: Due, now: datetime) -> tuple[int, datetime, datetime] | None:
    """When the owner is needed: during the promised window, else now."""
    if row.owner_id is None:
        return None
    return row.owner_id, row.start or now, row.end or now


@dataclass
class Surroundings:
    """What else the decision of a batch needs."""

    organisation: Organisation
    latest: dict[int, int]
    attempts: dict[int, list[tuple[datetime, str]]]
    made_at: dict[int, datetime]
    answered: dict[int, datetime]
    entity_people: dict[int, list[int]]
    specialists: dict[int, list[int]]
    latest_clock: dict[int, int]


def surroundings(rows: Collection[Due], organisation: Organisation, now: datetime) -> Surroundings:
    """At most ten queries, whatever the number of rows."""
    organisation.load(rows, now)
    steps = [row for row in rows if row.promise_id is not None]
    calls = {row.case_id for row in steps if row.kind != TimerKind.PROMISE_ENTITY}
    asked = {row.case_id for row in steps if row.kind == TimerKind.PROMISE_ENTITY}
    answered = {row.case_id for row in steps if row.call_by is not None}
    attempts = _attempts(calls) if calls else {}
    clocks = [row for row in rows if row.escalation_id is not None]
    return Surroundings(
        organisation,
        _latest({row.promise_id for row in steps}, now) if steps else {},
        attempts,
        _made_at([row.promise_id for row in steps if row.case_id in attempts]) if attempts else {},
        _answered(answered) if answered else {},
        _entity_people(asked) if asked else {},
        _specialists({row.entity_id for row in clocks}) if clocks else {},
        _latest_clocks({row.escalation_id for row in clocks}, now) if clocks else {},
    )


def _latest(promises: Collection[int | None], now: datetime) -> dict[int, int]:
    """Per promise with several steps due by `now` at its present version, the last: the only one to send."""
    several = (
        "SELECT t.promise_id FROM cases_timer t JOIN cases_promise p ON p.id = t.promise_id "
        f"WHERE t.promise_id {in_list('bigint')} AND t.due_at <= %s AND t.epoch = p.version "
        "AND t.status <> 'void' GROUP BY t.promise_id HAVING count(*) > 1"
    )
    with connection.wrap_database_errors:
        late = [pk for (pk,) in rows(several, (list_param(promises), now))]
    latest: dict[int, tuple[datetime, int, int]] = {}
    if late:
        due = (
            Timer.objects.filter(promise_id__in=late, due_at__lte=now, epoch=F("promise__version"))
            .exclude(status=TimerStatus.VOID)
            .order_by()
        )
        for promise, pk, kind, due_at in due.values_list("promise_id", "pk", "kind", "due_at"):
            key = (due_at, ladder.RANK[kind], pk)
            if promise not in latest or key > latest[promise]:
                latest[promise] = key
    return {promise: key[2] for promise, key in latest.items()}


def _attempts(cases: Collection[int]) -> dict[int, list[tuple[datetime, str]]]:
    by_case: dict[int, list[tuple[datetime, str]]] = {}
    found = (
        "SELECT a.case_id, a.at, a.outcome FROM cases_callbackattempt a "
        f"WHERE a.case_id {in_list('bigint')} AND a.superseded_by_id IS NULL"
    )
    with connection.wrap_database_errors:
        attempts = rows(found, (list_param(cases),))
    for case, at, outcome in attempts:
        by_case.setdefault(case, []).append((at, outcome))
    return by_case


def close(pks: Collection[int], status: TimerStatus, now: datetime) -> None:
    """These rows, held by the caller, are done, void or passed over."""
    sql = f"UPDATE cases_timer SET status = %s, done_at = %s WHERE id {in_list('bigint')}"
    with connection.wrap_database_errors:
        run(sql, (status.value, now, list_param(pks)))


def _made_at(promises: Collection[int | None]) -> dict[int, datetime]:
    return dict(Promise.objects.filter(pk__in=promises).order_by().values_list("pk", "made_at"))


def _answered(cases: Collection[int]) -> dict[int, datetime]:
    found = Escalation.objects.filter(case_id__in=cases, answered_at__isnull=False).order_by()
    return dict(found.values("case_id").annotate(at=Max("answered_at")).values_list("case_id", "at"))


def _entity_people(cases: Collection[int]) -> dict[int, list[int]]:
    """Who owes an answer: the specialist who took the escalation, else the entity's back-office accounts."""
    by_case: dict[int, list[int]] = {}
    found = (
        Escalation.objects.filter(
            case_id__in=cases,
            status__in=OPEN_ESCALATION,
            target_entity__users__is_active=True,
            target_entity__users__groups__name=Role.BACK_OFFICE.value,
        )
        .order_by()
        .annotate(
            here=Q(handled_by__is_active=True, handled_by__entity=F("target_entity")),
        )
        .values_list("case_id", "target_entity__users", "handled_by", "here")
        .distinct()
    )
    for case, user, handler, here in found:
        if not here or user == handler:
            by_case.setdefault(case, []).append(user)
    return by_case


def _specialists(entities: Collection[int | None]) -> dict[int, list[int]]:
    """The back-office accounts of each entity."""
    by_entity: dict[int, list[int]] = {}
    people = User.objects.filter(entity__in=entities, is_active=True, groups__name=Role.BACK_OFFICE.value)
    for entity, user in people.order_by("pk").values_list("entity", "pk"):
        by_entity.setdefault(entity, []).append(user)
    return by_entity


def _latest_clocks(escalations: Collection[int | None], now: datetime) -> dict[int, int]:
    """Per escalation, the last of its steps due by `now`: after an outage, the only one to send."""
    due = Timer.objects.filter(escalation_id__in=escalations, due_at__lte=now).exclude(
        status=TimerStatus.VOID
    )
    rows_due = due.order_by("due_at", "pk").values_list("escalation_id", "pk")
    return {escalation: pk for escalation, pk in rows_due if escalation is not None}
