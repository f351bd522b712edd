"""The history of one object of the administration, read from the journal: who changed what, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import localtime

from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.opening_hours import WEEKDAYS, day_as_text

LINES = 200
ACTIONS = {
    "created": "créé",
    "changed": "modifié",
    "deleted": "retiré",
    "withdrawn": "retiré",
    "closed": "compte fermé",
    "roles_changed": "rôles changés",
    "password_set": "mot de passe changé par un administrateur",
    "invited": "invitation envoyée",
    "hand_over_asked": "passation demandée",
    "second_factor_added": "vérification en deux temps ajoutée",
    "second_factor_removed": "vérification en deux temps retirée",
    "second_factor_reset": "vérification en deux temps retirée par un administrateur",
    "seen_as": "a regardé le site comme un autre compte",
    "consent": "réponse du salarié",
    "exit": "sortie enregistrée",
    "recovery_codes_made": "nouveaux codes de secours",
}
#: Names that are no field of the model.
LABELS = {
    "roles": "rôles",
    "reason": "motif",
    "decision": "motif",
    "text_version": "version du texte",
    "asked": "demandée à",
    "account": "compte",
}


@dataclass(frozen=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Entry:
    """One row of the journal. `what`: the row under the object that it is about, "" for the object itself."""

    at: datetime
    who: str
    action: str
    what: str
    refused: bool
    changes: list[Change]


def history(obj: models.Model, children: Mapping[str, str]) -> list[Entry]:
    """The last `LINES` rows, newest first. `children`: type of a row under the object → its field that names it."""
    about = Q(object_type=obj._meta.model_name, object_id=str(obj.pk))
    for kind, name in children.items():
        owner = Q(**{f"changes__{name}__0": obj.pk}) | Q(**{f"changes__{name}__1": obj.pk})
        born = AuditEvent.objects.filter(owner, object_type=kind).values("object_id")
        about |= Q(object_type=kind, object_id__in=born)
    events = list(AuditEvent.objects.filter(about).select_related("payload").order_by("-at", "-pk")[:LINES])
    words = _Words(events)
    return [words.entry(event, obj) for event in events]


class _Words:
    """Names for the numbers that the rows hold: accounts and what foreign keys point at, a query for each kind."""

    def __init__(self, events: list[AuditEvent]) -> None:
        self.users = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for event in events:
            for name, pair in _moved(event):
                related = getattr(_field(event.object_type, name), "related_model", None)
                if related:
                    wanted[related].update(value for value in pair if value is not None)
        self.names = {kind: kind._default_manager.in_bulk(pks) for kind, pks in wanted.items()}

    def entry(self, event: AuditEvent, obj: models.Model) -> Entry:
        itself = event.object_type == obj._meta.model_name
        model = _model(event.object_type)
        return Entry(
            at=event.at,
            who=self._who(event),
            action=ACTIONS.get(event.action, event.action),
            what="" if itself or model is None else str(model._meta.verbose_name),
            refused=event.refused,
            changes=[
                Change(
                    _label(event.object_type, name), *(self._value(event.object_type, name, v) for v in pair)
                )
                for name, pair in _moved(event)
            ],
        )

    def _who(self, event: AuditEvent) -> str:
        if event.actor_id is None:
            return "AT Demain"
        user = self.users.get(event.actor_id)
        return f"{user} ({user.username})" if user else f"compte n° {event.actor_id}"

    def _value(self, kind: str, name: str, value: Any) -> str:
        if value is None or value in ("", []):
            return ""
        field = _field(kind, name)
        related = getattr(field, "related_model", None)
        if related:
            found = self.names.get(related, {}).get(value)
            return str(found) if found else f"n° {value}"
        return _plain(name, value, dict(getattr(field, "flatchoices", None) or ()))


def _moved(event: AuditEvent) -> list[tuple[str, list[Any]]]:
    """Every field that moved, personal ones too: (name, [old, new]). An erased payload tells nothing."""
    payload = getattr(event, "payload", None)
    told = {**(event.changes or {}), **((payload.body or {}) if payload else {})}
    return [
        (name, pair if isinstance(pair, list) and len(pair) == 2 else [None, pair])
        for name, pair in told.items()
    ]


def _plain(name: str, value: Any, choices: dict[Any, Any]) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if value in choices if isinstance(value, str | int) else False:
        return str(choices[value])
    if name == "roles":
        return ", ".join(Role(role).label if role in Role.values else str(role) for role in value)
    if name == "weekly_hours":
        return " · ".join(
            f"{day} {day_as_text(hours) or 'fermé'}" for day, hours in zip(WEEKDAYS, value, strict=False)
        )
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _day(value) if isinstance(value, str) else str(value)


def _day(text: str) -> str:
    """A date or a moment as it is read in French; any other text as it is."""
    try:
        moment: date | None = parse_datetime(text) if "T" in text else parse_date(text)
    except ValueError:
        return text
    if isinstance(moment, datetime):
        return f"{localtime(moment):%d/%m/%Y %H:%M}" if moment.tzinfo else f"{moment:%d/%m/%Y %H:%M}"
    return f"{moment:%d/%m/%Y}" if moment else text


def _model(kind: str) -> type[models.Model] | None:
    return next((one for one in apps.get_models() if one._meta.model_name == kind), None)


def _field(kind: str, name: str) -> Any:
    model = _model(kind)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _label(kind: str, name: str) -> str:
    field = _field(kind, name)
    return str(LABELS.get(name) or getattr(field, "verbose_name", name))
