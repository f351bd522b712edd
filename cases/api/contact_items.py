"""One contact of a partner's batch, from JSON to what intake takes (domain.md §2.8). No query.

Keys are kept apart: a source system and an agent are the partner's own, whatever another one calls its own, so
that nobody corrects, learns of or signs somebody else's contact.
"""

from __future__ import annotations

from typing import Any

from atdemain.rest.fields import moment
from atdemain.rest.problems import MOST_FAULTS, Fault, pointer
from cases.enums import Channel, ContactOutcome, Direction, Identification, Nature, Segment, Technology
from cases.intake import IncomingContact, Rejection

#: Longest name of a source system and of an agent: what the columns hold, less the entity's own prefix.
SOURCE_SYSTEM, HANDLER = 18, 28

_TEXTS = (
    "source_system", "source_id", "interaction_id", "channel", "direction", "nature", "outcome", "client_ref",
    "client_name", "client_segment", "line_ref", "line_technology", "identification", "caller_number", "unit",
    "reason", "handling_entity", "handler_ref", "summary",
)  # fmt: skip
_TIMES = frozenset(("arrived_at", "answered_at", "ended_at"))
_NUMBERS = frozenset(("leg_no", "wait_s", "talk_s", "hold_s"))
_RENAMED = {"unit": "unit_code", "reason": "reason_code", "handling_entity": "entity_code"}
#: What a partner calls a field → what intake calls it.
FIELDS = {name: _RENAMED.get(name, name) for name in (*_TEXTS, *_TIMES, *_NUMBERS)}
_TOLD_AS = {field: name for name, field in _RENAMED.items()}
CHOICES: dict[str, list[str]] = {
    "channel": Channel.values,
    "direction": Direction.values,
    "nature": Nature.values,
    "outcome": ContactOutcome.values,
    "identification": Identification.values,
    "client_segment": Segment.values,
    "line_technology": Technology.values,
}


def understand(item: Any, index: int, entity: int, code: str) -> IncomingContact | list[Fault]:
    """The contact, or all that is wrong with the form of it. `entity`, `code`: the caller's own."""
    if type(item) is not dict:
        return [Fault("not_an_object", "Un contact est un objet JSON.", pointer("contacts", index))]
    wrong: list[tuple[str, str, str]] = []
    said: dict[str, Any] = {"source_id": "", "source_system": "", "entity_code": code}
    for name, value in item.items():
        field = FIELDS.get(name)
        if field is None:
            wrong.append((name, "unknown_field", "Ce champ n’existe pas ici."))
        elif value is None:
            continue
        elif name in _TIMES:
            said[field] = at = moment(value) if type(value) is str else None
            if at is None:
                wrong.append((name, "not_a_time", "Donnez une date et une heure RFC 3339, avec le fuseau."))
        elif type(value) is str or name in _NUMBERS:
            said[field] = value
        else:
            wrong.append((name, "not_text", "Ce champ est un texte."))
    if "arrived_at" not in said:
        wrong.append(("arrived_at", "missing", "Ce champ est exigé."))
    system, handler = said["source_system"], said.get("handler_ref", "")
    for name, value, most in (("source_system", system, SOURCE_SYSTEM), ("handler_ref", handler, HANDLER)):
        if len(value) > most:
            wrong.append((name, "too_long", f"Ce champ dépasse {most} caractères."))
    if not system:
        wrong.append(("source_system", "missing", "Ce champ est exigé."))
    if said.pop("entity_code") != code:
        words = "Vous ne transmettez que les contacts traités par votre entité."
        wrong.append(("handling_entity", "not_yours", words))
    if wrong:
        told = wrong[:MOST_FAULTS]
        return [Fault(fault, words, pointer("contacts", index, name)) for name, fault, words in told]
    said["source_system"] = f"p{entity}:{system}"
    if handler:
        said["handler_ref"] = f"p{entity}:{handler}"
    return IncomingContact(**said, entity_id=entity, has_answer_times="answered_at" in item)


def refused(rejection: Rejection, index: int) -> Fault:
    """What intake refused, in the partner's words."""
    name = _TOLD_AS.get(rejection.field, rejection.field)
    return Fault(rejection.code, rejection.message, pointer("contacts", index, name))
