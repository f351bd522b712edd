"""« Avec cette règle, les 28 derniers jours auraient ouvert X dossiers au lieu de Y » (domain.md §4.6).

Both figures come from the same `evaluate()` on the same stored contacts: the identities that reach the
threshold, each once, as in a replay where nobody resolves. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from atdemain.database import rows
from cases.enums import Mode
from cases.intake.core import database_name
from cases.intake.reading import read_clients
from cases.intake.reference import current_reference
from cases.models import RepeatRule
from cases.repeat import Verdict, evaluate
from cases.rules import facts_of

DAYS = 28
CHUNK = 1_000  # clients per read
UNSAVED = -1  # a rule without an id is the default one, which never opens


@dataclass(slots=True)
class Count:
    """Identities that reach the threshold: where a case would open, and where it is only observed."""

    live: set[str] = field(default_factory=set)
    shadow: set[str] = field(default_factory=set)

    @property
    def opened(self) -> int:
        return len(self.live)

    @property
    def observed(self) -> int:
        return len(self.shadow - self.live)


@dataclass(slots=True)
class Preview:
    since: datetime
    until: datetime
    clients: int  # evaluated
    today: Count
    proposed: Count
    by_unit: dict[int, tuple[int, int]]  # unit → (opened today, opened with the rule)

    @property
    def sentence(self) -> str:
        """What the administrator reads."""
        days = (self.until - self.since).days
        plural = "s" if self.proposed.opened > 1 else ""
        return (
            f"Avec cette règle, les {days} derniers jours auraient ouvert {_number(self.proposed.opened)} "
            f"dossier{plural} au lieu de {_number(self.today.opened)}."
        )


def _number(value: int) -> str:
    """Thousands apart by a narrow no-break space."""
    return f"{value:,}".replace(",", "\u202f")


def preview(rule: RepeatRule, now: datetime, *, days: int = DAYS) -> Preview:
    """`rule`, stored or not, in force over the whole period in place of those it overlaps.

    Memory is flat in the number of contacts; only clients with enough contacts to reach a threshold are
    read. Two evaluations per client.
    """
    reference = current_reference(database_name())
    book = reference.rules
    proposed = facts_of(rule)._replace(id=rule.pk or UNSAVED, valid_from=None, valid_to=None)
    replaced = {other.pk for other in _same_specificity(rule)} | {rule.pk}
    with_rule = book.with_rules([*(each for each in book.rules if each.id not in replaced), proposed])
    until, since = now, now - timedelta(days=days)
    reach = max(book.reach, with_rule.reach)
    least = min((each.threshold for each in (*book.rules, proposed)), default=3)
    today, then = Count(), Count()
    units: dict[str, Counter[int]] = {"today": Counter(), "then": Counter()}
    candidates = _with_contacts(since - reach, until, least)
    for start in range(0, len(candidates), CHUNK):
        reading = read_clients(candidates[start : start + CHUNK], since - reach, reference)
        for _client, contacts, attempts in reading.members():
            for count, rules, name in ((today, book, "today"), (then, with_rule, "then")):
                _tally(evaluate(contacts, rules, attempts).values(), count, units[name], since, until)
    by_unit = {
        unit: (units["today"][unit], units["then"][unit]) for unit in {*units["today"], *units["then"]}
    }
    return Preview(since, until, len(candidates), today, then, by_unit)


def _same_specificity(rule: RepeatRule) -> Iterable[RepeatRule]:
    """The rules this one takes the place of: same programme, unit and segment, whatever their period."""
    return RepeatRule.objects.filter(
        programme_id=rule.programme_id, unit_id=rule.unit_id, segment=rule.segment
    ).order_by("pk")


def _with_contacts(since: datetime, until: datetime, least: int) -> list[int]:
    """The clients with at least `least` contacts in the period: no other can reach a threshold."""
    sql = (
        "SELECT c.client_id FROM cases_contact c WHERE c.client_id IS NOT NULL AND c.arrived_at > %s "
        "AND c.arrived_at <= %s GROUP BY c.client_id HAVING count(*) >= %s ORDER BY c.client_id"
    )
    return [row[0] for row in rows(sql, (since, until, least))]


def _tally(
    verdicts: Iterable[Verdict], count: Count, units: Counter[int], since: datetime, until: datetime
) -> None:
    for verdict in verdicts:
        contact = verdict.contact
        if not verdict.rd3plus or not since < contact.arrived_at <= until:
            continue
        key = verdict.identity_key
        if verdict.mode != Mode.LIVE.value:
            count.shadow.add(key)
        elif key not in count.live:
            count.live.add(key)
            units[contact.unit_id] += 1
