"""How a verdict reads on a page: one line per condition, with what was found, required and missing (domain.md §6.5). Pure.

The page of an award and the check of the eligibility show the same lines; texts carry their French typography.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from atdemain.organisation.enums import Role
from atdemain.pages.typography import duration, french, in_sentence
from recognition.enums import Comparator, Outcome, Unit
from recognition.findings import Person, Result, Segment
from recognition.money import euros
from recognition.terms import AllOf, AnyOf, Condition, Criterion, Level, OneCriterion, SameAs, Terms
from recognition.trees import Weighing
from recognition.wording import missing_for, pending_words, period, quantity, said

#: outcome → (tag, icon, word): a word and an icon, never a colour alone.
TAGS = {
    Outcome.MET: ("ok", "check", "Rempli"),
    Outcome.NOT_MET: ("alert", "x", "Non rempli"),
    Outcome.INSUFFICIENT_DATA: ("warn", "alert", "Donnée insuffisante"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    kind: str  # suffix of the class
    icon: str
    word: str


#: What is not met while it may still become so.
NOT_YET = Tag("warn", "clock", "Pas encore")


@dataclass(frozen=True, slots=True)
class Line:
    """One condition. `sources`: ids of what proves it; `left_out`: what was seen and does not count."""

    label: str
    found: str
    required: str
    tag: Tag
    sources: tuple[str, ...]
    left_out: tuple[str, ...]
    level: str = ""  # code, when the condition is another level's


@dataclass(frozen=True, slots=True)
class LevelReading:
    code: str
    title: str  # « Niveau 1 : 3 conditions sur 3 »
    tag: Tag
    missing: tuple[str, ...]  # sentences, when more than one thing lacks
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class RoleReading:
    role: str
    label: str
    levels: tuple[LevelReading, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One segment as a multiplication: base × days ÷ period = amount. `aloud` is the same in one sentence."""

    base: str
    base_words: str
    days: str
    days_words: str
    period: str
    period_words: str
    amount: str
    aloud: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A segment on the frieze of the period; `x` and `width` are percentages as SVG attributes write them."""

    x: str
    width: str
    main: bool
    words: str


def roles(terms: Terms, person: Person, result: Result, *, final: bool) -> list[RoleReading]:
    """Each role's levels. `final`: the period is over, what is missing can no more be done."""
    found = []
    for role in result.verdicts:
        weighing = Weighing(terms, person, role)
        reached = max(
            (level.rank for level in terms.levels for one in result.segments
             if one.role == role and one.level == level.code),
            default=None,
        )  # fmt: skip
        levels = tuple(
            _level(weighing, level, reached, final)
            for level in terms.levels
            if weighing.level(level) != Outcome.NOT_APPLICABLE
        )
        found.append(RoleReading(role, Role(role).label, levels))
    return found


def _level(weighing: Weighing, level: Level, reached: int | None, final: bool) -> LevelReading:
    lines = tuple(_lines(weighing, level.condition, final))
    met = sum(1 for one in lines if one.tag.word == TAGS[Outcome.MET][2])
    plural = "conditions" if met > 1 else "condition"
    missing = tuple(french(one) for one in missing_for(weighing, level.condition))
    title = french(f"{level.label} : {met} {plural} sur {len(lines)}")
    tag = _verdict(weighing.level(level), level.rank == reached, missing, final)
    return LevelReading(level.code, title, tag, missing if len(missing) > 1 else (), lines)


def _verdict(outcome: str, reached: bool, missing: tuple[str, ...], final: bool) -> Tag:
    lack = missing[0] if len(missing) == 1 else ""
    if outcome == Outcome.MET:
        return Tag("ok", "check", "Retenu" if final and reached else "Rempli")
    if outcome == Outcome.INSUFFICIENT_DATA:
        return Tag("warn", "alert", french(f"En attente : {lack}") if lack else "En attente")
    word = "Non retenu" if final else "Pas encore"
    return Tag(
        "alert" if final else "warn", "x" if final else "clock", french(f"{word} : {lack}") if lack else word
    )


def _lines(weighing: Weighing, condition: Condition, final: bool) -> Iterator[Line]:
    """One line per member of the condition; another level's only while it is not met."""
    parts = condition.of if isinstance(condition, AllOf) else (condition,)
    for part in parts:
        outcome = weighing.outcome(part)
        if outcome == Outcome.NOT_APPLICABLE or (isinstance(part, SameAs) and outcome == Outcome.MET):
            continue
        codes = list(_codes(weighing, part))
        facts = [fact for fact in (weighing.criterion(code).fact for code in codes) if fact]
        yield Line(
            label=french(_label(weighing, part)),
            found=french(_found(weighing, part, final)),
            required=french(_required(weighing, part)),
            tag=NOT_YET if outcome == Outcome.NOT_MET and not final else Tag(*TAGS[Outcome(outcome)]),
            sources=tuple(dict.fromkeys(one for fact in facts for one in fact.sources)),
            left_out=tuple(dict.fromkeys(french(one) for fact in facts for one in fact.left_out)),
            level=part.level if isinstance(part, SameAs) else "",
        )


def _codes(weighing: Weighing, condition: Condition) -> Iterator[str]:
    """The criteria of a condition that apply to this role; a met `any` is told by the ways that are met."""
    match condition:
        case OneCriterion(code):
            yield code
        case AllOf(parts) | AnyOf(parts):
            kept = [part for part in parts if weighing.outcome(part) != Outcome.NOT_APPLICABLE]
            if isinstance(condition, AnyOf) and weighing.outcome(condition) == Outcome.MET:
                kept = [part for part in kept if weighing.outcome(part) == Outcome.MET]
            for part in kept:
                yield from _codes(weighing, part)


def _label(weighing: Weighing, condition: Condition) -> str:
    match condition:
        case OneCriterion(code):
            return weighing.terms.criteria[code].label
        case SameAs(code):
            return next(one.label for one in weighing.terms.levels if one.code == code)
        case AllOf(parts) | AnyOf(parts):
            applying = [part for part in parts if weighing.outcome(part) != Outcome.NOT_APPLICABLE]
            labels = [_label(weighing, part) for part in applying]
            joint = ", ou " if isinstance(condition, AnyOf) else " et "
            return joint.join([labels[0], *(in_sentence(one) for one in labels[1:])])
    raise TypeError(f"not a condition: {condition!r}")


def _found(weighing: Weighing, condition: Condition, final: bool) -> str:
    if isinstance(condition, SameAs):
        return "non rempli" if final else "pas encore rempli"
    words = []
    for code in _codes(weighing, condition):
        criterion, fact = weighing.terms.criteria[code], weighing.criterion(code).fact
        if fact is None or fact.value is None:
            words.append("donnée insuffisante")
        elif isinstance(condition, OneCriterion) and criterion.unit in PLAIN:
            words.append(PLAIN[Unit(criterion.unit)](fact.value) + pending_words(criterion, fact))
        else:
            words.append(
                said(criterion, fact, beside=weighing.terms.period_end) + pending_words(criterion, fact)
            )
    return " ; ".join(dict.fromkeys(words))


def _required(weighing: Weighing, condition: Condition, *, alone: bool = True) -> str:
    match condition:
        case OneCriterion(code):
            return threshold(weighing.terms.criteria[code], alone=alone)
        case SameAs():
            return "rempli"
        case AllOf(parts) | AnyOf(parts):
            applying = [part for part in parts if weighing.outcome(part) != Outcome.NOT_APPLICABLE]
            words = list(dict.fromkeys(_required(weighing, part, alone=False) for part in applying))
            if words == ["oui"] and len(applying) > 1 and isinstance(condition, AnyOf):
                return "l’un des deux" if len(applying) == 2 else "l’un d’eux"
            return (", ou " if isinstance(condition, AnyOf) else " et ").join(words)
    raise TypeError(f"not a condition: {condition!r}")


def _days(amount: int) -> str:
    return f"{amount} {'jours' if amount > 1 else 'jour'}"


#: Units that say enough beside their condition's label.
PLAIN: dict[Unit, Callable[[int], str]] = {Unit.DAYS: _days, Unit.MINUTES: duration}


def threshold(criterion: Criterion, *, alone: bool = False) -> str:
    """« 3 h d’entraide », « 80 % », « oui »; `alone` beside its own label: « 60 jours », « 14 h »."""
    if criterion.comparator == Comparator.IS_TRUE:
        return "oui"
    if criterion.unit == Unit.PERCENT:
        words = f"{criterion.threshold} %"
    elif alone and criterion.unit in PLAIN:
        words = PLAIN[Unit(criterion.unit)](criterion.threshold)
    else:
        words = quantity(criterion.source, criterion.unit, criterion.threshold, criterion.label)
    return f"{words} au plus" if criterion.comparator == Comparator.AT_MOST else words


# -- the amount ---------------------------------------------------------------------------------------


def cards(terms: Terms, result: Result) -> list[Card]:
    """One multiplication per paid segment."""
    return [_card(terms, one) for one in result.segments if one.level]


def _card(terms: Terms, one: Segment) -> Card:
    level = next(each.label for each in terms.levels if each.code == one.level)
    days = f"{one.days} + {one.neutralised}" if one.neutralised else str(one.days)
    counted = one.days + one.neutralised
    unit = "jours" if counted > 1 else "jour"
    stretch = f"{one.first:%d/%m} au {one.last:%d/%m}"
    aloud = (
        f"Calcul : {euros(one.base_cents)} fois {days.replace('+', 'plus')} {unit} divisé par "
        f"{terms.period_days} jours égale {euros(one.amount_cents)}"
    )
    return Card(
        base=euros(one.base_cents),
        base_words=f"{in_sentence(level)}, {in_sentence(Role(one.role).label)}",
        days=french(f"{days} {unit}"),
        days_words=stretch + (", jours neutralisés compris" if one.neutralised else ""),
        period=french(f"{terms.period_days} jours"),
        period_words=f"{terms.period_start:%d/%m} au {terms.period_end:%d/%m}",
        amount=euros(one.amount_cents),
        aloud=french(aloud),
    )


def frieze(terms: Terms, result: Result) -> list[Stretch]:
    """The stretches of participation over the period; the words say the same as the drawing."""
    found = []
    for rank, one in enumerate(result.segments):
        start = (one.first - terms.period_start).days
        found.append(
            Stretch(
                x=percent(start, terms.period_days),
                width=percent(one.days, terms.period_days),
                main=rank % 2 == 0,
                words=french(
                    f"{in_sentence(Role(one.role).label)} {period(one.first, one.last)} : "
                    f"{one.days} {'jours' if one.days > 1 else 'jour'}"
                ),
            )
        )
    return found


def percent(part: int, whole: int) -> str:
    """« 49.72% »: hundredths, without a float."""
    hundredths = (part * 10_000 * 2 + whole) // (2 * whole)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def left_out(person: Person, names: set[str]) -> list[str]:
    """What was seen and does not count, each once, over the roles named."""
    found = (
        one
        for (role, _), fact in sorted(person.facts.items(), key=lambda item: item[0])
        if role in names
        for one in fact.left_out
    )
    return list(dict.fromkeys(french(one) for one in found))


def span(first: date, last: date) -> str:
    return french(period(first, last))
