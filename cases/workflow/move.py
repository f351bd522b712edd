"""One passage through the door: the case as it is now, and everything that will be written with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Entity, User
from atdemain.statements import Param, Statement
from atdemain.words import bare
from cases import hooks
from cases.enums import OPEN_ESCALATION, EscalationStatus
from cases.guards import CaseFacts
from cases.models import Case, Escalation, Promise
from cases.reasons import Reason

from .loaded import Loaded, calendar_of
from .outcomes import Refused

#: Every move of a case reads them; the clock moves hundreds in a row.
_ESCALATIONS = Statement(
    lambda: (
        Escalation.objects.filter(case=Param("case"))
        .select_related("target_entity", "handled_by")
        .order_by("pk")
    )
)


@dataclass
class Move:
    """Handed from guard to effect. `changes` and `personal` become the journal row's."""

    case: Case
    action: str
    actor: Actor
    now: datetime
    data: dict[str, Any]
    quiet: bool = False  # replay of history: no timer is planned and nothing is sent
    changes: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] = field(default_factory=dict)
    reason_code: str = ""
    notices: list[dict[str, Any]] = field(default_factory=list)
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # hooks to fire
    also: list[Any] = field(default_factory=list)  # journal rows of other objects
    replan: bool = False  # the promise's ladder must be planned again
    acted: bool = False  # this is an action that stops TM2

    @property
    def user(self) -> User | None:
        return self.actor.user if self.actor.kind == ActorKind.USER else None

    @property
    def from_api(self) -> bool:
        return self.actor.kind == ActorKind.API_CLIENT

    @property
    def entity_id(self) -> int | None:
        """The entity that whoever acts speaks for: the specialist's own, the API client's."""
        return self.actor.entity if self.from_api else self.user.entity_id if self.user else None

    @cached_property
    def calendar(self) -> BusinessCalendar:
        """The hours of the owner's unit (domain.md §3.4), the case's when nobody keeps it."""
        return calendar_of(self.case)

    @cached_property
    def promise(self) -> Promise | None:
        return self.case.current_promise

    @cached_property
    def open_escalations(self) -> list[Escalation]:
        return [e for e in self.escalations if e.status in OPEN_ESCALATION]

    @cached_property
    def escalations(self) -> list[Escalation]:
        found = _ESCALATIONS(case=self.case.pk)
        for escalation in found:
            escalation.case = self.case
        return found

    @cached_property
    def facts(self) -> CaseFacts:
        loaded = Loaded(self.case)
        loaded.escalations = self.escalations
        return facts_of(loaded)

    @cached_property
    def bare_facts(self) -> CaseFacts:
        """For guards that look at the case and its promise alone: nothing more is read."""
        loaded = Loaded(self.case)
        loaded.escalations, loaded.attempts, loaded.contacts, loaded.other_working = [], (), (), ""
        return facts_of(loaded)

    def refuse(self, *reasons: Reason) -> None:
        """Stop here with these reasons; nothing of this passage is kept."""
        raise Refused(list(reasons), self.case)

    def check(self, reasons: list[Reason]) -> None:
        if reasons:
            self.refuse(*reasons)

    def get(self, name: str, default: Any = "") -> Any:
        value = self.data.get(name)
        return default if value is None else value

    def text(self, name: str, longest: int = 2000) -> str:
        """Free text, without the spaces around it nor what its column cannot hold."""
        return bare(str(self.get(name)).replace("\x00", ""))[:longest]

    @property
    def acts_as(self) -> str:
        """owner, delegate or manager: in what capacity the account moves the case."""
        if self.user is None or self.user.pk == self.case.owner_id:
            return "owner"
        return "delegate" if self.user.pk == self.case.delegate_id else "manager"

    def available(self) -> Any:
        """`owner_available(user_id, start, end)` bound to the owner; None where nobody objects."""
        provider = hooks.providers.get("owner_available")
        owner_id = self.case.owner_id
        return (lambda start, end: provider(owner_id, start, end)) if provider and owner_id else None

    def tell(
        self,
        recipient_id: int | None,
        kind: str,
        title: str,
        *,
        urgent: bool = False,
        body: str = "",
        url: str = "",
    ) -> None:
        """An inbox item written with the case; nobody is told what they have just done themselves.

        `url`: where to act on it, the case's page when not said.
        """
        if self.quiet or recipient_id is None or (self.user and self.user.pk == recipient_id):
            return
        self.notices.append(
            {
                "recipient_id": recipient_id,
                "kind": kind,
                "title": title,
                "body": body or ("" if self.case.ref in title else f"Dossier {self.case.ref}"),
                "url": url or f"/cases/{self.case.ref}/",
                "object_type": "case",
                "object_id": str(self.case.pk),
                "urgent": urgent,
                "at": self.now,
            }
        )

    def tell_in_charge(self, kind: str, title: str, *, urgent: bool = False, body: str = "") -> None:
        """The owner, and the delegate in office."""
        self.tell(self.case.owner_id, kind, title, urgent=urgent, body=body)
        delegate = self.case.delegate
        if delegate and delegate.pk != self.case.owner_id and self.case.in_charge(delegate, self.now):
            self.tell(delegate.pk, kind, title, urgent=urgent, body=body)

    def tell_manager(self, kind: str, title: str, *, urgent: bool = False) -> None:
        """The owner's team manager, else the head of the case's unit."""
        self.tell(manager_of(self.case), kind, title, urgent=urgent)


def people_of(entity: Entity) -> list[int]:
    """The specialists of an entity, who read what is asked of it; the first fifty of a large one."""
    return list(entity.users.filter(is_active=True).values_list("pk", flat=True)[:50])


def manager_of(case: Case) -> int | None:
    owner = case.owner
    if owner:
        user = owner.user
        if user.manager_id:
            return user.manager_id
        if user.team and user.team.manager_id:
            return user.team.manager_id
    return case.unit.head_id


def facts_of(loaded: Loaded) -> CaseFacts:
    """What the guards look at."""
    case, escalations = loaded.case, loaded.escalations
    promise = case.current_promise
    answered = [e.answered_at for e in escalations if e.status == EscalationStatus.ANSWERED and e.answered_at]
    opened = [e for e in escalations if e.status in OPEN_ESCALATION]
    return CaseFacts(
        state=case.state,
        owned=case.owner_id is not None,
        colour=case.colour,
        opened_at=case.opened_at,
        reopened_at=case.reopened_at,
        resolved_at=case.resolved_at,
        closed_at=case.closed_at,
        closure_kind=case.closure_kind,
        promise_start=promise.window_start if promise else None,
        promise_end=promise.window_end if promise else None,
        promise_made=promise.made_at if promise else None,
        promise_missed=bool(promise and promise.status == "missed"),
        open_entities=frozenset(e.target_entity_id for e in opened),
        entity_names=tuple(e.target_entity.name for e in opened),
        last_answer_at=max(answered, default=None),
        attempts=loaded.attempts,
        told_contacts=loaded.told_contacts(),
        other_working=loaded.other_working,
    )
