"""A row → a contact, or another shape: a profile compiled against the file's columns. Pure; French refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from cases.intake import IncomingContact

from . import values
from .errors import RowRejected
from .profile import SLOT, FieldRule, Profile, Shape
from .reading import BAD, Row
from .values import Unreadable, shown

Said = dict[str, Any]  # field → value; a field left out keeps its default
_ONE_DAY = timedelta(days=1)


class Parser:
    """`parse(row)` answers what the row says of a contact, or raises RowRejected naming line and column."""

    def __init__(self, profile: Profile, index: dict[str, int]) -> None:
        self.profile = profile
        self.index = index
        self.shape = shape = profile.shape
        #: The anchor first: the other times are read in relation to it.
        order = {name: rank for rank, name in enumerate(shape.times)}
        rules = sorted(profile.fields.values(), key=lambda rule: order.get(rule.name, 9))
        self._steps = [(rule, self._step(rule)) for rule in rules if rule.constant is None]
        self._constants: Said = {rule.name: rule.constant for rule in rules if rule.constant is not None}
        if profile.answer_times:
            self._constants["has_answer_times"] = True
        if profile.unit is not None and "unit_code" not in profile.fields:
            self._constants["unit_code"] = profile.unit.code
        if shape.system:
            self._constants.setdefault(shape.system, profile.name[:30])
        self._conditions = [
            (index[condition.column], condition.values, condition.other, condition.sets)
            for condition in profile.conditions
        ]

    def parse(self, row: Row) -> Said:
        cells = row.cells
        if row.doubtful:
            self._refuse_garbled(row)
        said = dict(self._constants)
        for rule, step in self._steps:
            try:
                value = step(cells, said)
            except Unreadable as error:
                raise RowRejected(row.line, rule.label, str(error)) from None
            if value is not None:
                said[rule.name] = value
            elif rule.name in self.shape.required:
                raise RowRejected(row.line, rule.label, "la valeur manque, elle est nécessaire.")
        for place, wanted, other, sets in self._conditions:
            if (cells[place] in wanted) != other:
                for name, value in sets.items():
                    if value is None:
                        said.pop(name, None)
                    else:
                        said[name] = value
        return said

    def _refuse_garbled(self, row: Row) -> None:
        for name, place in self.index.items():
            cell = row.cells[place]
            if "\x00" in cell:
                raise RowRejected(row.line, name, "la cellule contient un caractère nul.")
            if BAD in cell:
                raise RowRejected(
                    row.line,
                    name,
                    f"{shown(cell)} contient un caractère illisible en {self.profile.encoding_shown}.",
                )

    # -- one function per field ----------------------------------------------------------------------------

    def _step(self, rule: FieldRule) -> Callable[[list[str], Said], Any]:
        if rule.name in self.shape.times:
            return self._time(rule)
        text = self._template(rule) if rule.template else self._first(rule.columns, rule.empty)
        return self._mapped(rule, text)

    def _first(
        self, columns: Sequence[str], empty: frozenset[str]
    ) -> Callable[[list[str], Said], str | None]:
        places = [self.index[name] for name in columns]
        if len(places) == 1:
            place = places[0]
            return lambda cells, said: None if cells[place] in empty else cells[place]
        return lambda cells, said: next((cells[place] for place in places if cells[place] not in empty), None)

    def _template(self, rule: FieldRule) -> Callable[[list[str], Said], str | None]:
        """Columns joined; nothing where all are empty, and an identifier needs each of them."""
        pieces = SLOT.split(rule.template)  # literal, column, literal, column, literal
        literals, names = pieces[::2], pieces[1::2]
        places = [self.index[name] for name in names]

        def join(cells: list[str], said: Said) -> str | None:
            found = [cells[place] for place in places]
            empty = [name for name, cell in zip(names, found, strict=True) if cell in rule.empty]
            if empty and rule.name == self.shape.key:
                raise Unreadable(f"la colonne {empty[0]} est vide, l’identifiant en a besoin.")
            if len(empty) == len(found):
                return None
            return "".join(map("".join, zip_longest(literals, found, fillvalue=""))).strip()

        return join

    def _mapped(
        self, rule: FieldRule, text_of: Callable[[list[str], Said], str | None]
    ) -> Callable[[list[str], Said], Any]:
        convert = _converter(rule, self.shape)
        mapping, default = rule.mapping, rule.default

        def value(cells: list[str], said: Said) -> Any:
            text = text_of(cells, said)
            if text is None:
                return mapping.get("", default)
            if text in mapping:
                return mapping[text]
            if mapping and default is not None:
                return default
            return convert(text)

        return value

    def _time(self, rule: FieldRule) -> Callable[[list[str], Said], datetime | None]:
        zone = rule.zone or self.profile.zone
        later, anchor = self.profile.later_of_two, self.shape.anchor
        candidates = self._split_times(rule) if rule.date_column else self._whole_times(rule)

        def value(cells: list[str], said: Said) -> datetime | None:
            arrived = said.get(anchor)
            for local in candidates(cells):
                at = values.in_zone(local, zone, later_of_two=later, not_before=arrived)
                if arrived is not None and at < arrived and rule.next_day:
                    at = values.in_zone(local + _ONE_DAY, zone, later_of_two=later)
                if rule.within is not None and arrived is not None and abs(at - arrived) > rule.within:
                    continue
                return at
            return None

        return value

    def _split_times(self, rule: FieldRule) -> Callable[[list[str]], Iterable[datetime]]:
        date_place = self.index[rule.date_column]
        places = [self.index[name] for name in rule.time_columns]

        def moments(cells: list[str]) -> Iterable[datetime]:
            for place in places:
                if cells[place] in rule.empty or cells[date_place] in rule.empty:
                    continue
                on = values.day(cells[date_place], rule.date_formats)
                at = values.hour(cells[place], rule.time_formats)
                local = values.joined(on, at, zero_is_none=rule.zero_is_none)
                if local is not None:
                    yield local

        return moments

    def _whole_times(self, rule: FieldRule) -> Callable[[list[str]], Iterable[datetime]]:
        places = [self.index[name] for name in rule.columns]

        def moments(cells: list[str]) -> Iterable[datetime]:
            for place in places:
                if cells[place] not in rule.empty:
                    yield values.instant(cells[place], rule.formats)

        return moments


def _converter(rule: FieldRule, shape: Shape) -> Callable[[str], Any]:
    if rule.name in shape.durations:
        return lambda text: values.duration(text, rule.formats)
    if rule.name in shape.booleans:
        return values.boolean
    if rule.name in shape.wholes:
        return values.leg_number
    if rule.name in shape.numbers:
        return values.caller
    if rule.name in shape.choices:
        allowed = frozenset(shape.choices[rule.name])

        def choice(text: str) -> str:
            if text not in allowed:
                raise Unreadable(f"{shown(text)} n’est pas prévu par le profil pour « {rule.name} ».")
            return text

        return choice
    return str


def to_contact(said: Said, line: int) -> IncomingContact:
    return IncomingContact(**said, row=line)
