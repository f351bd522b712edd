"""The cast of the clock's tests: one unit and its people, and promises written straight in the tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from atdemain.notifications.models import Notification
from atdemain.organisation.models import InternalAdvisor, Team, Unit, User
from cases.enums import CaseState, Origin, ReasonFamily, TimerKind, TimerStatus
from cases.models import Case, Client, Promise, Timer
from cases.timers import plan_ladder

PARIS = ZoneInfo("Europe/Paris")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def paris(text: str, tz: str = "Europe/Paris") -> datetime:
    """`dd/mm/yyyy HH:MM` of a wall clock, as UTC."""
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZoneInfo(tz)).astimezone(UTC)


@dataclass
class Cast:
    unit: Unit
    head: User
    manager: User
    owner: User
    delegate: User
    made: int = 0

    @classmethod
    def gather(cls, code: str = "lyon", **unit: Any) -> Cast:
        place = Unit.objects.create(code=code, name=code.title(), **unit)
        head = User.objects.create(username=f"{code}-head", unit=place, email=f"{code}-head@exemple.fr")
        manager = User.objects.create(username=f"{code}-manager", unit=place, email=f"{code}-m@exemple.fr")
        place.head = head
        place.save()
        team = Team.objects.create(unit=place, name="1", manager=manager)
        owner = User.objects.create(username=f"{code}-owner", unit=place, team=team)
        delegate = User.objects.create(username=f"{code}-delegate", unit=place, team=team)
        InternalAdvisor.objects.create(user=owner)
        return cls(place, head, manager, owner, delegate)

    def case(self, state: CaseState, at: datetime, **fields: Any) -> Case:
        self.made += 1
        ref = f"ATD-{self.unit.code}-{self.made:06}"
        client = Client.objects.create(client_ref=ref, unit=self.unit)
        facts: dict[str, Any] = {
            "ref": ref,
            "client": client,
            "identity_key": f"client:{client.pk}",
            "reason_family": ReasonFamily.NO_SYNC,
            "origin": Origin.RD3PLUS,
            "unit": self.unit,
            "owner_id": self.owner.pk,
            "state": state,
            "opened_at": at,
            "last_event_at": at,
        }
        return Case.objects.bulk_create([Case(**(facts | fields))])[0]

    def promise(
        self,
        start: datetime,
        end: datetime | None = None,
        *,
        made_at: datetime | None = None,
        state: CaseState = CaseState.CALLBACK_DUE,
        call_by: datetime | None = None,
        **fields: Any,
    ) -> Promise:
        """A case in `state` with a promise whose ladder is planned at `made_at` (a day before)."""
        at = made_at or start - timedelta(days=1)
        case = self.case(state, at, first_action_at=at, **fields)
        promise = Promise.objects.create(
            case=case,
            window_start=start,
            window_end=end or start + HOUR,
            call_by=call_by,
            made_by=self.owner,
            made_at=at,
            owner_at_promise=self.owner,
        )
        case.current_promise = promise
        Case.objects.filter(pk=case.pk).update(current_promise=promise)
        plan_ladder(case, promise, self.unit.calendar(), at)
        return promise


def set_case(case_id: int, **fields: Any) -> None:
    """As if the workflow had moved the case meanwhile."""
    QuerySet.update(Case.objects.filter(pk=case_id), **fields)


def inbox(*people: User) -> list[tuple[str, str]]:
    """(username, kind) of every inbox item, in order of creation; of `people` only when given."""
    items = Notification.objects.order_by("pk")
    if people:
        items = items.filter(recipient__in=people)
    return list(items.values_list("recipient__username", "kind"))


def status(promise: Promise, kind: TimerKind) -> TimerStatus:
    return TimerStatus(Timer.objects.get(promise=promise, kind=kind).status)
