"""The cast of the workflow's tests: two units, their people, two entities, and a case in any state.

Every case is brought where it is through the door, never written in the tables. The clock starts on a
Wednesday at 10:00 in Paris; the units are open from Monday to Saturday, 08:00 to 20:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from atdemain.journal.actors import Actor, system
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import (
    Entity,
    EntityContact,
    InternalAdvisor,
    Participation,
    Programme,
    Team,
    Unit,
    User,
)
from cases import workflow
from cases.enums import CaseState, Origin
from cases.invariants import broken
from cases.models import CallbackAttempt, Case, Client, Contact, Escalation, Line, Reason
from cases.sentences import sentence
from cases.workflow import Done
from tests.cases.clock_cast import HOUR, MINUTE, PARIS, paris

NOW = paris("14/11/2018 10:00")  # a Wednesday
DAY = timedelta(days=1)
CLOCK = system("sweep")
SUMMARY = "Ligne coupée depuis le point de concentration."
TOLD = "Le réseau est en cours de réparation dans votre rue."
REASON = "Le client le demande au téléphone."

#: The seven situations a case may be in: its state and, once closed, how.
SITUATIONS = ("opened", "escalated", "callback_due", "resolved", "confirmed", "merged", "cancelled")


def window(start: datetime, minutes: int = 60) -> dict[str, datetime]:
    return {"window_start": start, "window_end": start + timedelta(minutes=minutes)}


TOMORROW = window(paris("15/11/2018 10:00"))
AFTER = window(paris("16/11/2018 09:00"))


@dataclass
class Stage:
    unit: Unit
    other_unit: Unit
    programme: Programme
    bo: Entity
    ui: Entity
    named: EntityContact
    people: dict[str, User]
    numbers: Any

    @classmethod
    def set(cls) -> Stage:
        Group.objects.bulk_create([Group(name=role.value) for role in Role], ignore_conflicts=True)
        unit = Unit.objects.create(code="lyon", name="Lyon")
        other = Unit.objects.create(code="lille", name="Lille")
        programme = Programme.objects.create(code="atd", name="AT Demain")
        bo = Entity.objects.create(code="bo-cuivre", name="BO-Cuivre", kind="back_office")
        ui = Entity.objects.create(code="ui-provence", name="UI-Provence", kind="ui")
        named = EntityContact.objects.create(entity=bo, name="Chef de quart")
        stage = cls(unit, other, programme, bo, ui, named, {}, count(1))
        stage.hire(unit, manager=Role.MANAGER, head=Role.MANAGER)
        unit.head = stage.head
        unit.save()
        team = Team.objects.create(unit=unit, name="1", manager=stage.manager)
        stage.hire(unit, team, owner=Role.ADVISOR, colleague=Role.ADVISOR, third=Role.ADVISOR)
        stage.hire(unit, team, support=Role.SUPPORT)
        stage.hire(unit, trainer=Role.TRAINER, admin=Role.ADMIN, hr=Role.HR)
        stage.hire(other, stranger=Role.ADVISOR, other_manager=Role.MANAGER)
        stage.hire(entity=bo, specialist=Role.BACK_OFFICE)
        stage.hire(entity=ui, technician=Role.BACK_OFFICE)
        for name in ("owner", "colleague", "third"):
            stage.join(stage.people[name])
        return stage

    def hire(
        self, unit: Unit | None = None, team: Team | None = None, entity: Entity | None = None, **roles: Role
    ) -> None:
        """Accounts named as their keys, each with its role (and its advisor's profile)."""
        users = User.objects.bulk_create(
            User(
                username=name,
                first_name=name.title(),
                last_name="Test",
                unit=unit,
                team=team,
                entity=entity,
            )
            for name in roles
        )
        groups = {group.name: group for group in Group.objects.all()}
        User.groups.through.objects.bulk_create(
            User.groups.through(user=user, group=groups[roles[user.username].value]) for user in users
        )
        InternalAdvisor.objects.bulk_create(
            InternalAdvisor(user=user) for user in users if roles[user.username] == Role.ADVISOR
        )
        self.people |= {user.username: user for user in users}

    def __getattr__(self, name: str) -> User:
        people = self.__dict__.get("people", {})
        if name in people:
            return people[name]
        raise AttributeError(name)

    def join(self, user: User, consent: str = "accepted") -> Participation:
        return Participation.objects.create(
            employee=user,
            programme=self.programme,
            role=Role.ADVISOR,
            mode="volunteer",
            starts_on=date(2018, 1, 1),
            consent=consent,
        )

    def person(self, name: str) -> User:
        """As a request would read it: no cached roles nor profile."""
        return User.objects.get(pk=self.people[name].pk)

    # -- clients, contacts, cases ---------------------------------------------------------------------

    def client(self, **fields: Any) -> Client:
        number = next(self.numbers)
        return Client.objects.create(
            client_ref=f"CL-{number:05}", display_name=f"Client {number}", unit=self.unit, **fields
        )

    def line(self, client: Client) -> Line:
        number = next(self.numbers)
        return Line.objects.create(line_ref=f"L-{number}", client=client, technology="fibre", unit=self.unit)

    def contact(self, client: Client, at: datetime, **fields: Any) -> Contact:
        number = next(self.numbers)
        reason, _ = Reason.objects.get_or_create(
            code="desynchro", defaults={"label": "Désynchronisation", "family": "no_sync"}
        )
        facts = {
            "source_system": "test",
            "source_id": str(number),
            "client": client,
            "unit": self.unit,
            "channel": "voice",
            "direction": "in",
            "arrived_at": at,
            "outcome": "handled",
            "reason": reason,
            "n_in_window": None if fields.get("exclusion_code") else 1,
            "received_at": at,
        }
        return Contact.objects.create(**(facts | fields))

    def open(
        self,
        *,
        at: datetime = NOW,
        client: Client | None = None,
        owner: str | None = "owner",
        origin: str = Origin.RD3PLUS,
        **facts: Any,
    ) -> Case:
        """T01, then claimed one minute later unless nobody owns it."""
        client = client or self.client()
        data = {
            "client_id": client.pk,
            "line_id": None,
            "identity_key": f"client:{client.pk}",
            "reason_family": "no_sync",
            "origin": origin,
            "unit_id": self.unit.pk,
            "actor": system("intake"),
            "now": at,
        }
        with transaction.atomic():
            case = workflow.open_case(**(data | facts))
        if owner:
            self.act(case, "claim", owner, at=at + MINUTE)
        return self.again(case)

    def at(self, situation: str, **facts: Any) -> Case:
        """A case in one of SITUATIONS, owned by `owner`, promised for tomorrow 10:00 where it must be."""
        case = self.open(**facts)
        if situation == "opened":
            return case
        if situation == "escalated":
            return self.escalate(case)
        if situation == "callback_due":
            return self.act(case, "promise_callback", at=NOW + 2 * MINUTE, **TOMORROW).case
        if situation in ("resolved", "confirmed"):
            self.resolve(case, at=NOW + 2 * MINUTE)
            if situation == "confirmed":
                with transaction.atomic():
                    workflow.apply(case.pk, "confirm", actor=CLOCK, now=NOW + 10 * DAY)
            return self.again(case)
        if situation == "merged":
            target = self.open(client=case.client, identity_key=f"line:{case.pk}")
            return self.act(case, "merge", at=NOW + 2 * MINUTE, target=target.pk, reason=REASON).case
        if situation == "cancelled":
            return self.act(
                case, "cancel", "manager", at=NOW + 2 * MINUTE, cancel_reason="opened_in_error"
            ).case
        raise ValueError(situation)

    def escalate(self, case: Case, entity: Entity | None = None, **data: Any) -> Case:
        return self.act(case, "escalate", **({"at": NOW + 2 * MINUTE} | self.escalation(entity, **data))).case

    def escalation(self, entity: Entity | None = None, **data: Any) -> dict[str, Any]:
        """What the escalation form asks for."""
        facts = {
            "target_entity": (entity or self.bo).pk,
            "mode": "case",
            "reason": "network_diagnosis",
            "summary": SUMMARY,
            "colour": "red",
            **TOMORROW,
        }
        return facts | data

    def resolve(self, case: Case, *, at: datetime, **data: Any) -> Case:
        return self.act(case, "resolve", at=at, **(resolution() | data)).case

    # -- the door -------------------------------------------------------------------------------------

    def act(
        self,
        case: Case,
        action: str,
        by: str = "owner",
        *,
        at: datetime | None = None,
        version: int | None = None,
        **data: Any,
    ) -> Done:
        """`perform` by one of the cast, on the case as it is now unless a version is given."""
        shown = Case.objects.values_list("version", flat=True).get(pk=case.pk) if version is None else version
        return workflow.perform(
            case.pk,
            action,
            actor=Actor.of_user(self.person(by)),
            expected_version=shown,
            now=at or NOW + 5 * MINUTE,
            **data,
        )

    def correct(
        self, case: Case, attempt: CallbackAttempt, *, to: datetime, at: datetime, outcome: str = ""
    ) -> Done:
        """Correct an attempt's hour (and its outcome), at `at`."""
        return workflow.perform(
            case.pk,
            "correct_attempt",
            actor=Actor.of_user(self.person("owner")),
            expected_version=None,
            now=at,
            attempt_id=attempt.pk,
            outcome=outcome or attempt.outcome,
            at=to,
            reason=REASON,
        )

    def clock(self, case: Case, action: str, *, at: datetime, **data: Any) -> Case:
        """What the sweep and intake do."""
        with transaction.atomic():
            return workflow.apply(case.pk, action, actor=CLOCK, now=at, **data).case

    def again(self, case: Case) -> Case:
        return Case.objects.get(pk=case.pk)


def resolution(**data: Any) -> dict[str, Any]:
    """What the resolution form asks for, the client being on the line."""
    facts = {
        "resolution_code": "configuration",
        "root_cause": "usage",
        "client_confirmation": "confirmed",
        "reached_now": True,
        "told": TOLD,
    }
    return facts | data


def journal(case: Case, *, refused: bool | None = False) -> list[AuditEvent]:
    rows = AuditEvent.objects.filter(object_type="case", object_id=str(case.pk)).order_by("seq")
    if refused is not None:
        rows = rows.filter(refused=refused)
    return list(rows)


def last_sentence(case: Case) -> str:
    """What the journal's last row says, with plain spaces."""
    return sentence(journal(case)[-1], tz=PARIS).replace("\u00a0", " ")


def told() -> list[tuple[str, str]]:
    """(username, kind) of every inbox item, in order."""
    return list(Notification.objects.order_by("pk").values_list("recipient__username", "kind"))


def forget_notices() -> None:
    """What follows is what the action under test sends."""
    Notification.objects.all().delete()


def open_escalation(case: Case) -> Escalation:
    return case.escalations.filter(status__in=["sent", "acknowledged"]).order_by("pk").first()


def reasons_of(error: workflow.Refused) -> list[tuple[str, str | None]]:
    return [(reason.code, reason.field) for reason in error.reasons]


def sound(at: datetime = NOW) -> list[str]:
    """What check_invariants would print."""
    return [str(finding) for finding in broken(at)]


__all__ = [
    "AFTER",
    "CLOCK",
    "DAY",
    "HOUR",
    "MINUTE",
    "NOW",
    "PARIS",
    "REASON",
    "SITUATIONS",
    "SUMMARY",
    "TOLD",
    "TOMORROW",
    "CaseState",
    "Stage",
    "forget_notices",
    "journal",
    "last_sentence",
    "open_escalation",
    "paris",
    "reasons_of",
    "resolution",
    "sound",
    "told",
    "window",
]
