"""Natural keys of many arrivals at once: lines, handlers, clients (locked, created where unknown)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from atdemain.database import (
    in_list,
    insert_many,
    list_param,
    on_postgresql,
    reserve_ids,
    rows,
    table_of,
    table_params,
)
from cases.names import name_key

from .arrivals import Arrival, ClientRow, LineRow
from .contracts import Rejection

CLIENT_COLUMNS = "cl.id, cl.client_ref, cl.segment, cl.unit_id, cl.merged_into_id"
#: Serialises intake of one client without blocking the foreign keys that point at it.
LOCK = " FOR NO KEY UPDATE OF cl"


class Clients:
    """The clients of a batch, locked in the order of their ids (so two batches cannot deadlock)."""

    def __init__(self) -> None:
        self.by_id: dict[int, ClientRow] = {}
        self._by_ref: dict[str, ClientRow] = {}

    def lock(self, ids: Iterable[int], refs: Iterable[str]) -> None:
        ids, refs = sorted(set(ids)), sorted(set(refs))
        if not ids and not refs:
            return
        sql = (
            f"SELECT {CLIENT_COLUMNS} FROM cases_client cl "
            f"WHERE cl.id {in_list('bigint')} OR cl.client_ref {in_list('text')} ORDER BY cl.id"
        )
        if on_postgresql():
            sql += LOCK
        for row in rows(sql, (list_param(ids), list_param(refs))):
            client = ClientRow._make(row)
            self.by_id[client.id] = client
            self._by_ref[client.client_ref] = client
        merged = {
            client.merged_into_id
            for client in self.by_id.values()
            if client.merged_into_id is not None and client.merged_into_id not in self.by_id
        }
        if merged:
            self.lock(merged, ())

    def get(self, client_id: int | None, ref: str) -> ClientRow | None:
        """The client, or the one it was merged into."""
        client = self.by_id.get(client_id) if client_id is not None else self._by_ref.get(ref)
        while client is not None and client.merged_into_id is not None:
            client = self.by_id.get(client.merged_into_id)
        return client

    def segments(self) -> dict[int, str]:
        return {client.id: client.segment for client in self.by_id.values()}

    def create_missing(self, arrivals: Iterable[Arrival], now: datetime) -> None:
        """A client on the spot for each unknown reference, with the name and segment it came with."""
        wanted: dict[str, Arrival] = {}
        for arrival in arrivals:
            item = arrival.checked.item
            if item.client_id is None and item.client_ref and item.client_ref not in self._by_ref:
                wanted.setdefault(item.client_ref, arrival)
        if not wanted:
            return
        columns = (
            "id", "client_ref", "display_name", "name_key", "segment", "unit_id", "preferred_call_slots",
            "priority_client", "priority_reason", "created_at",
        )  # fmt: skip
        values = []
        for pk, (ref, arrival) in zip(
            reserve_ids("cases_client", len(wanted)), sorted(wanted.items()), strict=True
        ):
            item = arrival.checked.item
            priority = "other" if item.client_priority else ""
            values.append(
                (pk, ref, item.client_name, name_key(item.client_name), item.client_segment,
                 arrival.unit_id, "", item.client_priority, priority, now)
            )  # fmt: skip
            arrival.client_created = True
        insert_many("cases_client", columns, values)
        for row in values:
            client = ClientRow(row[0], row[1], row[4], row[5], None)
            self.by_id[client.id] = self._by_ref[client.client_ref] = client


class Lines:
    """The lines of a batch, by id or reference, with the units that looked after them."""

    def __init__(self, arrivals: Iterable[Arrival]) -> None:
        items = [arrival.checked.item for arrival in arrivals]
        ids = {item.line_id for item in items if item.line_id is not None}
        refs = {item.line_ref for item in items if item.line_ref and item.line_id is None}
        self.by_id: dict[int, LineRow] = {}
        self._by_ref: dict[str, LineRow] = {}
        self._history: dict[int, list[tuple[date, date | None, int]]] = {}
        if not ids and not refs:
            return
        sql = (
            "SELECT l.id, l.line_ref, l.client_id, l.unit_id FROM cases_line l "
            f"WHERE l.id {in_list('bigint')} OR l.line_ref {in_list('text')}"
        )
        for row in rows(sql, (list_param(sorted(ids)), list_param(sorted(refs)))):
            self._keep(LineRow._make(row))
        history = (
            "SELECT h.line_id, h.valid_from, h.valid_to, h.unit_id FROM cases_lineunit h "
            f"WHERE h.line_id {in_list('bigint')} ORDER BY h.valid_from DESC"
        )
        for line_id, start, end, unit_id in rows(history, (list_param(sorted(self.by_id)),)):
            self._history.setdefault(line_id, []).append((start, end, unit_id))

    def find(self, arrival: Arrival) -> LineRow | Rejection | None:
        """The line, None where none was said, a rejection where the id is unknown."""
        item = arrival.checked.item
        if item.line_id is not None:
            line = self.by_id.get(item.line_id)
            if line is None:
                return Rejection("line_id", "unknown", f"Ligne inconnue : {item.line_id}.")
        else:
            line = self._by_ref.get(item.line_ref) if item.line_ref else None
        if line is not None:
            arrival.units_of_line = self._history.get(line.id, [])
        return line

    def create(self, arrival: Arrival, client: ClientRow, unit_id: int) -> LineRow:
        """A line on the spot: its client and unit are known, its technology perhaps not."""
        item = arrival.checked.item
        (pk,) = reserve_ids("cases_line", 1)
        insert_many(
            "cases_line",
            ("id", "line_ref", "client_id", "technology", "unit_id"),
            [(pk, item.line_ref, client.id, item.line_technology, unit_id)],
        )
        line = LineRow(pk, item.line_ref, client.id, unit_id)
        self._keep(line)
        return line

    def _keep(self, line: LineRow) -> None:
        self.by_id[line.id] = self._by_ref[line.line_ref] = line


def find_handlers(arrivals: Iterable[Arrival]) -> None:
    """The account behind a source's agent name (employee number or log-in), where there is one."""
    wanted = {
        arrival.checked.item.handler_ref
        for arrival in arrivals
        if arrival.handled_by_id is None and arrival.checked.item.handler_ref
    }
    if not wanted:
        return
    refs = list_param(sorted(wanted))
    sql = (
        "SELECT u.id, u.employee_number, u.username FROM organisation_user u "
        f"WHERE u.employee_number {in_list('text')} OR u.username {in_list('text')}"
    )
    known: dict[str, int] = {}
    for pk, number, username in rows(sql, (refs, refs)):
        known.setdefault(username, pk)
        if number:
            known[number] = pk
    for arrival in arrivals:
        if arrival.handled_by_id is None and arrival.checked.item.handler_ref:
            arrival.handled_by_id = known.get(arrival.checked.item.handler_ref)


#: Accounts that this process has seen, by database: an account is closed, not deleted.
_accounts: dict[str, set[int]] = {}


def is_known_handler(database: str, user_id: int) -> bool:
    return user_id in _accounts.get(database, ())


def forget_handlers() -> None:
    """A foreign key was refused: perhaps one of them was deleted after all."""
    _accounts.clear()


def unknown_handlers(arrivals: Iterable[Arrival], database: str, recorder: int | None) -> set[int]:
    """The accounts given by id that do not exist; one query for all those not seen yet, else none."""
    known = _accounts.setdefault(database, set())
    given = {arrival.handled_by_id for arrival in arrivals if arrival.handled_by_id is not None}
    asked = sorted(given - known - {recorder})
    if not asked:
        return set()
    sql = f"SELECT u.id FROM organisation_user u WHERE u.id {in_list('bigint')}"
    known.update(pk for (pk,) in rows(sql, (list_param(asked),)))
    return set(asked) - known


class Existing(NamedTuple):
    """A contact already stored under a key."""

    id: int
    client_id: int | None
    content_hash: str
    arrived_at: datetime
    import_run_id: int | None
    case_id: int | None
    exclusion_code: str


def find_existing(arrivals: Iterable[Arrival]) -> dict[tuple[str, str], Existing]:
    """Stored contacts with the keys of these arrivals."""
    keys = [(a.checked.item.source_system, a.checked.item.source_id) for a in arrivals]
    if not keys:
        return {}
    sql = (
        "SELECT c.source_system, c.source_id, c.id, c.client_id, c.content_hash, c.arrived_at, "
        "c.import_run_id, c.case_id, c.exclusion_code "
        f"FROM {table_of('q', system='text', sid='text')} "
        "JOIN cases_contact c ON c.source_system = q.system AND c.source_id = q.sid"
    )
    return {(row[0], row[1]): Existing._make(row[2:]) for row in rows(sql, table_params(keys, 2))}
