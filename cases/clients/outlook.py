"""What merging two records will do, before it is done: nothing here writes (domain.md §4.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cases.enums import WORKING_STATES, Mode
from cases.intake.checks import OLDEST
from cases.intake.core import database_name
from cases.intake.reading import Reading, read_clients
from cases.intake.reference import Reference, current_reference
from cases.models import Case, Client, Contact
from cases.repeat import ContactFacts, Verdict, evaluate

from .merging import clashes, objections

FRESH = timedelta(hours=168)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One record as the page shows it."""

    client: Client
    phones: list[str]
    lines: list[str]
    cases: list[Case]
    contacts: int
    counted: int  # contacts of the last seven days that count
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A contact whose verdict becomes another: N before and after, or the code that stops it counting."""

    contact: Contact
    before: Verdict
    after: Verdict

    @property
    def becomes_rd3plus(self) -> bool:
        return self.after.rd3plus and not self.before.rd3plus


@dataclass(slots=True)
class Outlook:
    kept: Side
    gone: Side
    objections: list[tuple[str, str]]
    cases_merged: list[tuple[Case, Case]] = field(default_factory=list)  # (closes, stays)
    changes: list[Change] = field(default_factory=list)  # at most SHOWN, newest first
    changed: int = 0
    rd3plus: int = 0  # contacts that reach the threshold and did not
    opens: bool = False  # a case will open: a contact of less than 168 h becomes the third


def outlook(kept: Client, gone: Client, now: datetime) -> Outlook:
    """Both records side by side and what the merge will change, verdicts included."""
    sides = [_side(client, now) for client in (kept, gone)]
    answer = Outlook(*sides, objections(kept, gone))
    if answer.objections:
        return answer
    answer.cases_merged = clashes(sides[0].cases, sides[1].cases, kept.pk, gone.pk)
    reference = current_reference(database_name())
    reading = read_clients([kept.pk, gone.pk], OLDEST, reference)
    before, after = _verdicts(reading, reference), _verdicts(_together(reading, kept.pk, gone.pk), reference)
    differing = [key for key, verdict in after.items() if _said(before[key]) != _said(verdict)]
    differing.sort(key=lambda key: after[key].contact.arrived_at, reverse=True)
    answer.changed = len(differing)
    answer.rd3plus = sum(after[key].rd3plus and not before[key].rd3plus for key in differing)
    shown = [after[key].contact.id for key in differing[:SHOWN]]
    contacts = Contact.objects.select_related("reason").in_bulk(shown)
    answer.changes = [
        Change(contacts[after[key].contact.id], before[key], after[key]) for key in differing[:SHOWN]
    ]
    working = any(case.state in WORKING_STATES for side in sides for case in side.cases)
    answer.opens = not working and any(
        change.becomes_rd3plus
        and change.after.mode == Mode.LIVE.value
        and now - change.contact.arrived_at < FRESH
        for change in answer.changes
    )
    return answer


def _said(verdict: Verdict) -> tuple:
    return verdict.code, verdict.n, verdict.rd3plus


def _verdicts(reading: Reading, reference: Reference) -> dict[tuple[str, str], Verdict]:
    answer: dict[tuple[str, str], Verdict] = {}
    for _client, contacts, attempts in reading.members():
        answer.update(evaluate(contacts, reference.rules, attempts))
    return answer


def _together(reading: Reading, kept_id: int, gone_id: int) -> Reading:
    """The same contacts and attempts as if they had always been of one client."""
    segment = reading.clients[kept_id].segment

    def ours(contacts: Iterable[ContactFacts]) -> list[ContactFacts]:
        return [contact._replace(client_id=kept_id, segment=segment) for contact in contacts]

    both = [*reading.facts.get(kept_id, ()), *reading.facts.get(gone_id, ())]
    attempts = [*reading.attempts.get(kept_id, ()), *reading.attempts.get(gone_id, ())]
    return Reading(
        {kept_id: reading.clients[kept_id]},
        {kept_id: ours(both)},
        attempts={kept_id: [attempt._replace(client_id=kept_id) for attempt in attempts]},
    )


def _side(client: Client, now: datetime) -> Side:
    contacts = Contact.objects.filter(client=client)
    return Side(
        client=client,
        phones=list(client.phones.values_list("e164", flat=True)),
        lines=list(client.lines.values_list("line_ref", flat=True)),
        cases=list(client.cases.select_related("owner__user", "unit").order_by("-opened_at", "-pk")),
        contacts=contacts.count(),
        counted=contacts.filter(exclusion_code="", arrived_at__gt=now - FRESH, arrived_at__lte=now).count(),
        latest=contacts.order_by("-arrived_at").values_list("arrived_at", flat=True).first(),
    )
