"""Promising, moving, keeping: T02, T06, T07, T08, A6 and the correction of an attempt."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from cases import guards, hour_guards, ladder, timers
from cases.client_messages import callback_sms
from cases.enums import (
    AttemptOutcome,
    Direction,
    EscalationStatus,
    PromiseKind,
    PromiseStatus,
    RebookInitiator,
)
from cases.models import CallbackAttempt, Contact, Promise
from cases.reasons import Reason

from .door import action
from .move import Move


def check_window(move: Move, start: datetime | None, end: datetime | None) -> list[Reason]:
    return hour_guards.window(
        start,
        end,
        now=move.now,
        calendar=move.calendar,
        available=move.available(),
        delegated=move.case.delegate_id is not None,
    )


def make_promise(move: Move, start: datetime, end: datetime, *, kind: str = PromiseKind.PROGRESS) -> Promise:
    """The one promise now owed; the former one must be settled first."""
    case = move.case
    owner = case.owner.user if case.owner else None
    promise = Promise.objects.create(
        case=case,
        kind=kind,
        window_start=start,
        window_end=end,
        note=move.text("note", 400),
        made_by=move.user or owner,
        made_at=move.now,
        owner_at_promise=owner,
    )
    case.current_promise = promise
    move.__dict__["promise"] = promise
    move.replan = True
    move.acted = True
    move.changes["promise"] = [None, promise.pk]
    move.changes["window"] = [None, [start, end]]
    move.changes["promised_by"] = [None, move.acts_as]
    sms = callback_sms(start, end, move.calendar.tz)
    move.events.append(("promise_made", {"promise": promise, "sms": sms}))
    if promise.note:
        move.personal["note"] = promise.note
    return promise


def settle(move: Move, status: str, attempt: CallbackAttempt | None = None) -> None:
    """The promise is no longer owed; its pending steps will not be sent."""
    promise = move.case.current_promise
    if promise is None:
        return
    move.changes["promise_status"] = [promise.status, str(status)]
    promise.status, promise.closed_at = status, move.now
    if attempt is not None:
        promise.done_attempt = attempt
    promise.save(update_fields=["status", "closed_at", "done_attempt"])
    timers.void(promise)
    move.case.current_promise = None
    move.__dict__["promise"] = None


def final_status(promise: Promise, attempts: list[CallbackAttempt], now: datetime) -> str:
    """kept, late, superseded_by_client, missed or cancelled (domain.md §3.2 T07, §11 Promises).

    A client who calls once the window is over does not redeem it: nobody had called.
    """
    if called_in_time(promise, attempts):
        return PromiseStatus.KEPT
    ours = [a for a in attempts if a.at >= promise.made_at]
    reached = [a for a in ours if a.outcome == AttemptOutcome.REACHED]
    if any(a.direction == Direction.OUT and a.at <= promise.window_end for a in reached):
        return PromiseStatus.KEPT
    if any(a.direction == Direction.IN and a.at <= promise.window_end for a in reached):
        return PromiseStatus.SUPERSEDED_BY_CLIENT
    if any(a.direction == Direction.OUT and a.at > promise.window_end for a in ours):
        return PromiseStatus.LATE
    return PromiseStatus.CANCELLED if now <= promise.window_end else PromiseStatus.MISSED


def called_in_time(promise: Promise, attempts: list[CallbackAttempt]) -> bool:
    """Whether we called in [start − 10 min, end], whatever the outcome (M08)."""
    early = promise.window_start - ladder.EARLY_ATTEMPT
    return any(early <= a.at <= promise.window_end and a.direction == Direction.OUT for a in attempts)


def live_attempts(move: Move) -> list[CallbackAttempt]:
    return list(move.case.attempts.filter(superseded_by__isnull=True).order_by("at"))


def log(move: Move, outcome: str, told: str = "", direction: str = Direction.OUT) -> CallbackAttempt:
    attempt = CallbackAttempt.objects.create(
        case=move.case,
        promise=move.case.current_promise,
        contact=_contact(move),
        direction=direction,
        by=move.user,
        at=move.now,
        outcome=outcome,
        told=told,
    )
    move.acted = True
    move.changes["attempt"] = [None, attempt.pk]
    move.changes["outcome"] = [None, str(outcome)]
    if direction == Direction.IN:
        move.changes["direction"] = [None, Direction.IN.value]
    if told:
        move.personal["told"] = told
    return attempt


def _contact(move: Move) -> Contact | None:
    """The client's contact this call was, when the page says so."""
    pk = move.data.get("contact_id")
    return Contact.objects.filter(pk=pk, client=move.case.client_id).first() if pk else None


def direction_of(move: Move) -> str:
    return str(move.get("direction") or Direction.OUT)


def just_logged(move: Move, told: str) -> CallbackAttempt | None:
    """The `reached` call noted a moment ago on this promise: what was said completes it."""
    attempt = (
        move.case.attempts.filter(
            promise=move.case.current_promise,
            superseded_by__isnull=True,
            outcome=AttemptOutcome.REACHED,
            at__gte=move.now - SAME_CALL,
        )
        .order_by("-at")
        .first()
    )
    if attempt is None or (attempt.told and told and attempt.told != told):
        return None
    if told:
        attempt.told = told
        attempt.save(update_fields=["told"])
        move.personal["told"] = told
    move.changes["attempt"] = [None, attempt.pk]
    return attempt


#: A call noted then told about is one call within this time.
SAME_CALL = timedelta(hours=2)


def on_behalf(move: Move) -> None:
    """A manager's reason for acting in the place of the person in charge goes with the row."""
    text = move.text("on_behalf")
    if text:
        move.personal["on_behalf"] = text


@action("promise_callback")
def promise_callback(move: Move) -> None:
    """T02."""
    move.check(guards.promise_callback(move.facts))
    start, end = move.data.get("window_start"), move.data.get("window_end")
    kind = str(move.get("kind") or PromiseKind.PROGRESS)
    move.check(check_window(move, start, end) + guards.promise_kind(kind))
    make_promise(move, start, end, kind=kind)
    on_behalf(move)
    move.case.promise_callback()


@action("promise_reached", system=True)
def promise_reached(move: Move) -> None:
    """T06: the news promised is near; without an answer since it was promised, a callback without solution."""
    move.check(guards.promise_reached(move.bare_facts, move.now))
    promise = move.case.current_promise
    news = any(
        e.status == EscalationStatus.ANSWERED and e.answered_at and e.answered_at >= promise.made_at
        for e in move.escalations
    )
    kind = PromiseKind.PROGRESS if news else PromiseKind.BAD_NEWS
    if promise.kind != kind:
        move.changes["promise_kind"] = [promise.kind, kind.value]
        Promise.objects.filter(pk=promise.pk).update(kind=kind)
        promise.kind = kind
    move.changes["entities"] = [None, [e.target_entity_id for e in move.open_escalations]]
    move.personal["entity_names"] = [e.target_entity.name for e in move.open_escalations]
    move.case.promise_reached()


@action("tell_unresolved")
def tell_unresolved(move: Move) -> None:
    """T07: the client was told it is not solved; where it goes depends on what is still awaited."""
    move.check(guards.tell_unresolved(move.facts))
    start, end = move.data.get("window_start"), move.data.get("window_end")
    told, direction = move.text("told"), direction_of(move)
    reasons = guards.told(told, again=start is not None, escalated=bool(move.open_escalations))
    reasons += guards.direction(direction)
    if start is not None:
        reasons += check_window(move, start, end)
    move.check(reasons)
    on_behalf(move)
    promise = move.case.current_promise
    attempt = just_logged(move, told) or log(move, AttemptOutcome.REACHED, told, direction)
    status = final_status(promise, live_attempts(move), move.now)
    settle(move, status, attempt)
    if start is not None:
        make_promise(move, start, end)
    if move.open_escalations:
        move.case.told_still_escalated()
    elif start is not None:
        move.case.told_and_promise_again()
    else:
        move.case.told_unresolved()


@action("rebook")
def rebook(move: Move) -> None:
    """T08."""
    initiator, reason = str(move.get("initiator")), move.text("reason")
    move.check(guards.rebook(move.facts))
    start, end = move.data.get("window_start"), move.data.get("window_end")
    move.check(
        guards.rebooked(move.facts, initiator=initiator, reason=reason) + check_window(move, start, end)
    )
    promise = move.case.current_promise
    status = rebooked_status(
        promise, initiator, bool(move.get("client_agrees", False)), live_attempts(move), move.now
    )
    kind = promise.kind
    on_behalf(move)
    settle(move, status)
    make_promise(move, start, end, kind=kind)
    move.reason_code = initiator
    if reason:
        move.personal["reason"] = reason
    move.case.rebook()


def rebooked_status(
    promise: Promise, initiator: str, client_agrees: bool, attempts: list[CallbackAttempt], now: datetime
) -> str:
    """T08: free with the client, counted broken when it is ours and late."""
    if called_in_time(promise, attempts):
        return PromiseStatus.KEPT
    if now >= promise.window_end or promise.status == PromiseStatus.MISSED:
        return PromiseStatus.BROKEN_REBOOKED
    if initiator == RebookInitiator.CLIENT:
        return PromiseStatus.RENEGOTIATED
    if initiator == RebookInitiator.US and now < promise.window_start and client_agrees:
        return PromiseStatus.RENEGOTIATED
    return PromiseStatus.BROKEN_REBOOKED


@action("log_attempt")
def log_attempt(move: Move) -> None:
    """A6: a call to the client. Reached during a callback, T07 or T09 then say what came of it."""
    outcome, told, direction = str(move.get("outcome")), move.text("told"), direction_of(move)
    move.check(guards.working(move.facts) or guards.owner_set(move.facts))
    if outcome not in AttemptOutcome.values:
        move.refuse(Reason("outcome", "Choisissez l’issue de l’appel.", "outcome"))
    move.check(guards.direction(direction))
    on_behalf(move)
    log(move, outcome, told, direction)


@action("correct_attempt")
def correct_attempt(move: Move) -> None:
    """A wrongly logged attempt is replaced, never erased; the promise it settled is judged again."""
    wrong = (
        move.case.attempts.filter(pk=move.data.get("attempt_id"), superseded_by__isnull=True).first()
        if move.data.get("attempt_id")
        else None
    )
    if wrong is None:
        move.refuse(Reason("attempt", "Cette tentative n’existe plus ou a déjà été corrigée.", "attempt"))
    outcome, reason = str(move.get("outcome")), move.text("reason", 200)
    at = move.data.get("at") or wrong.at
    if outcome not in AttemptOutcome.values:
        move.refuse(Reason("outcome", "Choisissez l’issue réelle de l’appel.", "outcome"))
    move.check(guards.reason_text(reason))
    move.check(
        hour_guards.attempt_time(
            at, was=wrong.at, opened_at=move.case.opened_at, now=move.now, tz=move.calendar.tz
        )
    )
    right = CallbackAttempt.objects.create(
        case=move.case,
        promise_id=wrong.promise_id,
        contact_id=wrong.contact_id,
        direction=wrong.direction,
        by_id=wrong.by_id,
        at=at,
        outcome=outcome,
        told=wrong.told,
    )
    wrong.superseded_by, wrong.correction_reason = right, reason
    wrong.save(update_fields=["superseded_by", "correction_reason"])
    move.changes["attempt"] = [wrong.pk, right.pk]
    move.changes["outcome"] = [wrong.outcome, outcome]
    move.personal["reason"] = reason
    if right.promise_id:
        _judge_again(move, right)


def _judge_again(move: Move, attempt: CallbackAttempt) -> None:
    """A settled promise whose status rested on this attempt gets the status of the corrected facts."""
    promise: Any = attempt.promise
    rests_on_calls = (
        PromiseStatus.KEPT,
        PromiseStatus.LATE,
        PromiseStatus.MISSED,
        PromiseStatus.SUPERSEDED_BY_CLIENT,
    )
    if promise.closed_at is None:
        if (
            promise.status == PromiseStatus.MISSED
            and final_status(promise, live_attempts(move), move.now) == PromiseStatus.KEPT
        ):
            move.changes["promise_status"] = [promise.status, PromiseStatus.PENDING.value]
            Promise.objects.filter(pk=promise.pk).update(
                status=PromiseStatus.PENDING, version=F("version") + 1
            )
        return
    if promise.status not in rests_on_calls:
        return
    status = final_status(promise, live_attempts(move), promise.closed_at)
    done = promise.done_attempt_id
    if status != promise.status or done != attempt.pk:
        move.changes["promise_status"] = [promise.status, str(status)]
        Promise.objects.filter(pk=promise.pk).update(status=status, done_attempt=attempt.pk if done else None)
