"""The hot path: one new contact, later than all we know of the client, on PostgreSQL.

`receive_plain`, where nothing follows but the contact: one statement locks the client and reads what the
rule needs, another writes, both in one pipeline without BEGIN or COMMIT, which PostgreSQL runs as one
transaction. `receive_one`, inside a transaction, also does what follows (a verdict, a case). Anything less
ordinary (unknown client, correction, late record…) answers None and is left to `core.process`.

The statement that waits for the lock reads as of before it waited: so the one that writes, which sees what
was committed meanwhile, writes only if the client's contacts and cases are those that were read.
The rule is the same `evaluate()`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg
from django.db import connection
from psycopg.pq import TransactionStatus

from atdemain.database import pg_cursor
from atdemain.journal.actors import Actor
from cases.repeat import AttemptFacts, evaluate

from . import outcomes
from .arrivals import Arrival, ClientRow, LineRow, build_facts, resolve_codes, settle_place
from .checks import Checked
from .contracts import Mode
from .core import Judged, Processed, Run, database_name
from .neighbourhood import (
    CONTACT_COLUMNS,
    ClientCase,
    StoredContact,
    attempts_from,
    attempts_of,
    cancelled_as,
    cases_of,
    facts_of,
)
from .reference import FINGERPRINT, Reference, is_current, kept_reference
from .resolution import CLIENT_COLUMNS, LOCK, is_known_handler
from .writes import INSERT_IF_UNCHANGED, SEEN, replacements, values_of, write_verdicts

_READ = (
    f"SELECT {FINGERPRINT}, EXISTS (SELECT 1 FROM cases_case k WHERE k.client_id = cl.id), "
    "(SELECT u.id FROM organisation_user u WHERE u.employee_number = %s OR u.username = %s "
    "ORDER BY u.employee_number = %s DESC NULLS LAST LIMIT 1), "
    f"{CLIENT_COLUMNS}, c.* FROM cases_client cl LEFT JOIN LATERAL "
    f"(SELECT {SEEN} OVER (), {CONTACT_COLUMNS} FROM cases_contact c "
    "WHERE c.client_id = cl.id AND c.arrived_at > %s) c ON true WHERE "
)
_READ_BY_REF = f"{_READ} cl.client_ref = %s{LOCK}"
_READ_BY_ID = f"{_READ} cl.id = %s{LOCK}"
_CLIENT = slice(3, 3 + len(ClientRow._fields))
_SEEN = _CLIENT.stop
_LEGS = (
    f"SELECT {CONTACT_COLUMNS} FROM cases_contact c WHERE c.client_id = %s AND c.arrived_at <= %s "
    "AND c.interaction_id = %s AND c.source_system = %s"
)
_LEGS_BY_REF = _LEGS.replace(
    "client_id = %s", "client_id = (SELECT id FROM cases_client WHERE client_ref = %s)"
)
_LINE = (
    "SELECT l.id, l.line_ref, l.client_id, coalesce((SELECT h.unit_id FROM cases_lineunit h "
    "WHERE h.line_id = l.id AND h.valid_from <= %s AND (h.valid_to IS NULL OR h.valid_to > %s) "
    "ORDER BY h.valid_from DESC LIMIT 1), l.unit_id) FROM cases_line l WHERE "
)


class Known(NamedTuple):
    """What is known of the client, under its lock; `seen` is the fingerprint of its recent contacts."""

    client: ClientRow
    line: LineRow | None
    stored: list[StoredContact]
    has_cases: bool
    seen: int
    low: datetime


def receive_plain(checked: Checked, actor: Actor, now: datetime, mode: Mode) -> Arrival | None:
    """The stored contact, committed, or None when more than the contact is to be written. Not inside a
    transaction of the caller's."""
    if connection.in_atomic_block or not connection.get_autocommit():
        return None
    found = _resolved(checked, actor)
    if found is None:
        return None
    arrival, reference = found
    run = Run(actor, now, mode, reference)
    try:
        with pg_cursor().connection.pipeline():
            known = _read(arrival, reference)
            if known is None or known.has_cases:
                return None
            _judge(arrival, known, (), (), run)
            if arrival.verdict.rd3plus or arrival.verdict.suspended:
                return None
            answer = _insert(arrival, known, run)
        row = answer.fetchone()
    except (psycopg.Error, IndexError):  # psycopg may lose count of a pipeline refused at its commit
        _leave_no_broken_pipeline()
        return None  # the general path meets it again, inside Django's own transaction
    if row is None:
        return None
    arrival.contact_id = row[0]
    return arrival


def _leave_no_broken_pipeline() -> None:
    """A constraint refused at the commit leaves psycopg inside its pipeline: the next use opens a connection."""
    held = connection.connection
    if held.info.transaction_status != TransactionStatus.IDLE or held.pgconn.pipeline_status:
        connection.close()


def receive_one(checked: Checked, actor: Actor, now: datetime, mode: Mode) -> Arrival | None:
    """The stored contact with its verdict and outcome, or None when this contact needs the general path."""
    found = _resolved(checked, actor)
    if found is None:
        return None
    arrival, reference = found
    run = Run(actor, now, mode, reference)
    with pg_cursor().connection.pipeline():
        known = _read(arrival, reference)
    if known is None:
        return None
    client_id = known.client.id
    cases = cases_of([client_id]).get(client_id, []) if known.has_cases else []
    since = attempts_from(reference, checked.arrived_at)
    attempts = attempts_of([case.id for case in cases], since) if cases else []
    _judge(arrival, known, cases, attempts, run)
    row = _insert(arrival, known, run).fetchone()
    if row is None:
        return None  # the key is known (a repeat or a correction), or another contact came meanwhile
    arrival.contact_id = row[0]
    verdict = arrival.verdict
    done = Processed([arrival], cases={client_id: cases}, ids={arrival.facts.key: row[0]})
    if verdict.rd3plus:
        write_verdicts(replacements([(row[0], verdict)], done.ids, {}, run.mode), run.mode, run.now)
    if cases or verdict.code or verdict.rd3plus or verdict.suspended:
        done.judged[client_id] = [Judged(row[0], verdict, None, arrival)]
        outcomes.settle(done, run)
    return arrival


def _resolved(checked: Checked, actor: Actor) -> tuple[Arrival, Reference] | None:
    item, database = checked.item, database_name()
    reference = kept_reference(database)
    if reference is None or (item.client_id is None and not item.client_ref):
        return None
    handler = item.handled_by_id
    if handler not in (None, getattr(actor.user, "pk", None)) and not is_known_handler(database, handler):
        return None
    arrival = Arrival(0, checked)
    return (arrival, reference) if resolve_codes(arrival, reference) is None else None


def _read(arrival: Arrival, reference: Reference) -> Known | None:
    """Lock the client and read around the contact, in the pipeline that is open; settles its place."""
    checked = arrival.checked
    item = checked.item
    low = checked.arrived_at - reference.rules.reach
    by_id = item.client_id is not None
    who = item.client_id if by_id else item.client_ref
    agent = item.handler_ref
    answer = pg_cursor().execute(_READ_BY_ID if by_id else _READ_BY_REF, (agent, agent, agent, low, who))
    line_answer = leg_answer = None
    if item.interaction_id:
        legs = _LEGS if by_id else _LEGS_BY_REF
        leg_answer = pg_cursor().execute(legs, (who, low, item.interaction_id, item.source_system))
    if item.line_id is not None or item.line_ref:
        day = checked.arrived_at.date()
        by_line_id = item.line_id is not None
        line_answer = pg_cursor().execute(
            _LINE + ("l.id = %s" if by_line_id else "l.line_ref = %s"),
            (day, day, item.line_id if by_line_id else item.line_ref),
        )
    rows = answer.fetchall()
    if not rows:
        return None
    fingerprint, has_cases, handler_id = rows[0][:3]
    client = ClientRow._make(rows[0][_CLIENT])
    if client.merged_into_id is not None or not is_current(database_name(), fingerprint):
        return None
    line = None
    if line_answer is not None:
        found = line_answer.fetchone()
        if found is None or found[2] != client.id:
            return None
        line = LineRow._make(found)
    if item.handled_by_id is None and agent:
        arrival.handled_by_id = handler_id
    seen = rows[0][_SEEN]
    stored = [StoredContact._make(row[_SEEN + 1 :]) for row in rows] if seen is not None else []
    if any(contact.arrived_at >= checked.arrived_at for contact in stored):
        return None
    if leg_answer is not None:
        stored.extend(map(StoredContact._make, leg_answer.fetchall()))
    return Known(client, line, stored, has_cases, seen or 0, low)


def _judge(
    arrival: Arrival,
    known: Known,
    cases: Sequence[ClientCase],
    attempts: Sequence[AttemptFacts],
    run: Run,
) -> None:
    client, reference, at = known.client, run.reference, arrival.checked.arrived_at
    settle_place(arrival, client, known.line, run.recorder_unit)
    cancelled = cancelled_as(cases) if cases else {}
    facts = [facts_of(c, client.segment, reference, cancelled, at) for c in known.stored]
    new = build_facts(arrival, reference)
    facts.append(new)
    arrival.verdict = evaluate(facts, reference.rules, attempts)[new.key]


def _insert(arrival: Arrival, known: Known, run: Run) -> psycopg.Cursor[tuple]:
    """Its answer is the new id, or nothing where the key is known or the client is not as it was read."""
    values = values_of(arrival, None, run.now, iso=True)
    client_id = known.client.id
    guard = (client_id, known.low, known.seen, client_id, known.has_cases)
    return pg_cursor().execute(INSERT_IF_UNCHANGED, (*values, *guard))
