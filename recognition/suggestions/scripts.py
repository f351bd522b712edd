"""Scripts, version by version, and the suggestion each came from (domain.md L29)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.chain import storable
from atdemain.journal.record import record
from atdemain.organisation.enums import Role
from recognition.models import ScriptVersion, Suggestion
from recognition.suggestions.enums import TO_DO, StepKind, SuggestionState
from recognition.suggestions.workflow import SuggestionMoved, SuggestionRefused, apply

WRITERS = (Role.SUPPORT, Role.TRAINER)


def publish(
    *,
    code: str,
    title: str,
    text: str,
    valid_from: date,
    suggestion: Suggestion | None,
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> ScriptVersion:
    """The next version of `code`; `expected_version` is the last one its writer saw (0: none).

    A suggestion it comes from is deployed by it: today, or the day it comes into force (`deploy_due`).
    Raises SuggestionRefused, SuggestionMoved.
    """
    if valid_from < timezone.localdate(now):
        raise SuggestionRefused("Une version entre en vigueur aujourd’hui ou plus tard.", "valid_from")
    if suggestion is not None and suggestion.state not in (*TO_DO, SuggestionState.DEPLOYED):
        raise SuggestionRefused(
            "Cette proposition n’est pas acceptée : un script ne vient que d’une proposition acceptée.",
            "suggestion",
        )
    known = ScriptVersion.objects.filter(code=code)
    last = known.aggregate(version=Max("version"), day=Max("valid_from"))
    if (last["version"] or 0) != expected_version:
        raise SuggestionMoved
    if last["day"] and valid_from < last["day"]:
        raise SuggestionRefused(
            f"La version précédente entre en vigueur le {last['day']:%d/%m/%Y} : donnez cette date ou une date qui la suit.",
            "valid_from",
        )
    try:
        with transaction.atomic():
            made = ScriptVersion.objects.create(
                code=code, version=expected_version + 1, title=storable(title), text=storable(text).strip(),
                valid_from=valid_from, suggestion=suggestion, written_by=actor.user, written_at=now,
            )  # fmt: skip
            record(
                "script", made.pk, "published", actor=actor, at=now,
                changes={"code": ["", code], "version": [None, made.version],
                         "suggestion": [None, suggestion.pk if suggestion else None]},
            )  # fmt: skip
            if suggestion is not None:
                _follow(suggestion, made, actor, now)
    except IntegrityError:
        raise SuggestionMoved from None
    return made


def _follow(suggestion: Suggestion, script: ScriptVersion, actor: Actor, now: datetime) -> None:
    words = f"Script « {script.title} », version {script.version}"
    today = timezone.localdate(now)
    if script.valid_from > today:
        if suggestion.state == SuggestionState.ACCEPTED:
            text = f"{words}, en vigueur le {script.valid_from:%d/%m/%Y}."
            apply(
                suggestion,
                StepKind.START,
                actor=actor,
                expected_version=suggestion.version,
                now=now,
                text=text,
            )
        return
    if suggestion.state in TO_DO:
        apply(suggestion, StepKind.DEPLOY, actor=actor, expected_version=suggestion.version, now=now,
              text=f"{words}.", deployed_on=today)  # fmt: skip


def deploy_due(now: datetime) -> int:
    """With the clock: what a script announced is deployed the day it comes into force."""
    today = timezone.localdate(now)
    due = ScriptVersion.objects.filter(
        valid_from__lte=today, suggestion__state__in=TO_DO
    ).select_related("suggestion__unit", "suggestion__owner_entity__unit", "suggestion__author")  # fmt: skip
    done = 0
    for script in due.order_by("valid_from", "pk")[:200]:
        try:
            _follow(Suggestion.objects.get(pk=script.suggestion_id), script, system("clock"), now)
        except SuggestionMoved:
            continue
        done += 1
    return done


def in_force(today: date) -> list[ScriptVersion]:
    """The version of each script that holds today, or the first to come, by title."""
    chosen: dict[str, ScriptVersion] = {}
    for one in ScriptVersion.objects.select_related("suggestion").order_by("code", "version"):
        if one.code not in chosen or one.valid_from <= today:
            chosen[one.code] = one
    return sorted(chosen.values(), key=lambda one: (one.title.casefold(), one.code))
