"""What the engine must know, read in a constant number of queries (domain.md §5; at most twelve a case).

`Board.at(now)` holds every internal advisor as the engine sees them; `routing.asking` says what a case asks
for. Nothing here decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case as SqlCase
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)  # fmt: skip
from django.db.models.fields import CharField
from django.db.models.functions import Coalesce
from django.utils import timezone

from atdemain.organisation.enums import ConsentAnswer, Role
from atdemain.organisation.models import InternalAdvisor, Participation
from cases.enums import AttemptOutcome, CaseState, PromiseKind
from cases.models import CallbackAttempt, Case, Contact
from routing import load
from routing.engine import BASE_SKILL, Candidate
from routing.enums import BUSY_KINDS, SCHEDULED_KINDS, PresenceKind
from routing.load import LoadFacts
from routing.models import (
    AdvisorSkill,
    Assignment,
    LoadSnapshot,
    Presence,
    RecoveryOffer,
    RoutingPolicy,
    Skill,
)
from routing.policy import Policy

DAY = timedelta(hours=24)
HARD_MEMORY = timedelta(hours=24)
WEEK = timedelta(days=7)
IDLE_MEMORY = timedelta(days=30)


class Advisor(NamedTuple):
    """A row of the first query."""

    user_id: int
    employee_number: str
    name: str
    unit_id: int | None
    team_id: int | None
    zone: ZoneInfo
    working_time_pct: int
    internal: bool
    participates: bool
    consents: bool


@dataclass
class Today:
    """What the presences of one advisor say of now and of the rest of the local day."""

    shift_until: datetime | None = None
    busy: str = ""
    busy_until: datetime | None = None
    scheduled_minutes: int = 0


@dataclass
class Board:
    """Every internal advisor at `now`; `take()` keeps it true after an assignment of the same batch."""

    now: datetime
    policy: Policy
    policy_id: int | None
    advisors: dict[int, Advisor] = field(default_factory=dict)
    facts: dict[int, LoadFacts] = field(default_factory=dict)
    today: dict[int, Today] = field(default_factory=dict)
    candidates: dict[int, Candidate] = field(default_factory=dict)
    only: frozenset[int] | None = None  # a board of these people alone
    skills: frozenset[tuple[str, str]] = frozenset()  # (code, reason family)

    @classmethod
    def at(
        cls,
        now: datetime,
        *,
        units: Iterable[int] | None = None,
        people: Iterable[int] | None = None,
        lock: bool = False,
    ) -> Board:
        """Read everything. `lock`: the row of the policy in force is locked first, so that two deciders
        never see the same loads; needs an open transaction. `units` or `people` limit the board."""
        row = policy_in_force(now, lock=lock)
        policy = row.policy() if row else Policy()
        board = cls(now, policy, row.pk if row else None)
        board.only = None if people is None else frozenset(people)
        board.advisors = {one.user_id: one for one in _advisors(now, units, board.only)}
        board.skills = frozenset(Skill.objects.order_by("pk").values_list("code", "reason_family"))
        held = _skills(board, now)
        board.today = _presences(board, now)
        board.facts = _loads(board, now)
        tired = _tired(board, now)
        recent = _recent(board)
        for one in board.advisors.values():
            facts, today = board.facts[one.user_id], board.today[one.user_id]
            last, week, mean = recent.get(one.user_id, (None, 0, 0))
            board.candidates[one.user_id] = Candidate(
                one.user_id,
                one.employee_number,
                one.name,
                one.unit_id,
                load.score(facts, policy, now),
                load.cap(one.working_time_pct, policy),
                one.internal,
                one.participates,
                one.consents,
                held.get(one.user_id, {}),
                today.shift_until,
                today.busy,
                one.user_id in tired,
                last,
                week,
                mean,
            )
        return board

    def take(self, user_id: int, points: int, *, rd3plus: bool) -> None:
        """A case of `points` was just given to this advisor."""
        one = self.candidates[user_id]
        self.candidates[user_id] = replace(
            one,
            points=one.points + points,
            last_rd3_at=self.now if rd3plus else one.last_rd3_at,
            rd3_in_7_days=one.rd3_in_7_days + rd3plus,
        )

    def skills_for(self, reason_family: str) -> tuple[str, ...]:
        """The base module, and the modules of this family of reasons."""
        return (
            BASE_SKILL,
            *(code for code, family in sorted(self.skills) if family and family == reason_family),
        )

    def narrow(self, rows: QuerySet[Any], field: str) -> QuerySet[Any]:
        """The rows of the people of this board, where it is not everybody's."""
        return rows if self.only is None else rows.filter(**{f"{field}__in": self.only})


def policy_in_force(now: datetime, *, lock: bool = False) -> RoutingPolicy | None:
    rows = RoutingPolicy.objects.filter(valid_from__lte=now).order_by("-valid_from", "-version")
    return (rows.select_for_update() if lock else rows).first()


def _advisors(now: datetime, units: Iterable[int] | None, people: Iterable[int] | None) -> Iterable[Advisor]:
    day = timezone.localdate(now)
    running = Participation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), employee=OuterRef("user"), starts_on__lte=day
    ).order_by("-starts_on")
    rows = InternalAdvisor.objects.filter(active=True, user__is_active=True)
    if units is not None:
        rows = rows.filter(user__unit__in=list(units))
    if people is not None:
        rows = rows.filter(user__in=list(people))
    rows = rows.annotate(
        is_advisor=Exists(
            InternalAdvisor.user.field.related_model.groups.through.objects.filter(
                user=OuterRef("user"), group__name=Role.ADVISOR.value
            )
        ),
        takes_part=Exists(running),
        agreed=Exists(running.filter(consent=ConsentAnswer.ACCEPTED)),
    ).order_by("pk")
    for (
        pk,
        number,
        first,
        last,
        username,
        unit,
        team,
        tz,
        pct,
        is_advisor,
        joined,
        agreed,
    ) in rows.values_list(
        "user",
        "user__employee_number",
        "user__first_name",
        "user__last_name",
        "user__username",
        "user__unit",
        "user__team",
        "user__unit__tz",
        "user__working_time_pct",
        "is_advisor",
        "takes_part",
        "agreed",
    ):
        name = f"{first[:1]}. {last}".strip(". ") or username
        zone = ZoneInfo(tz or "Europe/Paris")
        yield Advisor(pk, number or username, name, unit, team, zone, pct, is_advisor, joined, agreed)


def _skills(board: Board, now: datetime) -> dict[int, dict[str, int]]:
    """Unexpired skills; the day is that of the advisor's unit, `expires_on` included (L26)."""
    held: dict[int, dict[str, int]] = defaultdict(dict)
    advisors = board.advisors
    days = {one.zone: now.astimezone(one.zone).date() for one in advisors.values()}
    rows = board.narrow(AdvisorSkill.objects.order_by(), "user").values_list(
        "user", "skill__code", "level", "expires_on"
    )
    for user, code, level, expires in rows:
        one = advisors.get(user)
        if one is not None and (expires is None or expires >= days[one.zone]):
            held[user][code] = level
    return held


def _presences(board: Board, now: datetime) -> dict[int, Today]:
    advisors = board.advisors
    found = {user_id: Today() for user_id in advisors}
    midnight = {zone: next_midnight(now, zone) for zone in {one.zone for one in advisors.values()}}
    rows = Presence.objects.filter(ends_at__gt=now, starts_at__lt=now + DAY).order_by("starts_at", "pk")
    for user, kind, start, end in board.narrow(rows, "user").values_list(
        "user", "kind", "starts_at", "ends_at"
    ):
        today = found.get(user)
        if today is None:
            continue
        if kind == PresenceKind.SHIFT:
            # Shifts that touch (a planning cut at midnight) are one.
            reaches = today.shift_until if today.shift_until is not None else now
            if start <= reaches:
                today.shift_until = max(end, today.shift_until or end)
        elif start <= now and kind in BUSY_KINDS:
            today.busy, today.busy_until = kind, end
        if kind in SCHEDULED_KINDS:
            until = min(end, midnight[advisors[user].zone])
            today.scheduled_minutes += max(0, int((until - max(start, now)).total_seconds() // 60))
    return found


def next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """The end of the local day, in UTC (days of 23 or 25 hours included)."""
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).astimezone(now.tzinfo)


def last_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time.min, zone).astimezone(now.tzinfo)


def _loads(board: Board, now: datetime) -> dict[int, LoadFacts]:
    cases: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    observed: dict[int, int] = defaultdict(int)
    rows = (
        Case.objects.filter(owner__isnull=False)
        .exclude(state=CaseState.CLOSED)
        .order_by()
        .values("owner", "state", "colour")
        .annotate(n=Count("pk"))
        .values_list("owner", "state", "colour", "n")
    )
    for owner, state, colour, n in board.narrow(rows, "owner"):
        if state == CaseState.RESOLVED:
            observed[owner] += n
        else:
            cases[owner][state, colour] = n
    due: dict[int, int] = defaultdict(int)
    overdue: dict[int, int] = defaultdict(int)
    shifts = [today.shift_until for today in board.today.values() if today.shift_until]
    last = min(max(shifts, default=now), now + DAY)  # what begins later is no callback of a shift
    promised = (
        Case.objects.working()
        .filter(owner__isnull=False, current_promise__isnull=False)
        .annotate(
            until=Coalesce("current_promise__call_by", "current_promise__window_end"),
            begins=Coalesce("current_promise__call_by", "current_promise__window_start"),
            ahead=SqlCase(When(until__gte=now, then=F("begins")), default=None),
        )
        .filter(Q(until__lt=now) | Q(begins__lt=last))
        .order_by()
        .values("owner", "ahead")
        .annotate(n=Count("pk"))
        .values_list("owner", "ahead", "n")
    )
    for owner, begins, n in board.narrow(promised, "owner"):
        today = board.today.get(owner)
        if begins is None:
            overdue[owner] += n
        elif today and today.shift_until and begins < today.shift_until:
            due[owner] += n
    bad, hard = _events(board, now)
    return {
        user_id: LoadFacts(
            working_time_pct=one.working_time_pct,
            cases=cases.get(user_id, {}),
            observed=observed.get(user_id, 0),
            promises_due=due.get(user_id, 0),
            promises_overdue=overdue.get(user_id, 0),
            bad_news_today=bad.get(user_id, 0),
            hard_at=tuple(hard.get(user_id, ())),
            scheduled_minutes=board.today[user_id].scheduled_minutes,
        )
        for user_id, one in board.advisors.items()
    }


#: A callback without solution that was made: the client was told (domain.md L18).
BAD_NEWS_TOLD = Q(
    promise__kind=PromiseKind.BAD_NEWS, outcome=AttemptOutcome.REACHED, superseded_by__isnull=True
)


def _events(board: Board, now: datetime) -> tuple[dict[int, int], dict[int, list[datetime]]]:
    """Callbacks without solution made today, and conflictual contacts of the last hours; one query."""
    bad_news = (
        CallbackAttempt.objects.filter(BAD_NEWS_TOLD, at__gt=now - DAY, at__lte=now)
        .order_by()
        .annotate(who=F("by"), what=Value("bad", CharField()), moment=F("at"))
        .values_list("who", "what", "moment")
    )
    hard = (
        Contact.objects.filter(
            conflictual_at__gt=now - HARD_MEMORY, conflictual_at__lte=now, handled_by__isnull=False
        )
        .order_by()
        .annotate(who=F("handled_by"), what=Value("hard", CharField()), moment=F("conflictual_at"))
        .values_list("who", "what", "moment")
    )
    midnights: dict[ZoneInfo, datetime] = {}
    bad_by: dict[int, int] = defaultdict(int)
    hard_by: dict[int, list[datetime]] = defaultdict(list)
    events = board.narrow(bad_news, "by").union(board.narrow(hard, "handled_by"), all=True)
    for who, what, moment in events:
        one = board.advisors.get(who)
        if one is None:
            continue
        if what == "hard":
            hard_by[who].append(moment)
        else:
            if one.zone not in midnights:
                midnights[one.zone] = last_midnight(now, one.zone)
            bad_by[who] += moment >= midnights[one.zone]
    return bad_by, hard_by


def _tired(board: Board, now: datetime) -> set[int]:
    """Who had two hard contacts in a row and was not offered ten minutes since (domain.md L15).

    The offer that suspends routing does so until it is answered, taken (a presence then) or over.
    """
    pairs = {
        user_id: second
        for user_id, facts in board.facts.items()
        if len(facts.hard_at) > 1 and (second := load.last_pair(facts.hard_at, board.policy)) is not None
    }
    if not pairs:
        return set()
    offers: dict[int, list[tuple[datetime, datetime, str]]] = defaultdict(list)
    rows = RecoveryOffer.objects.filter(user__in=pairs, offered_at__gte=min(pairs.values())).order_by(
        "offered_at"
    )
    for user, offered, expires, answer in rows.values_list("user", "offered_at", "expires_at", "answer"):
        offers[user].append((offered, expires, answer))
    tired = set()
    for user_id, second in pairs.items():
        since = [offer for offer in offers[user_id] if offer[0] >= second]
        if not since or any(not answer and expires > now for _offered, expires, answer in since):
            tired.add(user_id)
    return tired


def _recent(board: Board) -> dict[int, tuple[datetime | None, int, int]]:
    """When each last got an RD3+ case, how many over seven days, and the mean load of those days; one query."""
    now = board.now
    given = (
        Assignment.objects.filter(rd3plus=True, at__gt=now - IDLE_MEMORY, at__lte=now, to_user__isnull=False)
        .order_by()
        .annotate(who=F("to_user"))
        .values("who")
        .annotate(
            last=Max("at", output_field=DateTimeField()),
            number=Count("pk", filter=Q(at__gt=now - WEEK)),
            what=Value("given", CharField()),
        )
        .values_list("who", "last", "number", "what")
    )
    loads = (
        LoadSnapshot.objects.filter(at__gt=now - WEEK, at__lte=now)
        .order_by()
        .annotate(who=F("user"))
        .values("who")
        .annotate(
            last=Max("at", output_field=DateTimeField()),
            number=Sum("score") / Count("pk"),
            what=Value("load", CharField()),
        )
        .values_list("who", "last", "number", "what")
    )
    found: dict[int, tuple[datetime | None, int, int]] = {}
    rows = board.narrow(given, "to_user").union(board.narrow(loads, "user"), all=True)
    for who, last, number, what in rows:
        known, week, mean = found.get(who, (None, 0, 0))
        # To a tenth of a point: what two databases divide differently is no reason to choose.
        found[who] = (last, number, mean) if what == "given" else (known, week, load.tenths(number))
    return found
