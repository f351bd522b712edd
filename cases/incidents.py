"""A mass incident declared, ended or changed after contacts came in (domain.md §4.3).

Intake tags what arrives; here the contacts already known get or lose the incident, and their verdicts are
evaluated again, so that the answer does not depend on when the incident was declared (INV-14). When it ends,
individual verdicts resume 24 h later; what it collected stays on its parent case.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from cases.enums import Nature, Origin, ReasonFamily
from cases.intake import Reevaluated, reevaluate
from cases.intake.reference import RESUME_AFTER
from cases.models import Case, Client, Contact, MassIncident
from cases.workflow import open_case

#: The longest window of a rule (domain.md §4.6): what came before it weighs on no verdict of today.
OLDEST_START = timedelta(hours=720)
#: What may be corrected on an incident that is on.
CHANGED = ("label", "cause", "message", "starts_at")


class IncidentRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class IncidentMoved(Exception):
    """The page showed an older incident: nothing was written; `incident` is as it is now."""

    def __init__(self, incident: MassIncident) -> None:
        super().__init__(incident.ref)
        self.incident = incident


@dataclass(frozen=True, slots=True)
class Settled:
    """`already`: it was so before, nothing was written again. `contacts`: what the re-evaluation did."""

    incident: MassIncident
    contacts: Reevaluated
    already: bool = False


def new_ref(now: datetime) -> str:
    return f"INC-{timezone.localtime(now):%Y%m%d}-{secrets.token_hex(2).upper()}"


def running(unit_id: int | None, now: datetime) -> QuerySet[MassIncident]:
    """Those that are on in a unit, the latest first."""
    return MassIncident.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=now), unit=unit_id or 0, starts_at__lte=now
    ).select_related("parent_case")


def covered(incident: MassIncident) -> QuerySet[Contact]:
    """The clients' contacts it covers: its lines' where it names lines, else its whole unit's."""
    period = Q(nature=Nature.CLIENT, arrived_at__gte=incident.starts_at)
    if incident.ends_at is not None:
        period &= Q(arrived_at__lt=incident.ends_at + RESUME_AFTER)
    if incident.lines.exists():
        return Contact.objects.filter(period, line__in=incident.lines.all())
    if incident.unit_id is None:
        return Contact.objects.none()
    return Contact.objects.filter(period, unit=incident.unit_id)


def retag(incident: MassIncident, *, now: datetime, actor: Actor) -> Reevaluated:
    """Bring the known contacts in step with the incident; journalled when anything changed.

    Those it covers and that are on no case join its parent; those it loses leave it, and are judged as if it
    had never held them.
    """
    with transaction.atomic():
        held = covered(incident)
        gained = _ids(held.filter(mass_incident=None))
        lost = _ids(Contact.objects.filter(mass_incident=incident).exclude(pk__in=held.values("pk")))
        Contact.objects.filter(pk__in=gained).update(mass_incident=incident)
        Contact.objects.filter(pk__in=lost).update(mass_incident=None)
        if incident.parent_case_id:
            Contact.objects.filter(pk__in=lost, case=incident.parent_case_id).exclude(
                client=incident.parent_case.client_id
            ).update(case=None)
        touched = Contact.objects.filter(pk__in=[*gained, *lost], client__isnull=False).order_by("arrived_at")
        first = touched.values_list("arrived_at", flat=True).first()
        clients = set(touched.order_by().values_list("client", flat=True))
        done = reevaluate(clients, now=now, actor=actor, since=first)
        joined = _join_parent(incident)
        if gained or lost or joined:
            record(
                "massincident",
                incident.pk,
                "retagged",
                actor=actor,
                at=now,
                changes={
                    "gained": [None, len(gained)],
                    "lost": [None, len(lost)],
                    "joined": [None, joined],
                    "clients": [None, len(clients)],
                },
            )
    return done


def _join_parent(incident: MassIncident) -> int:
    """As intake does with what arrives: unless the client's own case is being worked on."""
    if incident.parent_case_id is None:
        return 0
    own = Case.objects.working().filter(client=OuterRef("client"))
    return (
        Contact.objects.filter(mass_incident=incident, case=None, client__isnull=False, exclusion_code="")
        .exclude(Exists(own))
        .update(case=incident.parent_case_id)
    )


def declare(
    *,
    ref: str,
    label: str,
    unit: Unit,
    starts_at: datetime,
    actor: Actor,
    now: datetime,
    lines: Collection[Any] = (),
    cause: str = "",
    message: str = "",
    parent: Case | None = None,
    new_parent: bool = False,
) -> Settled:
    """`new_parent`: a case is opened to collect the contacts. The same `ref` again is the same incident."""
    _check_start(starts_at, now)
    try:
        with transaction.atomic():
            incident = MassIncident.objects.create(
                ref=ref, label=label, unit=unit, starts_at=starts_at, cause=cause, message=message,
                declared_by=actor.user, parent_case=parent,
            )  # fmt: skip
            incident.lines.set(lines)
            if new_parent:
                incident.parent_case = _open_parent(incident, actor, now)
                incident.save(update_fields=["parent_case"])
            if incident.parent_case_id:
                Case.objects.filter(pk=incident.parent_case_id).update(mass_incident=incident)
            record(
                "massincident",
                incident.pk,
                "declared",
                actor=actor,
                at=now,
                changes={
                    "ref": [None, ref],
                    "unit": [None, unit.pk],
                    "lines": [None, len(lines)],
                    "starts_at": [None, starts_at],
                    "parent_case": [None, incident.parent_case_id],
                },
                personal={"label": label, "cause": cause, "message": message},
            )
            done = retag(incident, now=now, actor=actor)
            _tell_unit(incident, "declared", f"Incident collectif\u00a0: {label}", now, but=actor.user)
    except IntegrityError:
        known = MassIncident.objects.filter(ref=ref).first()
        if known is None:
            raise
        if known.label != label or known.unit_id != unit.pk:
            raise IncidentRefused("Cette référence est déjà celle d’un autre incident.", "ref") from None
        return Settled(known, Reevaluated(), already=True)
    return Settled(incident, done)


def change(pk: int, *, version: int, actor: Actor, now: datetime, **fields: Any) -> Settled:
    """Correct what is said of an incident that is on (`CHANGED`)."""
    with transaction.atomic():
        incident = MassIncident.objects.select_for_update().get(pk=pk)
        before = {name: getattr(incident, name) for name in CHANGED}
        after = before | {name: value for name, value in fields.items() if name in CHANGED}
        if after == before:
            return Settled(incident, Reevaluated(), already=True)
        if incident.version != version or incident.ends_at is not None:
            raise IncidentMoved(incident)
        _check_start(after["starts_at"], now, before["starts_at"])
        _write(incident, **after)
        times = {"starts_at": [before["starts_at"], after["starts_at"]]}
        record(
            "massincident",
            pk,
            "changed",
            actor=actor,
            at=now,
            changes={name: pair for name, pair in times.items() if pair[0] != pair[1]},
            personal={
                name: [before[name], after[name]]
                for name in CHANGED
                if name not in times and before[name] != after[name]
            },
        )
        done = retag(incident, now=now, actor=actor) if before["starts_at"] != after["starts_at"] else None
    return Settled(incident, done or Reevaluated())


def end(pk: int, *, ends_at: datetime, version: int, actor: Actor, now: datetime) -> Settled:
    """It is over. Ended twice, or from two tabs, it is ended once: the second is told who and when."""
    with transaction.atomic():
        incident = MassIncident.objects.select_for_update().get(pk=pk)
        if incident.ends_at is not None:
            return Settled(incident, Reevaluated(), already=True)
        if incident.version != version:
            raise IncidentMoved(incident)
        if ends_at > now:
            raise IncidentRefused("L’incident se termine maintenant ou plus tôt, pas plus tard.", "ends_at")
        if ends_at <= incident.starts_at:
            raise IncidentRefused("La fin est après le début.", "ends_at")
        _write(incident, ends_at=ends_at, ended_by=actor.user)
        record("massincident", pk, "ended", actor=actor, at=now, changes={"ends_at": [None, ends_at]})
        done = retag(incident, now=now, actor=actor)
        _tell_unit(
            incident, "ended", f"Incident collectif terminé\u00a0: {incident.label}", now, but=actor.user
        )
    return Settled(incident, done)


def _check_start(starts_at: datetime, now: datetime, was: datetime | None = None) -> None:
    """Past, and recent unless it is the start known before (`was`)."""
    if starts_at > now:
        raise IncidentRefused("L’incident a commencé maintenant ou avant.", "starts_at")
    if starts_at != was and starts_at < now - OLDEST_START:
        raise IncidentRefused(
            f"Ce début date de plus de {OLDEST_START.days} jours : vérifiez la date. Un incident plus ancien "
            "se déclare à partir d’une date plus proche, ses premiers contacts ne comptent plus.",
            "starts_at",
        )


def _write(incident: MassIncident, **fields: Any) -> None:
    """Conditional on the version that was read: where no row is locked, the second one finds none."""
    written = MassIncident.objects.filter(pk=incident.pk, version=incident.version, ends_at=None).update(
        **fields, version=incident.version + 1
    )
    if not written:
        raise IncidentMoved(MassIncident.objects.get(pk=incident.pk))
    incident.refresh_from_db()


def _open_parent(incident: MassIncident, actor: Actor, now: datetime) -> Case:
    """A case of a record made for the incident: it has no phone and nobody is called back on it."""
    client = Client.objects.create(
        client_ref=incident.ref[:40],
        display_name=f"Incident collectif {incident.label}"[:120],
        unit=incident.unit,
    )
    return open_case(
        client_id=client.pk,
        line_id=None,
        identity_key=f"client:{client.pk}",
        reason_family=ReasonFamily.UNKNOWN,
        origin=Origin.MANUAL,
        unit_id=incident.unit_id,
        actor=actor,
        now=now,
        text=f"Dossier parent de l’incident collectif {incident.ref}.",
    )


def _tell_unit(incident: MassIncident, what: str, title: str, now: datetime, *, but: Any) -> None:
    """Whoever answers the phone in the unit, in the inbox that their day shows."""
    roles = [Role.ADVISOR.value, Role.SUPPORT.value, Role.MANAGER.value]
    people = User.objects.filter(unit=incident.unit_id, is_active=True, groups__name__in=roles)
    notify_many(
        {
            "recipient_id": pk,
            "kind": f"incident_{what}",
            "title": title,
            "body": incident.message if what == "declared" else "",
            "url": f"/incidents/{incident.pk}/",
            "object_type": "massincident",
            "object_id": str(incident.pk),
            "dedupe_key": f"incident:{incident.pk}:{what}:{pk}",
            "at": now,
        }
        for pk in people.exclude(pk=but.pk if but else 0).order_by().values_list("pk", flat=True).distinct()
    )


def _ids(found: QuerySet[Contact]) -> list[int]:
    return list(found.order_by("pk").values_list("pk", flat=True))
