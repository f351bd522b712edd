"""The one door of a mentoring session (domain.md §6.4): plan, edit, cancel, sign, dispute, settle, expire.

Each act: its people locked in order, the rules of `rules.py`, a conditional update on the version, one journal
row, the planning and the notices, in one transaction. A second click is « already done ».
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from atdemain.journal.actors import Actor, system
from atdemain.journal.record import record, refuse
from atdemain.organisation.models import User
from recognition.mentoring import facts, rules, telling, time_taken
from recognition.mentoring.enums import LIVE, OPEN, DisputeOutcome, SessionState
from recognition.mentoring.rules import Objection
from recognition.mentoring.triggers import OVERLAP
from recognition.models import MentoringSession, SessionDispute, SessionSignature, SessionTrainee
from routing.models import Skill

OBJECT = "mentoring_session"


class SessionRefused(Exception):
    """`reasons`: French, each at its field ("" for the whole form)."""

    def __init__(self, reasons: Sequence[Objection]) -> None:
        super().__init__(" ".join(reason.message for reason in reasons))
        self.reasons = list(reasons)


class SessionMoved(Exception):
    """The page showed an older session: nothing was written."""


@dataclass(frozen=True, slots=True)
class Done:
    """`already`: it was so before, nothing was written again. `voided`: signatures that an edit undid."""

    session: MentoringSession
    already: bool = False
    voided: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """What a session says, and what is signed. UTC times; `trainees`: keys of accounts."""

    trainees: tuple[int, ...]
    skill: Skill
    starts_at: datetime
    ends_at: datetime

    def sealed(self, mentor: int) -> str:
        return rules.content_hash(mentor, self.trainees, self.starts_at, self.ends_at, self.skill.code)


def plan(content: Content, *, actor: Actor, now: datetime) -> Done:
    """By its mentor. Raises SessionRefused, nothing written."""
    mentor = _user(actor)
    sealed = content.sealed(mentor.pk)
    with _told_by_the_database(), transaction.atomic():
        facts.hold({mentor.pk, *content.trainees})
        same = MentoringSession.objects.filter(mentor=mentor, content_hash=sealed, state__in=LIVE).first()
        if same is not None:
            return Done(same, already=True)
        _check(mentor.pk, content, now)
        session = MentoringSession.objects.create(
            mentor=mentor,
            skill=content.skill,
            starts_at=content.starts_at,
            ends_at=content.ends_at,
            content_hash=sealed,
            created_at=now,
        )
        _seat(session, content.trainees)
        _occupy(session, content, now)
        _record(session, "planned", actor, now, changes=_content_changes(None, content))
        telling.planned(session, content.trainees, now)
    return Done(session)


def edit(pk: int, content: Content, *, version: int, actor: Actor, now: datetime) -> Done:
    """By its mentor: every signature is void, and its signers are told. Raises SessionRefused, SessionMoved."""
    with _told_by_the_database(), transaction.atomic():
        before = _locked(pk, extra=content.trainees)
        _mentor_only(before, actor)
        sealed = content.sealed(before.mentor_id)
        if sealed == before.content_hash and before.state in OPEN:
            return Done(before, already=True)
        _refuse(rules.change_reasons(before.ends_at, state=before.state, now=now))
        if before.version != version:
            raise SessionMoved
        _check(before.mentor_id, content, now, but=pk)
        former = seats_of(before)
        old = Content(tuple(former), before.skill, before.starts_at, before.ends_at)
        time_taken.release({before.mentor_id, *former}, before.starts_at, before.ends_at)
        void = list(
            SessionSignature.objects.filter(session=pk, voided_at=None)
            .order_by("pk")
            .values_list("user", flat=True)
        )
        SessionSignature.objects.filter(session=pk, voided_at=None).update(voided_at=now)
        SessionTrainee.objects.filter(session=pk).exclude(trainee__in=content.trainees).delete()
        session = _write(
            before, version,
            state=SessionState.DRAFT, skill=content.skill, starts_at=content.starts_at,
            ends_at=content.ends_at, content_hash=sealed, reminded_at=None,
        )  # fmt: skip
        _seat(session, [one for one in content.trainees if one not in former])
        _occupy(session, content, now)
        changes = _content_changes(old, content) | ({"voided": [[], void]} if void else {})
        _record(session, "edited", actor, now, from_state=before.state, changes=changes)
        telling.edited(session, former, content.trainees, void, now)
    return Done(session, voided=len(void))


def cancel(pk: int, *, version: int, actor: Actor, now: datetime) -> Done:
    """By its mentor: the time goes back to everyone, who are told."""
    with transaction.atomic():
        before = _locked(pk)
        _mentor_only(before, actor)
        if before.state == SessionState.CANCELLED:
            return Done(before, already=True)
        _refuse(rules.change_reasons(before.ends_at, state=before.state, now=now))
        session = _write(before, version, state=SessionState.CANCELLED)
        trainees = seats_of(session)
        time_taken.release({session.mentor_id, *trainees}, session.starts_at, session.ends_at)
        _record(session, "cancelled", actor, now, from_state=before.state)
        telling.cancelled(session, trainees, now)
    return Done(session)


def sign(pk: int, *, seen: str, actor: Actor, now: datetime) -> Done:
    """By each person of the session, for oneself. `seen`: the content hash that the page showed.

    Colleagues may sign at the same time: only another content stops them. Raises SessionRefused, SessionMoved.
    """
    user = _user(actor)
    with transaction.atomic():
        before = _locked(pk)
        trainees = seats_of(before)
        party = user.pk == before.mentor_id or user.pk in trainees
        if (
            party
            and SessionSignature.objects.filter(
                session=pk, user=user, voided_at=None, content_hash=before.content_hash
            ).exists()
        ):
            return Done(before, already=True)
        if before.content_hash != seen and before.state in OPEN:
            raise SessionMoved
        mentor = facts.mentor_then(before.mentor, before.starts_at)
        _refuse(rules.sign_reasons(mentor, before.ends_at, state=before.state, party=party, now=now))
        SessionSignature.objects.create(session=before, user=user, at=now, content_hash=before.content_hash)
        session = _write(before, before.version, state=_signed_state(before))
        _record(
            session, "signed", actor, now,
            from_state=before.state, changes={"content_hash": ["", before.content_hash]},
        )  # fmt: skip
        telling.signed(session, trainees, user, before.state, now)
    return Done(session)


def dispute(pk: int, *, text: str, actor: Actor, now: datetime) -> Done:
    """By a trainee; the text is in the journal's payload. The supports of the unit and HR hear both and settle."""
    user = _user(actor)
    with transaction.atomic():
        before = _locked(pk)
        if before.state == SessionState.DISPUTED and before.disputes.filter(by=user, outcome="").exists():
            return Done(before, already=True)
        reasons = rules.dispute_reasons(
            before.starts_at, before.ends_at, state=before.state, trainee=user.pk in seats_of(before), now=now
        )
        _refuse(reasons)
        session = _write(before, before.version, state=SessionState.DISPUTED)
        made = SessionDispute.objects.create(session=session, by=user, at=now)
        _record(
            session, "disputed", actor, now,
            from_state=before.state, changes={"dispute": [None, made.pk]}, personal={"text": text},
        )  # fmt: skip
        telling.disputed(session, user, now)
    return Done(session)


def settle(
    pk: int,
    *,
    version: int,
    outcome: DisputeOutcome,
    mentor_heard_on: date,
    trainee_heard_on: date,
    text: str,
    actor: Actor,
    now: datetime,
) -> Done:
    """By a support of the mentor's unit or HR (the view says who), having heard both. Upheld: the session is
    cancelled; rejected: it stands with the signatures it had, expired when they came short in time."""
    user = _user(actor)
    with transaction.atomic():
        before = _locked(pk)
        trainees = seats_of(before)
        open_one = before.disputes.filter(outcome="").first()
        if open_one is None:
            last = before.disputes.order_by("-at", "-pk").first()
            if last is not None and last.outcome == outcome and last.settled_by_id == user.pk:
                return Done(before, already=True)
            raise SessionMoved
        party = user.pk in {before.mentor_id, *trainees}
        today = timezone.localdate(now)
        disputed_on = timezone.localdate(open_one.at)
        _refuse(
            rules.settle_reasons(disputed_on, mentor_heard_on, trainee_heard_on, party=party, today=today)
        )
        upheld = outcome == DisputeOutcome.UPHELD
        state = SessionState.CANCELLED if upheld else _standing_state(before, now)
        SessionDispute.objects.filter(pk=open_one.pk, outcome="").update(
            outcome=outcome,
            settled_at=now,
            settled_by=user,
            mentor_heard_on=mentor_heard_on,
            trainee_heard_on=trainee_heard_on,
        )
        session = _write(before, version, state=state)
        if upheld:
            time_taken.release({session.mentor_id, *trainees}, session.starts_at, session.ends_at)
        _record(
            session, "settled", actor, now,
            from_state=before.state,
            reason_code=outcome,
            changes={
                "dispute": [open_one.pk, open_one.pk],
                "mentor_heard_on": [None, mentor_heard_on],
                "trainee_heard_on": [None, trainee_heard_on],
            },
            personal={"text": text},
        )  # fmt: skip
        telling.settled(session, trainees, outcome, now)
    return Done(session)


def expire(pk: int, *, now: datetime) -> bool:
    """By the clock: the time to sign is over and nobody else may. Whether it was done by this call."""
    with transaction.atomic():
        before = _locked(pk)
        if before.state not in (SessionState.DRAFT, SessionState.MENTOR_SIGNED):
            return False
        if now <= before.ends_at + rules.SIGN_WITHIN:
            return False
        session = _write(before, before.version, state=SessionState.EXPIRED)
        _record(session, "expired", system("sweep"), now, from_state=before.state)
        telling.expired(session, seats_of(session), now)
    return True


def refused(pk: int, act: str, refusal: SessionRefused, *, actor: Actor, now: datetime) -> None:
    """The trace of what was refused on a session, after its rollback."""
    refuse(OBJECT, pk, f"mentoring_{act}", actor=actor, at=now, reason_code=refusal.reasons[0].code)


def seats_of(session: MentoringSession) -> list[int]:
    """The keys of its trainees, in order."""
    return list(
        SessionTrainee.objects.filter(session=session).order_by("trainee").values_list("trainee", flat=True)
    )


# -- inside the transaction -----------------------------------------------------------------------------------


def _locked(pk: int, extra: Collection[int] = ()) -> MentoringSession:
    """The session, its people locked first and always in the same order, then its own row."""
    known = MentoringSession.objects.values_list("mentor", flat=True).get(pk=pk)
    seats = SessionTrainee.objects.filter(session=pk).order_by().values_list("trainee", flat=True)
    facts.hold({known, *seats, *extra})
    locked = MentoringSession.objects.select_for_update(of=("self",)).select_related("mentor__unit", "skill")
    return locked.get(pk=pk)


def _check(mentor: int, content: Content, now: datetime, but: int | None = None) -> None:
    found = facts.people(
        {mentor, *content.trainees}, content.starts_at, content.ends_at, mentor=mentor, but=but
    )
    trainees = [found[pk] for pk in content.trainees if pk in found]
    _refuse(rules.plan_reasons(found[mentor], trainees, content.starts_at, content.ends_at, now))


def _occupy(session: MentoringSession, content: Content, now: datetime) -> None:
    _refuse(time_taken.occupy(session.mentor_id, content.trainees, content.starts_at, content.ends_at, now))


def _seat(session: MentoringSession, trainees: Collection[int]) -> None:
    SessionTrainee.objects.bulk_create(
        SessionTrainee(session=session, trainee_id=pk) for pk in sorted(trainees)
    )


def _write(before: MentoringSession, version: int, **fields: Any) -> MentoringSession:
    """Conditional on the version the page showed."""
    written = MentoringSession.objects.filter(pk=before.pk, version=version, state=before.state).update(
        **fields, version=version + 1
    )
    if not written:
        raise SessionMoved
    return MentoringSession.objects.select_related("mentor__unit", "skill").get(pk=before.pk)


def _signed_state(session: MentoringSession) -> str:
    signers = set(
        SessionSignature.objects.filter(session=session, voided_at=None, content_hash=session.content_hash)
        .order_by()
        .values_list("user", flat=True)
    )
    return rules.signed_state(session.mentor_id in signers, len(signers - {session.mentor_id}))


def _standing_state(session: MentoringSession, now: datetime) -> str:
    state = _signed_state(session)
    late = now > session.ends_at + rules.SIGN_WITHIN
    return SessionState.EXPIRED if late and state != SessionState.CO_SIGNED else state


def _mentor_only(session: MentoringSession, actor: Actor) -> None:
    if session.mentor_id != _user(actor).pk:
        _refuse([Objection("not_mentor", "Seul le tuteur modifie ou annule sa séance.")])


def _refuse(reasons: Sequence[Objection]) -> None:
    if reasons:
        raise SessionRefused(reasons)


def _user(actor: Actor) -> User:
    assert actor.user is not None
    return actor.user


def _content_changes(old: Content | None, new: Content) -> dict[str, Any]:
    was = (list(old.trainees), old.skill.code, old.starts_at, old.ends_at) if old else (None,) * 4
    now = (list(new.trainees), new.skill.code, new.starts_at, new.ends_at)
    names = ("trainees", "skill", "starts_at", "ends_at")
    return {name: [a, b] for name, a, b in zip(names, was, now, strict=True) if a != b}


def _record(session: MentoringSession, action: str, actor: Actor, now: datetime, **fields: Any) -> None:
    record(
        OBJECT, session.pk, f"mentoring_{action}", actor=actor, at=now,
        to_state=session.state, object_version=session.version, **fields,
    )  # fmt: skip


@contextmanager
def _told_by_the_database() -> Iterator[None]:
    """What only its triggers saw, because a session was written by another way, is a refusal too."""
    try:
        yield
    except IntegrityError as error:
        if OVERLAP not in str(error):
            raise
        message = "Une des personnes est déjà en accompagnement à cette heure."
        raise SessionRefused([Objection("overlap", message, "day")]) from error
