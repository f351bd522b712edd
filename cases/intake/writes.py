"""What intake writes: contacts, changed codes, verdict rows. Set-based, inside the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from atdemain.database import (
    in_list,
    insert_many,
    inserting,
    json_text,
    list_param,
    on_postgresql,
    rows,
    run,
    table_of,
    table_params,
)
from cases.repeat import Verdict

from .arrivals import Arrival

CONTACT = "cases_contact"
#: Column → its type on PostgreSQL.
TYPES = {
    "source_system": "text",
    "source_id": "text",
    "nature": "text",
    "client_id": "bigint",
    "line_id": "bigint",
    "unit_id": "bigint",
    "identification": "text",
    "caller_number": "text",
    "interaction_id": "text",
    "leg_no": "smallint",
    "channel": "text",
    "direction": "text",
    "arrived_at": "timestamptz",
    "answered_at": "timestamptz",
    "ended_at": "timestamptz",
    "has_answer_times": "boolean",
    "wait_s": "integer",
    "talk_s": "integer",
    "hold_s": "integer",
    "outcome": "text",
    "reason_id": "bigint",
    "handled_by_id": "bigint",
    "handler_ref": "text",
    "handling_entity_id": "bigint",
    "conflictual": "boolean",
    "summary": "text",
    "mass_incident_id": "bigint",
    "import_run_id": "bigint",
    "case_id": "bigint",
    "exclusion_code": "text",
    "n_in_window": "smallint",
    "content_hash": "text",
    "received_at": "timestamptz",
}
COLUMNS = tuple(TYPES)
_NAMES = ", ".join(COLUMNS)
#: Changes whenever one of these contacts does, comes or goes (PostgreSQL).
SEEN = "bit_xor(hashtidextended(c.ctid, c.xmin::text::bigint))"
#: Writes nothing where the key is known, or where the client is not as it was read: `guard` parameters
#: (client, since, `SEEN` of its contacts since then, client, whether it has cases).
INSERT_IF_UNCHANGED = (
    f"INSERT INTO {CONTACT} ({_NAMES}) SELECT {', '.join(f'%s::{kind}' for kind in TYPES.values())} "
    f"WHERE (SELECT coalesce({SEEN}, 0) FROM {CONTACT} c WHERE c.client_id = %s AND c.arrived_at > %s) = %s "
    "AND EXISTS (SELECT 1 FROM cases_case k WHERE k.client_id = %s) = %s "
    "ON CONFLICT (source_system, source_id) DO NOTHING RETURNING id"
)
#: What a correction may change: everything but the key, the run, the case and when it first came.
_CORRECTED = tuple(
    name
    for name in COLUMNS
    if name not in ("source_system", "source_id", "import_run_id", "case_id", "received_at")
)
UPDATE_ONE = f"UPDATE {CONTACT} SET {', '.join(f'{name} = %s' for name in _CORRECTED)} WHERE id = %s"


def values_of(arrival: Arrival, run_id: int | None, received_at: datetime | str, *, iso: bool) -> tuple:
    """The row of a judged contact that has no case, in the order of COLUMNS.

    `iso`: its own times as text, which PostgreSQL reads itself; a datetime costs psycopg a call of Python.
    """
    item, *times, texts, content_hash = arrival.checked
    arrived, answered, ended = texts if iso else times
    verdict = arrival.verdict
    return (
        item.source_system,
        item.source_id,
        item.nature,
        arrival.client_id,
        arrival.line_id,
        arrival.unit_id,
        arrival.identification,
        item.caller_number,
        item.interaction_id,
        item.leg_no,
        item.channel,
        item.direction,
        arrived,
        answered,
        ended,
        item.has_answer_times,
        item.wait_s,
        item.talk_s,
        item.hold_s,
        item.outcome,
        arrival.reason_id,
        arrival.handled_by_id,
        item.handler_ref,
        arrival.entity_id,
        item.conflictual,
        item.summary,
        arrival.incident_id,
        run_id,
        None,
        verdict.code,
        verdict.n,
        content_hash,
        received_at,
    )


@contextmanager
def storing_contacts(run_id: int | None, now: datetime) -> Iterator[Callable[[int, Arrival], Any]]:
    """`store(id, arrival)` for new contacts, all written when the block ends.

    A source key that exists already raises IntegrityError.
    """
    iso = on_postgresql()
    received_at = now.isoformat() if iso else now
    with inserting(CONTACT, ("id", *COLUMNS)) as insert:
        yield lambda pk, arrival: insert((pk, *values_of(arrival, run_id, received_at, iso=iso)))


def correct_contact(arrival: Arrival, run_id: int | None, now: datetime) -> None:
    """Write all that the source now says (and the new code and N); its case stays (see `leave_case`)."""
    said = dict(zip(COLUMNS, values_of(arrival, run_id, now, iso=on_postgresql()), strict=True))
    run(UPDATE_ONE, [*(said[name] for name in _CORRECTED), arrival.contact_id])


def change_codes(changes: Sequence[tuple[int, str, int | None]]) -> None:
    """(contact, code, N) of stored contacts whose answer changed."""
    if not changes:
        return
    if on_postgresql():
        run(
            f"UPDATE {CONTACT} c SET exclusion_code = q.code, n_in_window = q.n "
            f"FROM {table_of('q', id='bigint', code='text', n='smallint')} WHERE c.id = q.id",
            table_params(changes, 3),
        )
        return
    for pk, code, n in changes:
        run(f"UPDATE {CONTACT} SET exclusion_code = %s, n_in_window = %s WHERE id = %s", (code, n, pk))


def link_to_case(pairs: Sequence[tuple[int, int]]) -> None:
    """(contact, case), for contacts that have none (INV-04: a contact belongs to one case at most)."""
    for contact_id, case_id in pairs:
        run(f"UPDATE {CONTACT} SET case_id = %s WHERE id = %s AND case_id IS NULL", (case_id, contact_id))


def leave_case(contact_id: int) -> None:
    """A contact that turns out to be another client's is no part of the first one's case."""
    run(f"UPDATE {CONTACT} SET case_id = NULL WHERE id = %s", (contact_id,))


# -- verdict rows: only RD3+, and what superseded it ------------------------------------------------------


class CurrentVerdict(NamedTuple):
    id: int
    contact_id: int
    rule_id: int
    count: int
    verdict: str
    mode: str
    contact_ids: list[int]

    @property
    def opens(self) -> bool:
        """RD3+ where a case could open; one that was only observed may still open one."""
        return self.verdict == "rd3plus" and self.mode == "live"


def current_verdicts(contact_ids: Iterable[int]) -> dict[int, CurrentVerdict]:
    wanted = list(contact_ids)
    if not wanted:
        return {}
    sql = (
        "SELECT v.id, v.contact_id, v.rule_id, v.count, v.verdict, v.mode, v.contact_ids "
        "FROM cases_repeatverdict v "
        f"WHERE v.superseded_at IS NULL AND v.contact_id {in_list('bigint')}"
    )
    return {row[1]: CurrentVerdict(*row[:6], _ids(row[6])) for row in rows(sql, (list_param(wanted),))}


class Replacement(NamedTuple):
    """A verdict to store for a contact, and the row it supersedes, if any."""

    contact_id: int
    verdict: Verdict
    contact_ids: list[int]
    superseded: int | None


def replacements(
    verdicts: Iterable[tuple[int, Verdict]],
    ids: dict[tuple[str, str], int],
    current: dict[int, CurrentVerdict],
    mode: str,
) -> list[Replacement]:
    """What must be written so that the current rows say what the rule now says; [] when they do.

    A row that was only observed is replaced by a live one, never the other way round.
    """
    answer = []
    for contact_id, verdict in verdicts:
        row = current.get(contact_id)
        if not verdict.rd3plus and (row is None or row.verdict != "rd3plus"):
            continue
        counted = [c.id if c.id is not None else ids[c.key] for c in verdict.counted]
        if (
            row is not None
            and verdict.rd3plus
            and row.verdict == "rd3plus"
            and (row.rule_id == verdict.rule.id and row.contact_ids == counted)
            and (row.mode == "live" or mode == "shadow" or verdict.mode == "shadow")
        ):
            continue
        answer.append(Replacement(contact_id, verdict, counted, row.id if row is not None else None))
    return answer


def write_verdicts(replaced: Sequence[Replacement], mode: str, now: datetime) -> None:
    """`mode`: "shadow" where the whole run is observation, else each verdict's own."""
    gone = [item.superseded for item in replaced if item.superseded is not None]
    if gone:
        run(
            f"UPDATE cases_repeatverdict SET superseded_at = %s WHERE id {in_list('bigint')}",
            (now, list_param(gone)),
        )
    kept = [item for item in replaced if item.verdict.rule.id is not None]
    if not kept:
        return
    values: list[tuple[Any, ...]] = [
        (
            item.contact_id,
            item.verdict.rule.id,
            item.verdict.identity_key,
            item.verdict.n or 0,
            item.verdict.window_start or item.verdict.contact.arrived_at,
            json_text(item.contact_ids),
            item.verdict.value.value,
            "shadow" if mode == "shadow" else item.verdict.mode,
            now,
        )
        for item in kept
    ]
    columns = (
        "contact_id",
        "rule_id",
        "identity_key",
        "count",
        "window_start",
        "contact_ids",
        "verdict",
        "mode",
        "computed_at",
    )
    if len(values) == 1:
        marks = ", ".join(["%s"] * len(columns))
        run(f"INSERT INTO cases_repeatverdict ({', '.join(columns)}) VALUES ({marks})", values[0])
    else:
        insert_many("cases_repeatverdict", columns, values)


def _ids(value: Any) -> list[int]:
    return json.loads(value) if isinstance(value, str) else value
