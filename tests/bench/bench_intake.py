"""Intake of one contact, one commit: `cases.intake.receive()` beside raw psycopg.

The floor writes the same rows in one statement under the same per-client lock: the contact with its N
and, for a third contact, the verdict, the case and its timer, the links to it and its journal row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

from atdemain.journal.actors import importer
from cases.intake import IncomingContact, receive

from .contacts import REASON, at_of, build_base, clear_stream, client_of, reference_ids
from .measuring import Measure, shared, total
from .report import Line

ROUNDS = 2
TARGET_RATIO, AIM_RATIO, TARGET_CPU_MS, TARGET_SPREAD = 0.25, 0.50, 2.0, 0.15

FLOOR = """
WITH locked AS MATERIALIZED (SELECT id FROM cases_client WHERE client_ref = %(ref)s FOR NO KEY UPDATE),
counted AS MATERIALIZED (SELECT locked.id AS client_id, 1 + count(c.id) AS n, array_agg(c.id) AS ids FROM locked
  LEFT JOIN cases_contact c ON c.client_id = locked.id AND c.exclusion_code = ''
    AND c.arrived_at > %(at)s::timestamptz - interval '168 hours' AND c.arrived_at <= %(at)s GROUP BY locked.id),
opening AS MATERIALIZED (SELECT nextval('cases_case_id_seq') AS case_id FROM counted
  WHERE n >= 3 AND NOT EXISTS (SELECT 1 FROM cases_case k
    WHERE k.client_id = counted.client_id AND k.state IN ('opened', 'escalated', 'callback_due'))),
contact AS (INSERT INTO cases_contact (source_system, source_id, nature, client_id, unit_id, identification,
  caller_number, interaction_id, leg_no, channel, direction, arrived_at, answered_at, ended_at,
  has_answer_times, wait_s, talk_s, hold_s, outcome, reason_id, handler_ref, conflictual, summary, case_id,
  exclusion_code, n_in_window, content_hash, received_at)
  SELECT 'stream', %(sid)s::varchar, 'client', client_id, %(unit)s, 'certain', '', '', 1, 'voice', 'in',
  %(at)s::timestamptz, %(at)s, %(at)s, true, 20, 280, 0, 'handled', %(reason)s, 'agent1', false, '', case_id,
  '', n, md5(%(sid)s::varchar), %(at)s FROM counted LEFT JOIN opening ON true
  ON CONFLICT (source_system, source_id) DO NOTHING RETURNING id, client_id, n_in_window),
verdict AS (INSERT INTO cases_repeatverdict (contact_id, rule_id, identity_key, count, window_start, contact_ids,
  verdict, mode, computed_at) SELECT contact.id, %(rule)s, 'client:' || contact.client_id, contact.n_in_window,
  %(at)s::timestamptz - interval '168 hours', to_jsonb(counted.ids), 'rd3plus', 'live', %(at)s
  FROM contact, counted WHERE contact.n_in_window >= 3 RETURNING id),
opened AS (INSERT INTO cases_case (id, ref, client_id, identity_key, reason_family, state, origin, unit_id, colour,
  opened_at, last_event_at, closure_kind, cancel_reason, resolution_code, root_cause, client_confirmation,
  reopened_count, detected_late, threshold_no_longer_met, version)
  SELECT case_id, 'F-' || case_id, contact.client_id, 'client:' || contact.client_id, 'no_sync', 'opened',
  'rd3plus', %(unit)s, 'orange', %(at)s, %(at)s, '', '', '', '', '', 0, false, false, 1 FROM contact, opening
  RETURNING id),
linked AS (UPDATE cases_contact c SET case_id = opening.case_id FROM opening, counted WHERE c.id = ANY(counted.ids)),
timed AS (INSERT INTO cases_timer (case_id, epoch, kind, due_at, status) SELECT id, 1, 'silent_case',
  %(at)s::timestamptz + interval '3 days', 'pending' FROM opened),
journal AS (INSERT INTO journal_auditevent (at, object_type, object_id, seq, actor_kind, actor_role, action,
  refused, from_state, to_state, reason_code, changes, request_id, source, payload_hash, prev_hash, hash)
  SELECT %(at)s, 'case', opened.id, 1, 'import', '', 'open', false, '', 'opened', '', '{}', '', '', '', '',
  md5(opened.id::text) || md5(%(sid)s::varchar) FROM opened RETURNING id),
head AS (INSERT INTO journal_journalhead (object_type, object_id, seq, hash)
  SELECT 'case', opened.id, 1, md5(opened.id::text) FROM opened RETURNING id)
SELECT n_in_window FROM contact
"""


class Floor:
    """One psycopg connection, autocommit, the statement prepared: nothing can write these rows faster."""

    def __init__(self, clients: int) -> None:
        self.clients = clients
        self.constants = reference_ids()

    def __call__(self, indexes: Sequence[int]) -> None:
        connection.ensure_connection()
        raw = connection.connection
        raw.prepare_threshold = 2
        cursor = psycopg.Cursor(raw)
        for index in indexes:
            client = client_of(index, self.clients)
            cursor.execute(
                FLOOR, self.constants | {"ref": f"B{client}", "sid": f"s{index}", "at": at_of(index)}
            )
            assert cursor.fetchone()


class Product:
    def __init__(self, clients: int) -> None:
        self.clients = clients

    def __call__(self, indexes: Sequence[int]) -> None:
        actor = importer("bench")
        for index in indexes:
            answer = receive(incoming(index, self.clients), actor=actor, now=at_of(index))
            assert answer.status == "created", answer


def incoming(index: int, clients: int) -> IncomingContact:
    at = at_of(index)
    return IncomingContact(
        source_system="stream",
        source_id=f"s{index}",
        arrived_at=at,
        answered_at=at,
        ended_at=at,
        has_answer_times=True,
        wait_s=20,
        talk_s=280,
        hold_s=0,
        client_ref=f"B{client_of(index, clients)}",
        unit_code="bench",
        reason_code=REASON,
        handler_ref="agent1",
    )


def run(options: Any) -> list[Line]:
    """Lines of the table: one per size and number of connections, then how far the sizes differ."""
    measured: dict[tuple[int, int], tuple[Measure, Measure]] = {}
    for size in options.sizes:
        build_base(size)
        clients = size // 10
        for connections in (1, 8):
            floors, ours = [], []
            for _ in range(ROUNDS):
                for work, found in ((Floor(clients), floors), (Product(clients), ours)):
                    found.append(_from_the_same_base(work, options.contacts, connections))
            measured[size, connections] = total(floors), total(ours)
    lines = [_line(*key, *found) for key, found in measured.items()]
    if len(options.sizes) > 1:
        lines += [_spread(options.sizes, connections, measured) for connections in (1, 8)]
    return lines


def _from_the_same_base(work: Any, contacts: int, connections: int) -> Measure:
    with connection.cursor() as cursor:
        clear_stream(cursor)
    return shared(work, range(1, contacts + 1), connections)


def _line(size: int, connections: int, floor: Measure, ours: Measure) -> Line:
    ratio = ours.per_second / floor.per_second
    return Line(
        "intake",
        f"one contact, base {size:,}, {connections} conn., {ours.cpu_ms:.2f} ms CPU",
        "contacts/s",
        floor.per_second,
        ours.per_second,
        ratio,
        f"≥ {TARGET_RATIO} (aim {AIM_RATIO}), ≤ {TARGET_CPU_MS} ms CPU",
        ratio >= TARGET_RATIO and ours.cpu_ms <= TARGET_CPU_MS,
        {"floor": floor.parts, "ours": ours.parts},
    )


def _spread(sizes: Sequence[int], connections: int, measured: dict) -> Line:
    """How far the CPU of a contact moves between the sizes, warm."""
    costs = [measured[size, connections][1].cpu_ms for size in sizes]
    floors = [measured[size, connections][0].cpu_ms for size in sizes]
    furthest = max((cost / costs[0] - 1 for cost in costs), key=abs)
    return Line(
        "intake",
        f"CPU from {sizes[0]:,} to {sizes[-1]:,}, {connections} conn.",
        "relative",
        max((cost / floors[0] - 1 for cost in floors), key=abs),
        furthest,
        None,
        f"within ±{TARGET_SPREAD}",
        abs(furthest) <= TARGET_SPREAD,
        {"cpu_ms": dict(zip(map(str, sizes), costs, strict=True))},
    )
