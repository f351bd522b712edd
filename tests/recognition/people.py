"""The cast of participation's tests: the office, with somebody taking part."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.organisation.consent import TEXT_VERSION, consent
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, UnitParticipation, User
from atdemain.organisation.roles import set_roles
from recognition.enums import ExitReason
from recognition.models import ParticipationExit
from recognition.participation import just_cause, neutralised, phases, skills
from recognition.participation.leaving import leave
from routing.models import Skill
from tests.office import NOW, Office

DAY = timedelta(days=1)
TODAY = NOW.date()
BEGUN = date(2026, 9, 1)
FACTS = "Deux journées de formation manquées sans prévenir."
SAID = "J’étais de permanence ces deux jours-là, le planning le montre."


def programme() -> Programme:
    return Programme.objects.get()


def units_take_part(office: Office) -> None:
    for unit in office.units.values():
        UnitParticipation.objects.create(programme=programme(), unit=unit, participates=True)


def taking_part(
    office: Office, who: str = "advisor", *, accepts: bool = True, **fields: Any
) -> Participation:
    made = Participation.objects.create(
        **{
            "employee": office.people[who],
            "programme": programme(),
            "role": Role.ADVISOR,
            "mode": ParticipationMode.VOLUNTEER,
            "starts_on": BEGUN,
            **fields,
        }
    )
    if accepts:
        consent(made, office.people[who], ConsentAnswer.ACCEPTED, TEXT_VERSION, NOW - 30 * DAY)
    return Participation.objects.get(pk=made.pk)


def designated(office: Office, who: str = "advisor", **fields: Any) -> Participation:
    by = {"mode": ParticipationMode.DESIGNATED, "designated_by": office.people["manager"]}
    return taking_part(office, who, **{"accepts": False, **by, **fields})


def unjustified(
    office: Office, who: str = "advisor", *, by: str = "manager", at: Any = NOW
) -> ParticipationExit:
    """A file to decide: the manager says that somebody who accepted leaves without a just cause."""
    held = taking_part(office, who)
    return leave(
        held.pk,
        reason=ExitReason.UNJUSTIFIED,
        last_day=at.date(),
        actor=office.actor(by),
        now=at,
        facts=FACTS,
    )


def second_hr(office: Office) -> User:
    user = User.objects.create(username="hr2", first_name="Hr2", last_name="Essai", unit=office.units["lyon"])
    set_roles(user, [Role.HR])
    office.people["hr2"] = User.objects.get(pk=user.pk)
    return office.people["hr2"]


def actor(user: User) -> Actor:
    return Actor.of_user(user)


def story_of_participation(office: Office) -> dict[str, str]:
    """For the pages' tests in a browser: somebody taking part, a file to decide, days, trainings, a phase."""
    held = Participation.objects.filter(employee=office.people["advisor"]).first() or taking_part(office)
    Participation.objects.filter(employee=office.people["colleague"]).delete()
    made = unjustified(office, "colleague")
    just_cause.answer(made.pk, SAID, actor=office.actor("colleague"), now=NOW)
    neutralised.enter(
        office.people["support"], from_on=date(2026, 4, 1), to_on=date(2026, 4, 30), days=20,
        actor=office.actor("hr"), now=NOW,
    )  # fmt: skip
    base = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]
    ends = {"advisor": TODAY + 300 * DAY, "colleague": TODAY - DAY, "support": TODAY + 10 * DAY}
    for who, expires_on in ends.items():
        row = skills.validate(
            office.people[who], base, level=1, validated_on=TODAY - 300 * DAY, expires_on=expires_on,
            actor=office.actor("trainer"), now=NOW,
        )  # fmt: skip
    phase = phases.start_phase(
        programme(), kind="pilot", lead=office.people["manager"], starts_on=TODAY, ends_on=None,
        reason="Le pilote commence avec quatre unités.", actor=office.actor("admin"), now=NOW,
    )  # fmt: skip
    return {"taking_part": str(held.pk), "file": str(made.pk), "skill": str(row.pk), "phase": str(phase.pk)}
