"""What every employee reads of a published campaign: the envelope, and masked tables (domain.md §6.6, §11, INV-22).

The tables are those of the publication and never move with an appeal: two states of one table would tell one
person's level by difference. Money is told by lots of five people at least (`public_sums`) for the same reason; sums by
cell are not published, because what is committed is, and would give them away.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median_low
from typing import Any

from django.db.models import Q, Sum

from atdemain.organisation.models import Unit, UnitParticipation
from recognition.enums import PARTICIPANT_ROLES, CampaignState, MovementKind
from recognition.masking import THRESHOLD, Cell, Kind, MaskedTable, mask, mask_tables
from recognition.models import Award, BudgetEnvelope, Campaign
from recognition.money import euros
from recognition.public_sums import aside

AXES = {"unit": "Par unité", "role": "Par rôle", "level": "Par niveau"}
HEADS = {"unit": "Unité", "role": "Rôle", "level": "Niveau"}
PUBLISHED = (CampaignState.PUBLISHED, CampaignState.CLOSED, CampaignState.EXPORTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One row: `cells` by level, under their `heads` (none on the axis of levels), the whole, the median in words
    (« – » when masked)."""

    label: str
    cells: tuple[Cell, ...]
    whole: Cell
    median: str
    heads: tuple[str, ...] = ()

    @property
    def labelled(self) -> Iterator[tuple[str, Cell]]:
        return zip(self.heads, self.cells, strict=True)


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """A unit that does not take part, and since when; its reason is public (L47)."""

    unit: Unit
    since: date | None


@dataclass(frozen=True, slots=True)
class Report:
    campaign: Campaign
    axis: str
    figures: tuple[Figure, ...]
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line
    away: tuple[Away, ...]

    @property
    def head(self) -> str:
        return HEADS[self.axis]

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.head, *self.columns, "Ensemble", "Médiane")

    def rows(self) -> list[list[str]]:
        """The table in words, total last: what the page and the file both hold."""
        return [
            [one.label, *(cell.word for cell in one.cells), one.whole.word, one.median]
            for one in (*self.lines, self.total)
        ]

    @property
    def masked(self) -> bool:
        return any(cell.masked for one in (*self.lines, self.total) for cell in (*one.cells, one.whole))


def published() -> Any:
    return Campaign.objects.filter(state__in=PUBLISHED).select_related("scheme__programme", "unit")


def report(campaign: Campaign, axis: str) -> Report:
    """Six queries."""
    levels = [
        (one["code"], one["label"]) for one in sorted(campaign.scheme.levels, key=lambda one: one["rank"])
    ]
    given = list(
        Award.objects.filter(campaign=campaign)
        .order_by("pk")
        .values_list("unit__name", "role", "level", "amount_cents")
    )
    paid = [one for one in given if one[3] > 0]
    by_unit, by_role = mask_tables(
        [
            _counts((unit or "Sans unité", level) for unit, _, level, _ in paid),
            _counts((role, level) for _, role, level, _ in paid),
        ]
    )
    columns = tuple(label for _, label in levels)
    amounts = [cents for *_, cents in paid]
    whole = _along(by_unit.columns, levels)
    total = Line("Total", whole, by_unit.total, _median(by_unit.total, amounts), columns)
    if axis == "level":
        lines = _by_level(levels, by_unit.columns, paid)
        columns, total = (), Line("Total", (), total.whole, total.median)
    elif axis == "role":
        names = [(role.value, str(role.label)) for role in PARTICIPANT_ROLES if role.value in by_role.rows]
        lines = _lines(by_role, names, levels, [(role, cents) for _, role, _, cents in paid])
    else:
        names = [(name, name) for name in sorted(by_unit.rows)]
        lines = _lines(by_unit, names, levels, [(unit or "Sans unité", cents) for unit, _, _, cents in paid])
    return Report(
        campaign, axis, figures(campaign, len(given), len(paid)), columns, lines, total, away(campaign)
    )


def _counts(keys: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
    return Counter(keys)


def _along(cells: Mapping[str, Cell], levels: list[tuple[str, str]]) -> tuple[Cell, ...]:
    return tuple(cells.get(code, Cell(Kind.SHOWN, 0)) for code, _ in levels)


def _lines(
    table: MaskedTable[str, str],
    names: list[tuple[str, str]],
    levels: list[tuple[str, str]],
    amounts: list[tuple[str, int]],
) -> tuple[Line, ...]:
    cents: dict[str, list[int]] = defaultdict(list)
    for key, one in amounts:
        cents[key].append(one)
    return tuple(
        Line(
            label,
            tuple(table.cells.get((key, code), Cell(Kind.SHOWN, 0)) for code, _ in levels),
            table.rows[key],
            _median(table.rows[key], cents[key]),
            tuple(head for _, head in levels),
        )
        for key, label in names
    )


def _by_level(
    levels: list[tuple[str, str]], cells: Mapping[str, Cell], paid: list[tuple[Any, str, str, int]]
) -> tuple[Line, ...]:
    wholes = _along(cells, levels)
    return tuple(
        Line(label, (), whole, _median(whole, [cents for _, _, level, cents in paid if level == code]))
        for (code, label), whole in zip(levels, wholes, strict=True)
    )


def _median(whole: Cell, amounts: list[int]) -> str:
    """An amount that somebody received; of an even number, the lower of the two in the middle."""
    if whole.masked or not amounts or len(amounts) < THRESHOLD:
        return "–"
    return euros(median_low(amounts))


def figures(campaign: Campaign, participants: int, beneficiaries: int) -> tuple[Figure, ...]:
    envelope = BudgetEnvelope.objects.filter(scheme=campaign.scheme_id).first()
    found: list[Figure] = []
    if envelope is not None:
        added = (
            envelope.movements.filter(kind=MovementKind.TOP_UP).aggregate(cents=Sum("cents"))["cents"] or 0
        )
        left = aside(campaign.scheme_id)
        note = f"dont abondement {euros(added)}" if added > 0 else ""
        share = f"{envelope.reserve_bp / 100:g} %".replace(".", ",")
        what = "recours" if left.only_appeals else "recours et campagnes"
        few = f"hors {what} : moins de 5 personnes" if left.committed else ""
        paid = envelope.paid_cents - left.paid
        found = [
            Figure("Enveloppe", euros(envelope.total_cents), note),
            Figure("Réserve de recours", euros(envelope.reserve_cents), share),
            Figure("Engagé", euros(envelope.committed_cents - left.committed), few),
            Figure("Payé", euros(paid), "" if envelope.paid_cents else "rien n’est encore payé"),
            Figure("Reste, réserve comprise", euros(envelope.remaining_cents + left.committed)),
        ]
    cells = mask({"with": beneficiaries, "without": participants - beneficiaries})
    shown = not cells["with"].masked and not cells["without"].masked
    note = f"sur {participants} participations" if shown else ""
    word = str(beneficiaries) if beneficiaries == 0 or beneficiaries >= THRESHOLD else "< 5"
    return (*found, Figure("Bénéficiaires", word, note))


def away(campaign: Campaign) -> tuple[Away, ...]:
    """The units that did not take part at the end of the period."""
    end = campaign.scheme.period_end
    rows = UnitParticipation.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=end), Q(valid_to=None) | Q(valid_to__gte=end),
        programme=campaign.scheme.programme_id, participates=False,
    ).select_related("unit")  # fmt: skip
    return tuple(Away(row.unit, row.valid_from) for row in rows.order_by("unit__name", "pk"))
