"""The sweep: steps of the ladder beside raw SQL, transitions by the clock (T06, T12), an empty sweep.

The floor of a step: pick 500 due rows with SKIP LOCKED, write their inbox items, mark them, in one
statement per 500.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity
from cases.enums import CaseState, TimerKind
from cases.sweep import sweep
from tests.soak.population import Site, escalate, make_promised, make_resolved, make_site

from .contacts import writing_history
from .measuring import Measure, here, total
from .report import Line

NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
BATCH = 500
ROUNDS = 3
TARGET_RATIO, TARGET_MOVES, TARGET_EMPTY_MS = 0.40, 150, 5.0
MOVES = 300  # transitions by the clock of one measure
EMPTY = 200

FLOOR = """
WITH due AS MATERIALIZED (SELECT t.id, t.kind, t.epoch, t.promise_id, c.id AS case_id, c.ref, c.owner_id
  FROM cases_timer t JOIN cases_case c ON c.id = t.case_id JOIN cases_promise p ON p.id = t.promise_id
  WHERE t.status = 'pending' AND t.due_at <= %(now)s ORDER BY t.due_at, t.id LIMIT %(limit)s
  FOR UPDATE OF t SKIP LOCKED),
told AS (INSERT INTO notifications_notification (recipient_id, kind, title, body, url, object_type, object_id,
  urgent, created_at, dedupe_key) SELECT owner_id, kind, 'C’est l’heure du rappel : ' || ref, 'Fenêtre promise.',
  '/cases/' || ref || '/', 'case', case_id::text, true, %(now)s,
  kind || ':p' || promise_id || ':' || epoch || ':' || owner_id FROM due ON CONFLICT DO NOTHING)
UPDATE cases_timer t SET status = 'done', done_at = %(now)s FROM due WHERE t.id = due.id
"""


def run(options: Any) -> list[Line]:
    site = make_site("bsw", advisors=100)
    make_promised(site, options.due, [NOW])
    floors, ours = [], []
    for _ in range(ROUNDS):
        floors.append(_again(_raw, options.due))
        ours.append(_again(_ours, options.due))
    lines = [_steps(options.due, total(floors), total(ours))]
    lines += [_moves("T06", *_reached(site)), _moves("T12", *_confirmed(site)), _empty()]
    return lines


def _again(work: Any, count: int) -> Measure:
    """The same rows, due again."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE notifications_notification")
        cursor.execute("UPDATE cases_timer SET status = 'pending', done_at = NULL WHERE status = 'done'")
        cursor.execute("VACUUM ANALYZE cases_timer")
        cursor.execute("CHECKPOINT")
    done = here(work, count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_notification")
        assert cursor.fetchone()[0] == count
    return done


def _raw() -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FLOOR, {"now": NOW, "limit": BATCH})
            if cursor.rowcount < BATCH:
                return


def _ours() -> None:
    sweep(NOW, BATCH)


def _steps(due: int, floor: Measure, ours: Measure) -> Line:
    ratio = ours.per_second / floor.per_second
    return Line(
        "sweep",
        f"ladder steps, {due:,} due, {1000 * ours.cpu_ms:.0f} µs CPU",
        "steps/s",
        floor.per_second,
        ours.per_second,
        ratio,
        f"≥ {TARGET_RATIO}",
        ratio >= TARGET_RATIO,
        {"floor": floor.parts, "ours": ours.parts, "cpu_ratio": floor.cpu_ms / ours.cpu_ms},
    )


def _reached(site: Site) -> tuple[int, Measure]:
    """T06: the case waits for an entity and its promise is near."""
    at = NOW - timedelta(hours=2)
    entity = Entity.objects.create(code="bench-bo", name="BO-Bench", kind=EntityKind.BACK_OFFICE)
    promises = make_promised(site, MOVES, [at], TimerKind.PROMISE_BEFORE, CaseState.ESCALATED)
    escalate(promises, entity.pk)
    return _counted(at)


def _confirmed(site: Site) -> tuple[int, Measure]:
    """T12: the observation after a resolution is over."""
    at = NOW - timedelta(hours=3)
    make_resolved(site, MOVES, at)
    return _counted(at)


def _counted(at: datetime) -> tuple[int, Measure]:
    moved = 0

    def work() -> None:
        nonlocal moved
        while (report := sweep(at, BATCH)).more:
            moved += report.transitions
        moved += report.transitions

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE cases_timer")
    measure = here(work, MOVES)
    assert moved == MOVES, moved
    return moved, measure


def _moves(name: str, moved: int, ours: Measure) -> Line:
    return Line(
        "sweep",
        f"transitions by the clock ({name}), {ours.cpu_ms:.1f} ms CPU",
        "cases/s",
        None,
        ours.per_second,
        None,
        f"≥ {TARGET_MOVES}/s",
        ours.per_second >= TARGET_MOVES,
        {"ours": ours.parts, "moved": moved},
    )


def _empty() -> Line:
    at = NOW - timedelta(days=30)
    raw = here(_empty_raw, EMPTY)
    ours = here(lambda: [sweep(at) for _ in range(EMPTY)], EMPTY)
    elapsed, floor = 1000 / ours.per_second, 1000 / raw.per_second
    with connection.cursor() as cursor, writing_history(cursor):
        cursor.execute("TRUNCATE notifications_notification")
    return Line(
        "sweep",
        f"empty sweep, {ours.cpu_ms:.2f} ms CPU",
        "ms",
        floor,
        elapsed,
        floor / elapsed,
        f"≤ {TARGET_EMPTY_MS} ms",
        elapsed <= TARGET_EMPTY_MS,
        {"floor": raw.parts, "ours": ours.parts},
    )


def _empty_raw() -> None:
    """What there is to know and to say: nothing is due, and somebody looked."""
    at = NOW - timedelta(days=30)
    with connection.cursor() as cursor:
        for _ in range(EMPTY):
            cursor.execute(
                "SELECT 1 FROM cases_timer WHERE status = 'pending' AND due_at <= %s LIMIT 1", [at]
            )
            cursor.execute(
                "INSERT INTO cases_heartbeat (name, at) VALUES ('floor', %s) "
                "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                [at],
            )
