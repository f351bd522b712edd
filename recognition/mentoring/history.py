"""The story of a session in French, read from the journal: who did what, when, and the texts still kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.sentences import parse_moment
from recognition.mentoring.enums import DisputeOutcome
from recognition.mentoring.workflow import OBJECT

ICONS = {
    "planned": "cal", "edited": "note", "cancelled": "x", "signed": "check",
    "disputed": "alert", "settled": "scale", "expired": "clock",
}  # fmt: skip
ERASED = "Texte effacé à son terme."


@dataclass(frozen=True, slots=True)
class Step:
    """`text`: the sentence; `by`: « A. Petit, formateur »; `quote`: what was written, "" without."""

    at: datetime
    icon: str
    text: str
    by: str
    quote: str = ""


def story(pk: int) -> list[Step]:
    """The latest first; two statements."""
    events = list(
        AuditEvent.objects.filter(object_type=OBJECT, object_id=str(pk), refused=False)
        .select_related("payload")
        .order_by("-seq")
    )
    wanted = {event.actor_id for event in events if event.actor_id}
    for event in events:
        wanted |= {one for side in event.changes.get("trainees", []) for one in side or ()}
        wanted |= {one for side in event.changes.get("voided", []) for one in side or ()}
    names = {user.pk: user.short_name for user in User.objects.filter(pk__in=wanted).order_by("pk")}
    return [_step(event, names) for event in events]


def _step(event: AuditEvent, names: dict[int, str]) -> Step:
    action = event.action.removeprefix("mentoring_")
    role = dict(Role.choices).get(event.actor_role, "")
    by = names.get(event.actor_id or 0, "AT Demain") + (
        f", {role.lower() if role != 'RH' else role}" if role else ""
    )
    payload = getattr(event, "payload", None)
    quote = str(payload.body.get("text", "")) if payload else ERASED if event.payload_hash else ""
    return Step(event.at, ICONS.get(action, "note"), _sentence(action, event, names), by, quote)


def _sentence(action: str, event: AuditEvent, names: dict[int, str]) -> str:
    if action == "edited":
        return _edited(event.changes, names)
    if action == "settled":
        return f"{DisputeOutcome(event.reason_code).label}."
    if action == "signed":
        digest = str(event.changes.get("content_hash", ["", ""])[1])[:8]
        return f"Signature de l’empreinte {digest}."
    return {
        "planned": "Séance notée.",
        "cancelled": "Séance annulée.",
        "disputed": "Séance contestée.",
        "expired": "Délai de 14 jours passé sans double émargement : la séance ne compte pas.",
    }.get(action, action)


def _edited(changes: dict[str, Any], names: dict[int, str]) -> str:
    told = []
    if "trainees" in changes:
        before, after = (set(side or ()) for side in changes["trainees"])
        told += [f"{names.get(pk, 'un collègue')} ajouté" for pk in sorted(after - before)]
        told += [f"{names.get(pk, 'un collègue')} retiré" for pk in sorted(before - after)]
    for key, label in (("starts_at", "début"), ("ends_at", "fin")):
        if key in changes:
            told.append(f"{label} : {_moment(changes[key][0])} devient {_moment(changes[key][1])}")
    if "skill" in changes:
        told.append("compétence changée")
    text = f"Séance modifiée ({', '.join(told)})." if told else "Séance modifiée."
    voided = changes.get("voided", [[], []])[1]
    if voided:
        who = ", ".join(names.get(pk, "un signataire") for pk in voided)
        text += f" Signature annulée : {who}."
    return text


def _moment(value: Any) -> str:
    return timezone.localtime(parse_moment(value)).strftime("%d/%m %H:%M")
