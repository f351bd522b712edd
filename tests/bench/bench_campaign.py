"""A campaign of 10,000 participants and 200,000 evidence rows, collected, frozen and computed by one worker, twice.

The floor: the same rows of evidence and awards written by two statements.
"""

from __future__ import annotations

import resource
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from atdemain.jobs import queue
from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, Unit, User
from atdemain.organisation.roles import set_roles
from recognition.campaigns import workflow
from recognition.enums import BudgetPolicy, SchemeState
from recognition.models import BudgetEnvelope, Campaign, Evidence, SchemeVersion
from recognition.scheme import seeds
from recognition.sources import SOURCES
from recognition.terms import (
    AllOf,
    AnyOf,
    Criterion,
    Level,
    OneCriterion,
    SameAs,
    write_criterion,
    write_level,
)
from routing.models import Skill

from .contacts import prepare_reference
from .measuring import here
from .report import Line

PEOPLE, QUICK = 10_000, 1_000
TARGET_S, TARGET_MIB = 60.0, 500.0
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
NOW = datetime(2026, 7, 20, 8, tzinfo=UTC)
ROLES = (seeds.ADVISOR, seeds.SUPPORT)


def run(options: Any) -> list[Line]:
    people = QUICK if options.quick else PEOPLE
    scheme = build(people)
    hr = User.objects.get(username="bench-hr")
    actor = Actor.of_user(hr, role=Role.HR.value)
    campaign = workflow.create(scheme, name="bench", reference_date=LAST, actor=actor, now=NOW)

    def once(step: str, at: datetime) -> None:
        present = Campaign.objects.get(pk=campaign.pk)
        workflow.perform(campaign.pk, step, actor=actor, seen=present.version, now=at)
        queue.run_waiting()

    ours = here(lambda: once("collect", NOW), people)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    first = Campaign.objects.get(pk=campaign.pk)
    rows = Evidence.objects.filter(campaign=campaign).count()
    assert first.people == people, (first.state, first.people)
    floor = here(_floor, people)
    once("collect", NOW + timedelta(days=1))
    second = Campaign.objects.get(pk=campaign.pk)
    same = first.output_hash == second.output_hash and (first.run, second.run) == (1, 2)
    details = {"floor": floor.parts, "ours": ours.parts, "evidence": rows, "output_hash": first.output_hash}
    return [
        Line(
            "campaign",
            f"{people:,} participants, {rows:,} evidence rows, {ours.cpu_ms:.1f} ms CPU each",
            "s",
            floor.seconds,
            ours.seconds,
            floor.seconds / ours.seconds,
            f"< {TARGET_S:.0f} s",
            ours.seconds < TARGET_S,
            details,
        ),
        Line("campaign", "memory of the process at its highest", "MiB", None, peak, None,
             f"< {TARGET_MIB:.0f} MiB", peak < TARGET_MIB),
        Line("campaign", "output hash of two collections, 1 when equal", "", None, float(same), None, "1", same),
    ]  # fmt: skip


def _floor() -> None:
    """Nothing is kept."""
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("CREATE TABLE bench_evidence (LIKE recognition_evidence INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_evidence SELECT * FROM recognition_evidence")
        cursor.execute("CREATE TABLE bench_award (LIKE recognition_award INCLUDING ALL)")
        cursor.execute("INSERT INTO bench_award SELECT * FROM recognition_award")
        transaction.set_rollback(True)


def build(people: int) -> SchemeVersion:
    """Set-based: accounts, participations (one in five changed roles), trainings; what another figure built serves."""
    if known := SchemeVersion.objects.filter(name="banc", amends=None).first():
        return known
    prepare_reference()
    unit = Unit.objects.order_by("pk").first() or Unit.objects.create(code="bench", name="UAT Banc")
    hr = User.objects.create(username="bench-hr", first_name="H", last_name="R", unit=unit)
    set_roles(hr, [Role.HR])
    programme = Programme.objects.get_or_create(code="atd", defaults={"name": "AT Demain"})[0]
    skills = [
        Skill.objects.get_or_create(code=code, defaults={"label": code})[0].pk for code in ("base", "wifi")
    ]
    names = {
        "people": people, "unit": unit.pk, "programme": programme.pk, "base": skills[0], "wifi": skills[1],
        "first": FIRST, "last": LAST, "now": NOW,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement, names)
        cursor.execute("ANALYZE")
    scheme = SchemeVersion.objects.create(
        programme=programme, number=2, name="banc", state=SchemeState.IN_FORCE, legal_basis="unilateral_decision",
        decided_on=date(2025, 11, 3), period_start=FIRST, period_end=LAST, renewal="none", max_renewals=0,
        notice_days=30, drafted_by=hr, published_by=User.objects.get(username="bench-0"),
        published_at=datetime(2025, 11, 20, tzinfo=UTC), published_on=date(2025, 11, 20), content_hash="b" * 64, **_content(),
    )  # fmt: skip
    BudgetEnvelope.objects.create(scheme=scheme, total_cents=10**10)
    return scheme


def _content() -> dict[str, Any]:
    """Every source is read for both roles: seventeen facts per role held."""
    criteria = {
        code: Criterion(
            code, one.label, code, one.comparators[0], 60 if code == "active_days" else 1, one.unit, ROLES
        )
        for code, one in SOURCES.items()
    }
    one = {code: OneCriterion(code) for code in criteria}
    levels = [
        Level("level_1", 1, "Niveau 1", dict.fromkeys(ROLES, 400_00), AllOf((one["active_days"], one["base_training"]))),
        Level("level_2", 2, "Niveau 2", dict.fromkeys(ROLES, 800_00),
              AllOf((SameAs("level_1"), AnyOf((one["mentoring_minutes"], one["suggestions"]))))),
    ]  # fmt: skip
    return {
        "criteria": {code: write_criterion(criterion) for code, criterion in criteria.items()},
        "levels": [write_level(level) for level in levels],
        "eligible_roles": list(ROLES),
        "budget_policy": BudgetPolicy.BLOCK,
        "appeal_days": 30,
    }


_ACCOUNT = """
    INSERT INTO organisation_user (
        password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined,
        employee_number, contract_type, working_time_pct, unit_id{more}
    )
    SELECT '', false, 'bench-' || n, 'Prénom' || n, 'Nom' || n, '', false, true, %(now)s,
        'B' || lpad(n::text, 6, '0'), 'permanent', 100, %(unit)s{values}
    FROM generate_series(0, %(people)s - 1) n
"""


def _statements() -> list[str]:
    """Columns that the model gained with a default in Python are named with it."""
    named = {
        "password", "is_superuser", "username", "first_name", "last_name", "email", "is_staff", "is_active",
        "date_joined", "employee_number", "contract_type", "working_time_pct", "unit_id", "id",
    }  # fmt: skip
    more, values = "", ""
    for field in User._meta.local_concrete_fields:
        if field.column in named or field.null:
            continue
        default = field.get_default()
        shown = (
            str(default).lower() if isinstance(default, bool) else repr(default) if default != "" else "''"
        )
        more, values = f"{more}, {field.column}", f"{values}, {shown}"
    whose = "FROM organisation_user u WHERE u.username LIKE 'bench-%%' AND u.username <> 'bench-hr'"
    return [
        _ACCOUNT.format(more=more, values=values),
        f"""INSERT INTO organisation_participation (employee_id, programme_id, role, mode, starts_on, ends_on, consent)
            SELECT u.id, %(programme)s, 'advisor', 'volunteer', %(first)s,
                CASE WHEN u.id %% 5 = 0 THEN DATE '2026-03-31' END, 'accepted' {whose}""",
        f"""INSERT INTO organisation_participation (employee_id, programme_id, role, mode, starts_on, consent)
            SELECT u.id, %(programme)s, 'support', 'volunteer', DATE '2026-04-01', 'accepted' {whose} AND u.id %% 5 = 0""",
        f"""INSERT INTO routing_advisorskill (user_id, skill_id, level, validated_on)
            SELECT u.id, %(base)s, 1, DATE '2026-01-12' {whose} AND u.id %% 10 <> 0""",
    ]
