"""What the rows of the permission table about participation are asked on (`tests.permission_cast`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from atdemain.organisation.models import Participation, Phase, Programme
from recognition.models import NeutralisedDays, ParticipationExit
from routing.models import AdvisorSkill, Skill
from tests.office import NOW

UNKNOWN = 10**9
ARGUED = (
    "recognition:leave",
    "recognition:consent_text",
    "recognition:exit_new",
    "recognition:file",
    "recognition:file_answer",
    "recognition:file_opinion",
    "recognition:file_decide",
    "recognition:neutralised_remove",
    "recognition:skill",
    "recognition:programme_lead",
    "recognition:phase_new",
    "recognition:phase",
)
TODAY = NOW.date().isoformat()
WHY = "Décidé après la revue du trimestre."
DATA: dict[str, dict[str, Any]] = {
    "recognition:leave": {"last_day": TODAY, "reason": "workload"},
    "recognition:exit_new": {"last_day": TODAY, "reason": "mobility"},
    "recognition:file_answer": {"answer-answer": WHY},
    "recognition:file_opinion": {"opinion-opinion": "just", "opinion-opinion_text": WHY},
    "recognition:file_decide": {
        "decide-heard_on": TODAY,
        "decide-just_cause": "yes",
        "decide-decision_text": WHY,
    },
}


def arguments(scene: Any, route: str, role: str) -> list[Any]:
    """The object of the situation, made when it is asked for; `scene.data` gets what its action needs."""
    people, where = scene.office.people, scene.situation
    scene.data = {**scene.data, **DATA.get(route, {})}
    whose = {"mine": role, "unit": "colleague", "elsewhere": "stranger", "somebody's": "stranger"}.get(where)
    person = people.get(whose or "") or people["stranger"]
    known = bool(whose) or where == "first"
    if route == "recognition:consent_text":
        return ["2026-1"]
    if route in ("recognition:leave", "recognition:exit_new"):
        return [_participation(person).pk if known else UNKNOWN]
    if route.startswith("recognition:file"):
        return [_exit(person, people["manager"]).pk if known else UNKNOWN]
    if route == "recognition:skill":
        return [_skill(person).pk if known else UNKNOWN]
    if route == "recognition:neutralised_remove":
        return [_days(person, people["hr"]).pk if known else UNKNOWN]
    code = Programme.objects.get().code if known else "inconnu"
    scene.data |= {"lead": people["manager"].pk, "reason": WHY, "kind": "pilot", "starts_on": TODAY}
    if route != "recognition:phase":
        return [code]
    scene.data["ends_on"] = "2026-12-31"
    phase = Phase.objects.create(
        programme=Programme.objects.get(), kind="pilot", lead=people["manager"], starts_on=NOW.date()
    )
    return [code, phase.pk if known else UNKNOWN]


def _participation(person: Any) -> Participation:
    return Participation.objects.get_or_create(
        employee=person,
        programme=Programme.objects.get(),
        defaults={
            "role": "advisor",
            "mode": "volunteer",
            "starts_on": date(2026, 9, 1),
            "consent": "accepted",
        },
    )[0]


def _exit(person: Any, manager: Any) -> ParticipationExit:
    held = _participation(person)
    return ParticipationExit.objects.get_or_create(
        participation=held,
        defaults={
            "reason": "unjustified",
            "exit_by": "management",
            "last_day": NOW.date(),
            "announced_at": NOW,
            "announced_by": manager,
            "facts": WHY,
            "just_cause": "pending",
            "due_at": NOW.replace(month=12),
        },
    )[0]


def _skill(person: Any) -> AdvisorSkill:
    base = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]
    return AdvisorSkill.objects.get_or_create(user=person, skill=base, defaults={"validated_on": NOW.date()})[
        0
    ]


def _days(person: Any, hr: Any) -> NeutralisedDays:
    return NeutralisedDays.objects.get_or_create(
        employee=person,
        from_on=date(2026, 4, 1),
        defaults={"to_on": date(2026, 4, 30), "days": 20, "entered_by": hr, "entered_at": NOW},
    )[0]
