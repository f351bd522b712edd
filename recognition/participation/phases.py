"""Who leads the programme, and its phases: dated, each with somebody in charge (domain.md L12, L13).

Every decision has an author, a date and a reason that everybody reads; the journal is the register.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record
from atdemain.organisation.enums import PhaseKind
from atdemain.organisation.models import Phase, Programme, UnitParticipation, User
from recognition.participation.periods import check_order
from recognition.participation.refusal import Refused

REASON_MIN = 20
SHOWN = 50
EARLIEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the register of decisions."""

    at: datetime
    by: str
    what: str
    reason: str


def start_phase(
    programme: Programme,
    *,
    kind: str,
    lead: User | None,
    starts_on: date,
    ends_on: date | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Phase:
    """A phase starts with somebody who leads it, or does not start. Raises Refused at its field."""
    if lead is None or not lead.is_active:
        raise Refused("Une phase ne commence pas sans pilote : choisissez qui la mène.", "lead")
    reason = _reason(reason)
    check_order(starts_on, ends_on, "ends_on")
    if abs(starts_on - timezone.localdate(now)) > EARLIEST:
        raise Refused("Cette date est à plus d’un an : vérifiez l’année.", "starts_on")
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=programme.pk)
        made = Phase(
            programme=programme, kind=PhaseKind(kind), lead=lead, starts_on=starts_on, ends_on=ends_on
        )
        try:
            made.clean()
        except ValidationError as overlap:
            raise Refused(" ".join(overlap.messages), "starts_on") from overlap
        made.save()
        _record(made, None, "created", reason, actor, now)
    return made


def change_phase(
    pk: int, *, lead: User | None, ends_on: date | None, reason: str, actor: Actor, now: datetime
) -> Phase:
    """Another lead, an end, or none any more; what began stays begun. Raises Refused at its field."""
    if lead is None or not lead.is_active:
        raise Refused("Une phase garde un pilote : choisissez qui la mène.", "lead")
    reason = _reason(reason)
    with transaction.atomic():
        held = Phase.objects.select_for_update(of=("self",)).select_related("programme").get(pk=pk)
        Programme.objects.select_for_update().get(pk=held.programme_id)
        before = Phase.objects.get(pk=pk)
        held.lead, held.ends_on = lead, ends_on
        check_order(held.starts_on, ends_on, "ends_on")
        if (before.lead_id, before.ends_on) == (lead.pk, ends_on):
            raise Refused("C’est déjà la décision prise : il n’y a rien à changer.")
        try:
            held.clean()
        except ValidationError as overlap:
            raise Refused(" ".join(overlap.messages), "ends_on") from overlap
        held.save()
        _record(held, before, "changed", reason, actor, now)
    return held


def name_lead(programme: Programme, lead: User, *, reason: str, actor: Actor, now: datetime) -> Programme:
    """Who answers for the programme. Raises Refused at its field."""
    reason = _reason(reason)
    with transaction.atomic():
        held = Programme.objects.select_for_update().get(pk=programme.pk)
        if held.lead_id == lead.pk:
            raise Refused("Cette personne pilote déjà le programme.", "lead")
        before = Programme.objects.get(pk=held.pk)
        held.lead = lead
        held.save(update_fields=["lead"])
        _record(held, before, "changed", reason, actor, now)
    return held


def _reason(reason: str) -> str:
    reason = reason.strip()
    if len(reason) < REASON_MIN:
        raise Refused(f"Donnez le motif, en {REASON_MIN} caractères ou plus : chacun peut le lire.", "reason")
    return reason


def _record(
    row: Phase | Programme,
    before: Phase | Programme | None,
    action: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    changes, personal = differences(before, row)
    record(
        str(row._meta.model_name), row.pk, action, actor=actor, at=now,
        changes=changes, personal={**personal, "decision": reason},
    )  # fmt: skip


# -- the register -----------------------------------------------------------------------------------------


def register_of(programme: Programme) -> list[Decision]:
    """The latest decisions on the programme, its phases and its units, newest first."""
    phases = {str(row.pk): row for row in Phase.objects.filter(programme=programme).order_by("pk")}
    units = {
        str(row.pk): row
        for row in UnitParticipation.objects.filter(programme=programme).select_related("unit").order_by("pk")
    }
    about = (
        Q(object_type="programme", object_id=str(programme.pk))
        | Q(object_type="phase", object_id__in=phases)
        | Q(object_type="unitparticipation", object_id__in=units)
    )
    events = list(
        AuditEvent.objects.filter(about, refused=False)
        .select_related("payload")
        .order_by("-at", "-pk")[:SHOWN]
    )
    known = {event.actor_id for event in events}
    known |= {value for event in events for value in event.changes.get("lead", []) if value}
    people = User.objects.in_bulk({pk for pk in known if pk})
    return [_decision(event, people, units, phases) for event in events]


def _decision(
    event: AuditEvent,
    people: dict[int, User],
    units: dict[str, UnitParticipation],
    phases: dict[str, Phase],
) -> Decision:
    payload = getattr(event, "payload", None)
    personal = payload.body if payload is not None else {}
    reason = personal.get("decision") or _last(personal.get("reason_public"))
    by = str(people.get(event.actor_id, "")) if event.actor_id else "AT Demain"
    return Decision(event.at, by, _what(event, people, units, phases), str(reason or ""))


def _what(
    event: AuditEvent,
    people: dict[int, User],
    units: dict[str, UnitParticipation],
    phases: dict[str, Phase],
) -> str:
    new = {name: pair[1] for name, pair in event.changes.items() if isinstance(pair, list) and len(pair) == 2}
    if event.object_type == "unitparticipation":
        return _of_unit(units[event.object_id], new)
    said = []
    if event.object_type == "phase":
        kind = f"Phase {phases[event.object_id].get_kind_display().lower()}"
        said.append(f"{kind} à partir du {_day(new.get('starts_on'))}" if "starts_on" in new else kind)
        if new.get("ends_on"):
            said.append(f"fin au {_day(new['ends_on'])}")
        elif "ends_on" in new and "starts_on" not in new:
            said.append("sans fin prévue")
    lead = people.get(new.get("lead") or 0)
    if lead is not None:
        said.append(f"pilote : {lead}")
    told = ", ".join(said)
    return told[:1].upper() + told[1:] or "Programme modifié"


def _of_unit(row: UnitParticipation, new: dict[str, object]) -> str:
    if new.keys() == {"valid_to"}:
        return f"{row.unit} : décision précédente close au {_day(new['valid_to'])}"
    takes_part = new.get("participates", row.participates)
    since = f" à partir du {_day(new['valid_from'])}" if new.get("valid_from") else ""
    return f"{row.unit} {'participe' if takes_part else 'ne participe pas'}{since}"


def _day(value: object) -> str:
    return f"{date.fromisoformat(str(value)):%d/%m/%Y}" if value else ""


def _last(pair: object) -> str:
    return str(pair[1] or "") if isinstance(pair, list) and len(pair) == 2 else ""
