"""The employee's own answer to taking part (domain.md §6.3, L52): nobody can give it for another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import ConsentEvent, Participation, User

#: Every text that was answered to (templates/account/consent/), and since when; a new text is a new version, the
#: ones before stay readable.
TEXTS = {"2026-1": date(2026, 1, 5), "2026-2": date(2026, 12, 1)}
#: The one shown in « Ma participation ».
TEXT_VERSION = "2026-2"

#: Apps above register here what must follow when an accepted consent ends, in the same transaction:
#: (user, at, actor).
on_withdrawal: list[Callable[[User, datetime, Actor], None]] = []


#: And here what it locks beforehand: others lock a case, then the participation of who is to keep it.
before_withdrawal: list[Callable[[User], None]] = []
RETRIES = 5
BUSY = "Un de vos dossiers est en train de changer de mains. Rien n’est perdu : recommencez dans un instant."


def text_in_force(day: date) -> str:
    """The version that was shown on that day; the first one before there was any."""
    return max(
        (since, version) for version, since in TEXTS.items() if since <= max(day, min(TEXTS.values()))
    )[1]


class TakenMeanwhile(Exception):
    """What follows needs a row that somebody took after `before_withdrawal`: begin again, in order."""


class ConsentRefused(Exception):
    """The answer cannot be recorded; the message is French."""


def consent(
    participation: Participation,
    user: User,
    answer: ConsentAnswer,
    text_version: str,
    now: datetime,
    *,
    actor: Actor | None = None,
) -> ConsentEvent:
    """Record the answer of the employee, who must be `user`. The same answer twice changes nothing.

    Raises `ConsentRefused`. Lock order: the cases of who withdraws, then the participation, as everybody else.
    """
    if user.pk != participation.employee_id:
        raise ConsentRefused("Seul le salarié donne ou retire son accord, depuis son propre compte.")
    if not text_version.strip():
        raise ConsentRefused("L’accord porte sur une version du texte : dites laquelle.")
    actor = actor or Actor.of_user(user)
    for left in reversed(range(RETRIES)):
        try:
            event = _consent(participation.pk, user, answer, text_version, now, actor)
            break
        except TakenMeanwhile:
            if not left:
                raise ConsentRefused(BUSY) from None
    participation.consent = event.participation.consent
    return event


def _consent(
    pk: int, user: User, answer: ConsentAnswer, text_version: str, now: datetime, actor: Actor
) -> ConsentEvent:
    with transaction.atomic():
        if answer != ConsentAnswer.ACCEPTED:
            for lock in before_withdrawal:
                lock(user)
        held = Participation.objects.select_for_update().get(pk=pk)
        if held.ends_on is not None and held.ends_on < timezone.localdate(now):
            raise ConsentRefused("Cette participation est terminée : l’accord n’a plus d’objet.")
        last = held.consent_events.order_by("-at", "-pk").first()
        if last is not None and (last.answer, last.text_version) == (answer, text_version):
            last.participation = held
            return last
        if answer == ConsentAnswer.WITHDRAWN and held.consent != ConsentAnswer.ACCEPTED:
            raise ConsentRefused("Aucun accord à retirer : vous n’avez pas accepté.")
        event = ConsentEvent.objects.create(
            participation=held, at=now, answer=answer, text_version=text_version
        )
        before, held.consent = held.consent, answer
        held.save(update_fields=["consent"])
        record(
            "participation",
            held.pk,
            "consent",
            actor=actor,
            at=now,
            changes={"consent": [before, str(answer)], "text_version": ["", text_version]},
        )
        if before == ConsentAnswer.ACCEPTED and answer != ConsentAnswer.ACCEPTED:
            for follow in on_withdrawal:
                follow(user, now, actor)
    return event
