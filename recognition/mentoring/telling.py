"""Who is told what of a session, once each: inbox items, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.mentoring.enums import DisputeOutcome, SessionState
from recognition.models import MentoringSession

NBSP = "\u00a0"


def planned(session: MentoringSession, trainees: Collection[int], now: datetime) -> None:
    _tell(session, trainees, "planned", f"{session.mentor.short_name} vous accompagne {_when(session)}", now)


def edited(
    session: MentoringSession,
    former: Collection[int],
    trainees: Collection[int],
    void: Collection[int],
    now: datetime,
) -> None:
    """The signers learn that their signature is void, the others of the change; who is out, that they are."""
    stay, signed = set(trainees), set(void)
    who = session.mentor.short_name
    _tell(
        session, (stay & signed) | (signed & {session.mentor_id}), "voided",
        f"Séance modifiée{NBSP}: votre signature est annulée, relisez et signez de nouveau", now,
    )  # fmt: skip
    _tell(session, stay - signed, "edited", f"{who} a modifié la séance{NBSP}: {_when(session)}", now)
    out = set(former) - stay
    _tell(session, out, "removed", f"{who} vous a retiré de la séance du {_day(session)}", now, url=_list())


def cancelled(session: MentoringSession, trainees: Collection[int], now: datetime) -> None:
    title = f"Accompagnement annulé{NBSP}: {_when(session)}"
    _tell(session, trainees, "cancelled", title, now)


def signed(
    session: MentoringSession, trainees: Collection[int], signer: User, was: str, now: datetime
) -> None:
    """The mentor's signature calls for the trainees'; the first complete pair tells the mentor."""
    signers = set(session.signatures.filter(voided_at=None).order_by().values_list("user", flat=True))
    if signer.pk == session.mentor_id:
        title = f"À signer{NBSP}: l’accompagnement du {_day(session)} avec {signer.short_name}"
        _tell(session, set(trainees) - signers, "to_sign", title, now)
    elif session.state == SessionState.CO_SIGNED and was != SessionState.CO_SIGNED:
        title = f"Double émargement{NBSP}: votre séance du {_day(session)} compte"
        _tell(session, [session.mentor_id], "co_signed", title, now)


def remind(session: MentoringSession, late: Iterable[int], now: datetime) -> None:
    """Day 7: to whoever has not signed."""
    title = f"Il vous reste 7{NBSP}jours pour signer l’accompagnement du {_day(session)}"
    _tell(session, late, "remind", title, now)


def expired(session: MentoringSession, trainees: Collection[int], now: datetime) -> None:
    title = f"Séance du {_day(session)} non signée à temps{NBSP}: elle ne compte pas"
    _tell(session, {session.mentor_id, *trainees}, "expired", title, now)


def disputed(session: MentoringSession, by: User, now: datetime) -> None:
    title = f"Séance du {_day(session)} contestée"
    _tell(session, [session.mentor_id], "disputed", f"{title} par {by.short_name}", now)
    _tell(session, _referees(session, by), "to_settle", f"{title}{NBSP}: entendez les deux personnes", now)


def settled(
    session: MentoringSession, trainees: Collection[int], outcome: DisputeOutcome, now: datetime
) -> None:
    title = f"Séance du {_day(session)}{NBSP}: {DisputeOutcome(outcome).label.lower()}"
    _tell(session, {session.mentor_id, *trainees}, "settled", title.replace(" : la", f"{NBSP}: la"), now)


def _referees(session: MentoringSession, by: User) -> list[int]:
    """The supports of the mentor's unit and HR, but the people of the session."""
    support = Q(groups__name=Role.SUPPORT.value, unit=session.mentor.unit_id)
    found = User.objects.filter(Q(groups__name=Role.HR.value) | support, is_active=True)
    inside = {session.mentor_id, *session.seats.order_by().values_list("trainee", flat=True)}
    return sorted(set(found.order_by().values_list("pk", flat=True)) - inside)


def _tell(
    session: MentoringSession, people: Iterable[int], what: str, title: str, now: datetime, url: str = ""
) -> None:
    """Once per version of the session: its key holds it."""
    notify_many(
        Item(
            pk,
            f"mentoring_{what}",
            title,
            f"mentoring:{session.pk}:{what}:{session.version}:{pk}",
            now,
            url=url or reverse("recognition:session", args=[session.pk]),
            object_type="mentoring_session",
            object_id=str(session.pk),
        )
        for pk in sorted(set(people))
    )


def _list() -> str:
    return reverse("recognition:mentoring")


def _when(session: MentoringSession) -> str:
    start = timezone.localtime(session.starts_at)
    return f"le {start:%d/%m} à {start:%H:%M}, {session.skill}"


def _day(session: MentoringSession) -> str:
    return f"{timezone.localtime(session.starts_at):%d/%m}"
