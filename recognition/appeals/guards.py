"""Why an appeal is refused, in French (domain.md §6.6). Pure: facts in, reasons out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from recognition.campaigns.guards import Refusal
from recognition.enums import AppealState, CampaignState

TEXT_MIN, DECISION_MIN = 20, 20


@dataclass(frozen=True, slots=True)
class Facts:
    """One award and, where there is one, the appeal on it."""

    campaign_state: str
    appeal_until: date | None
    waiting: bool = False  # another appeal on the award waits for its answer
    state: str = ""
    due_on: date | None = None


def file(facts: Facts, today: date, text: str) -> list[Refusal]:
    found: list[Refusal] = []
    if facts.campaign_state != CampaignState.PUBLISHED or facts.appeal_until is None:
        open_later = facts.campaign_state not in (CampaignState.CLOSED, CampaignState.EXPORTED)
        found.append(
            Refusal(
                "not_published",
                "Les attributions ne sont pas publiées : le recours s’ouvre avec la publication."
                if open_later
                else "La campagne est close : le délai de recours est passé.",
            )
        )
    elif today > facts.appeal_until:
        found.append(
            Refusal(
                "too_late",
                f"Le délai de recours est passé : il allait jusqu’au {facts.appeal_until:%d/%m/%Y}.",
            )
        )
    if facts.waiting:
        found.append(
            Refusal(
                "already_open", "Votre recours est déjà ouvert : il attend sa réponse, ou vous le retirez."
            )
        )
    if len(text.strip()) < TEXT_MIN:
        found.append(
            Refusal(
                "text", f"Dites ce que vous contestez, en {TEXT_MIN} caractères ou plus : les RH vous liront."
            )
        )
    return found


def withdraw(facts: Facts) -> list[Refusal]:
    if facts.state == AppealState.FILED:
        return []
    return [Refusal("not_waiting", "Ce recours n’attend plus de réponse : il n’y a rien à retirer.")]


def decide(facts: Facts, text: str, *, own: bool, other_duties: bool) -> list[Refusal]:
    """`own`: whoever decides filed it. `other_duties`: a manager's or an administrator's account."""
    found: list[Refusal] = []
    if facts.state != AppealState.FILED:
        words = (
            "Ce recours est retiré."
            if facts.state == AppealState.WITHDRAWN
            else "Ce recours est déjà décidé."
        )
        found.append(Refusal("not_waiting", words))
    if own:
        found.append(
            Refusal("own", "Vous ne décidez pas de votre propre recours : une autre personne RH répond.")
        )
    if other_duties:
        found.append(
            Refusal("other_duties", "Un compte de manager ou d’administrateur ne décide pas d’un recours.")
        )
    if len(text.strip()) < DECISION_MIN:
        found.append(
            Refusal(
                "text", f"Une décision est motivée : {DECISION_MIN} caractères ou plus, le salarié la lira."
            )
        )
    return found


def second_level(facts: Facts, *, recorded: bool, agreed: bool, observer: bool, text: str) -> list[Refusal]:
    found: list[Refusal] = []
    if facts.state != AppealState.REJECTED:
        found.append(Refusal("not_rejected", "La commission ne revoit qu’un recours rejeté."))
    if recorded:
        found.append(Refusal("recorded", "L’avis de la commission est déjà enregistré."))
    if observer and not agreed:
        found.append(Refusal("observer", "Un élu n’assiste à la commission que si le salarié l’accepte."))
    if len(text.strip()) < DECISION_MIN:
        found.append(
            Refusal("text", f"Motivez l’avis de la commission, en {DECISION_MIN} caractères ou plus.")
        )
    return found
