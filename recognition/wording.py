"""The words of a fact, of what a criterion requires and of what is missing (domain.md §6.5, L64). Pure.

One phrase per evidence source; a source without a phrase of its own is said with its criterion's label. Texts are
written with ordinary spaces: `french` gives them their no-break ones where they are put together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from atdemain.pages.typography import duration, in_sentence
from recognition.enums import Comparator, Outcome, Unit
from recognition.findings import Fact
from recognition.sources import SOURCES
from recognition.terms import AllOf, AnyOf, Condition, Criterion, OneCriterion, SameAs, Terms
from recognition.trees import Weighing


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quantity: « 2 propositions d’amélioration (1 requise) ». `required`: singular and plural."""

    one: str
    many: str
    required: tuple[str, str]


MISSING = "il manque "
FEMININE = ("requise", "requises")
MASCULINE = ("requis", "requis")

#: source → its quantity; minutes are said as a duration followed by `many`.
QUANTITIES = {
    "active_days": Phrase("jour de participation", "jours de participation", MASCULINE),
    "suggestions": Phrase("proposition d’amélioration", "propositions d’amélioration", FEMININE),
    "mutual_help_minutes": Phrase("d’entraide", "d’entraide", FEMININE),
    "mutual_help_answers": Phrase("réponse d’entraide", "réponses d’entraide", FEMININE),
    "mentoring_minutes": Phrase("d’accompagnement co-signées", "d’accompagnement co-signées", FEMININE),
    "distinct_trainees": Phrase("collègue accompagné", "collègues accompagnés", MASCULINE),
    "sessions_given": Phrase("séance animée", "séances animées", FEMININE),
    "script_evolutions": Phrase("évolution de script", "évolutions de script", FEMININE),
    "named_contacts": Phrase("créneau de contact nommé", "créneaux de contact nommé", MASCULINE),
}
#: source → a share, « {value} … sur {total} ».
SHARES = {
    "briefing_weeks": ("briefing animé {value} semaine{s} sur {total}", "aucune semaine à animer"),
    "alerts_answered": (
        "{value} alerte{s} de dépassement sur {total} traitée{s} en un jour",
        "aucune alerte de dépassement",
    ),
}
#: source → one and several of what a share lacks.
LACKING = {
    "briefing_weeks": ("semaine avec un briefing animé", "semaines avec un briefing animé"),
    "alerts_answered": ("alerte traitée en un jour", "alertes traitées en un jour"),
}
#: source → (met, met with its date, not met, what is missing).
STATEMENTS = {
    "base_training": (
        "formation validée",
        "formation validée le {on}",
        "formation de base non validée",
        "la formation de base, valable un jour au moins de la période",
    ),
    "in_project_at_end": (
        "dans le projet à la fin de la période",
        "",
        "plus dans le projet à la fin de la période",
        "la présence dans le projet à la fin de la période",
    ),
    "just_cause_exit": (
        "sortie pour juste motif",
        "sortie pour juste motif le {on}",
        "pas de sortie pour juste motif",
        "une sortie pour juste motif",
    ),
    "pilot_participation": (
        "participation à la phase pilote",
        "",
        "pas de participation à la phase pilote",
        "une participation à la phase pilote",
    ),
    "front_role": (
        "conseiller client du front",
        "",
        "pas conseiller client du front",
        "le rôle de conseiller client du front",
    ),
    "trains_colleagues": (
        "forme des collègues",
        "",
        "aucun accompagnement co-signé d’un collègue",
        "un accompagnement co-signé d’un collègue",
    ),
}  # fmt: skip


def day(on: date, *, beside: date | None = None) -> str:
    """« 12/01 » where `beside` already tells the year, else « 12/01/2026 »."""
    return f"{on:%d/%m}" if beside is not None and on.year == beside.year else f"{on:%d/%m/%Y}"


def period(first: date, last: date) -> str:
    """« du 01/01 au 31/03/2026 », both years where they differ; « le 29/02/2028 » for one day."""
    return f"le {day(last)}" if first == last else f"du {day(first, beside=last)} au {day(last)}"


def quantity(source: str, unit: str, amount: int, label: str = "") -> str:
    """« 2 propositions d’amélioration », « 9 h 30 d’accompagnement co-signées »."""
    phrase = QUANTITIES.get(source)
    if unit == Unit.MINUTES:
        said = duration(amount)
        return f"{said} {phrase.many}" if phrase else f"{said} ({in_sentence(label)})"
    if phrase:
        return f"{amount} {phrase.one if amount < 2 else phrase.many}"
    return f"{in_sentence(label)} : {amount}" + (" jours" if unit == Unit.DAYS else "")


def fact_words(source: str, fact: Fact) -> str:
    """What a source says, without what is asked: « oui, le 12/01/2026 », « 9 h 30 d’accompagnement co-signées »."""
    if fact.value is None:
        return "donnée insuffisante"
    if fact.unit == Unit.YES_NO:
        return f"oui, le {fact.on:%d/%m/%Y}" if fact.value and fact.on else "oui" if fact.value else "non"
    if fact.unit == Unit.PERCENT:
        return f"{fact.value} sur {fact.total}"
    return quantity(source, fact.unit, fact.value, SOURCES[source].label if source in SOURCES else source)


def required(criterion: Criterion) -> str:
    """« 1 requise », « 14 h requises », « 80 % requis », « 3 au plus »."""
    amount = f"{criterion.threshold}"
    if criterion.unit == Unit.MINUTES:
        amount = duration(criterion.threshold)
    elif criterion.unit == Unit.PERCENT:
        amount = f"{criterion.threshold} %"
    if criterion.comparator == Comparator.AT_MOST:
        return f"{amount} au plus"
    singular, plural = QUANTITIES[criterion.source].required if criterion.source in QUANTITIES else MASCULINE
    few = 120 if criterion.unit == Unit.MINUTES else 2
    return f"{amount} {singular if criterion.threshold < few else plural}"


def said(criterion: Criterion, fact: Fact, *, beside: date | None = None) -> str:
    """What was found, without what is required: « 9 h 30 d’accompagnement co-signées »."""
    if fact.value is None:
        return f"{in_sentence(criterion.label)} : donnée insuffisante"
    if criterion.comparator == Comparator.IS_TRUE:
        if criterion.source not in STATEMENTS:
            return f"{in_sentence(criterion.label)} : {'oui' if fact.value else 'non'}"
        met, dated, unmet, _ = STATEMENTS[criterion.source]
        if not fact.value:
            return unmet
        return dated.format(on=day(fact.on, beside=beside)) if dated and fact.on else met
    if criterion.unit == Unit.PERCENT and fact.total is not None:
        words, nothing = SHARES.get(
            criterion.source, (f"{in_sentence(criterion.label)} : {{value}} sur {{total}}", "")
        )
        if not fact.total and nothing:
            return nothing
        return words.format(value=fact.value, total=fact.total, s="s" if fact.value > 1 else "")
    return quantity(criterion.source, criterion.unit, fact.value, criterion.label)


def met_words(criterion: Criterion, fact: Fact, *, beside: date | None = None) -> str:
    """« 2 propositions d’amélioration (1 requise) »; what is true or not requires nothing more."""
    found = said(criterion, fact, beside=beside)
    return found if criterion.comparator == Comparator.IS_TRUE else f"{found} ({required(criterion)})"


def unmet_words(criterion: Criterion, fact: Fact | None, *, beside: date | None = None) -> str:
    """« 9 h 30 d’accompagnement co-signées, 14 h requises »."""
    if fact is None or fact.value is None:
        return f"{in_sentence(criterion.label)} (donnée insuffisante)"
    found = said(criterion, fact, beside=beside)
    if criterion.comparator != Comparator.IS_TRUE:
        found = f"{found}, {required(criterion)}"
    return f"{found}{pending_words(criterion, fact)}"


def pending_words(criterion: Criterion, fact: Fact) -> str:
    """« , 5 h en attente de signature »; "" when nothing is awaited."""
    if not fact.pending:
        return ""
    if criterion.unit == Unit.MINUTES:
        return f", {duration(fact.pending)} en attente de signature"
    return ", une signature attendue"


def missing_words(criterion: Criterion, fact: Fact | None) -> str:
    """« il manque 4 h 30 d’accompagnement co-signées »; an unknown is not said to be missing."""
    if fact is None or fact.value is None:
        return f"la donnée manque : {in_sentence(criterion.label)}"
    if criterion.comparator == Comparator.IS_TRUE:
        wanted = (
            STATEMENTS[criterion.source][3]
            if criterion.source in STATEMENTS
            else in_sentence(criterion.label)
        )
        return f"{MISSING}{wanted}{pending_words(criterion, fact)}"
    if criterion.comparator == Comparator.AT_MOST:
        return f"{said(criterion, fact)}, {required(criterion)}"
    if criterion.unit == Unit.PERCENT and fact.total is not None:
        needed = -(-criterion.threshold * fact.total // 100) - fact.value
        units = LACKING.get(criterion.source)
        told = f"{needed} {units[needed > 1]}" if units else f"{needed} sur {fact.total}"
        return f"{MISSING}{told} ({said(criterion, fact)}, {required(criterion)})"
    lack = criterion.threshold - fact.value
    return f"{MISSING}{quantity(criterion.source, criterion.unit, lack, criterion.label)}" + pending_words(
        criterion, fact
    )


def missing_for(weighing: Weighing, condition: Condition) -> tuple[str, ...]:
    """What each unmet part of this condition still asks for; the ways of an `any` are said together."""
    if weighing.outcome(condition) in (Outcome.MET, Outcome.NOT_APPLICABLE):
        return ()
    match condition:
        case OneCriterion(code):
            return (missing_words(weighing.terms.criteria[code], weighing.criterion(code).fact),)
        case SameAs(code):
            return missing_for(weighing, condition_of(weighing.terms, code))
        case AllOf(parts):
            return tuple(dict.fromkeys(words for part in parts for words in missing_for(weighing, part)))
        case AnyOf(parts):
            ways = [_together(missing_for(weighing, part), " et ") for part in parts]
            return (_together(tuple(way for way in ways if way), ", ou "),)
    raise TypeError(f"not a condition: {condition!r}")


def _together(sentences: tuple[str, ...], joint: str) -> str:
    """« il manque 2 h d’entraide », « il manque 1 proposition » → « il manque 2 h d’entraide, ou 1 proposition »."""
    first, *others = dict.fromkeys(sentences) or ("",)
    return joint.join(
        [first, *(one.removeprefix(MISSING) if first.startswith(MISSING) else one for one in others)]
    )


def unknown_words(weighing: Weighing, condition: Condition) -> Iterator[str]:
    """The labels of the criteria nobody can answer yet."""
    match condition:
        case OneCriterion(code):
            if weighing.criterion(code).outcome == Outcome.INSUFFICIENT_DATA:
                yield in_sentence(weighing.terms.criteria[code].label)
        case SameAs(code):
            yield from unknown_words(weighing, condition_of(weighing.terms, code))
        case AllOf(parts) | AnyOf(parts):
            yield from dict.fromkeys(words for part in parts for words in unknown_words(weighing, part))


def condition_of(terms: Terms, level: str) -> Condition:
    return next(one.condition for one in terms.levels if one.code == level)
