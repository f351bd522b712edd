"""Versions of the policy: written once, never edited, withdrawn only before they begin; all journalled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import User
from atdemain.pages.typography import number
from routing.models import RoutingPolicy
from routing.policy import LABELS, Policy


class StalePolicy(Exception):
    """Another version was written meanwhile."""

    def __init__(self, latest: RoutingPolicy) -> None:
        super().__init__(str(latest))
        self.latest = latest


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@transaction.atomic
def publish(
    settings: Mapping[str, Any], *, valid_from: datetime, reason: str, by: User, actor: Actor, now: datetime,
    based_on: int | None = None,
) -> RoutingPolicy:  # fmt: skip
    """The next version. Raises StalePolicy when `based_on` is no longer the latest one."""
    latest = RoutingPolicy.objects.select_for_update().order_by("-version").first()
    if based_on is not None and latest is not None and latest.version != based_on:
        raise StalePolicy(latest)
    row = RoutingPolicy.objects.create(
        version=(latest.version if latest else 0) + 1,
        valid_from=valid_from,
        settings_json=dict(settings),
        reason=reason,
        created_by=by,
    )
    before = (latest.policy() if latest else Policy()).to_json()
    changed = {
        # The journal holds no floats: the settings as they are read.
        name: [str(before.get(name)), str(value)]
        for name, value in row.policy().to_json().items()
        if value != before.get(name)
    }
    record(
        "routingpolicy",
        row.pk,
        "created",
        actor=actor,
        at=now,
        changes={
            "version": [latest.version if latest else None, row.version],
            "valid_from": [None, valid_from],
            **changed,
        },
        personal={"reason": reason},
    )
    return row


@transaction.atomic
def withdraw(version: int, *, actor: Actor, now: datetime) -> bool:
    """Take back a version that has not begun; False when it has, or is no more."""
    row = RoutingPolicy.objects.select_for_update().filter(version=version, valid_from__gt=now).first()
    if row is None:
        return False
    pk = row.pk
    row.delete()
    record("routingpolicy", pk, "withdrawn", actor=actor, at=now, changes={"version": [version, None]})
    return True


def changes(before: Policy, after: Policy) -> list[Change]:
    """What differs, in the words of the page."""
    old, new = before.to_json(), after.to_json()
    return [
        Change(label, told(old[name]), told(new[name]))
        for name, label in LABELS.items()
        if old[name] != new[name]
    ]


def told(value: Any) -> str:
    """« 1,5 », « 100 », « oui »."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    return number(value, 0) if value == int(value) else number(value, 2).rstrip("0")
