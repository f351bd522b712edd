"""Results of a closed survey: from five answers up, by role or by unit, one axis at a time (domain.md L53, M16).

The page and its CSV draw the same object. A group of respondents under five shows nothing, nor does what would let
one subtract it. Shares with Wilson's 95 % interval.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit
from atdemain.pages.typography import number
from recognition.intervals import Share, share
from recognition.masking import Cell, Kind, mask
from recognition.models import Survey, SurveyAnswer
from recognition.surveys.crowd import FEWEST
from recognition.surveys.questions import Question, from_data

AXES = {"role": "Rôle", "unit": "Unité"}
UNSAID = "Non précisé"


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    share: Share


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what everybody said; `rows`: (group, its cell, shares, or None when it is masked or empty)."""

    question: Question
    options: list[Option]
    rows: list[tuple[str, Cell, list[Option] | None]]


@dataclass(frozen=True, slots=True)
class Results:
    """`asked` is empty under five answers. `hidden`: the axis asked for cannot be drawn without telling of few."""

    answered: int
    invited: int
    by: str
    asked: list[Asked]
    hidden: bool = False

    @property
    def enough(self) -> bool:
        return self.answered >= FEWEST

    @property
    def rate(self) -> Share | None:
        return share(self.answered, self.invited) if self.enough else None

    @property
    def axis(self) -> str:
        return AXES.get(self.by, "")


def results(survey: Survey, by: str = "") -> Results:
    """`by`: « role », « unit » or "". Two queries."""
    invited = sum(count for _role, _unit, count in survey.invited)
    rows = list(SurveyAnswer.objects.filter(survey=survey).order_by().values_list("role", "unit", "answers"))
    if len(rows) < FEWEST:
        return Results(len(rows), invited, by, [])
    groups: dict[str, list[dict[str, str]]] = {}
    cells: Mapping[str, Cell] = {}
    if by in AXES:
        name_of = _namer(by)
        groups = {name_of(role, unit): [] for role, unit, _count in survey.invited}
        for role, unit, answers in rows:
            groups[name_of(role, unit)].append(answers)
        cells = mask({name: len(said) for name, said in groups.items()})
    hidden = any(cell.kind == Kind.UNPUBLISHED for cell in cells.values())
    if hidden:
        cells = {}
    everybody = [answers for _role, _unit, answers in rows]
    order = sorted(groups, key=lambda name: (name == UNSAID, name))
    asked = [
        Asked(question, _options(question, everybody), _rows(question, order, groups, cells))
        for question in from_data(survey.questions)
    ]
    return Results(len(rows), invited, by, asked, hidden=hidden)


def _rows(
    question: Question, order: list[str], groups: dict[str, list[dict[str, str]]], cells: Mapping[str, Cell]
) -> list[tuple[str, Cell, list[Option] | None]]:
    return [
        (name, cells[name], _options(question, groups[name]) if cells[name].value else None)
        for name in order
        if name in cells
    ]


def lines(found: Results) -> Iterator[list[str]]:
    """The tables of the page, line by line, as a CSV file holds them."""
    yield ["Question", found.axis or "Groupe", "Réponses", "Choix", "Effectif", "Part (%)", "De (%)", "À (%)"]
    for one in found.asked:
        for option in one.options:
            yield [one.question.text, "Ensemble", str(found.answered), option.label, *_written(option.share)]
        for name, cell, options in one.rows:
            if options is None:
                yield [one.question.text, name, cell.word, "", "", "", "", ""]
                continue
            for option in options:
                yield [one.question.text, name, cell.word, option.label, *_written(option.share)]


def _written(part: Share) -> list[str]:
    return [
        str(part.count),
        *(number(value, 1) for value in (part.percent, part.low_percent, part.high_percent)),
    ]


def _options(question: Question, said: list[dict[str, str]]) -> list[Option]:
    """Never called with nobody's answers."""
    counts = Counter(answers.get(question.key) for answers in said)
    found = ((label, share(counts[code], len(said))) for code, label in question.choices)
    return [Option(label, one) for label, one in found if one is not None]


def _namer(by: str) -> Callable[[str, int | None], str]:
    """From what an answer bears to the name of its group."""
    if by == "role":
        return lambda role, unit: Role(role).label if role else UNSAID
    names = dict(Unit.objects.order_by().values_list("pk", "name"))
    return lambda role, unit: names[unit] if unit is not None else UNSAID
