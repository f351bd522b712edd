"""The verdict before the contact: which one this call would be if it counted (domain.md §4.5, ring time).

Nothing is written and nothing is locked: if the call is then abandoned, nothing has happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.enums import Channel, ContactOutcome, Direction, Mode, Nature
from cases.repeat import ContactFacts, Verdict, as_utc, evaluate, window_start

from .arrivals import ClientRow
from .core import database_name
from .neighbourhood import ClientCase
from .reading import read_clients
from .reference import Reference, current_reference

_SOURCE = "provisional"


@dataclass(frozen=True, slots=True)
class Provisional:
    """`verdict` of a contact that starts now; `before`: how many of its window count already.

    `case` is the client's working case for that identity, if any.
    """

    verdict: Verdict
    before: int
    case: ClientCase | None

    @property
    def n(self) -> int | None:
        """Which contact of the window it would be; None where it would not count."""
        return self.verdict.n

    @property
    def would_open(self) -> bool:
        return self.verdict.rd3plus and self.verdict.mode == Mode.LIVE.value and self.case is None


def provisional(
    client_id: int,
    *,
    now: datetime,
    line_id: int | None = None,
    unit_id: int | None = None,
    channel: str = Channel.VOICE.value,
    reason_id: int | None = None,
    known: ClientRow | None = None,
) -> Provisional | None:
    """The verdict of a contact of this client that would start now; None for an unknown client.

    `known`: the client's row, where the caller has read it: one query less.
    """
    answers = provisional_many(
        [client_id],
        now=now,
        line_id=line_id,
        unit_id=unit_id,
        channel=channel,
        reason_id=reason_id,
        known=[known] if known else (),
    )
    return answers.get(client_id)


def provisional_many(
    client_ids: Iterable[int],
    *,
    now: datetime,
    line_id: int | None = None,
    unit_id: int | None = None,
    channel: str = Channel.VOICE.value,
    reason_id: int | None = None,
    known: Iterable[ClientRow] = (),
) -> dict[int, Provisional]:
    """The same for several clients at once (the candidates of a search), in a fixed number of queries."""
    reference = current_reference(database_name())
    at = as_utc(now)
    reading = read_clients(client_ids, at - reference.rules.reach, reference, known)
    answers: dict[int, Provisional] = {}
    for client_id, contacts, attempts in reading.members():
        new = _contact_of(reading.clients[client_id], at, line_id, unit_id, channel, reason_id, reference)
        verdicts = evaluate([*contacts, new], reference.rules, attempts, detail=True)
        verdict = verdicts.pop(new.key)
        before = _counted(verdict, verdicts.values(), reference)
        working = [case for case in reading.cases.get(client_id, ()) if case.working]
        answers[client_id] = Provisional(verdict, before, _case_for(verdict, working))
    return answers


def _counted(verdict: Verdict, others: Iterable[Verdict], reference: Reference) -> int:
    """The contacts that count in the window, also where the new one would not."""
    if verdict.counts:
        return len(verdict.counted) - 1
    at, rules = verdict.contact.arrived_at, reference.rules
    since, included = window_start(verdict.rule, at, rules.zone(verdict.contact.unit_id))
    return sum(
        other.counts
        and other.identity_key == verdict.identity_key
        and (since < other.contact.arrived_at <= at or (included and other.contact.arrived_at == since))
        for other in others
    )


def _case_for(verdict: Verdict, working: list[ClientCase]) -> ClientCase | None:
    keys = (verdict.identity_key, f"client:{verdict.contact.client_id}")
    return next((case for case in working if case.identity_key in keys), None)


def _contact_of(
    client: ClientRow,
    at: datetime,
    line_id: int | None,
    unit_id: int | None,
    channel: str,
    reason_id: int | None,
    reference: Reference,
) -> ContactFacts:
    unit = unit_id if unit_id is not None else client.unit_id
    incident = reference.incident_for(unit, line_id, at)
    return ContactFacts(
        id=None,
        source_system=_SOURCE,
        source_id=_SOURCE,
        nature=Nature.CLIENT.value,
        client_id=client.id,
        line_id=line_id,
        unit_id=unit,
        segment=client.segment,
        identified=True,
        interaction_id="",
        leg_no=1,
        channel=channel,
        direction=Direction.IN.value,
        arrived_at=at,
        answered_at=at,
        ended_at=None,
        talk_s=None,
        outcome=ContactOutcome.HANDLED.value,
        family=reference.family(reason_id),
        handler_key="",
        suspended_until=reference.suspended_until(incident),
    )
