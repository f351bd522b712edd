"""The demonstration organisation: five units, about 700 employees, entities, programme, consents."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from atdemain.organisation.consent import consent, text_in_force
from atdemain.organisation.enums import (
    ConsentAnswer,
    ContractType,
    EntityKind,
    HolidayZone,
    ParticipationMode,
    PhaseKind,
    Role,
)
from atdemain.organisation.models import (
    CalendarException,
    Entity,
    EntityContact,
    InternalAdvisor,
    Participation,
    Phase,
    PriorityLine,
    Programme,
    Team,
    Unit,
    UnitParticipation,
    User,
)
from atdemain.organisation.models.units import default_hours
from atdemain.organisation.roles import set_dpo
from cases.demo import names
from cases.names import name_key

PASSWORD = "atdemain-demo"
DEMO_UNIT = "uat-sud-est"
OUTSIDE_UNIT = "uat-ile-de-france"
UNITS = {
    DEMO_UNIT: ("UAT Sud-Est", HolidayZone.METROPOLE),
    "uat-nord-est": ("UAT Nord-Est", HolidayZone.ALSACE_MOSELLE),
    "uat-ouest": ("UAT Ouest", HolidayZone.METROPOLE),
    "uat-sud-ouest": ("UAT Sud-Ouest", HolidayZone.METROPOLE),
    OUTSIDE_UNIT: ("UAT Île-de-France", HolidayZone.METROPOLE),
}
OUTSIDE_REASON = "L’unité demande d’abord des effectifs et une formation avant de prendre ces flux."
TEAMS_PER_UNIT, ADVISORS_PER_TEAM = 11, 11
PARTICIPANTS = {DEMO_UNIT: 34, "uat-nord-est": 30, "uat-ouest": 30, "uat-sud-ouest": 30}  # 124
NOT_ACCEPTED = {DEMO_UNIT: (3, 4), "uat-nord-est": (3, 3), "uat-ouest": (4, 2), "uat-sud-ouest": (3, 4)}
#: in each unit, who accepted and then left the programme: 24 of 124 (domain.md L22)
LEFT = 6

OFFICE_HOURS = [[["08:00", "18:00"]]] * 5 + [[], []]
SHOP_HOURS = [[]] + [[["09:30", "19:00"]]] * 5 + [[]]
#: code: name, kind, internal, hours, contacts (function, number ending)
ENTITIES: dict[str, tuple[str, EntityKind, bool, list, list[str]]] = {
    "bo-cuivre": (
        "BO-Cuivre", EntityKind.BACK_OFFICE, True, default_hours(),
        ["Permanence", "Expertise", "Mesures à distance", "Suivi des dossiers longs"],
    ),
    "ui-provence": (
        "UI-Provence", EntityKind.UI, True, OFFICE_HOURS,
        ["Pilotage terrain", "Conduite", "Planification", "Chantiers de câble"],
    ),
    "agpro-sud": ("AGPRO Sud", EntityKind.AGPRO, True, OFFICE_HOURS, ["Suivi professionnel", "Relation clients"]),
    "ad-marseille": (
        "AD Marseille", EntityKind.AD, True, SHOP_HOURS, ["Responsable de boutique", "Échanges de matériel"],
    ),
    "partenaire-p1": (
        "Partenaire P1", EntityKind.PARTNER_CONTACT_CENTRE, False, default_hours(),
        ["Chef de plateau", "Vigie", "Qualité"],
    ),
    "partenaire-p2": (
        "Partenaire P2", EntityKind.PARTNER_FIELD, False, OFFICE_HOURS, ["Planification", "Astreinte", "Conduite"],
    ),
}  # fmt: skip
#: The other entities are in the list of what is missing.
PRIORITY_LINES = ("bo-cuivre", "ui-provence", "partenaire-p1")


@dataclass
class Organisation:
    """What the rest of the seed needs of it."""

    programme: Programme
    units: dict[str, Unit] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    accounts: dict[str, User] = field(default_factory=dict)
    advisors: dict[str, list[User]] = field(default_factory=dict)
    owners: dict[str, list[User]] = field(default_factory=dict)
    managers: dict[str, list[User]] = field(default_factory=dict)

    def contact_of(self, entity: str) -> EntityContact:
        return self.entities[entity].contacts.all()[0]


def build(programme: Programme, now: datetime, random: Random) -> Organisation:
    """Everything of the organisation, for a day that is `now`'s; people are invented."""
    made = Organisation(programme)
    for code, (name, zone) in UNITS.items():
        made.units[code] = Unit.objects.create(code=code, name=name, holiday_zone=zone)
    _open_around_today(made.units[DEMO_UNIT], now)
    _entities(made, now, random)
    _employees(made, now, random)
    _programme(made, timezone.localdate(now))
    _participations(made, now, random)
    return made


def _open_around_today(unit: Unit, now: datetime) -> None:
    """The demonstration must work at any hour: yesterday, today and tomorrow are open round the clock."""
    today = unit.calendar().local_date(now)
    CalendarException.objects.bulk_create(
        CalendarException(
            unit=unit,
            date=today + timedelta(days=shift),
            opens="00:00",
            closes="24:00",
            reason="Ouverture de démonstration",
        )
        for shift in (-1, 0, 1)
    )


def _entities(made: Organisation, now: datetime, random: Random) -> None:
    for code, unit in made.units.items():
        made.entities[code] = Entity.objects.create(
            code=code, name=unit.name, kind=EntityKind.UAT, unit=unit, holiday_zone=unit.holiday_zone
        )
    numbers = itertools.count(9_900)
    for code, (name, kind, internal, hours, functions) in ENTITIES.items():
        made.entities[code] = entity = Entity.objects.create(
            code=code, name=name, kind=kind, internal=internal, weekly_hours=hours
        )
        for function in functions:
            first, last = names.person(random)
            EntityContact.objects.create(
                entity=entity,
                name=f"{first} {last}, {function.lower()}",
                phone=phone(next(numbers)),
                verified_on=timezone.localdate(now) - timedelta(days=random.randint(3, 60)),
            )
    for rank, code in enumerate(PRIORITY_LINES):
        PriorityLine.objects.create(entity=made.entities[code], number=phone(9_980 + rank))
    for rank, code in enumerate(made.units):  # where a partner hands over an RD3+ call
        PriorityLine.objects.create(entity=made.entities[code], number=phone(9_990 + rank))
    # The directory has something to put right: a contact not verified for four months.
    made.entities["partenaire-p2"].contacts.update(verified_on=timezone.localdate(now) - timedelta(days=121))


def phone(number: int) -> str:
    """A number that no subscriber has: 01 99 00 xx xx, E.164."""
    return f"+3319900{number:04d}"


#: One advisor in seventeen is a work-study employee: before the pilot began, whatever today is.
WORK_STUDY = 9


# -- employees ------------------------------------------------------------------------------------------


def _employees(made: Organisation, now: datetime, random: Random) -> None:
    """140 people a unit: its head, eleven teams, supports, trainers and an HR; all in few statements."""
    password = make_password(PASSWORD)
    plan: list[tuple[User, tuple[Role, ...]]] = []
    numbers = itertools.count(1)
    taken: set[str] = set()

    def person(roles: tuple[Role, ...], unit: Unit | None, username: str = "", **more: object) -> User:
        number = next(numbers)
        first, last = names.person(random)
        user = User(
            username=username or _username(first, last, taken),
            first_name=first,
            last_name=last,
            password=password,
            employee_number=f"D{number:05d}",
            unit=unit,
            hired_on=date(2005, 1, 3) + timedelta(days=random.randint(0, 6_500)),
            contract_type=ContractType.CIVIL_SERVANT if random.random() < 0.2 else ContractType.PERMANENT,
            working_time_pct=random.choice([100] * 8 + [80, 90]),
            is_staff=Role.ADMIN in roles,
            **more,
        )
        if number % 17 == WORK_STUDY and not username and roles == (Role.ADVISOR,):
            user.contract_type = ContractType.APPRENTICESHIP
            user.hired_on = timezone.localdate(now) - timedelta(days=500)
        plan.append((user, roles))
        return user

    teams: list[tuple[Team, User, list[User]]] = []
    heads: dict[str, User] = {}
    for code, unit in made.units.items():
        demo = code == DEMO_UNIT
        heads[code] = person((Role.MANAGER,), unit)
        made.advisors[code], made.managers[code] = [], []
        for number in range(TEAMS_PER_UNIT):
            first_team = demo and number == 0
            manager = person((Role.MANAGER,), unit, "manager" if first_team else "")
            members = []
            for rank in range(ADVISORS_PER_TEAM):
                username = "advisor" if first_team and rank == 0 else ""
                elected = number == 1 and rank == 0
                roles = (Role.ADVISOR, Role.STAFF_REP) if elected else (Role.ADVISOR,)
                members.append(person(roles, unit, username or ("staffrep" if demo and elected else "")))
            teams.append((Team(unit=unit, name=f"Équipe {number + 1}"), manager, members))
            made.managers[code].append(manager)
            made.advisors[code] += members
        for rank in range(4):
            person((Role.SUPPORT,), unit, "support" if demo and rank == 0 else "")
        person((Role.TRAINER,), unit, "trainer" if demo else "")
        person((Role.HR,), unit, "hr" if demo else "")
    copper = made.entities["bo-cuivre"]
    for rank in range(4):
        person((Role.BACK_OFFICE,), None, "backoffice" if rank == 0 else "", entity=copper)
    person((Role.BACK_OFFICE,), None, entity=made.entities["ui-provence"])
    person((Role.ADMIN,), None, "admin")

    User.objects.bulk_create([user for user, _ in plan], batch_size=500)
    groups = dict(Group.objects.values_list("name", "pk"))
    User.groups.through.objects.bulk_create(
        [
            User.groups.through(user_id=user.pk, group_id=groups[role.value])
            for user, roles in plan
            for role in roles
        ],
        batch_size=500,
    )
    set_dpo(next(user for user, _ in plan if user.username == "hr"), True)
    InternalAdvisor.objects.bulk_create(
        InternalAdvisor(user=user) for user, roles in plan if Role.ADVISOR in roles
    )
    for team, manager, members in teams:
        team.manager = manager
        team.save()
        for user in (manager, *members):
            user.team = team
        for user in members:
            user.manager = manager
    for code, unit in made.units.items():
        unit.head = made.entities[code].head = heads[code]
        unit.save(update_fields=["head"])
        made.entities[code].save(update_fields=["head"])
    copper.head = plan[-3][0]
    copper.save(update_fields=["head"])
    User.objects.bulk_update([u for u, _ in plan], ["team", "manager"], batch_size=200)
    for user, roles in plan:
        user.__dict__["roles"] = frozenset(roles)
    made.accounts = {user.username: user for user, _ in plan}


def _username(first: str, last: str, taken: set[str]) -> str:
    base = f"{name_key(first)[:1]}.{name_key(last).replace(' ', '')}"
    for suffix in itertools.chain([""], itertools.count(2)):
        if (username := f"{base}{suffix}") not in taken:
            taken.add(username)
            return username
    raise AssertionError("unreachable: the suffixes do not end")


# -- programme ------------------------------------------------------------------------------------------


def _programme(made: Organisation, today: date) -> None:
    lead = made.managers[DEMO_UNIT][1]
    made.programme.lead = lead
    made.programme.save(update_fields=["lead"])
    Phase.objects.create(
        programme=made.programme,
        kind=PhaseKind.PILOT,
        lead=lead,
        starts_on=_joined(today),
        ends_on=today - timedelta(days=61),
    )
    Phase.objects.create(
        programme=made.programme, kind=PhaseKind.ROLLOUT, lead=lead, starts_on=today - timedelta(days=60)
    )
    for code, unit in made.units.items():
        takes_part = code != OUTSIDE_UNIT
        UnitParticipation.objects.create(
            programme=made.programme,
            unit=unit,
            participates=takes_part,
            reason_public="" if takes_part else OUTSIDE_REASON,
        )


def _joined(today: date) -> date:
    """The day the pilot began: in the half-year before the last one, so that two campaigns speak of it."""
    half = today.year * 2 + (today.month > 6) - 2
    year, second = divmod(half, 2)
    return date(year, 7 if second else 1, 1) + timedelta(days=100)


def _participations(made: Organisation, now: datetime, random: Random) -> None:
    """124 participants in four units; some declined, did not answer, or left; the others may own cases."""
    starts_on = _joined(timezone.localdate(now))
    asked = now - (timezone.localdate(now) - starts_on)
    for code, total in PARTICIPANTS.items():
        declined, silent = NOT_ACCEPTED[code]
        made.owners[code] = []
        for rank, advisor in enumerate(made.advisors[code][:total]):
            # The last one, silent, was designated: never consented, in each unit.
            designated = rank % 5 == 4 or rank == total - 1
            accepting = total - silent - declined
            left = accepting - LEFT <= rank < accepting
            participation = Participation.objects.create(
                employee=advisor,
                programme=made.programme,
                role=Role.ADVISOR,
                mode=ParticipationMode.DESIGNATED if designated else ParticipationMode.VOLUNTEER,
                designated_by=advisor.manager if designated else None,
                starts_on=starts_on,
                declared_at=asked,
                ends_on=timezone.localdate(now) - timedelta(days=40 + 12 * (rank % 5)) if left else None,
            )
            if rank >= total - silent:
                continue
            refuses = rank >= accepting
            answer = ConsentAnswer.DECLINED if refuses else ConsentAnswer.ACCEPTED
            at = asked + timedelta(days=random.randint(1, 20), minutes=random.randint(0, 400))
            consent(participation, advisor, answer, text_in_force(timezone.localdate(at)), at)
            if not refuses and not left:
                made.owners[code].append(advisor)
