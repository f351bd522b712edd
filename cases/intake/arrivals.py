"""Contacts on their way in: natural keys become rows, units and lines are settled (domain.md §2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from cases.enums import Identification
from cases.repeat import ContactFacts, Verdict

from .checks import Checked
from .contracts import Rejection
from .neighbourhood import handler_key

if TYPE_CHECKING:
    from .reference import Codes, Reference


class ClientRow(NamedTuple):
    """A client under lock."""

    id: int
    client_ref: str
    segment: str
    unit_id: int | None
    merged_into_id: int | None


class LineRow(NamedTuple):
    id: int
    line_ref: str
    client_id: int
    unit_id: int


@dataclass(slots=True)
class Arrival:
    """One accepted contact, its codes resolved; filled step by step up to its verdict."""

    index: int
    checked: Checked
    entity_id: int | None = None
    reason_id: int | None = None
    handled_by_id: int | None = None
    unit_id: int | None = None
    line_id: int | None = None
    client_id: int | None = None
    client_created: bool = False
    segment: str = "consumer"
    incident_id: int | None = None
    identification: str = Identification.CERTAIN.value
    contact_id: int | None = None
    previous_client_id: int | None = None
    previous_at: datetime | None = None
    previous_case_id: int | None = None
    left_case_id: int | None = None  # the case of the client it no longer belongs to
    previous_counted: bool = False
    facts: ContactFacts | None = None
    verdict: Verdict | None = None
    outcome: str = "none"
    case_id: int | None = None
    case_ref: str = ""
    units_of_line: list[tuple[date, date | None, int]] = field(default_factory=list)

    @property
    def is_correction(self) -> bool:
        return self.contact_id is not None


def resolve_codes(arrival: Arrival, reference: Codes) -> Rejection | None:
    """Unit, entity and reason by code or id; an unknown one is refused, naming the field."""
    item = arrival.checked.item
    if item.unit_id is not None:
        if item.unit_id not in reference.unit_ids:
            return Rejection("unit_id", "unknown", f"Unité inconnue : {item.unit_id}.")
        arrival.unit_id = item.unit_id
    elif item.unit_code:
        arrival.unit_id = reference.units.get(item.unit_code)
        if arrival.unit_id is None:
            return Rejection("unit_code", "unknown", f"Unité inconnue : {item.unit_code}.")
    if item.reason_id is not None:
        if item.reason_id not in reference.families:
            return Rejection("reason_id", "unknown", f"Motif inconnu : {item.reason_id}.")
        arrival.reason_id = item.reason_id
    elif item.reason_code:
        arrival.reason_id = reference.reasons.get(item.reason_code)
        if arrival.reason_id is None:
            return Rejection("reason_code", "unknown", f"Motif inconnu : {item.reason_code}.")
    if item.entity_id is not None:
        if item.entity_id not in reference.entity_ids:
            return Rejection("entity_id", "unknown", f"Entité inconnue : {item.entity_id}.")
        arrival.entity_id = item.entity_id
    elif item.entity_code:
        arrival.entity_id = reference.entities.get(item.entity_code)
        if arrival.entity_id is None:
            return Rejection("entity_code", "unknown", f"Entité inconnue : {item.entity_code}.")
    arrival.handled_by_id = item.handled_by_id
    return None


def settle_place(
    arrival: Arrival, client: ClientRow | None, line: LineRow | None, recorder_unit: int | None
) -> None:
    """Client, line, and the unit: the line's at that date, else the one given, else the recorder's."""
    item = arrival.checked.item
    if client is not None:
        arrival.client_id, arrival.segment = client.id, client.segment
        arrival.identification = item.identification
    else:
        arrival.identification = Identification.NONE.value
    if line is not None:
        arrival.line_id = line.id
        arrival.unit_id = _unit_of_line(arrival, line)
    elif arrival.unit_id is None:
        arrival.unit_id = recorder_unit
    if arrival.unit_id is None and client is not None:
        arrival.unit_id = client.unit_id


def _unit_of_line(arrival: Arrival, line: LineRow) -> int:
    day = arrival.checked.arrived_at.astimezone(UTC).date()
    for start, end, unit_id in arrival.units_of_line:
        if start <= day and (end is None or day < end):
            return unit_id
    return line.unit_id


def build_facts(arrival: Arrival, reference: Reference) -> ContactFacts:
    """The contact as the rule sees it, once everything about it is settled."""
    item, arrived, answered, ended, _iso, _hash = arrival.checked
    if reference.incidents and item.nature == "client":
        arrival.incident_id = reference.incident_for(arrival.unit_id, arrival.line_id, arrived)
    arrival.facts = ContactFacts(
        arrival.contact_id,
        item.source_system,
        item.source_id,
        item.nature,
        arrival.client_id,
        arrival.line_id,
        arrival.unit_id,
        arrival.segment,
        arrival.client_id is not None and arrival.identification != "none",
        item.interaction_id,
        item.leg_no,
        item.channel,
        item.direction,
        arrived,
        answered,
        ended,
        item.talk_s,
        item.outcome,
        reference.family(arrival.reason_id),
        handler_key(arrival.handled_by_id, item.handler_ref),
        item.has_answer_times,
        reference.suspended_until(arrival.incident_id),
        "",
        arrival.previous_case_id,
        None,
    )
    return arrival.facts
