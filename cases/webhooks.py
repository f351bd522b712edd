"""What an entity is told of at its own address (domain.md §2.8): its escalations, and how their cases ended.

Written in the transaction of what happened, ids, codes and moments alone: the entity reads the rest over the
API, under its own rights. `due_soon` comes round with the clock, once per escalation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from atdemain.notifications.enums import WebhookEvent
from atdemain.notifications.models import Delivery, WebhookSubscription
from atdemain.notifications.webhooks import events
from atdemain.organisation.calendar import NeverOpen
from atdemain.organisation.models import Entity
from cases import hooks
from cases.enums import OPEN_ESCALATION
from cases.models import Case, Escalation

#: Business minutes of the entity left before its answer is due.
SOON = 60
#: A clock that stopped tells what fell due meanwhile, when it is not older than this.
LATE = timedelta(hours=1)


def register() -> None:
    hooks.listen("escalation_sent", escalation_sent)
    hooks.listen("escalation_withdrawn", escalation_withdrawn)
    hooks.listen("case_resolved", case_resolved)
    if due_soon not in hooks.rounds:
        hooks.rounds.append(due_soon)


def escalation_sent(case: Case, escalation: Escalation, now: datetime, quiet: bool, **_: Any) -> None:
    _tell(WebhookEvent.ESCALATION_CREATED, case, escalation, now, quiet)


def escalation_withdrawn(case: Case, escalation: Escalation, now: datetime, quiet: bool, **_: Any) -> None:
    _tell(WebhookEvent.ESCALATION_WITHDRAWN, case, escalation, now, quiet)


def case_resolved(case: Case, now: datetime, quiet: bool, **_: Any) -> None:
    """Every entity that was asked on this case, once for each time it is resolved."""
    if quiet:
        return
    asked = set(Escalation.objects.filter(case=case.pk).order_by().values_list("target_entity", flat=True))
    told = events.listeners(WebhookEvent.CASE_RESOLVED, asked) if asked else []
    data = {
        "case_ref": case.ref,
        "colour": case.colour,
        "resolution_code": case.resolution_code,
        "resolved_at": events.moment(now),
    }
    events.announce(WebhookEvent.CASE_RESOLVED, told, f"{case.pk}:{case.version}", data, now)


def due_soon(now: datetime) -> None:
    """Open escalations whose answer is due within `SOON` business minutes of their entity."""
    listening: dict[int, list[WebhookSubscription]] = {}
    for one in WebhookSubscription.objects.filter(active=True).order_by("pk"):
        if WebhookEvent.ESCALATION_DUE_SOON.value in one.events:
            listening.setdefault(one.entity_id, []).append(one)
    for entity in Entity.objects.filter(pk__in=listening).order_by("pk"):
        try:
            horizon = entity.calendar().add_minutes(now, SOON)
        except NeverOpen:
            horizon = now + timedelta(minutes=SOON)
        _tell_due(entity, listening[entity.pk], horizon, now)


def _tell_due(entity: Entity, told: list[WebhookSubscription], horizon: datetime, now: datetime) -> None:
    event = WebhookEvent.ESCALATION_DUE_SOON
    due = Escalation.objects.filter(
        target_entity=entity.pk,
        status__in=OPEN_ESCALATION,
        answer_due__gt=now - LATE,
        answer_due__lte=horizon,
    )
    found = {
        events.webhook_id(one.pk, event.value, str(escalation.pk)): (one, escalation)
        for escalation in due.select_related("case").order_by("answer_due", "pk")
        for one in told
    }
    if not found:
        return
    with transaction.atomic():
        known = set(Delivery.objects.filter(key__in=list(found)).order_by().values_list("key", flat=True))
        events.write(
            [
                (one, event.value, key, _of(escalation, escalation.case))
                for key, (one, escalation) in found.items()
                if key not in known
            ],
            now,
        )


def _tell(event: WebhookEvent, case: Case, escalation: Escalation, now: datetime, quiet: bool) -> None:
    if quiet:
        return
    told = events.listeners(event, [escalation.target_entity_id])
    events.announce(event, told, str(escalation.pk), _of(escalation, case), now)


def _of(escalation: Escalation, case: Case) -> dict[str, Any]:
    """What the entity's own list shows of it, without a word that somebody typed."""
    return {
        "escalation": escalation.pk,
        "case_ref": case.ref,
        "status": escalation.status,
        "version": escalation.version,
        "colour": escalation.colour,
        "mode": escalation.mode,
        "reason": escalation.reason,
        "sent_at": events.moment(escalation.sent_at),
        "ack_due": events.moment(escalation.ack_due),
        "answer_due": events.moment(escalation.answer_due),
    }
