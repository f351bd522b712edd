"""What a journal row holds, in French: the name of each thing that changed, its values, its origin.

Every key that the product writes about a case is told here or listed in `UNTOLD`; no code reaches the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import TextChoices

from cases import enums
from cases.sentences import parse_moment

NBSP = "\u00a0"
NOTHING = "—"


class Kind(StrEnum):
    """How a value is read; people, entities, units and cases are told by the name that goes with their id."""

    MOMENT = "moment"
    SPAN = "span"
    MINUTES = "minutes"
    SECONDS = "seconds"
    YES_NO = "yes_no"
    PLAIN = "plain"
    COUNT = "count"
    PERSON = "person"
    ENTITY = "entity"
    UNIT = "unit"
    CASE = "case"


class Told(NamedTuple):
    label: str
    kind: Kind | type[TextChoices] | Mapping[str, str]


CAPACITY = {"owner": "le conseiller en charge", "delegate": "le suppléant", "manager": "le manager"}
LATE = {"ack": "accusé de réception", "answer": "réponse"}
LINE_USED = {"priority": "fil prioritaire", "standard": "numéro ordinaire"}
HELP_OUTCOME = {"solved": "dossier débloqué", "partly": "dossier avancé", "not_solved": "n’a pas suffi"}

FIELDS: Mapping[str, Told] = {
    "owner_id": Told("Conseiller en charge", Kind.PERSON),
    "delegate_id": Told("Suppléant", Kind.PERSON),
    "specialist_id": Told("Spécialiste", Kind.PERSON),
    "handled_by": Told("Escalade prise par", Kind.PERSON),
    "released": Told("Conseiller dégagé", Kind.PERSON),
    "about": Told("Conseiller alors en charge", Kind.PERSON),
    "delegate_from": Told("Suppléance du", Kind.MOMENT),
    "delegate_to": Told("Suppléance jusqu’au", Kind.MOMENT),
    "assigned_at": Told("Confié le", Kind.MOMENT),
    "reopened_at": Told("Rouvert le", Kind.MOMENT),
    "resolved_at": Told("Résolu le", Kind.MOMENT),
    "closed_at": Told("Clos le", Kind.MOMENT),
    "ack_due": Told("Accusé de réception attendu", Kind.MOMENT),
    "ack_at": Told("Accusé de réception reçu", Kind.MOMENT),
    "answer_due": Told("Réponse attendue", Kind.MOMENT),
    "due": Told("Échéance", Kind.MOMENT),
    "call_by": Told("À rappeler avant", Kind.MOMENT),
    "appointment_at": Told("Rendez-vous", Kind.MOMENT),
    "said_at": Told("Dit par la source le", Kind.MOMENT),
    "window": Told("Fenêtre", Kind.SPAN),
    "elapsed_min": Told("Délai après la résolution", Kind.MINUTES),
    "minutes": Told("Durée", Kind.MINUTES),
    "wait_s": Told("Attente", Kind.SECONDS),
    "client_on_hold": Told("Client en attente", Kind.YES_NO),
    "detected_late": Told("Détecté tard", Kind.YES_NO),
    "threshold_no_longer_met": Told("Seuil non atteint après correction", Kind.YES_NO),
    "rule": Told("Règle", Kind.PLAIN),
    "count": Told("Rang du contact", Kind.PLAIN),
    "score": Told("Note du client sur 10", Kind.PLAIN),
    "reopened_count": Told("Réouvertures", Kind.PLAIN),
    "entities_open": Told("Entités saisies", Kind.PLAIN),
    "payloads": Told("Étapes qui gardent leurs valeurs personnelles", Kind.PLAIN),
    "contacts": Told("Contacts rattachés", Kind.COUNT),
    "escalations": Told("Escalades relancées", Kind.COUNT),
    "entity": Told("Entité", Kind.ENTITY),
    "entities": Told("Entités sans réponse", Kind.ENTITY),
    "unit_id": Told("Unité", Kind.UNIT),
    "merged_into_id": Told("Fusionné dans", Kind.CASE),
    "merged_from": Told("Dossier reçu", Kind.CASE),
    "colour": Told("Couleur", enums.Colour),
    "escalation_colour": Told("Couleur de l’escalade", enums.Colour),
    "reason_family": Told("Famille de motif", enums.ReasonFamily),
    "closure_kind": Told("Clôture", enums.ClosureKind),
    "cancel_reason": Told("Motif d’annulation", enums.CancelReason),
    "cancel_request": Told("Demande d’annulation", enums.RequestStatus),
    "resolution_code": Told("Résolution", enums.ResolutionCode),
    "root_cause": Told("Cause", enums.RootCause),
    "client_confirmation": Told("Confirmation", enums.ClientConfirmation),
    "cause": Told("Cause de l’insatisfaction", enums.DissatisfactionCause),
    "promise_status": Told("Engagement", enums.PromiseStatus),
    "promise_kind": Told("Nature du rappel", enums.PromiseKind),
    "outcome": Told("Issue", {**dict(enums.AttemptOutcome.choices), **HELP_OUTCOME}),
    "direction": Told("Sens de l’appel", enums.Direction),
    "mode": Told("Mode", enums.EscalationMode),
    "answer_code": Told("Réponse", enums.AnswerCode),
    "channel": Told("Canal", enums.Channel),
    "unrelated": Told("Motif sans rapport", enums.Unrelated),
    "system": Told("Source du dérangement", enums.FaultSystem),
    "status": Told("Statut du dérangement", enums.FaultStatus),
    "promised_by": Told("Promis par", CAPACITY),
    "late": Told("En retard", LATE),
    "line": Told("Ligne appelée", LINE_USED),
    **{one.value: Told(one.label, enums.ReviewAnswer) for one in enums.ReviewCriterion},
}
#: Numbers of rows of other tables, and what another key of the same row tells already.
UNTOLD = frozenset(
    {
        "owner", "delegate", "merged_into", "promise", "attempt", "contact", "escalation", "exchange", "leg", "note", "named_contact",
        "help", "ticket", "review", "failed_resolution", "mass_incident_id", "line_id", "case",
    }
)  # fmt: skip
#: The personal values, in the order they are read.
QUOTES: Mapping[str, str] = {
    "told": "Dit au client",
    "summary": "Résumé pour l’entité",
    "answer_text": "Réponse",
    "text": "Texte",
    "reason": "Motif",
    "note": "Note",
    "on_behalf": "Pourquoi à la place du conseiller en charge",
    "named_contact": "Interlocuteur",
    "duplicate_of": "Doublon de",
    "ref": "Référence du dérangement",
    "comment": "Appréciation d’ensemble",
    "improvement": "Progrès convenu",
    "reply": "Réponse du conseiller",
    **{f"{one.value}_comment": one.label for one in enums.ReviewCriterion},
}
SOURCES: Mapping[str, str] = {
    "page": "page de l’application",
    "admin": "administration",
    "api": "API",
    "job": "action groupée",
    "import": "import",
    "backfill": "application d’une règle au passé",
    "client_merge": "fusion de fiches",
    "intake": "arrivée d’un contact",
    "routing": "moteur d’attribution",
    "sweep": "horloge, balayage des échéances",
    "calls": "horloge, appel laissé ouvert",
    "clock": "horloge",
    "just_cause": "horloge, juste motif resté sans décision",
    "webhooks": "horloge, envoi de webhooks",
    "closing": "fermeture d’un compte",
    "command": "commande d’administration",
    "see_as": "« voir comme », en démonstration",
    "consent": "retrait d’un accord",
    "participation": "fin d’une participation",
    "purge": "purge de conservation",
    "seed": "création de la démonstration",
}
KINDS: Mapping[str, str] = {
    "edited": "modifiée après son écriture",
    "removed": "supprimée",
    "swapped": "échangée avec une autre",
    "replaced": "remplacée par une autre",
    "truncated": "supprimée à la fin de la chaîne",
}


def value_words(told: Told, value: Any, tz: ZoneInfo, names: Mapping[tuple[Kind, int], str]) -> str:
    """« 14/11/2026 10:00 », « Rouge », « C. Roux »; a dash for nothing."""
    kind = told.kind
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(kind, Kind):
        return _READ[kind](value, tz, names) if kind in _READ else _named(kind, value, names)
    if isinstance(kind, Mapping):
        return kind.get(str(value), NOTHING)
    if kind is enums.RequestStatus and isinstance(value, int):
        return f"n°{NBSP}{value}"
    return str(kind(value).label) if value in kind.values else NOTHING


def ids_in(told: Told, value: Any) -> list[tuple[Kind, int]]:
    """The rows whose names `value_words` will need."""
    if told.kind not in (Kind.PERSON, Kind.ENTITY, Kind.UNIT, Kind.CASE):
        return []
    values = value if isinstance(value, list) else [value]
    return [(told.kind, one) for one in values if isinstance(one, int)]  # type: ignore[list-item]


def source_words(kind: str, source: str) -> str:
    return SOURCES.get(source) or {"import": "import", "api_client": "API", "user": "application"}.get(
        kind, "autre origine"
    )


def moment(value: str | datetime, tz: ZoneInfo) -> str:
    """« 14/11/2026 10:00 » in the unit's zone."""
    at = parse_moment(value) if isinstance(value, str) else value
    return f"{at.astimezone(tz):%d/%m/%Y %H:%M}"


def _span(value: Any, tz: ZoneInfo, _names: Any) -> str:
    start, end = (parse_moment(one).astimezone(tz) for one in value)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%d/%m/%Y %H:%M}"
    return f"{start:%d/%m/%Y %H:%M} – {last}"


def lasting(minutes: int) -> str:
    """« 3 j 4 h 10 min »: nothing is rounded away."""
    hours, rest = divmod(int(minutes), 60)
    days, hours = divmod(hours, 24)
    parts = (f"{days}{NBSP}j" if days else "", f"{hours}{NBSP}h" if hours else "", f"{rest}{NBSP}min")
    return " ".join(part for part in parts if part)


def _named(kind: Kind, value: Any, names: Mapping[tuple[Kind, int], str]) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(names.get((kind, one), f"n°{NBSP}{one}, disparu") for one in values)


_READ: Mapping[Kind, Callable[[Any, ZoneInfo, Any], str]] = {
    Kind.MOMENT: lambda value, tz, names: moment(value, tz),
    Kind.SPAN: _span,
    Kind.MINUTES: lambda value, tz, names: lasting(value),
    Kind.SECONDS: lambda value, tz, names: f"{value}{NBSP}s",
    Kind.YES_NO: lambda value, tz, names: "oui" if value else "non",
    Kind.PLAIN: lambda value, tz, names: str(value),
    Kind.COUNT: lambda value, tz, names: str(len(value) if isinstance(value, list) else value),
}
