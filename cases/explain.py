"""« Pourquoi ? » beside every automatic decision (design.md, principle 5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from atdemain.statements import Param, Statement
from cases.enums import CaseState, EscalationStatus, VerdictValue
from cases.models import Case, Contact, Escalation, RepeatRule, RepeatVerdict


@dataclass(frozen=True, slots=True)
class Why:
    """Why a case was opened: the contacts that counted, those that did not, and the rule."""

    rule: RepeatRule
    count: int
    window_start: datetime
    window_end: datetime
    counted: tuple[Contact, ...]
    not_counted: tuple[Contact, ...]


#: The verdict that opened the case; none for a case opened by hand.
OPENING_VERDICT = Statement(
    lambda: (
        RepeatVerdict.objects.filter(contact__case=Param("case"), verdict=VerdictValue.RD3PLUS)
        .select_related("rule", "contact")
        .order_by("computed_at", "pk")[:1]
    )
)


def why_verdict(verdict: RepeatVerdict, known: Iterable[Contact]) -> Why:
    """Those of the window among `known`, told apart by the verdict's `contact_ids`.

    What counted then is told whoever's it is now: a split may have given some of it back.
    """
    last, ids = verdict.contact, set(verdict.contact_ids)
    contacts = sorted(
        (
            contact
            for contact in known
            if (contact.client_id == last.client_id or contact.pk in ids)
            and verdict.window_start < contact.arrived_at <= last.arrived_at
        ),
        key=lambda contact: (contact.arrived_at, contact.pk),
    )
    return Why(
        rule=verdict.rule,
        count=verdict.count,
        window_start=verdict.window_start,
        window_end=last.arrived_at,
        counted=tuple(contact for contact in contacts if contact.pk in ids),
        not_counted=tuple(
            contact for contact in contacts if contact.pk not in ids and contact.exclusion_code
        ),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """What will happen by itself, and when."""

    at: datetime
    text: str


#: What the clock will do, told to the person in charge (domain.md §3.3).
CLOCK_WORDS = {
    "promise_before": "rappel de l’échéance au conseiller en charge",
    "promise_start": "heure promise : le conseiller en charge est prévenu",
    "promise_missed": "sans appel, l’engagement est manqué ; conseiller en charge et suppléant sont prévenus",
    "promise_plus_30": "le manager est prévenu",
    "promise_plus_120": "la direction de l’unité est prévenue et une réaffectation proposée",
    "promise_red_list": "le dossier entre dans la liste rouge du matin",
    "unassigned_manager": "toujours sans conseiller, les managers de l’unité sont prévenus",
    "unassigned_head": "toujours sans conseiller, les autres unités sont sollicitées et la direction prévenue",
    "first_action_owner": "sans première action, le conseiller en charge est prévenu",
    "first_action_manager": "sans première action, le manager est prévenu",
    "entity_ack_head": "toujours sans accusé, la direction de l’entité et le manager sont prévenus",
    "entity_answer_head": "toujours sans réponse, la direction de l’entité et le manager sont prévenus",
    "promise_entity": "sans réponse, l’entité est priée de dire où elle en est",
    "silent_case": "sans événement, le dossier est signalé silencieux au manager",
    "satisfaction": "la question de satisfaction est proposée au conseiller en charge",
    "confirm": "sans nouveau contact, le dossier est clos et confirmé",
}


def what_next(
    case: Case, escalations: Sequence[Escalation], timers: Iterable[tuple[datetime, str]]
) -> list[Step]:
    """The clock's steps still to come (due, kind) and the entities' deadlines, soonest first."""
    if case.state == CaseState.CLOSED:
        return []
    steps = [Step(due, CLOCK_WORDS[kind]) for due, kind in timers if kind in CLOCK_WORDS]
    for escalation in escalations:
        if escalation.status == EscalationStatus.SENT:
            steps.append(Step(escalation.ack_due, f"accusé attendu de {escalation.target_entity}"))
        if escalation.status in (EscalationStatus.SENT, EscalationStatus.ACKNOWLEDGED):
            steps.append(Step(escalation.answer_due, f"réponse attendue de {escalation.target_entity}"))
    return sorted(steps, key=lambda step: step.at)
