"""The life of a survey: drafted, opened to its audience, closed by hand or by the clock (domain.md L53, L54).

Its own steps are in the journal; the answers never are.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from atdemain.journal.actors import Actor, system
from atdemain.journal.chain import storable
from atdemain.journal.record import record
from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.models import Unit
from atdemain.pages.typography import NBSP
from recognition.models import Survey
from recognition.surveys import ballot
from recognition.surveys.crowd import FEWEST
from recognition.surveys.enums import AUDIENCE, SurveyState
from recognition.surveys.questions import Question, to_data

SHORTEST, LONGEST = timedelta(hours=24), timedelta(days=90)


class SurveyRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class SurveyMoved(Exception):
    """It changed since the page was drawn."""


def save(
    survey: Survey | None,
    *,
    title: str,
    intro: str,
    roles: list[str],
    units: list[Unit],
    closes_at: datetime,
    questions: list[Question],
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> Survey:
    """A draft, new or changed. Raises SurveyRefused, SurveyMoved."""
    _check_end(closes_at, now)
    wanted = [role.value for role in AUDIENCE if role in roles]
    if not wanted:
        raise SurveyRefused("Choisissez au moins un rôle à interroger.", "roles")
    if not questions:
        raise SurveyRefused("Écrivez au moins une question.")
    fields: dict[str, Any] = {
        "title": " ".join(storable(title).split()),
        "intro": storable(intro).strip(),
        "roles": wanted,
        "closes_at": closes_at,
        "questions": to_data(questions),
    }
    with transaction.atomic():
        if survey is None:
            survey = Survey.objects.create(launched_by=actor.user, created_at=now, **fields)
            record("survey", survey.pk, "drafted", actor=actor, at=now)
        else:
            _move(survey, expected_version, SurveyState.DRAFT, **fields)
            survey = Survey.objects.get(pk=survey.pk)
            record("survey", survey.pk, "changed", actor=actor, at=now, object_version=survey.version)
        survey.units.set(units)
    return survey


def publish(survey: Survey, *, expected_version: int, actor: Actor, now: datetime) -> Survey:
    """Opens it to its audience, who are told. From now on it does not change. Raises SurveyRefused, SurveyMoved."""
    _check_end(survey.closes_at, now)
    with transaction.atomic():
        _move(survey, expected_version, SurveyState.DRAFT, state=SurveyState.OPEN, opens_at=now)
        survey = Survey.objects.get(pk=survey.pk)
        try:
            survey.invited = ballot.hand_out(survey)
        except ValueError:
            raise SurveyRefused(
                f"Moins de {FEWEST} personnes seraient interrogées : elles se reconnaîtraient. Élargissez les rôles ou les unités."
            ) from None
        survey.save(update_fields=["invited"])
        people = sum(count for _role, _unit, count in survey.invited)
        record("survey", survey.pk, "opened", actor=actor, at=now, from_state=SurveyState.DRAFT,
               to_state=SurveyState.OPEN, changes={"people": [0, people]}, object_version=survey.version)  # fmt: skip
        _tell_audience(survey, now)
    return survey


def discard(survey: Survey, *, expected_version: int, actor: Actor, now: datetime) -> None:
    """A draft goes. Raises SurveyMoved."""
    with transaction.atomic():
        if not Survey.objects.filter(
            pk=survey.pk, version=expected_version, state=SurveyState.DRAFT
        ).exists():
            raise SurveyMoved
        record("survey", survey.pk, "discarded", actor=actor, at=now, from_state=SurveyState.DRAFT)
        Survey.objects.filter(pk=survey.pk).delete()


def close(survey: Survey, *, expected_version: int, actor: Actor, now: datetime) -> Survey:
    """Before its time, by who launched it; twice is once. Raises SurveyMoved."""
    if survey.state == SurveyState.CLOSED:
        return survey
    with transaction.atomic():
        _move(survey, expected_version, SurveyState.OPEN, state=SurveyState.CLOSED, closes_at=now)
        return _closed(survey.pk, actor, now)


def close_due(now: datetime) -> int:
    """With the clock: what is over closes, once whatever the number of workers."""
    due = Survey.objects.filter(state=SurveyState.OPEN, closes_at__lte=now).order_by("closes_at", "pk")
    done = 0
    for pk, version in due.values_list("pk", "version")[:50]:
        with transaction.atomic():
            if Survey.objects.filter(pk=pk, version=version, state=SurveyState.OPEN).update(
                state=SurveyState.CLOSED, version=version + 1
            ):
                _closed(pk, system("clock"), now)
                done += 1
    return done


def _closed(pk: int, actor: Actor, now: datetime) -> Survey:
    survey = Survey.objects.get(pk=pk)
    ballot.tear_up(survey)
    record("survey", pk, "closed", actor=actor, at=now, from_state=SurveyState.OPEN, to_state=SurveyState.CLOSED,
           object_version=survey.version)  # fmt: skip
    notify_many(
        [
            Item(
                survey.launched_by_id, "survey_closed", f"Enquête close{NBSP}: {survey.title}",
                f"survey:{pk}:closed:{survey.launched_by_id}", now, body="Les résultats sont à lire.",
                url=reverse("recognition:survey", args=[pk]), object_type="survey", object_id=str(pk),
            )
        ]
    )  # fmt: skip
    return survey


def _tell_audience(survey: Survey, now: datetime) -> None:
    notify_many(
        Item(
            pk, "survey_opened", f"Enquête anonyme{NBSP}: {survey.title}", f"survey:{survey.pk}:opened:{pk}", now,
            body="Personne ne peut savoir ce que vous répondez.",
            url=reverse("recognition:survey_answer", args=[survey.pk]), object_type="survey", object_id=str(survey.pk),
        )
        for pk in sorted(ballot.audience(survey))
    )  # fmt: skip


def _move(survey: Survey, version: int, source: str, **fields: Any) -> None:
    if not Survey.objects.filter(pk=survey.pk, version=version, state=source).update(
        version=version + 1, **fields
    ):
        raise SurveyMoved


def _check_end(closes_at: datetime, now: datetime) -> None:
    if closes_at < now + SHORTEST:
        raise SurveyRefused("Laissez au moins un jour pour répondre.", "closes_at")
    if closes_at > now + LONGEST:
        raise SurveyRefused(f"{LONGEST.days} jours au plus.", "closes_at")
