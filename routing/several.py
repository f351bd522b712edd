"""Several cases given at once by a manager: each through the one door, nothing stops at a refusal.

A hand-over before somebody leaves is the other way round: all of them in one transaction, or none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from atdemain.journal.actors import Actor
from cases import workflow
from cases.models import Case
from routing import advice

#: Cases of one submission: what a person can read through.
MOST = 50


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case; `to` is who keeps it now, `why` a French refusal."""

    case: Case
    to: str = ""
    why: str = ""


class HandOverRefused(Exception):
    """Nothing was given: the cases that nobody could take, and why."""

    def __init__(self, results: Sequence[Result]) -> None:
        super().__init__("Rien n’a été confié.")
        self.results = list(results)


def give_several(
    cases: Sequence[Case],
    to: int | None,
    *,
    actor: Actor,
    now: datetime,
    versions: Mapping[str, int],
    reason: Mapping[str, str],
) -> list[Result]:
    """To this advisor, or to whom the engine says for each (None); `versions` as the page showed them."""
    results = []
    for case in cases:
        try:
            advisor = to or suggested(case, now)
            done = workflow.perform(
                case.pk,
                "assign",
                actor=actor,
                expected_version=versions.get(case.ref, case.version),
                now=now,
                advisor=advisor,
                **reason,
            )
        except _REFUSALS as refusal:
            results.append(Result(case, why=words_of(refusal)))
        else:
            results.append(Result(case, to=_keeper(done.case)))
    return results


def hand_over(
    cases: Sequence[Case], to: int | None, *, actor: Actor, now: datetime, reason: Mapping[str, str]
) -> list[Result]:
    """Every case or none. Raises HandOverRefused with what stood in the way."""
    results = []
    with transaction.atomic(durable=True):
        for case in cases:
            try:
                with transaction.atomic():
                    advisor = to or suggested(case, now)
                    done = workflow.apply(case.pk, "assign", actor=actor, now=now, advisor=advisor, **reason)
            except _REFUSALS as refusal:
                results.append(Result(case, why=words_of(refusal)))
            else:
                results.append(Result(case, to=_keeper(done.case)))
        if any(one.why for one in results):
            raise HandOverRefused([one for one in results if one.why])
    return results


class NobodyToSuggest(Exception):
    """The engine finds nobody for this case; French."""


_REFUSALS = (workflow.Refused, workflow.NotAllowed, workflow.Conflict, NobodyToSuggest)


def suggested(case: Case, now: datetime) -> int:
    """Whom the engine would choose now, the present owner left out."""
    chosen = advice.advise(case, now)
    if chosen.suggested is None:
        raise NobodyToSuggest(
            f"Le moteur ne trouve personne. {chosen.histogram[:1].upper()}{chosen.histogram[1:]}."
        )
    return chosen.suggested


def words_of(refusal: Any) -> str:
    """A refusal in French, for the line of its case."""
    if isinstance(refusal, workflow.Refused):
        return " ".join(reason.text for reason in refusal.reasons)
    if isinstance(refusal, workflow.Conflict):
        return f"{refusal.by} l’a fait avancer entre-temps\u00a0: rouvrez la liste."
    if isinstance(refusal, workflow.NotAllowed):
        return "Ce dossier n’est pas de votre unité."
    return str(refusal)


def _keeper(case: Case) -> str:
    return case.owner.user.short_name if case.owner else ""
