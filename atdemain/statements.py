"""An ORM query written once in a process, then only asked: what the pages everybody keeps open start with.

Writing a query of two hundred columns costs the ORM more than PostgreSQL spends on it. A `Statement`
keeps the SQL that its queryset compiled to, with named parameters in it, and makes the same instances:

    BY_REF = Statement(lambda: Case.objects.select_related("client").filter(ref=Param("ref")))
    (case,) = BY_REF(ref="ATD-2026-000123")

Constants become part of the text, so that a prepared plan still sees which partial index they allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import ModelIterable, ValuesListIterable, get_related_populators
from psycopg import sql

from atdemain import database

Row = TypeVar("Row")


class Param(models.Expression):
    """A value given when the statement is asked, by name. As a condition's right-hand side, or in a list of them."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=models.Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class _Written(NamedTuple):
    """What compiling a queryset gave: its text, what fills each `%s`, and how rows become objects."""

    text: str
    params: tuple[Any, ...]
    compiler: Any
    converters: dict[int, Any]
    makes: _Instances | None  # None: rows as they are


class _Instances:
    """Makes instances of rows as `ModelIterable` does, joined neighbours and annotations included."""

    def __init__(self, compiler: Any) -> None:
        select, info = compiler.select, compiler.klass_info
        fields = info["select_fields"]
        self.from_db = info["model"].from_db
        self.own = slice(fields[0], fields[-1] + 1)
        self.names = [column[0].target.attname for column in select[self.own]]
        self.neighbours = get_related_populators(info, select, DEFAULT_DB_ALIAS)
        self.annotations = tuple(compiler.annotation_col_map.items())

    def __call__(self, row: tuple) -> Any:
        instance = self.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for neighbour in self.neighbours:
            neighbour.populate(row, instance)
        for name, column in self.annotations:
            setattr(instance, name, row[column])
        return instance


class Statement(Generic[Row]):
    """`build` gives the queryset, of instances or of `values_list`; it runs once, at the first question."""

    def __init__(self, build: Callable[[], models.QuerySet[Any, Row]]) -> None:
        self.build = build

    def __call__(self, **values: Any) -> list[Row]:
        """Every row, in the queryset's order. One query."""
        written = self._written
        params = [values[p.name] if isinstance(p, Param) else p for p in written.params]
        with connection.wrap_database_errors:  # as the ORM would raise them
            rows: Iterable[tuple] = database.model_rows(written.text, params)
        if written.converters:
            rows = map(tuple, written.compiler.apply_converters(rows, written.converters))
        return list(map(written.makes, rows) if written.makes else rows)  # type: ignore[arg-type]

    def first(self, **values: Any) -> Row | None:
        """The first row; the queryset says how many there can be."""
        return next(iter(self(**values)), None)

    @cached_property
    def _written(self) -> _Written:
        queryset: Any = self.build()
        if queryset._iterable_class not in (ModelIterable, ValuesListIterable):
            raise TypeError("Instances or values_list: a Statement knows nothing else.")
        if queryset._prefetch_related_lookups:
            raise TypeError("A Statement is one query: it prefetches nothing.")
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        text, params = compiler.as_sql()
        if database.on_postgresql():
            text, params = _with_constants(text, params)
        columns = [column for column, *_rest in compiler.select[: compiler.col_count]]
        makes = _Instances(compiler) if queryset._iterable_class is ModelIterable else None
        return _Written(text, tuple(params), compiler, compiler.get_converters(columns), makes)


def _with_constants(text: str, params: Iterable[Any]) -> tuple[str, list[Any]]:
    """The text with every parameter that is no `Param` written in it."""
    parts = re.split("(?<!%)%s", text)
    connection.ensure_connection()  # quoting is the server's
    kept: list[Any] = []
    written = [parts[0]]
    for param, part in zip(params, parts[1:], strict=True):
        if isinstance(param, Param):
            kept.append(param)
            written.append("%s")
        else:
            plain = sql.Literal(param).as_string(connection.connection)
            written.append(plain.replace("%", "%%"))
        written.append(part)
    return "".join(written), kept
