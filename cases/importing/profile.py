"""What a profile is: how one kind of file becomes contacts, or other rows of a known shape (docs/import.md). Read from TOML by `toml.py`.

A field is made in one way: from a `column` (a name, `name#2` for the second of that name, a position from
1, or a list of them: the first that holds something), a `template` that joins columns, a `date` and a
`time` column, or a `constant`. Conditions (`[[when]]`) then set fields where a column holds a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cases.enums import (
    Channel,
    Colour,
    ContactOutcome,
    Direction,
    FaultStatus,
    FaultSystem,
    Identification,
    Nature,
    Segment,
    Technology,
)

SHIPPED = Path(__file__).resolve().parent.parent / "profiles"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a row becomes: its fields by the kind of their value, and which it cannot do without.

    `key` identifies the row in its system; the other times are read in relation to `anchor`; `also` may not be
    missing either. `system` is the field that the profile's name fills where nothing else does, `profiles` the
    folder of the shipped ones.
    """

    key: str
    anchor: str
    texts: tuple[str, ...]
    times: tuple[str, ...]
    choices: Mapping[str, Sequence[str]]
    durations: tuple[str, ...] = ()
    booleans: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()  # phone numbers
    also: tuple[str, ...] = ()
    system: str = ""
    profiles: Path = SHIPPED

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.texts, *self.times, *self.durations, *self.choices, *self.booleans, *self.wholes)

    @property
    def required(self) -> tuple[str, ...]:
        return (self.key, self.anchor, *self.also)


CONTACT = Shape(
    key="source_id",
    anchor="arrived_at",
    texts=(
        "source_id",
        "source_system",
        "client_ref",
        "client_name",
        "line_ref",
        "unit_code",
        "entity_code",
        "reason_code",
        "caller_number",
        "interaction_id",
        "handler_ref",
        "summary",
    ),
    times=("arrived_at", "answered_at", "ended_at"),
    durations=("wait_s", "talk_s", "hold_s"),
    booleans=("client_priority", "conflictual"),
    wholes=("leg_no",),
    numbers=("caller_number",),
    choices={
        "nature": Nature.values,
        "channel": Channel.values,
        "direction": Direction.values,
        "outcome": ContactOutcome.values,
        "identification": Identification.values,
        "client_segment": Segment.values,
        "line_technology": Technology.values,
    },
    system="source_system",
)
FAULT = Shape(
    key="ref",
    anchor="opened_at",
    texts=("ref", "line_ref", "case_ref", "entity_code"),
    times=("opened_at", "closed_at", "updated_at"),
    choices={"system": FaultSystem.values, "colour": Colour.values, "status": FaultStatus.values},
    profiles=SHIPPED / "faults",
)
SLOT = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field of the contact (or of another shape) is made from a row."""

    name: str
    columns: tuple[str, ...] = ()  # the first that holds something
    template: str = ""
    constant: Any = None
    empty: frozenset[str] = frozenset({""})  # texts that mean nothing
    mapping: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None  # what a text absent from the map, or nothing, becomes
    formats: tuple[str, ...] = ()
    date_column: str = ""
    time_columns: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    time_formats: tuple[str, ...] = ("%H:%M:%S", "%H:%M")
    zone: ZoneInfo | None = None  # its own, when it is not the file's
    zero_is_none: bool = False  # « 0:00:00 » means no time at all
    next_day: bool = False  # a time earlier than the arrival is the next day's
    within: timedelta | None = None  # a time further than this from the arrival is not known

    @property
    def reads(self) -> tuple[str, ...]:
        """Every column it looks at."""
        date = (self.date_column,) if self.date_column else ()
        return (*self.columns, *SLOT.findall(self.template), *date, *self.time_columns)

    @property
    def label(self) -> str:
        """The column as a message names it."""
        return ", ".join(dict.fromkeys(self.reads))


@dataclass(frozen=True, slots=True)
class Condition:
    """Where the column's text is one of `values` (or, with `other`, none of them), fields are set."""

    column: str
    values: frozenset[str]
    other: bool
    sets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UnitRule:
    """The unit of a file whose rows name none; created at the first import when the site has it not."""

    code: str
    name: str
    tz: str
    participates: bool


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    text: str
    separator: str
    quote: str
    escape: str
    encoding: str
    header: bool
    skip: int  # lines above the header (or above the first row)
    zone: ZoneInfo
    later_of_two: bool  # an hour that comes twice (clock going back): the second one
    answer_times: bool  # no answer time means that nobody answered
    fields: Mapping[str, FieldRule]
    conditions: Sequence[Condition]
    unit: UnitRule | None
    shape: Shape = CONTACT

    @property
    def columns(self) -> list[str]:
        """Every column the profile reads, in the order it names them."""
        names = [name for rule in self.fields.values() for name in rule.reads]
        names += [condition.column for condition in self.conditions]
        return list(dict.fromkeys(names))

    @property
    def encoding_shown(self) -> str:
        """As a message names it: that a byte-order mark is accepted is no matter for the reader."""
        return "utf-8" if self.encoding == "utf-8-sig" else self.encoding

    def label(self, field_name: str) -> str:
        """The file's column behind a field of the contact; the field itself where no column makes it."""
        rule = self.fields.get(field_name)
        return (rule.label if rule is not None else "") or field_name
