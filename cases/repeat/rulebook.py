"""Which rule applies (domain.md §4.6). Pure: `cases.rules` loads a RuleBook from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from cases.enums import Mode

from .facts import ParticipationFacts, RuleFacts
from .window import reach

DEFAULT_RULE = RuleFacts()
_UTC = ZoneInfo("UTC")


def choose_rule(
    rules: Iterable[RuleFacts], unit_id: int | None, segment: str, at: datetime
) -> RuleFacts | None:
    """The rule in force at event time `at`, the most specific winning; None where none is in force."""
    best: RuleFacts | None = None
    for rule in rules:
        if (
            (rule.unit_id is None or rule.unit_id == unit_id)
            and (not rule.segment or rule.segment == segment)
            and (rule.valid_from is None or rule.valid_from <= at)
            and (rule.valid_to is None or at < rule.valid_to)
            and (best is None or rule.specificity > best.specificity)
        ):
            best = rule
    return best


class RuleBook:
    """The rules, who takes part, and each unit's zone: all the rule needs beside the contacts.

    Where no rule is in force the built-in default counts contacts, but nothing is ever RD3+.
    """

    __slots__ = ("_candidates", "_participations", "_zones", "reach", "rules", "scopes")

    def __init__(
        self,
        rules: Iterable[RuleFacts],
        participations: Iterable[ParticipationFacts] = (),
        zones: Mapping[int, str] | None = None,
    ) -> None:
        self.rules = tuple(sorted(rules, key=lambda rule: -rule.specificity))
        self.scopes = tuple({rule.identity_scope: None for rule in (*self.rules, DEFAULT_RULE)})
        self.reach: timedelta = reach(self.rules)
        self._zones = {unit: ZoneInfo(name) for unit, name in (zones or {}).items()}
        self._participations: dict[tuple[int, int], list[ParticipationFacts]] = {}
        for row in participations:
            self._participations.setdefault((row.programme_id, row.unit_id), []).append(row)
        for rows in self._participations.values():
            rows.sort(key=lambda row: row.valid_from or date.min, reverse=True)
        self._candidates: dict[tuple[int | None, str], tuple[RuleFacts, ...]] = {}

    def choose(self, unit_id: int | None, segment: str, at: datetime) -> RuleFacts:
        candidates = self._candidates.get((unit_id, segment))
        if candidates is None:
            candidates = tuple(
                rule
                for rule in self.rules
                if (rule.unit_id is None or rule.unit_id == unit_id)
                and (not rule.segment or rule.segment == segment)
            )
            self._candidates[unit_id, segment] = candidates
        for rule in candidates:
            if (rule.valid_from is None or rule.valid_from <= at) and (
                rule.valid_to is None or at < rule.valid_to
            ):
                return rule
        return DEFAULT_RULE

    def zone(self, unit_id: int | None) -> ZoneInfo:
        return self._zones.get(unit_id, _UTC) if unit_id is not None else _UTC

    def participates(self, programme_id: int | None, unit_id: int | None, at: datetime) -> bool:
        """A unit without a row does not take part; the row with the latest start decides."""
        if programme_id is None or unit_id is None:
            return False
        rows = self._participations.get((programme_id, unit_id))
        if not rows:
            return False
        day = at.astimezone(self.zone(unit_id)).date()
        for row in rows:
            if (row.valid_from is None or row.valid_from <= day) and (
                row.valid_to is None or day <= row.valid_to
            ):
                return row.participates
        return False

    def mode(self, rule: RuleFacts, unit_id: int | None, at: datetime) -> str:
        """`live` where the rule is live and the unit takes part at event time, else `shadow`."""
        if rule.mode == Mode.LIVE.value and self.participates(rule.programme_id, unit_id, at):
            return Mode.LIVE.value
        return Mode.SHADOW.value

    def replacing(self, old: int | None, new: RuleFacts) -> RuleBook:
        """The same book with rule `old` replaced by `new`, for « X au lieu de Y dossiers »."""
        return self.with_rules([*(rule for rule in self.rules if rule.id != old), new])

    def with_rules(self, rules: Iterable[RuleFacts]) -> RuleBook:
        book = RuleBook(rules)
        book._zones = self._zones
        book._participations = self._participations
        return book


def as_utc(at: datetime) -> datetime:
    """Python subtracts two datetimes of the same zone by wall clock: everything is compared in UTC."""
    return at if at.tzinfo is UTC else at.astimezone(UTC)
