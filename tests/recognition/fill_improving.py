"""Rows for the budgets of the pages of suggestions and surveys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.urls import reverse

from cases.enums import ReasonFamily
from recognition.models import (
    ScriptVersion,
    Suggestion,
    SuggestionStep,
    SuggestionSupport,
    Survey,
    SurveyAnswer,
)
from recognition.suggestions.similarity import key
from tests.office import NOW, Office
from tests.recognition.improving import enough, suggestion, survey

DAY = timedelta(days=1)


def suggestions(office: Office, number: int) -> None:
    """Posted, answered or late, each supported once."""
    author, entity = office.people["colleague"], office.entities["copper"]
    states = ("submitted", "accepted")
    made = Suggestion.objects.bulk_create(
        Suggestion(
            author=author, unit=author.unit, topic="tool", title=f"Idée {n}", text="Un texte assez long.",
            search_key=key(f"Idée {n}", "Un texte assez long."), owner_entity=entity, state=states[n % 2],
            submitted_at=NOW - DAY, ack_due=NOW, answer_due=NOW + DAY, escalate_at=NOW + 2 * DAY,
            **({"acknowledged_at": NOW, "ack_days": 0, "answered_at": NOW, "answer_days": 0, "answer": "Oui."}
               if n % 2 else {}),
        )
        for n in range(number)
    )  # fmt: skip
    SuggestionSupport.objects.bulk_create(
        SuggestionSupport(suggestion=one, user=office.people["trainer"]) for one in made
    )


def one_suggestion(office: Office, number: int) -> int:
    """With as many steps, supports and script versions."""
    one = suggestion(office, title=f"Une idée parmi {number}", reason_family=ReasonFamily.NO_SYNC)
    SuggestionStep.objects.bulk_create(
        SuggestionStep(suggestion=one, at=NOW, kind="message", by=office.people["backoffice"], text="Un mot.")
        for _ in range(number)
    )
    scripts(office, number, one)
    Suggestion.objects.filter(pk=one.pk).update(
        state="deployed", acknowledged_at=NOW, ack_days=0, answered_at=NOW, answer_days=0, answer="Oui.",
        deployed_on=NOW.date(),
    )  # fmt: skip
    return one.pk


def of_case(office: Office, number: int) -> str:
    suggestions(office, number)
    case = office.case()
    Suggestion.objects.filter(case=None).update(case=case)
    return reverse("recognition:suggestion_case", args=[case.ref])


def scripts(office: Office, number: int, one: Suggestion | None = None, code: str = "") -> None:
    start = ScriptVersion.objects.count()
    ScriptVersion.objects.bulk_create(
        ScriptVersion(
            code=code or f"s-{start + n}", version=start + n + 1, title=f"Script {n}", text="Dites bonjour.",
            valid_from=NOW.date(), suggestion=one, written_by=office.people["support"], written_at=NOW,
        )
        for n in range(number)
    )  # fmt: skip


def versions(office: Office, number: int) -> str:
    code = f"script-{number}"
    scripts(office, number, suggestion(office, title=f"Pour {number}"), code)
    return reverse("recognition:script", args=[code])


def surveys(office: Office, number: int) -> None:
    Survey.objects.bulk_create(
        Survey(
            title=f"Enquête {n}", questions=[], roles=["advisor"], launched_by=office.people["support"], state="closed",
            created_at=NOW, opens_at=NOW, closes_at=NOW,
        )
        for n in range(number)
    )  # fmt: skip


def answered(office: Office, number: int) -> int:
    """A closed survey with as many answers."""
    enough(office, "lyon", 5)
    one = survey(office, state="closed", title=f"Enquête de {number}")
    Survey.objects.filter(pk=one.pk).update(invited=[["", office.units["lyon"].pk, number]])
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(survey=one, role="", unit=office.units["lyon"], answers={"q1": "yes"})
        for _ in range(number)
    )
    return one.pk


def _at(route: str, make: Callable[[Office, int], int]) -> Callable[[Office, int], str]:
    return lambda office, number: reverse(route, args=[make(office, number)])


FILLERS: dict[str, Callable[[Office, int], str | None]] = {
    "recognition:suggestions": suggestions,
    "recognition:suggestion_board": suggestions,
    "recognition:suggestion_export": lambda office, number: (
        suggestions(office, number) or reverse("recognition:suggestion_export", args=["xlsx"])
    ),
    "recognition:suggestion": _at("recognition:suggestion", one_suggestion),
    "recognition:suggestion_effect": _at("recognition:suggestion_effect", one_suggestion),
    "recognition:suggestion_case": of_case,
    "recognition:scripts": scripts,
    "recognition:script": versions,
    "recognition:surveys": surveys,
    "recognition:survey": _at("recognition:survey", answered),
    "recognition:survey_export": _at("recognition:survey_export", answered),
}
