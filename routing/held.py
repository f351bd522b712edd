"""What routing holds about a client, for the answer to a request about their data."""

from __future__ import annotations

from cases.subject.contents import agent
from cases.subject.held import Section, section
from routing.models import Assignment, ClientExclusion, InterEntityCall, MutualHelpRequest


def held(ids: list[int]) -> list[Section]:
    """Four queries."""
    given = Assignment.objects.filter(case__client__in=ids).select_related("case", "to_user__unit")
    asked = MutualHelpRequest.objects.filter(case__client__in=ids).select_related("case")
    calls = InterEntityCall.objects.filter(case__client__in=ids).select_related("case", "entity")
    excluded = ClientExclusion.objects.filter(client__in=ids).order_by("decided_at", "pk")
    return [
        section(
            "assignments",
            "Qui a reçu les dossiers",
            {"case": "Dossier", "at": "Le", "mode": "Mode", "to": "À", "reason": "Précision"},
            [
                {
                    "case": one.case.ref, "at": one.at, "mode": one.get_mode_display(),
                    "to": agent(one.to_user), "reason": one.reason_text,
                }
                for one in given.order_by("at", "pk")
            ],
        ),
        section(
            "help_questions",
            "Questions posées entre collègues",
            {"case": "Dossier", "at": "Le", "question": "Question"},
            [
                {"case": one.case.ref, "at": one.asked_at, "question": one.question}
                for one in asked.order_by("asked_at", "pk")
            ],
        ),
        section(
            "entity_calls",
            "Appels à d’autres entités",
            {"case": "Dossier", "at": "Le", "entity": "Entité", "outcome": "Issue"},
            [
                {
                    "case": one.case.ref, "at": one.started_at, "entity": str(one.entity),
                    "outcome": one.get_outcome_display(),
                }
                for one in calls.order_by("started_at", "pk")
            ],
        ),
        section(
            "exclusions",
            "Conseillers à qui la fiche n’est plus confiée",
            {"at": "Décidé le"},
            [{"at": one.decided_at} for one in excluded],
        ),
    ]  # fmt: skip
