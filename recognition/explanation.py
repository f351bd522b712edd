"""The French explanation of one award: every figure, so that a reader recomputes it by hand (domain.md §6.5, L64). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from atdemain.organisation.enums import Role
from atdemain.pages.typography import french
from recognition.enums import Outcome
from recognition.findings import PENDING, UNJUSTIFIED, Person, Result, Segment
from recognition.money import euros
from recognition.terms import AllOf, AnyOf, Condition, Level, OneCriterion, SameAs, Terms
from recognition.trees import ACTIVE_DAYS, Weighing
from recognition.wording import condition_of, met_words, period, unmet_words


def explain(
    terms: Terms,
    person: Person,
    result: Result,
    *,
    appeal_until: date | None = None,
    given_cents: int | None = None,
) -> str:
    """The French explanation that holds every figure (domain.md §6.5, L64).

    `given_cents`: what is given in the end where the envelope was shared out in proportion.
    """
    sentences: list[str] = []
    if not result.verdicts:
        sentences.append("Aucun jour de participation dans un rôle que cette version reconnaît.")
    for role, verdicts in result.verdicts.items():
        if len(result.verdicts) > 1:
            sentences.append(f"{Role(role).label} :")
        outcomes = {one.level: one.outcome for one in verdicts}
        mine = [one for one in result.segments if one.role == role]
        sentences += _of_role(Weighing(terms, person, role), mine, outcomes)
    sentences += _amount(terms, person, result)
    if given_cents is not None and given_cents != result.amount_cents:
        sentences.append(f"L’enveloppe est répartie en proportion : {euros(given_cents)} bruts attribués.")
    if appeal_until is not None:
        sentences.append(f"Recours possible jusqu’au {appeal_until:%d/%m/%Y}.")
    return french(" ".join(sentences))


def _of_role(weighing: Weighing, segments: list[Segment], outcomes: dict[str, str]) -> Iterator[str]:
    terms = weighing.terms
    reached = next((one.level for one in segments if one.level), "")
    floor = -1
    if reached:
        level = next(one for one in terms.levels if one.code == reached)
        floor = level.rank
        yield f"{level.label} retenu."
    else:
        yield "Aucun niveau retenu."
    yield from _days(terms, segments)
    if reached:
        for words in _reasons(weighing, level.condition):
            yield f"{words[:1].upper()}{words[1:]}."
    for level in terms.levels:
        if level.rank > floor:
            yield from _above(weighing, level, outcomes.get(level.code, ""))


def _days(terms: Terms, segments: list[Segment]) -> Iterator[str]:
    for one in segments:
        unit = "jour" if one.days < 2 else "jours"
        yield f"Participation {period(one.first, one.last)} : {one.days} {unit} sur {terms.period_days}."
        if one.neutralised:
            unit = "jour neutralisé s’y ajoute" if one.neutralised < 2 else "jours neutralisés s’y ajoutent"
            yield f"{one.neutralised} {unit}."


def _reasons(weighing: Weighing, condition: Condition) -> Iterator[str]:
    """What was met, in the order of the tree; days are already said with the participation."""
    match condition:
        case OneCriterion(code):
            criterion, verdict = weighing.terms.criteria[code], weighing.criterion(code)
            if verdict.outcome == Outcome.MET and criterion.source != ACTIVE_DAYS and verdict.fact:
                yield met_words(criterion, verdict.fact, beside=weighing.terms.period_end)
        case SameAs(code):
            yield from _reasons(weighing, condition_of(weighing.terms, code))
        case AllOf(parts) | AnyOf(parts):
            yield from dict.fromkeys(words for part in parts for words in _reasons(weighing, part))


def _above(weighing: Weighing, level: Level, outcome: str) -> Iterator[str]:
    if outcome == Outcome.NOT_MET:
        yield f"{level.label} non retenu : {' ; '.join(_unmet(weighing, level.condition))}."
    elif outcome == Outcome.INSUFFICIENT_DATA:
        yield f"{level.label} en attente : {' ; '.join(_unmet(weighing, level.condition))}."


def _unmet(weighing: Weighing, condition: Condition) -> list[str]:
    """What was not met, found and required; the ways of an `any` are joined by « ou »."""
    if weighing.outcome(condition) in (Outcome.MET, Outcome.NOT_APPLICABLE):
        return []
    match condition:
        case OneCriterion(code):
            verdict = weighing.criterion(code)
            return [
                unmet_words(weighing.terms.criteria[code], verdict.fact, beside=weighing.terms.period_end)
            ]
        case SameAs(code):
            label = next(one.label for one in weighing.terms.levels if one.code == code)
            return [f"{label[:1].lower()}{label[1:]} requis"]
        case AllOf(parts):
            return list(dict.fromkeys(words for part in parts for words in _unmet(weighing, part)))
        case AnyOf(parts):
            ways = (" et ".join(_unmet(weighing, part)) for part in parts)
            return [", ou ".join(dict.fromkeys(way for way in ways if way))]
    raise TypeError(f"not a condition: {condition!r}")


def _amount(terms: Terms, person: Person, result: Result) -> Iterator[str]:
    paid = [one for one in result.segments if one.level]
    if person.leaving == UNJUSTIFIED:
        yield f"Sortie sans juste motif, décidée par les RH : {euros(0)}."
        return
    if person.leaving == PENDING:
        yield "Le juste motif de la sortie attend la décision des RH."
    if not paid:
        yield f"Montant : {euros(0)}."
        return
    sums = " ; ".join(f"{formula(one, terms.period_days)} = {euros(one.amount_cents)}" for one in paid)
    total = f" ; total {euros(result.amount_cents)}" if len(paid) > 1 else ""
    yield f"Montant : {sums}{total} bruts."


def formula(segment: Segment, period_days: int) -> str:
    """« 400,00 € × 90 / 181 », « 400,00 € × (90 + 20) / 181 »."""
    days = f"({segment.days} + {segment.neutralised})" if segment.neutralised else f"{segment.days}"
    return f"{euros(segment.base_cents)} × {days} / {period_days}"
