"""Before somebody leaves: every open case is given in one transaction, or none is (domain.md §2.5).

Many cases given at once otherwise are a job (`cases.bulk`), where a refusal stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from atdemain.journal.actors import Actor
from cases import workflow
from cases.models import Case
from routing import advice


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


def hand_over(
    cases: Sequence[Case], to: int | None, *, actor: Actor, now: datetime, reason: Mapping[str, str]
) -> list[Result]:
    """Every case or none. Raises HandOverRefused with what stood in the way."""
    with transaction.atomic(durable=True):
        return give_all(cases, to, actor=actor, now=now, reason=reason)


def give_all(
    cases: Sequence[Case], to: int | None, *, actor: Actor, now: datetime, reason: Mapping[str, str]
) -> list[Result]:
    """`hand_over` inside the transaction of what follows it: a refusal aborts that too."""
    results = []
    for case in cases:
        try:
            with transaction.atomic():
                advisor = to or suggested(case, now)
                done = workflow.apply(case.pk, "assign", actor=actor, now=now, advisor=advisor, **reason)
        except _REFUSALS as refusal:
            results.append(Result(case, why=_words_of(refusal)))
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


def _words_of(refusal: Exception) -> str:
    return workflow.words_of(refusal) if isinstance(refusal, workflow.WorkflowError) else str(refusal)


def _keeper(case: Case) -> str:
    return case.owner.user.short_name if case.owner else ""
