"""Assignment: one decision among 700 advisors, and a thousand cases at the opening of the morning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from atdemain.journal.actors import system
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, Unit, UnitParticipation, User
from atdemain.organisation.roles import set_roles
from cases.enums import Origin
from cases.models import Case, Client
from cases.workflow import open_case
from routing import assign
from routing.asking import request_for
from routing.engine import decide
from routing.enums import PresenceKind
from routing.facts import Board
from routing.models import AdvisorSkill, Presence, Skill

from .contacts import writing_history
from .measuring import here
from .report import Line

NOW = datetime(2026, 11, 10, 8, 0, tzinfo=UTC)
ADVISORS, UNITS, CASES = 700, 10, 1_000
TARGET_QUERIES, TARGET_CPU_MS, TARGET_SECONDS = 12, 5.0, 60
ROUNDS = 200


def run(options: Any) -> list[Line]:
    units = _people()
    cases = _openings(units, CASES)
    one = cases[0]
    with CaptureQueriesContext(connection) as seen:
        board = Board.at(NOW)
        asked = request_for(one, board)
    decided = here(
        lambda: [decide(asked, board.candidates.values(), board.policy, NOW) for _ in range(ROUNDS)], ROUNDS
    )
    chosen = decide(asked, board.candidates.values(), board.policy, NOW).chosen
    assert chosen is not None
    morning = here(lambda: assign.route_all(NOW), CASES)
    given = Case.objects.filter(pk__in=[case.pk for case in cases], owner__isnull=False).count()
    assert given == CASES, given
    own = {unit.pk for unit in units}
    board = Board.at(NOW)
    assert not [who for who in board.candidates.values() if who.unit_id in own and who.points > who.cap]
    _clean()
    return [
        _line(f"facts of a decision, {ADVISORS} advisors", "queries", len(seen), TARGET_QUERIES),
        _line(f"decide() among {ADVISORS}, CPU", "ms", decided.cpu_ms, TARGET_CPU_MS),
        _line(
            f"{CASES:,} cases given at opening, {morning.cpu_ms:.1f} ms CPU a case",
            "s",
            morning.seconds,
            TARGET_SECONDS,
        ),
    ]


def _line(name: str, unit: str, ours: float, target: float) -> Line:
    return Line("routing", name, unit, None, ours, None, f"≤ {target:g}", ours <= target)


def _people() -> list[Unit]:
    """`ADVISORS` who take part, are trained and on shift, in `UNITS` units open that day."""
    programme = Programme.objects.order_by("pk").first() or Programme.objects.create(
        code="bench", name="Bench"
    )
    units = []
    for n in range(UNITS):
        unit, _ = Unit.objects.get_or_create(code=f"brt-{n}", defaults={"name": f"UAT Bench {n}"})
        UnitParticipation.objects.get_or_create(
            programme=programme, unit=unit, defaults={"participates": True}
        )
        units.append(unit)
    skill = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]
    people = [
        User(
            username=f"brt-{n}", first_name="Conseil", last_name=f"N{n:03}",
            employee_number=f"BRT{n:04}", unit=units[n % UNITS],
        )
        for n in range(ADVISORS)
    ]  # fmt: skip
    User.objects.bulk_create(people)
    for user in people:
        set_roles(user, (Role.ADVISOR,))
    Participation.objects.bulk_create(
        Participation(
            employee=user, programme=programme, role=Role.ADVISOR, mode=ParticipationMode.VOLUNTEER,
            starts_on=date(2026, 1, 1), consent=ConsentAnswer.ACCEPTED,
        )
        for user in people
    )  # fmt: skip
    AdvisorSkill.objects.bulk_create(
        AdvisorSkill(user=user, skill=skill, level=1, validated_on=date(2026, 1, 5)) for user in people
    )
    Presence.objects.bulk_create(
        Presence(user=user, kind=PresenceKind.SHIFT, starts_at=NOW, ends_at=NOW + timedelta(hours=8))
        for user in people
    )
    return units


def _openings(units: list[Unit], count: int) -> list[Case]:
    """Cases that ask for an owner, as many in each unit."""
    clients = Client.objects.bulk_create(
        Client(client_ref=f"BRT-{n:05}", display_name=f"Client {n}", unit=units[n % UNITS])
        for n in range(count)
    )
    cases = []
    with transaction.atomic():
        for client in clients:
            case = open_case(
                client_id=client.pk, line_id=None, identity_key=f"client:{client.pk}", reason_family="no_sync",
                origin=Origin.RD3PLUS, unit_id=client.unit_id, actor=system("bench"), now=NOW, replay=True,
            )  # fmt: skip
            assign.ask([case], "opened", NOW)
            cases.append(case)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return cases


def _clean() -> None:
    """The figures that follow find no case and no message of this one."""
    with connection.cursor() as cursor, writing_history(cursor):
        cursor.execute("TRUNCATE notifications_notification")
        cursor.execute("DELETE FROM routing_assignment")
