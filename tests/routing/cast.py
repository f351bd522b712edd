"""The cast of routing's tests: an office whose advisors take part, are trained and on shift."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.organisation.consent import consent
from atdemain.organisation.enums import ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, Unit, UnitParticipation, User
from atdemain.organisation.roles import set_roles
from cases.enums import Origin
from cases.models import Case
from cases.workflow import open_case
from routing.enums import PresenceKind
from routing.models import AdvisorSkill, Presence, Skill
from tests.office import NOW, Office

HOUR = timedelta(hours=1)
SHIFT = (NOW - 6 * HOUR, NOW + 4 * HOUR)


def ready(user: User, *, shift: tuple[datetime, datetime] | None = SHIFT, agrees: bool = True) -> User:
    """Everything the engine asks of an advisor."""
    programme = Programme.objects.get()
    participation = Participation.objects.create(
        employee=user,
        programme=programme,
        role=Role.ADVISOR,
        mode=ParticipationMode.VOLUNTEER,
        starts_on=date(2026, 1, 1),
    )
    if agrees:
        consent(participation, user, "accepted", "2026-1", now=NOW - 24 * HOUR)
    skill(user)
    if shift:
        present(user, PresenceKind.SHIFT, *shift)
    return user


def skill(user: User, code: str = "base", level: int = 1, expires_on: date | None = None) -> AdvisorSkill:
    return AdvisorSkill.objects.create(
        user=user,
        skill=Skill.objects.get_or_create(code=code, defaults={"label": code})[0],
        level=level,
        validated_on=date(2026, 1, 5),
        expires_on=expires_on,
    )


def present(user: User, kind: str, start: datetime, end: datetime, **more: Any) -> Presence:
    return Presence.objects.create(user=user, kind=kind, starts_at=start, ends_at=end, **more)


def takes_part(*units: Unit) -> None:
    for unit in units:
        UnitParticipation.objects.create(programme=Programme.objects.get(), unit=unit, participates=True)


def more_advisors(office: Office, count: int, unit: str = "lyon") -> list[User]:
    made = []
    for number in range(count):
        user = User.objects.create(
            username=f"{unit}-{number:03}",
            first_name="Conseil",
            last_name=f"N{number:03}",
            employee_number=f"{unit[:1].upper()}{number:04}",
            unit=office.units[unit],
        )
        set_roles(user, (Role.ADVISOR,))
        made.append(ready(User.objects.get(pk=user.pk)))
    return made


def rd3(
    office: Office,
    *,
    unit: str = "lyon",
    at: datetime = NOW,
    client: Any = None,
    family: str = "no_sync",
    actor: Actor | None = None,
) -> Case:
    """A case as the rule opens it, in the caller's transaction."""
    client = client or office.client(unit=unit)
    return open_case(
        client_id=client.pk,
        line_id=None,
        identity_key=f"client:{client.pk}",
        reason_family=family,
        origin=Origin.RD3PLUS,
        unit_id=office.units[unit].pk,
        actor=actor or office.actor("manager"),
        now=at,
    )
