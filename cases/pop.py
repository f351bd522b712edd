"""« Screen pop »: what is known of who calls, before anybody answers (domain.md §4.5). Writes nothing.

A number is a hint: one of several people names nobody, and is told as such. Five queries with a case, four
without, one more for a merged record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import FilteredRelation, Q, QuerySet

from atdemain.statements import Param, Statement
from cases import phones
from cases.enums import WORKING_STATES, CaseState, Mode
from cases.intake import ClientRow, provisional
from cases.models import Client, ClientPhone

#: A number that more people share is a switchboard's: how many does not matter any more.
MOST = 20
#: A resolved case is reopened by a contact within this time (T10).
OBSERVED = timedelta(hours=168)


class Queue(StrEnum):
    """Where the call should go."""

    OWNER = "owner"
    RD3PLUS = "rd3plus"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Caller:
    """`unit` is a code, "" where the client has none."""

    id: int
    ref: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The case that this call would join, or reopen. `keeper` is in charge at this moment: owner or delegate."""

    id: int
    ref: str
    state: str
    unit: str
    keeper: int | None
    keeper_name: str
    extension: str


@dataclass(frozen=True, slots=True)
class Pop:
    """`before`: contacts counted in the window of `hours`; `rank`: which one this would be, None if it would
    not count. `shared`: how many clients have the number, when it is not one."""

    number: str
    caller: Caller | None = None
    shared: int = 0
    case: OpenCase | None = None
    before: int = 0
    rank: int | None = None
    hours: int = 168
    rd3plus: bool = False
    mode: str = ""
    queue: Queue = Queue.STANDARD
    unit: str = ""
    extension: str = ""


def pop(text: str, now: datetime) -> Pop:
    """`text`: the number as the switch announces it, in any writing; "" when it is withheld."""
    number = phones.e164(text)
    rows = _callers(number, now) if number else []
    people = {row.client for row in rows}
    if len(people) != 1:
        return Pop(number, shared=len(people))
    row = min(rows, key=lambda one: (one.state == CaseState.RESOLVED, one.case or 0))
    known = ClientRow(row.client, row.ref, row.segment, row.unit_id, None)
    expected = provisional(row.client, now=now, known=known)
    caller = Caller(row.client, row.ref, row.name, row.unit)
    case = _case(row, now)
    if expected is None:  # gone between two queries
        return Pop(number, caller, case=case)
    verdict = expected.verdict
    live = verdict.rd3plus and verdict.mode == Mode.LIVE.value
    queue, unit, extension = _queue(case, live, row.unit)
    return Pop(
        number,
        caller,
        case=case,
        before=expected.before,
        rank=verdict.n,
        hours=verdict.rule.window_hours,
        rd3plus=verdict.rd3plus,
        mode=verdict.mode if verdict.rd3plus else "",
        queue=queue,
        unit=unit,
        extension=extension,
    )


def _queue(case: OpenCase | None, live: bool, unit: str) -> tuple[Queue, str, str]:
    """Whoever follows the case; else the unit's RD3+ calls; else anybody."""
    if case is not None and case.keeper is not None:
        return Queue.OWNER, case.unit, case.extension
    if case is not None or live:
        return Queue.RD3PLUS, case.unit if case else unit, ""
    return Queue.STANDARD, unit, ""


class _Row(NamedTuple):
    """A client of the number, with one of the cases that count here, in the order of `_COLUMNS`."""

    client: int
    ref: str
    name: str
    segment: str
    unit_id: int | None
    unit: str
    merged_into: int | None
    case: int | None
    case_ref: str
    state: str
    case_unit: str
    owner: int | None
    owner_first: str
    owner_last: str
    owner_extension: str
    delegate: int | None
    delegate_first: str
    delegate_last: str
    delegate_extension: str
    delegate_from: datetime | None
    delegate_to: datetime | None


_COLUMNS = (
    "pk", "client_ref", "display_name", "segment", "unit", "unit__code", "merged_into",
    "told__pk", "told__ref", "told__state", "told__unit__code",
    "told__owner", "told__owner__user__first_name", "told__owner__user__last_name",
    "told__owner__user__phone_extension__number",
    "told__delegate", "told__delegate__first_name", "told__delegate__last_name",
    "told__delegate__phone_extension__number", "told__delegate_from", "told__delegate_to",
)  # fmt: skip


def _callers(number: str, now: datetime) -> list[_Row]:
    """One query; another where a record was merged into the one that lives."""
    rows = _rows(_OF_NUMBER(number=number, observed=now - OBSERVED))
    merged = {row.merged_into for row in rows if row.merged_into}
    if merged:
        rows = [row for row in rows if not row.merged_into]
        missing = merged - {row.client for row in rows}
        living = Client.objects.filter(pk__in=missing, pseudonymised_at=None)
        rows += _rows(_with_cases(living, now - OBSERVED))
    return rows


def _with_cases(found: QuerySet[Any], since: Any, of: str = "") -> QuerySet[Any, Any]:
    """`of`: from the rows given to the client. They come first: what is joined is read for them alone."""
    case = f"{of}cases__"
    working = Q(**{f"{case}state__in": WORKING_STATES})
    observed = Q(**{f"{case}state": CaseState.RESOLVED, f"{case}resolved_at__gt": since})
    told = FilteredRelation(f"{of}cases", condition=working | observed)
    columns = (name if name.startswith("told__") else f"{of}{name}" for name in _COLUMNS)
    return found.annotate(told=told).order_by().values_list(*columns)[:MOST]


_OF_NUMBER = Statement(
    lambda: _with_cases(
        ClientPhone.objects.filter(e164=Param("number"), client__pseudonymised_at=None),
        Param("observed"),
        "client__",
    )
)


def _rows(found: Iterable[Any]) -> list[_Row]:
    return [
        _Row(*("" if value is None and _TEXT[n] else value for n, value in enumerate(row))) for row in found
    ]


_TEXT = [name.endswith(("ref", "name", "segment", "code", "state", "number")) for name in _COLUMNS]


def _case(row: _Row, now: datetime) -> OpenCase | None:
    if row.case is None:
        return None
    keeper, first, last, extension = row.owner, row.owner_first, row.owner_last, row.owner_extension
    in_office = (
        row.delegate is not None
        and (row.delegate_from is None or row.delegate_from <= now)
        and (row.delegate_to is None or now < row.delegate_to)
    )
    if in_office:
        keeper, first, last = row.delegate, row.delegate_first, row.delegate_last
        extension = row.delegate_extension
    name = f"{first} {last}".strip()
    return OpenCase(row.case, row.case_ref, row.state, row.case_unit, keeper, name, extension)
