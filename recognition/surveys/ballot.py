"""Answering, once each, without a link from the answer to the person (domain.md §2.4, L53; docs/decisions.md).

1. Opening makes one ticket per person asked, all at once, in the order of chance. Its key is a keyed hash of the
   survey and the account under the site's secret: the database alone does not say whose it is.
2. Answering flips one's ticket, by a conditional update: twice is once.
3. In the same transaction the answer joins the others and all are laid down again, under new keys of chance and in
   their order: no identifier, no rank, no transaction number tells one from another.
4. Closing deletes the tickets: who answered is written nowhere any more.

No journal row, no access-log row, no line of the request log tells of an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from atdemain.organisation.models import User
from recognition.models import Survey, SurveyAnswer, SurveyTicket
from recognition.models.surveys import random_key
from recognition.surveys.crowd import Group, coarsened
from recognition.surveys.enums import AUDIENCE, SurveyState
from recognition.surveys.questions import checked, from_data

SALT = "recognition.surveys.ticket"
BATCH = 500


class AlreadyAnswered(Exception):
    """This account's ticket was used: nothing was written."""


class SurveyOver(Exception):
    """It closed, or is not open yet."""


class Incomplete(Exception):
    """A question has no answer among its choices; its key."""


def key_of(survey_id: int, user_id: int, secret: str | None = None) -> str:
    """What names the ticket of this account, for who holds the site's secret."""
    return salted_hmac(SALT, f"{survey_id}:{user_id}", secret=secret, algorithm="sha256").hexdigest()


def keys_of(survey_id: int, user_id: int) -> list[str]:
    """The same under the secrets this site had before, when it changed during the survey."""
    return [
        key_of(survey_id, user_id, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def audience(survey: Survey) -> dict[int, Group]:
    """Account → (role it answers under, unit), at this moment; two queries."""
    roles = [role for role in AUDIENCE if role in survey.roles]
    people = User.objects.filter(is_active=True, groups__name__in=roles)
    units = list(survey.units.order_by().values_list("pk", flat=True))
    if units:
        people = people.filter(unit__in=units)
    found: dict[int, tuple[int, Group]] = {}
    rank = {str(role.value): number for number, role in enumerate(roles)}
    for pk, unit, name in people.order_by().values_list("pk", "unit", "groups__name"):
        if pk not in found or rank[name] < found[pk][0]:
            found[pk] = (rank[name], (name, unit))
    return {pk: group for pk, (_rank, group) in found.items()}


def hand_out(survey: Survey) -> list[list]:
    """Makes every ticket, in the order of their keys; answers what `Survey.invited` holds.

    Raises ValueError when fewer than five people are asked. Call it in the transaction that opens the survey.
    """
    people = audience(survey)
    told = coarsened(Counter(people.values()))
    tickets = [
        SurveyTicket(key=key_of(survey.pk, pk), survey=survey, role=told[group][0], unit_id=told[group][1])
        for pk, group in people.items()
    ]
    tickets.sort(key=lambda ticket: ticket.key)
    SurveyTicket.objects.bulk_create(tickets, batch_size=BATCH)
    groups = Counter((ticket.role, ticket.unit_id) for ticket in tickets)
    return [[role, unit, count] for (role, unit), count in sorted(groups.items(), key=str)]


def has_answered(survey: Survey, user: User) -> bool | None:
    """None when this account is not asked. One query."""
    found = SurveyTicket.objects.filter(key__in=keys_of(survey.pk, user.pk))
    return found.order_by().values_list("used", flat=True).first()


def waiting(user: User, now: datetime) -> dict[int, bool]:
    """Open survey asked of this account → whether it has answered; two queries."""
    if not user.has_role(*AUDIENCE):
        return {}
    on = (
        Survey.objects.filter(state=SurveyState.OPEN, closes_at__gt=now)
        .order_by()
        .values_list("pk", flat=True)
    )
    keys = {key: pk for pk in on for key in keys_of(pk, user.pk)}
    found = SurveyTicket.objects.filter(key__in=keys).order_by().values_list("key", "used") if keys else []
    return {keys[key]: used for key, used in found}


def answer(survey_id: int, user: User, answers: dict[str, str], now: datetime) -> None:
    """Raises SurveyOver, AlreadyAnswered, Incomplete, SurveyTicket.DoesNotExist (not asked)."""
    with transaction.atomic():
        survey = Survey.objects.select_for_update().get(pk=survey_id)
        if survey.state != SurveyState.OPEN or survey.closes_at <= now:
            raise SurveyOver
        ticket = SurveyTicket.objects.get(key__in=keys_of(survey_id, user.pk))
        try:
            given = checked(from_data(survey.questions), answers)
        except ValueError as missing:
            raise Incomplete(str(missing)) from None
        if not SurveyTicket.objects.filter(key=ticket.key, used=False).update(used=True):
            raise AlreadyAnswered
        _lay_down(
            survey, [SurveyAnswer(survey=survey, role=ticket.role, unit_id=ticket.unit_id, answers=given)]
        )


def _lay_down(survey: Survey, new: Iterable[SurveyAnswer]) -> None:
    """All the answers again, under new keys and in their order: which is the last one shows nowhere."""
    rows = [*SurveyAnswer.objects.filter(survey=survey).order_by("key"), *new]
    SurveyAnswer.objects.filter(survey=survey).delete()
    for row in rows:
        row.key = random_key()
        row._state.adding = True
    rows.sort(key=lambda row: row.key)
    SurveyAnswer.objects.bulk_create(rows, batch_size=BATCH)


def tear_up(survey: Survey) -> None:
    """The tickets, once the survey is over."""
    SurveyTicket.objects.filter(survey=survey).delete()


def counted(survey: Survey) -> tuple[int, int]:
    """(answers, people asked); one query."""
    return SurveyAnswer.objects.filter(survey=survey).count(), sum(count for _r, _u, count in survey.invited)
