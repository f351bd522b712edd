"""The one door of an appeal: filed and withdrawn by the employee, decided by HR, seen again by the committee (§6.6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record, refuse
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from recognition.appeals import guards, notices
from recognition.appeals.revising import Choice, revise
from recognition.campaigns.envelope import EnvelopeRefused
from recognition.campaigns.guards import Refusal, words
from recognition.enums import AppealState
from recognition.models import Appeal, Award

OBJECT = "appeal"
ANSWER_DAYS = 15  # business days of the employee's unit (domain.md §6.6)


class AppealRefused(Exception):
    """French reasons; nothing was written. `field` for a form, "" for the whole."""

    def __init__(self, refusals: Sequence[Refusal], field: str = "") -> None:
        super().__init__(words(refusals))
        self.refusals, self.field = list(refusals), field


class StaleAppeal(Exception):
    """Somebody acted since the page was drawn."""


def file(
    award_id: int, *, ground: str, text: str, observer_agreed: bool, actor: Actor, now: datetime
) -> Appeal:
    """The employee contests one's own award. Raises AppealRefused; Award.DoesNotExist on anybody else's."""
    award = _own(award_id, actor)
    facts = guards.Facts(
        award.campaign.state, award.campaign.appeal_until, waiting=award.appeals.waiting().exists()
    )
    _refuse_if(guards.file(facts, timezone.localdate(now), text))
    appeal = Appeal(
        award=award, ground=ground, text=text.strip(), filed_at=now, due_at=due_at(award, now),
        observer_agreed=observer_agreed,
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save()
            record(
                OBJECT, appeal.pk, "filed", actor=actor, at=now, to_state=appeal.state, reason_code=ground,
                changes={"award": [None, award.pk], "due_at": [None, appeal.due_at]}, personal={"text": appeal.text},
            )  # fmt: skip
            notices.filed(appeal, now)
    except IntegrityError:  # two clicks at once
        raise AppealRefused(guards.file(_waiting(facts), timezone.localdate(now), text)) from None
    return appeal


def _waiting(facts: guards.Facts) -> guards.Facts:
    return guards.Facts(facts.campaign_state, facts.appeal_until, waiting=True)


def _own(award_id: int, actor: Actor) -> Award:
    return Award.objects.select_related("campaign", "employee__unit", "unit").get(
        pk=award_id, employee=actor.id, campaign__published_at__isnull=False
    )


def due_at(award: Award, now: datetime) -> datetime:
    """Fifteen business days of the employee's unit; the first unit's where the account has none."""
    unit = award.employee.unit or award.unit or Unit.objects.order_by("pk").first()
    return unit.calendar().due_in_days(now, ANSWER_DAYS) if unit else now


def withdraw(appeal_id: int, *, seen: int, actor: Actor, now: datetime) -> Appeal:
    """By whoever filed it, as long as nobody answered."""
    with transaction.atomic():
        appeal = _locked(appeal_id, seen)
        if appeal.award.employee_id != actor.id:
            raise Appeal.DoesNotExist
        _refuse_if(guards.withdraw(_facts(appeal)))
        _write(appeal, "withdrawn", actor, now, state=AppealState.WITHDRAWN, withdrawn_at=now)
    return appeal


def decide(
    appeal_id: int,
    *,
    accept: bool,
    text: str,
    choice: Choice | None = None,
    seen: int,
    actor: Actor,
    now: datetime,
) -> Appeal:
    """HR's answer; accepted, one revision with it. Raises AppealRefused, StaleAppeal. A refusal is journalled."""
    try:
        with transaction.atomic(durable=True):
            appeal = _locked(appeal_id, seen)
            own = appeal.award.employee_id == actor.id
            other = not set(actor.user.roles).isdisjoint({Role.MANAGER, Role.ADMIN})
            _refuse_if(guards.decide(_facts(appeal), text, own=own, other_duties=other))
            changes: dict[str, Any] = {}
            if accept:
                if choice is None:
                    raise AppealRefused([Refusal("mode", "Dites quelles preuves sont revues.")], "mode")
                revision = revise(appeal, choice, actor=actor, now=now)
                changes = {
                    "award_cents": [revision.before_cents, revision.after_cents],
                    "output_hash": [None, revision.output_hash],
                }
            _write(
                appeal, "accepted" if accept else "rejected", actor, now, changes=changes,
                personal={"decision_text": text.strip()},
                state=AppealState.ACCEPTED if accept else AppealState.REJECTED,
                decided_at=now, decided_by=actor.user, decision_text=text.strip(),
            )  # fmt: skip
            notices.answered(appeal, now)
    except EnvelopeRefused as refused:
        _tell(appeal_id, refused.refusals, actor, now)
        raise AppealRefused(refused.refusals) from refused
    except AppealRefused as refused:
        _tell(appeal_id, refused.refusals, actor, now)
        raise
    return appeal


def record_second_level(
    appeal_id: int,
    *,
    on: date,
    outcome: str,
    text: str,
    observer: User | None,
    seen: int,
    actor: Actor,
    now: datetime,
) -> Appeal:
    """What the joint committee said, as it was said: no screen leads the committee, HR records it."""
    with transaction.atomic():
        appeal = _locked(appeal_id, seen)
        _refuse_if(
            guards.second_level(
                _facts(appeal), recorded=bool(appeal.second_outcome), agreed=appeal.observer_agreed,
                observer=observer is not None, text=text,
            )
        )  # fmt: skip
        if observer is not None and not observer.has_role(Role.STAFF_REP):
            raise AppealRefused(
                [Refusal("observer", "L’observateur est un représentant du personnel.")], "observer"
            )
        _write(
            appeal, "second_level", actor, now,
            changes={"second_outcome": ["", outcome], "observer": [None, observer.pk if observer else None]},
            personal={"second_text": text.strip()}, second_on=on, second_outcome=outcome, second_text=text.strip(),
            observer=observer, second_by=actor.user,
        )  # fmt: skip
        notices.second_level(appeal, now)
    return appeal


def _locked(appeal_id: int, seen: int) -> Appeal:
    rows = Appeal.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "award__campaign__scheme", "award__employee__unit"
    )
    appeal = rows.get(pk=appeal_id)
    if appeal.version != seen:
        raise StaleAppeal
    return appeal


def _facts(appeal: Appeal) -> guards.Facts:
    campaign = appeal.award.campaign
    return guards.Facts(campaign.state, campaign.appeal_until, state=appeal.state)


def _write(
    appeal: Appeal, action: str, actor: Actor, now: datetime, *, changes: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None, **fields: Any,
) -> None:  # fmt: skip
    before = appeal.state
    hit = Appeal.objects.filter(pk=appeal.pk, version=appeal.version).update(
        version=appeal.version + 1, **fields
    )
    if not hit:
        raise StaleAppeal
    appeal.version += 1
    for name, value in fields.items():
        setattr(appeal, name, value)
    record(
        OBJECT, appeal.pk, action, actor=actor, at=now, from_state=before, to_state=appeal.state,
        changes=changes or {}, personal=personal, object_version=appeal.version,
    )  # fmt: skip


def _refuse_if(refusals: list[Refusal]) -> None:
    if refusals:
        field = "text" if all(one.code == "text" for one in refusals) else ""
        raise AppealRefused(refusals, field)


def _tell(pk: int, refusals: list[Refusal], actor: Actor, now: datetime) -> None:
    refuse(
        OBJECT, pk, "decide", actor=actor, at=now, reason_code=refusals[0].code,
        changes={"codes": [None, [one.code for one in refusals]]},
    )  # fmt: skip
