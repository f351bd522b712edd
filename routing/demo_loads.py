"""The loads of the demonstration's month, from the lives of its cases: sums for 28 days, people for seven.

The same figures as the clock's round would have kept, read every hour rather than every fifteen minutes.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from atdemain.organisation.models import Unit, User
from cases.enums import CaseState
from cases.models import Case, Contact
from routing import load
from routing.facts import policy_in_force
from routing.lives import held, lives
from routing.models import LoadSnapshot, Presence, TeamLoad, UnitLoad
from routing.presence import KEPT
from routing.summaries import Reading, team_day, unit_day

HOUR = timedelta(hours=1)
DAYS = 28

Held = list[tuple[datetime, datetime, str, str]]


def build(now: datetime) -> None:
    """Snapshots of the last seven days, and one line per unit and per team for each day over."""
    row = policy_in_force(now)
    assert row is not None
    policy = row.policy()
    kept = _kept(now)
    hard = _hard(now)
    calendars = {unit.pk: unit.calendar() for unit in Unit.objects.all()}
    shifts, breaks = _presences(now)
    people = {user.pk: user for user in User.objects.filter(pk__in=shifts)}
    readings: dict[tuple[int, date], list[Reading]] = defaultdict(list)
    teams: dict[tuple[int, date], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    snapshots = []
    for user_id, spans in shifts.items():
        user = people[user_id]
        cap = load.cap(user.working_time_pct, policy)
        mine, declared = kept.get(user_id, []), hard.get(user_id, ())
        for start, end in spans:
            at = start
            while at < min(end, now):
                if not any(begins <= at < ends for begins, ends in breaks.get(user_id, ())):
                    facts = _facts(mine, declared, at)
                    weighs = facts.cases or facts.observed or facts.hard_at
                    lines = load.components(facts, policy, at) if weighs else []
                    parts = [(line.code, line.count, line.points) for line in lines]
                    points = load.total(lines)
                    day = calendars[user.unit_id].local_date(at)
                    readings[user.unit_id, day].append(Reading(user_id, parts, points, cap))
                    if user.team_id:
                        teams[user.team_id, day][user_id].append(100 * points / cap)
                    if at >= now - KEPT:
                        snapshots.append(
                            LoadSnapshot(
                                user_id=user_id,
                                at=at,
                                components=[list(p) for p in parts],
                                score=points,
                                cap=cap,
                            )
                        )
                at += HOUR
    LoadSnapshot.objects.bulk_create(snapshots, batch_size=1_000)
    over = {unit: calendar.local_date(now) for unit, calendar in calendars.items()}
    days = [
        unit_day(unit, day, found, policy, row.pk, 60)
        for (unit, day), found in sorted(readings.items())
        if day < over[unit]
    ]
    UnitLoad.objects.bulk_create([one for one in days if one is not None], batch_size=500)
    last = max(over.values(), default=now.date())
    team_days = [team_day(team, day, found) for (team, day), found in sorted(teams.items()) if day < last]
    TeamLoad.objects.bulk_create([one for one in team_days if one is not None], batch_size=500)


def _kept(now: datetime) -> dict[int, Held]:
    kept: dict[int, Held] = defaultdict(list)
    for steps in lives(Case.objects.order_by("pk").values_list("pk", flat=True)).values():
        for owner, start, end, state, colour in held(steps, now + HOUR):
            kept[owner].append((start, end, state, colour))
    return kept


def _hard(now: datetime) -> dict[int, tuple[datetime, ...]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = Contact.objects.filter(
        conflictual_at__gt=now - timedelta(days=DAYS + 1), handled_by__isnull=False
    )  # fmt: skip
    for who, at in rows.order_by("conflictual_at").values_list("handled_by", "conflictual_at"):
        found[who].append(at)
    return {who: tuple(moments) for who, moments in found.items()}


def _presences(now: datetime) -> tuple[dict[int, list[tuple[datetime, datetime]]], ...]:
    """Past shifts, and what interrupted them, by person."""
    shifts: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    breaks: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    rows = Presence.objects.filter(starts_at__lt=now, ends_at__gt=now - timedelta(days=DAYS))
    for user, kind, start, end in rows.order_by("user", "starts_at").values_list(
        "user", "kind", "starts_at", "ends_at"
    ):
        (shifts if kind == "shift" else breaks)[user].append((start, end))
    return shifts, breaks


def _facts(mine: Held, hard: tuple[datetime, ...], at: datetime) -> load.LoadFacts:
    cases: dict[tuple[str, str], int] = defaultdict(int)
    observed = 0
    for start, end, state, colour in mine:
        if start <= at < end:
            if state == CaseState.RESOLVED:
                observed += 1
            elif state != CaseState.CLOSED:
                cases[state, colour] += 1
    recent = tuple(moment for moment in hard if at - 3 * HOUR < moment <= at)
    return load.LoadFacts(cases=cases, observed=observed, hard_at=recent)
