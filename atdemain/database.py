"""The two databases behind one way of asking (architecture.md §5, §9).

The hot path is SQL written by hand: on PostgreSQL through a plain psycopg cursor of Django's own
connection (same transaction; statements prepared, rows parsed in C), on SQLite through Django's.
Both answer aware UTC times. Lists go in binary (`%b`): psycopg quotes a text array item by item.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import Any

import psycopg
from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg.adapt import AdaptersMap
from psycopg.types.string import TextLoader

PREPARE_AFTER = 3
_plain_adapters = AdaptersMap(psycopg.adapters)
#: For rows that become instances: a JSON field reads its own text.
_model_adapters = AdaptersMap(psycopg.adapters)
for _json in ("json", "jsonb"):
    _model_adapters.register_loader(_json, TextLoader)


def on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def pg_cursor(adapters: AdaptersMap = _plain_adapters) -> psycopg.Cursor[tuple]:
    """A server-side-binding cursor of the current connection; prepares what it runs often.

    As with Django's own, a connection that the server closed meanwhile is replaced at the first use of a request.
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    raw = connection.connection
    if raw.prepare_threshold is None:
        raw.prepare_threshold = PREPARE_AFTER
    cursor = psycopg.Cursor(raw)
    cursor._adapters = adapters  # Django's own time loader is Python; psycopg's is C
    return cursor


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple]:
    """Every row of a SELECT or of a RETURNING."""
    if on_postgresql():
        return _execute(sql, params).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, [_to_sqlite(value) for value in params])
        return [tuple(map(_from_sqlite, row)) for row in cursor.fetchall()]


def model_rows(sql: str, params: Sequence[Any] = ()) -> list[tuple]:
    """Rows as the ORM's own converters expect them from the driver."""
    if on_postgresql():
        return _execute(sql, params, _model_adapters).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(sql, [_to_sqlite(value) for value in params])
        return cursor.fetchall()


def _execute(
    sql: str, params: Sequence[Any], adapters: AdaptersMap = _plain_adapters
) -> psycopg.Cursor[tuple]:
    """On a plain cursor; whoever watches or counts Django's own statements sees this one too."""
    cursor = pg_cursor(adapters)
    if not connection.execute_wrappers and not connection.queries_logged:
        return cursor.execute(sql, params)

    def execute(sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        return cursor.execute(sql, params)

    for wrapper in connection.execute_wrappers:
        execute = partial(wrapper, execute)
    started = time.monotonic()
    execute(sql, params, False, {"connection": connection, "cursor": cursor})
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": f"{time.monotonic() - started:.3f}"})
    return cursor


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """A statement without an answer; the number of rows it touched."""
    if on_postgresql():
        return _execute(sql, params).rowcount
    with connection.cursor() as cursor:
        cursor.execute(sql, [_to_sqlite(value) for value in params])
        return cursor.rowcount


@contextmanager
def inserting(table: str, columns: Sequence[str]) -> Iterator[Callable[[Sequence[Any]], Any]]:
    """Rows given one by one: COPY on PostgreSQL, which stores them meanwhile; executemany at the end on SQLite."""
    names = ", ".join(columns)
    if on_postgresql():
        with pg_cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            yield copy.write_row
        return
    kept: list[Sequence[Any]] = []
    yield kept.append
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [[_to_sqlite(value) for value in row] for row in kept],
        )


def insert_many(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]) -> None:
    with inserting(table, columns) as insert:
        for row in values:
            insert(row)


def insert_instances(instances: Sequence[Any]) -> None:
    """New instances of one model, keys included, without JSON; what a `save()` adds of its own is not run."""
    fields = instances[0]._meta.concrete_fields
    values = ([_of_choice(getattr(one, field.attname)) for field in fields] for one in instances)
    insert_many(instances[0]._meta.db_table, [field.column for field in fields], values)
    for one in instances:
        one._state.adding, one._state.db = False, connection.alias


def _of_choice(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def reserve_ids(table: str, count: int) -> list[int]:
    """Primary keys for `count` rows about to be inserted; call it inside the writing transaction."""
    if not count:
        return []
    if on_postgresql():
        sql = (  # OFFSET 0: the sequence is looked up once, not row by row
            "SELECT nextval(name) FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name OFFSET 0) s, "
            "generate_series(1, %s)"
        )
        return [row[0] for row in rows(sql, (table, count))]
    (top,) = rows(
        f"SELECT max(coalesce((SELECT max(id) FROM {table}), 0), "
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = %s), 0))",
        (table,),
    )[0]
    return list(range(top + 1, top + 1 + count))


def in_list(count_type: str) -> str:
    """The right-hand side of `column …` that matches any value of one list parameter."""
    if on_postgresql():
        return f"= ANY(%b::{count_type}[])"
    return "IN (SELECT value FROM json_each(%s))"


def among(ids: Iterable[int]) -> RawSQL:
    """Keys for the ORM's `…__in`, as one parameter: a thousand placeholders cost more to write than to run."""
    picked = "SELECT unnest(%s::bigint[])" if on_postgresql() else "SELECT value FROM json_each(%s)"
    return RawSQL(picked, [list_param(ids)])


def list_param(values: Iterable[Any]) -> Any:
    """The parameter that `in_list` and `table_of` expect."""
    values = list(values)
    return _array(values) if on_postgresql() else json.dumps([_to_sqlite(value) for value in values])


def _array(values: list[Any]) -> Any:
    """The list as one text where it can be: PostgreSQL reads it sooner than psycopg dumps it item by item."""
    kind = type(values[0]) if values else None
    if kind is None or None in values:
        return values
    if kind is int:
        return f"{{{','.join(map(str, values))}}}"
    if kind is datetime:
        return f"{{{','.join(map(datetime.isoformat, values))}}}"
    if kind is str:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'{{"{joined}"}}'
    return values


def table_of(alias: str, **columns: str) -> str:
    """A FROM item over list parameters, one per column (name=type), rows by position.

    On SQLite the columns become one JSON parameter: pass `table_params` to fill either.
    """
    if on_postgresql():
        arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
        return f"unnest({arrays}) AS {alias}({', '.join(columns)})"
    picks = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns))
    return f"(SELECT {picks} FROM json_each(%s)) AS {alias}"


def table_params(table_rows: Sequence[Sequence[Any]], width: int) -> list[Any]:
    if on_postgresql():
        return [_array(list(column)) for column in zip(*table_rows, strict=True)] or [
            [] for _ in range(width)
        ]
    return [json.dumps([[_to_sqlite(value) for value in row] for row in table_rows])]


def json_text(value: Any) -> str:
    """A JSON column's value, the same on both."""
    return json.dumps(value, separators=(",", ":"))


def _to_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value


def _from_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return value
