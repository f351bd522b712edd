"""The client's answer, a day after the resolution (domain.md §3.2 T09): typed once, corrected if mistyped."""

from __future__ import annotations

from cases import guards, timers
from cases.enums import DissatisfactionCause
from cases.models import SatisfactionAnswer
from cases.reasons import Reason

from .door import action
from .move import Move


@action("record_satisfaction")
def record_satisfaction(move: Move) -> None:
    """Data `score` 0 to 10, `cause` when dissatisfied. A second answer to the same question corrects it."""
    case = move.case
    move.check(guards.satisfaction(move.facts))
    score, cause = _score(move), str(move.get("cause"))
    if score is None:
        move.refuse(Reason("score", "Choisissez une note de 0 à 10.", "score"))
    dissatisfied = score <= SatisfactionAnswer.DISSATISFIED_UP_TO
    if dissatisfied and cause not in DissatisfactionCause.values:
        move.refuse(Reason("cause", "Le client n’est pas satisfait : choisissez la cause.", "cause"))
    cause = cause if dissatisfied else ""
    known = SatisfactionAnswer.objects.filter(case=case, resolved_at=case.resolved_at).first()
    if known and (known.score, known.cause) == (score, cause):
        move.refuse(Reason("same_answer", "Cette réponse est déjà enregistrée.", "score"))
    move.changes["score"] = [known.score if known else None, score]
    move.changes["cause"] = [known.cause if known else None, cause]
    if known:
        known.score, known.cause = score, cause
        known.save(update_fields=["score", "cause"])
    else:
        SatisfactionAnswer.objects.create(
            case=case, resolved_at=case.resolved_at, at=move.now, score=score, cause=cause
        )
    timers.void_satisfaction(case)


def _score(move: Move) -> int | None:
    text = str(move.get("score"))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 10 else None
