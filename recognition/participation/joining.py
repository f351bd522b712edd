"""Taking part: one's own act, or a designation said as such (domain.md §6.3, L52).

Both open a participation without consent: only the employee's own answer lets cases come (`organisation.consent`).
"""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify
from atdemain.organisation.enums import ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, Unit, User
from atdemain.organisation.unit_participation import standings
from recognition.enums import PARTICIPANT_ROLES
from recognition.participation.periods import check_coming, check_order
from recognition.participation.refusal import Refused

MINE = "/account/participation/"


def roles_open_to(user: User) -> list[Role]:
    """The roles this account may take part in: those it holds."""
    return [role for role in PARTICIPANT_ROLES if role in user.roles]


def volunteer(
    employee: User,
    programme: Programme,
    *,
    role: str,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
) -> Participation:
    """By the employee alone, from their own account. Raises Refused."""
    if actor.user is None or actor.user.pk != employee.pk:
        raise Refused("Seul le salarié se porte volontaire, depuis son propre compte.")
    return _open(
        Participation(
            employee=employee,
            programme=programme,
            role=role,
            mode=ParticipationMode.VOLUNTEER,
            starts_on=starts_on,
            ends_on=ends_on,
        ),
        actor,
        now,
    )


def designate(
    employee: User,
    programme: Programme,
    *,
    role: str,
    starts_on: date,
    ends_on: date | None,
    actor: Actor,
    now: datetime,
) -> Participation:
    """By a manager, of somebody of the own unit, who is told. Raises Refused."""
    manager = actor.user
    if not manager.has_role(Role.MANAGER) or not manager.unit_id or employee.unit_id != manager.unit_id:
        raise Refused("Vous désignez les personnes de votre unité seulement.", "employee")
    if manager.pk == employee.pk:
        raise Refused(
            "Vous ne vous désignez pas vous-même : portez-vous volontaire dans « Ma participation ».",
            "employee",
        )
    with transaction.atomic():
        made = _open(
            Participation(
                employee=employee,
                programme=programme,
                role=role,
                mode=ParticipationMode.DESIGNATED,
                designated_by=manager,
                starts_on=starts_on,
                ends_on=ends_on,
            ),
            actor,
            now,
        )
        notify(
            employee.pk,
            "participation_designated",
            f"{manager} vous désigne pour participer à {programme}",
            dedupe_key=f"participation_designated:{made.pk}",
            at=now,
            body="Vous acceptez ou refusez vous-même. Sans votre accord, aucun dossier RD3+ ne vous est confié.",
            url=MINE,
            object_type="participation",
            object_id=str(made.pk),
        )
    return made


@transaction.atomic
def _open(made: Participation, actor: Actor, now: datetime) -> Participation:
    today = timezone.localdate(now)
    # Two people who open a period for the same person wait for each other here.
    employee = User.objects.select_for_update().get(pk=made.employee_id)
    if not employee.is_active:
        raise Refused("Ce compte est fermé.", "employee")
    if made.role not in roles_open_to(employee):
        raise Refused("Cette personne ne tient pas ce rôle : choisissez-en un qu’elle tient.", "role")
    check_order(made.starts_on, made.ends_on, "ends_on")
    same = Participation.objects.filter(
        employee=employee,
        programme=made.programme,
        role=made.role,
        mode=made.mode,
        starts_on=made.starts_on,
        ends_on=made.ends_on,
        designated_by=made.designated_by,
    ).first()
    if same is not None:
        return same
    check_coming(made.starts_on, today, "starts_on")
    if employee.unit is not None:
        _check_unit(made.programme, employee.unit, made.starts_on)
    made.declared_at = now
    try:
        made.clean()
    except ValidationError as overlap:
        raise Refused(" ".join(overlap.messages), "starts_on") from overlap
    made.save()
    changes, personal = differences(None, made)
    record("participation", made.pk, "created", actor=actor, at=now, changes=changes, personal=personal)
    return made


def _check_unit(programme: Programme, unit: Unit, day: date) -> None:
    (held,) = standings(programme, day, [unit])
    if not held.participates:
        why = f" Motif public : « {held.current.reason_public} »" if held.current else ""
        raise Refused(f"{unit} ne participe pas au programme à cette date.{why}", "starts_on")
