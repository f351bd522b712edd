"""The cast of the pages' tests: two units, two entities, one account per role, cases made by the door.

Everything happens on Tuesday 10 November 2026, 15:30 in Paris; the next day is a public holiday.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client as Browser

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, EntityContact, InternalAdvisor, Team, Unit, User
from atdemain.organisation.roles import set_dpo
from cases import workflow
from cases.enums import ReasonFamily
from cases.intake import IncomingContact, Received, receive
from cases.models import Case, Client, ClientPhone
from cases.reference import ensure_reference

NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
THURSDAY = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)  # 10:00 in Paris, the next day open
TOLD = "Le technicien passe jeudi matin, le client est prévenu."

#: username: (roles, unit, entity)
PEOPLE: dict[str, tuple[tuple[Role, ...], str, str]] = {
    "advisor": ((Role.ADVISOR,), "lyon", ""),
    "colleague": ((Role.ADVISOR,), "lyon", ""),
    "support": ((Role.SUPPORT,), "lyon", ""),
    "trainer": ((Role.TRAINER,), "lyon", ""),
    "manager": ((Role.MANAGER,), "lyon", ""),
    "hr": ((Role.HR,), "lyon", ""),
    "staffrep": ((Role.STAFF_REP,), "lyon", ""),
    "stranger": ((Role.ADVISOR,), "brest", ""),
    "far_manager": ((Role.MANAGER,), "brest", ""),
    "backoffice": ((Role.BACK_OFFICE,), "", "copper"),
    "field": ((Role.BACK_OFFICE,), "", "field"),
    "partner": ((Role.PARTNER,), "", "p1"),
    "admin": ((Role.ADMIN,), "", ""),
    "dpo": ((), "", ""),  # data-protection officer, and nothing else
}
ENTITIES = {
    "copper": ("BO-Cuivre", EntityKind.BACK_OFFICE, True),
    "field": ("UI-Provence", EntityKind.UI, True),
    "p1": ("Partenaire P1", EntityKind.PARTNER_CONTACT_CENTRE, False),
}


@dataclass
class Office:
    units: dict[str, Unit] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    made: int = 0

    @classmethod
    def gather(cls) -> Office:
        office = cls()
        ensure_reference(mode="live")
        codes = ("lyon", "brest")
        made = Unit.objects.bulk_create(Unit(code=code, name=f"UAT {code.title()}") for code in codes)
        office.units = dict(zip(codes, made, strict=True))
        made = Entity.objects.bulk_create(
            Entity(code=code, name=name, kind=kind, internal=internal)
            for code, (name, kind, internal) in ENTITIES.items()
        )
        office.entities = dict(zip(ENTITIES, made, strict=True))
        EntityContact.objects.bulk_create(
            EntityContact(entity=entity, name=f"Permanence {entity.name}", phone="+33199009900")
            for entity in made
        )
        office._hire()
        set_dpo(office.people["dpo"], True)
        office.units["lyon"].head = office.people["manager"]
        office.units["lyon"].save()
        team = Team.objects.create(unit=office.units["lyon"], name="1", manager=office.people["manager"])
        User.objects.filter(username__in=["advisor", "colleague", "support"]).update(team=team)
        return office

    # -- people ------------------------------------------------------------------------------------------

    def _hire(self) -> None:
        """What `set_roles` makes of an account, for everybody at once: half the tests begin here."""
        groups = {group.name: group for group in Group.objects.all()}
        people = User.objects.bulk_create(
            User(
                username=username,
                first_name=username.title(),
                last_name="Essai",
                employee_number=f"T{number:03}",
                email=f"{username}@exemple.fr",
                unit=self.units.get(unit),
                entity=self.entities.get(entity),
                is_staff=Role.ADMIN in roles,
            )
            for number, (username, (roles, unit, entity)) in enumerate(PEOPLE.items())
        )
        User.groups.through.objects.bulk_create(
            User.groups.through(user=user, group=groups[role.value])
            for user in people
            for role in PEOPLE[user.username][0]
        )
        InternalAdvisor.objects.bulk_create(
            InternalAdvisor(user=user) for user in people if Role.ADVISOR in PEOPLE[user.username][0]
        )
        self.people = {user.username: user for user in User.objects.filter(pk__in=[u.pk for u in people])}

    def browser(self, username: str = "", **defaults: Any) -> Browser:
        """Somebody's browser, logged in; nobody's when no name is given."""
        browser = Browser(**defaults)
        if username:
            browser.force_login(self.people[username])
        return browser

    def actor(self, username: str) -> Actor:
        return Actor.of_user(self.people[username])

    # -- clients and contacts ----------------------------------------------------------------------------

    def client(self, name: str = "", *, unit: str | None = "lyon", phone: str = "", **fields: Any) -> Client:
        self.made += 1
        client = Client.objects.create(
            client_ref=f"CLI-{self.made:05}",
            display_name=name or f"Client {self.made}",
            unit=self.units[unit] if unit else None,
            **fields,
        )
        if phone:
            ClientPhone.objects.create(client=client, e164=phone)
        return client

    def contact(self, client: Client, at: datetime, *, who: str = "", **fields: Any) -> Received:
        self.made += 1
        facts: dict[str, Any] = {
            "source_id": f"essai-{self.made}",
            "source_system": "essai",
            "arrived_at": at,
            "answered_at": at,
            "ended_at": at + timedelta(minutes=5),
            "talk_s": 300,
            "client_id": client.pk,
            "unit_id": client.unit_id,
            "reason_code": "pas-de-synchro",
            "handled_by_id": self.people[who].pk if who else None,
        }
        received = receive(
            IncomingContact(**(facts | fields)), actor=self.actor(who or "colleague"), now=max(at, NOW - HOUR)
        )
        assert received.status == "created", received.reason
        return received

    # -- cases -------------------------------------------------------------------------------------------

    def case(
        self,
        state: str = "opened",
        *,
        owner: str | None = "advisor",
        client: Client | None = None,
        at: datetime = NOW - 6 * HOUR,
        start: datetime = THURSDAY,
        entity: str = "copper",
        unit: str = "lyon",
    ) -> Case:
        """A case brought to `state` (opened, callback_due, escalated, resolved) by what people do."""
        client = client or self.client(unit=unit)
        opener = "manager" if unit == "lyon" else "far_manager"
        case = workflow.open_manually(
            client.pk,
            actor=self.actor(opener),
            now=at,
            reason_family=ReasonFamily.NO_SYNC,
            text="Ouvert pour l’essai des pages.",
        ).case
        if owner is None:
            return Case.objects.get(pk=case.pk)
        case = self.do(case, "claim", owner, at=at)
        window = {"window_start": start, "window_end": start + HOUR}
        if state == "callback_due":
            case = self.do(case, "promise_callback", owner, at=at, **window)
        elif state == "escalated":
            case = self.escalate(case, owner, at=at, entity=entity, **window)
        elif state == "resolved":
            case = self.do(
                case,
                "resolve",
                owner,
                at=at,
                resolution_code="repaired_network",
                root_cause="network",
                client_confirmation="confirmed",
                reached_now=True,
                told=TOLD,
            )
        return case

    def do(self, case: Case, action: str, who: str, *, at: datetime = NOW, **data: Any) -> Case:
        version = Case.objects.get(pk=case.pk).version
        workflow.perform(case.pk, action, actor=self.actor(who), expected_version=version, now=at, **data)
        return Case.objects.get(pk=case.pk)

    def escalate(
        self, case: Case, who: str, *, at: datetime = NOW, entity: str = "copper", **window: Any
    ) -> Case:
        return self.do(
            case,
            "escalate",
            who,
            at=at,
            target_entity=self.entities[entity],
            summary="Paires inversées au répartiteur, à reprendre.",
            colour="orange",
            mode="case",
            reason="network_diagnosis",
            **window,
        )


def posted(case: Case, **fields: Any) -> dict[str, Any]:
    """What a form of this case sends: its version as shown, and these fields."""
    return {"version": case.version, **fields}


def text_of(response: Any) -> str:
    """The page as a reader sees its words: no-break spaces read as spaces."""
    body = response.content.decode()
    return body.replace("\u00a0", " ").replace("\u202f", " ").replace("&nbsp;", " ").replace("\u2060", "")
