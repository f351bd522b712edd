"""What is wrong with the criteria and the levels of a draft (domain.md §6.1, §6.2, L61, L63). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from recognition.enums import PARTICIPANT_ROLES, Comparator
from recognition.scheme.draft import Draft, Issue
from recognition.scheme.reach import unreachable
from recognition.sources import SOURCES, refusal
from recognition.terms import (
    AllOf,
    AnyOf,
    Condition,
    OneCriterion,
    SameAs,
    TermsRefused,
    leaves,
    read_condition,
)

ROLES = {role.value: role.label for role in PARTICIPANT_ROLES}
LARGEST = 10_000_000
#: What a page of conditions can hold and a reader follow.
MOST_CRITERIA, MOST_LEVELS, MOST_LEAVES = 60, 6, 80
#: A gross amount above this is a slip of the keyboard: 100 000,00 €.
LARGEST_CENTS = 100_000_00


def of_criteria(draft: Draft) -> Iterator[Issue]:
    if not draft.criteria:
        yield Issue("criteria", "no_criteria", "Écrivez au moins un critère.")
    used = {
        leaf.criterion
        for one in _conditions(draft).values()
        for leaf in leaves(one)
        if isinstance(leaf, OneCriterion)
    }
    if len(draft.criteria) > MOST_CRITERIA:
        yield Issue(
            "criteria",
            "too_many_criteria",
            f"Plus de {MOST_CRITERIA} critères : personne ne les suivra. Retirez-en.",
        )
    for code, one in draft.criteria.items():
        yield from _criterion(code, one, draft)
        if code not in used:
            label = one.get("label") or code
            yield Issue(
                f"criteria.{code}",
                "criterion_unused",
                f"« {label} » n’entre dans aucun niveau : retirez-le.",
                True,
            )


def _criterion(code: str, one: Mapping[str, Any], draft: Draft) -> Iterator[Issue]:
    path = f"criteria.{code}"
    if not str(one.get("label") or "").strip():
        yield Issue(f"{path}.label", "no_label", "Nommez le critère, en quelques mots que chacun comprend.")
    name = str(one.get("source") or "")
    reason, sentence = refusal(name)
    if reason:
        yield Issue(f"{path}.source", reason, sentence)
    source = SOURCES.get(name)
    comparator = one.get("comparator")
    if comparator not in Comparator.values:
        yield Issue(f"{path}.comparator", "no_comparator", "Choisissez comment la valeur est comparée.")
    elif source is not None and comparator not in source.comparators:
        yield Issue(
            f"{path}.comparator",
            "wrong_comparator",
            f"« {source.label} » se compare avec « {Comparator(source.comparators[0]).label} ».",
        )
    threshold = one.get("threshold")
    if isinstance(threshold, bool) or not isinstance(threshold, int):
        yield Issue(f"{path}.threshold", "no_threshold", "Donnez le seuil.")
    elif threshold < 0:
        yield Issue(f"{path}.threshold", "negative_threshold", "Un seuil n’est pas négatif.")
    elif threshold > LARGEST:
        yield Issue(f"{path}.threshold", "huge_threshold", "Ce seuil est démesuré : vérifiez-le.")
    elif threshold == 0 and comparator == Comparator.AT_LEAST:
        yield Issue(
            f"{path}.threshold",
            "threshold_of_nothing",
            "« Au moins 0 » est toujours rempli : donnez un seuil.",
        )
    elif source is not None and source.kind == "boolean" and threshold != 1:
        yield Issue(f"{path}.threshold", "threshold_of_yes", "Un critère par oui ou non a pour seuil 1.")
    elif source is not None and source.kind == "share" and threshold > 100:
        yield Issue(f"{path}.threshold", "share_over_whole", "Une part ne dépasse pas 100 %.")
    if not one.get("unit"):
        yield Issue(f"{path}.unit", "no_unit", "Donnez l’unité du seuil.")
    elif source is not None and one["unit"] != source.unit:
        yield Issue(f"{path}.unit", "wrong_unit", f"« {source.label} » ne se compte pas dans cette unité.")
    roles = list(one.get("roles") or ())
    if not roles:
        yield Issue(f"{path}.roles", "criterion_without_role", "Dites à quels rôles le critère s’applique.")
    for role in roles:
        if role not in ROLES:
            yield Issue(f"{path}.roles", "unknown_role", f"Rôle inconnu : « {str(role)[:40]} ».")
        elif role not in draft.eligible_roles:
            yield Issue(
                f"{path}.roles",
                "role_not_eligible",
                f"« {ROLES[role]} » n’est pas un rôle concerné par la version.",
            )
        elif source is not None and role not in source.roles:
            yield Issue(
                f"{path}.roles", "source_silent", f"« {source.label} » ne dit rien du rôle « {ROLES[role]} »."
            )


def of_levels(draft: Draft) -> Iterator[Issue]:
    if not draft.levels:
        yield Issue("levels", "no_levels", "Écrivez au moins un niveau.")
        return
    codes = Counter(str(one.get("code") or "") for one in draft.levels)
    for code, count in codes.items():
        if not code:
            yield Issue(
                "levels", "level_without_code", "Un niveau n’a pas de code : supprimez-le et recréez-le."
            )
        elif count > 1:
            yield Issue(f"levels.{code}", "level_twice", f"Le niveau « {code} » est écrit deux fois.")
    for rank, count in Counter(one.get("rank") for one in draft.levels).items():
        if count > 1:
            yield Issue("levels", "rank_twice", f"Deux niveaux ont le rang {rank} : donnez-leur un ordre.")
    if len(draft.levels) > MOST_LEVELS:
        yield Issue("levels", "too_many_levels", f"Plus de {MOST_LEVELS} niveaux : retirez-en.")
        return
    for one in draft.levels:
        yield from _level(one, draft)
    yield from _amounts_in_order(draft)
    yield from _trees(draft)


def _level(one: Mapping[str, Any], draft: Draft) -> Iterator[Issue]:
    path = f"levels.{one.get('code')}"
    label = str(one.get("label") or "").strip()
    if not label:
        yield Issue(f"{path}.label", "level_without_label", "Nommez le niveau.")
    rank = one.get("rank")
    if isinstance(rank, bool) or not isinstance(rank, int) or rank < 1:
        yield Issue(f"{path}.rank", "level_without_rank", "Donnez le rang du niveau : 1 pour le premier.")
    amounts = one.get("amounts") or {}
    for role in draft.eligible_roles:
        if role not in amounts:
            yield Issue(
                f"{path}.amounts.{role}",
                "amount_missing",
                f"« {label or one.get('code')} » n’a pas de montant pour le rôle « {ROLES.get(role, role)} » : "
                "donnez-le, en euros.",
            )
    for role, cents in amounts.items():
        if isinstance(cents, bool) or not isinstance(cents, int) or cents < 0:
            yield Issue(
                f"{path}.amounts.{role}", "amount_negative", "Un montant est un nombre d’euros, positif."
            )
        elif cents == 0:
            yield Issue(
                f"{path}.amounts.{role}",
                "amount_zero",
                "Un niveau à 0,00 € ne donne rien : est-ce voulu ?",
                True,
            )
        elif cents > LARGEST_CENTS:
            yield Issue(f"{path}.amounts.{role}", "amount_huge", "Ce montant est démesuré : vérifiez-le.")
        if role not in draft.eligible_roles:
            yield Issue(
                f"{path}.amounts.{role}",
                "amount_of_no_role",
                f"Un montant est donné au rôle « {ROLES.get(role, role)} », que la version ne concerne pas.",
            )


def _amounts_in_order(draft: Draft) -> Iterator[Issue]:
    """A higher level never gives less: whoever reaches it would lose by it."""
    ranked = sorted(
        (one for one in draft.levels if isinstance(one.get("rank"), int)), key=lambda one: int(one["rank"])
    )
    for lower, higher in pairwise(ranked):
        for role in draft.eligible_roles:
            least, most = (level.get("amounts") or {} for level in (lower, higher))
            if (
                isinstance(least.get(role), int)
                and isinstance(most.get(role), int)
                and most[role] < least[role]
            ):
                yield Issue(
                    f"levels.{higher.get('code')}.amounts.{role}",
                    "amount_decreases",
                    f"Pour le rôle « {ROLES.get(role, role)} », ce niveau donne moins que le précédent : "
                    "augmentez le montant.",
                )


def _conditions(draft: Draft) -> dict[str, Condition]:
    """Those that can be read, by level."""
    found = {}
    for one in draft.levels:
        try:
            found[str(one.get("code"))] = read_condition(one.get("condition"))
        except TermsRefused:
            continue
    return found


def _trees(draft: Draft) -> Iterator[Issue]:
    whole = True
    for one in draft.levels:
        path = f"levels.{one.get('code')}.condition"
        if not one.get("condition"):
            whole = False
            yield Issue(
                path, "no_condition", f"« {one.get('label') or one.get('code')} » n’a pas de condition."
            )
            continue
        try:
            read_condition(one["condition"], path)
        except TermsRefused as refused:
            whole = False
            yield Issue(path, "condition_unreadable", f"Une condition ne se lit pas : {refused.message}.")
    conditions = _conditions(draft)
    for code, condition in conditions.items():
        path = f"levels.{code}.condition"
        if sum(1 for _ in leaves(condition)) > MOST_LEAVES:
            whole = False
            yield Issue(path, "condition_too_long", f"Plus de {MOST_LEAVES} conditions : simplifiez.")
        for empty in _empty_groups(condition):
            whole = False
            yield Issue(
                path,
                "group_empty",
                f"Un groupe « {empty} » est vide : ajoutez-y une condition ou retirez-le.",
            )
        for leaf in leaves(condition):
            if isinstance(leaf, OneCriterion) and leaf.criterion not in draft.criteria:
                whole = False
                yield Issue(
                    path,
                    "criterion_unknown",
                    f"La condition cite un critère qui n’existe pas : « {leaf.criterion} ».",
                )
            if isinstance(leaf, SameAs) and leaf.level not in conditions:
                whole = False
                yield Issue(
                    path, "level_unknown", f"La condition cite un niveau qui n’existe pas : « {leaf.level} »."
                )
    for code in sorted(_circular(conditions)):
        whole = False
        yield Issue(
            f"levels.{code}.condition",
            "circular",
            "La condition renvoie à elle-même par d’autres niveaux : retirez un des renvois.",
        )
    if whole:
        yield from _reach(draft, conditions)


def _reach(draft: Draft, conditions: Mapping[str, Condition]) -> Iterator[Issue]:
    labels = {str(one.get("code")): one.get("label") or one.get("code") for one in draft.levels}
    for code, condition in conditions.items():
        lost = {role: unreachable(condition, role, draft, conditions) for role in draft.eligible_roles}
        path = f"levels.{code}.condition"
        if draft.eligible_roles and all(lost.values()):
            yield Issue(
                path,
                "level_unreachable",
                f"Personne ne peut atteindre « {labels[code]} » : {next(iter(lost.values()))}",
            )
            continue
        for role, why in lost.items():
            if why:
                yield Issue(
                    path,
                    "level_unreachable_by_role",
                    f"Le rôle « {ROLES.get(role, role)} » ne peut atteindre « {labels[code]} » : {why}",
                )


def _empty_groups(condition: Condition) -> Iterator[str]:
    match condition:
        case AllOf(of) | AnyOf(of):
            if not of:
                yield "toutes ces conditions" if isinstance(condition, AllOf) else "l’une de ces conditions"
            for part in of:
                yield from _empty_groups(part)


def _circular(conditions: Mapping[str, Condition]) -> set[str]:
    """Levels that can be reached from themselves."""
    next_to = {
        code: {leaf.level for leaf in leaves(one) if isinstance(leaf, SameAs)}
        for code, one in conditions.items()
    }
    found = set()
    for code in next_to:
        seen: set[str] = set()
        waiting = set(next_to[code])
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting |= next_to.get(one, set())
        if code in seen:
            found.add(code)
    return found
