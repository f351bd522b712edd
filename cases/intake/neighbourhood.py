"""What the rule must look at around a contact: the client's stored contacts, cases and attempts.

Set-based reads shared by every path (one contact, a batch, backfill, preview, « pourquoi ? »).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from atdemain.database import in_list, list_param, rows, table_of, table_params
from cases.enums import CancelReason, CaseState, Identification
from cases.repeat import DIGITAL, AttemptFacts, ContactFacts

from .reference import Reference

#: Reasons of a cancelled case whose contacts stop counting (domain.md §4.5).
UNCOUNTING = frozenset({CancelReason.TEST.value, CancelReason.NOT_OUR_CLIENT.value})
_NOT_IDENTIFIED = Identification.NONE.value
_CLOSED = CaseState.CLOSED.value

CONTACT_COLUMNS = (
    "c.id, c.source_system, c.source_id, c.nature, c.client_id, c.line_id, c.unit_id, c.identification, "
    "c.interaction_id, c.leg_no, c.channel, c.direction, c.arrived_at, c.answered_at, c.ended_at, c.talk_s, "
    "c.outcome, c.reason_id, c.handled_by_id, c.handler_ref, c.has_answer_times, c.mass_incident_id, "
    "c.case_id, c.exclusion_code, c.n_in_window"
)
CASE_COLUMNS = (
    "k.id, k.client_id, k.ref, k.state, k.identity_key, k.line_id, k.opened_at, k.resolved_at, "
    "k.cancel_reason, k.origin, k.threshold_no_longer_met"
)


class StoredContact(NamedTuple):
    """A row of `CONTACT_COLUMNS`."""

    id: int
    source_system: str
    source_id: str
    nature: str
    client_id: int | None
    line_id: int | None
    unit_id: int | None
    identification: str
    interaction_id: str
    leg_no: int
    channel: str
    direction: str
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_s: int | None
    outcome: str
    reason_id: int | None
    handled_by_id: int | None
    handler_ref: str
    has_answer_times: bool
    mass_incident_id: int | None
    case_id: int | None
    exclusion_code: str
    n_in_window: int | None


class ClientCase(NamedTuple):
    """A row of `CASE_COLUMNS`: a case of the client, whatever its state."""

    id: int
    client_id: int
    ref: str
    state: str
    identity_key: str
    line_id: int | None
    opened_at: datetime
    resolved_at: datetime | None
    cancel_reason: str
    origin: str
    threshold_no_longer_met: bool

    @property
    def working(self) -> bool:
        return self.state not in (CaseState.RESOLVED.value, _CLOSED)


def handler_key(handled_by_id: int | None, handler_ref: str) -> str:
    """The handler as the rule compares it: the account where known, else the source's own name."""
    return f"u{handled_by_id}" if handled_by_id is not None else handler_ref


def facts_of(
    contact: StoredContact,
    segment: str,
    reference: Reference,
    cancelled: dict[int, str],
    settled_before: datetime | None = None,
) -> ContactFacts:
    """A stored contact as the rule sees it; earlier than `settled_before`, its code is taken as it is."""
    return ContactFacts(
        contact.id,
        contact.source_system,
        contact.source_id,
        contact.nature,
        contact.client_id,
        contact.line_id,
        contact.unit_id,
        segment,
        contact.identification != _NOT_IDENTIFIED,
        contact.interaction_id,
        contact.leg_no,
        contact.channel,
        contact.direction,
        contact.arrived_at,
        contact.answered_at,
        contact.ended_at,
        contact.talk_s,
        contact.outcome,
        reference.family(contact.reason_id),
        handler_key(contact.handled_by_id, contact.handler_ref),
        contact.has_answer_times,
        reference.suspended_until(contact.mass_incident_id),
        cancelled.get(contact.case_id, "") if contact.case_id is not None else "",
        contact.case_id,
        contact.exclusion_code
        if settled_before is not None and contact.arrived_at < settled_before
        else None,
    )


def contacts_since(bounds: Sequence[tuple[int, datetime]]) -> list[StoredContact]:
    """For each (client, time), the client's contacts that start after it."""
    if not bounds:
        return []
    sql = (
        f"SELECT {CONTACT_COLUMNS} FROM {table_of('q', client_id='bigint', low='timestamptz')} "
        "JOIN cases_contact c ON c.client_id = q.client_id AND c.arrived_at > q.low"
    )
    return list(map(StoredContact._make, rows(sql, table_params(bounds, 2))))


def earlier_legs(
    wanted: Sequence[tuple[int, str, str, datetime]],
) -> list[StoredContact]:
    """For each (client, source system, interaction, time), contacts of the interaction up to the time."""
    if not wanted:
        return []
    columns = {"client_id": "bigint", "system": "text", "interaction": "text", "low": "timestamptz"}
    sql = (
        f"SELECT {CONTACT_COLUMNS} FROM {table_of('q', **columns)} "
        "JOIN cases_contact c ON c.client_id = q.client_id AND c.arrived_at <= q.low "
        "AND c.interaction_id = q.interaction AND c.source_system = q.system"
    )
    return list(map(StoredContact._make, rows(sql, table_params(wanted, 4))))


def interactions_to_follow(
    contacts: Iterable[ContactFacts], low_of: Callable[[int], datetime]
) -> list[tuple[int, str, str, datetime]]:
    """The interactions whose earlier legs may lie before what was loaded (a thread needs 24 h only)."""
    wanted = {
        (c.client_id, c.source_system, c.interaction_id)
        for c in contacts
        if c.interaction_id and c.client_id is not None and c.channel not in DIGITAL
    }
    return [(*key, low_of(key[0])) for key in sorted(wanted)]


def cases_of(client_ids: Iterable[int]) -> dict[int, list[ClientCase]]:
    """Every case of these clients, by client."""
    sql = f"SELECT {CASE_COLUMNS} FROM cases_case k WHERE k.client_id {in_list('bigint')} ORDER BY k.id"
    found: dict[int, list[ClientCase]] = {}
    for row in rows(sql, (list_param(client_ids),)):
        found.setdefault(row[1], []).append(ClientCase._make(row))
    return found


def cancelled_as(cases: Iterable[ClientCase]) -> dict[int, str]:
    """Case → the reason for which its contacts no longer count."""
    return {case.id: case.cancel_reason for case in cases if case.cancel_reason in UNCOUNTING}


def attempts_of(case_ids: Iterable[int], since: datetime) -> list[AttemptFacts]:
    """The unanswered attempts on promises of these cases, from `since` on; corrected ones are out."""
    sql = (
        "SELECT a.id, a.case_id, k.client_id, k.line_id, a.at FROM cases_callbackattempt a "
        "JOIN cases_case k ON k.id = a.case_id "
        f"WHERE a.case_id {in_list('bigint')} AND a.at > %s AND a.promise_id IS NOT NULL "
        "AND a.superseded_by_id IS NULL AND a.direction = 'out' "
        "AND a.outcome IN ('no_answer', 'voicemail', 'busy') ORDER BY a.at"
    )
    ids = list(case_ids)
    if not ids:
        return []
    return list(map(AttemptFacts._make, rows(sql, (list_param(ids), since))))


def attempts_from(reference: Reference, since: datetime) -> datetime:
    """How far back attempts matter for contacts from `since` on."""
    return since - reference.longest_callback_return - timedelta(hours=1)
