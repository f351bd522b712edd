"""A version in plain French (domain.md L62): what is asked for each level, role by role. Pure.

Texts are written with ordinary spaces; the pages give them their no-break ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atdemain.organisation.enums import Role
from atdemain.pages.typography import duration, number
from recognition.enums import PARTICIPANT_ROLES, Comparator, Unit
from recognition.money import euros
from recognition.sources import SOURCES
from recognition.terms import (
    AllOf,
    AnyOf,
    Condition,
    Criterion,
    Level,
    OneCriterion,
    SameAs,
    Terms,
    TermsRefused,
    read_condition,
    read_criterion,
)

ROLES = {role.value: role.label for role in (*PARTICIPANT_ROLES, *Role)}
ALL_WORDS, ANY_WORDS = "Toutes ces conditions", "L’une de ces conditions au moins"
#: What stays out of every computation, whatever the version (domain.md §6.1, INV-19).
NEVER = (
    "le type de contrat : un alternant n’est jamais écarté pour son contrat ;",
    "le fait d’être volontaire ou désigné ;",
    "le temps partiel : la mission est reconnue, pas les heures ;",
    "les absences, quelle qu’en soit la cause : les jours neutralisés comptent comme actifs ;",
    "le sexe, l’âge, un mandat syndical ou de représentation ;",
    "les appels traités, la durée de communication ou toute autre productivité individuelle.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a condition; `depth` from 0; `group`: it announces the lines under it."""

    text: str
    depth: int
    group: bool = False


def money(cents: int) -> str:
    return euros(cents)


def threshold(value: int, unit: str) -> str:
    """« 60 jours », « 14 h », « 80 % », « 3 »."""
    if unit == Unit.MINUTES:
        return duration(value)
    if unit == Unit.PERCENT:
        return f"{number(value)} %"
    if unit == Unit.DAYS:
        return f"{number(value)} jour{'s' if value > 1 else ''}"
    return number(value)


def criterion(one: Criterion) -> str:
    """« Participation : au moins 60 jours de participation » without its label when the sentence says it all."""
    source = SOURCES.get(one.source)
    if source is None:
        return f"{one.label} (source inconnue)"
    if one.comparator == Comparator.IS_TRUE:
        return _capital(source.noun)
    least = "au moins" if one.comparator == Comparator.AT_LEAST else "au plus"
    amount = number(one.threshold) if one.unit == Unit.DAYS else threshold(one.threshold, one.unit)
    return _capital(f"{least} {amount} {_agreeing(source.noun, one)}")


def level_lines(terms: Terms, level: Level, role: str) -> list[Line]:
    """What this role is asked for at this level; a criterion of another role is not shown."""
    labels = {one.code: one.label for one in terms.levels}
    found = _lines(level.condition, terms.criteria, labels, role, 0)
    if found and found[0].group and found[0].text == ALL_WORDS:
        return [Line(one.text, one.depth - 1, one.group) for one in found[1:]]
    return found


def outline(condition: Condition, criteria: Mapping[str, Criterion], labels: Mapping[str, str]) -> list[Line]:
    """The whole tree, every role at once, for who writes it."""
    return _lines(condition, criteria, labels, "", 0)


def _lines(
    condition: Condition, criteria: Mapping[str, Criterion], labels: Mapping[str, str], role: str, depth: int
) -> list[Line]:
    match condition:
        case OneCriterion(code):
            one = criteria.get(code)
            if one is None:
                return [Line(f"critère inconnu : {code}", depth)]
            if role and role not in one.roles:
                return []
            return [Line(criterion(one), depth)]
        case SameAs(level):
            return [Line(f"Les conditions de « {labels.get(level, level)} »", depth)]
        case AllOf(of) | AnyOf(of):
            parts = [_lines(part, criteria, labels, role, depth + 1) for part in of]
            parts = [one for one in parts if one]
            if role and len(parts) == 1:  # a group of one is that one
                return [Line(one.text, one.depth - 1, one.group) for one in parts[0]]
            if role and not parts:
                return []
            words = ALL_WORDS if isinstance(condition, AllOf) else ANY_WORDS
            return [Line(words, depth, True), *(line for part in parts for line in part)]
    raise TypeError(f"not a condition: {condition!r}")


def raw_criterion(code: str, data: Mapping[str, Any]) -> str:
    """The same from a draft, « (à compléter) » where something is missing."""
    try:
        return criterion(read_criterion(code, data))
    except TermsRefused:
        return "(à compléter)"


def raw_outline(draft_levels: Any, criteria: Mapping[str, Any], data: Any) -> list[Line]:
    """The tree of a draft; empty when it cannot be read."""
    known = {}
    for code, one in criteria.items():
        try:
            known[code] = read_criterion(code, one)
        except TermsRefused:
            continue
    try:
        condition = read_condition(data)
    except TermsRefused:
        return []
    labels = {str(one.get("code")): str(one.get("label") or one.get("code")) for one in draft_levels}
    return outline(condition, known, labels)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _agreeing(noun: str, one: Criterion) -> str:
    """« 1 proposition d’amélioration »: the nouns of the sources are plural."""
    if (one.unit != Unit.COUNT and one.unit != Unit.DAYS) or one.threshold > 1:
        return noun
    return SINGULAR.get(one.source, noun)


SINGULAR = {
    "active_days": "jour de participation",
    "suggestions": "proposition d’amélioration",
    "mutual_help_answers": "réponse à une demande d’entraide",
    "distinct_trainees": "personne accompagnée",
    "sessions_given": "séance donnée",
    "script_evolutions": "évolution de script écrite ou proposée",
    "named_contacts": "créneau de contact nommé dans l’annuaire",
}
