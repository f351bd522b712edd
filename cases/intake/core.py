"""Upsert and verdicts of any number of contacts, in sets, inside the caller's transaction.

Steps: resolve the keys, lock the clients, load what may change, evaluate() client by client, write.
What then happens to cases is `outcomes`; the single contact of the hot path has its own shorter
reading (`single`), with the same writes and the same rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from atdemain.database import reserve_ids
from atdemain.journal.actors import Actor
from cases.repeat import ContactFacts, Verdict, evaluate

from . import journal
from .arrivals import Arrival, build_facts, resolve_codes, settle_place
from .checks import Checked
from .contracts import SHADOW, Mode, Received, Rejection
from .neighbourhood import (
    ClientCase,
    StoredContact,
    attempts_from,
    attempts_of,
    cancelled_as,
    cases_of,
    contacts_since,
    earlier_legs,
    facts_of,
    interactions_to_follow,
)
from .reference import Reference
from .resolution import Clients, Existing, Lines, find_existing, find_handlers, unknown_handlers
from .writes import (
    CONTACT,
    CurrentVerdict,
    change_codes,
    correct_contact,
    current_verdicts,
    leave_case,
    replacements,
    storing_contacts,
    write_verdicts,
)


def database_name() -> str:
    return str(settings.DATABASES["default"]["NAME"])


@dataclass(slots=True)
class Run:
    """What is the same for every contact of a call."""

    actor: Actor
    now: datetime
    mode: Mode
    reference: Reference
    import_run_id: int | None = None

    @property
    def recorder_unit(self) -> int | None:
        user = self.actor.user
        return getattr(user, "unit_id", None)


@dataclass(slots=True)
class Judged:
    """A contact whose verdict was computed now, and what changed."""

    contact_id: int
    verdict: Verdict
    case_id: int | None
    arrival: Arrival | None = None  # None: stored before, touched by a neighbour's arrival
    was_rd3plus: bool = False
    counted_before: bool = False

    @property
    def is_new(self) -> bool:
        """It comes in now, and is not the correction of a contact known before."""
        return self.arrival is not None and self.arrival.previous_at is None


@dataclass(slots=True)
class Processed:
    arrivals: list[Arrival] = field(default_factory=list)
    copies: list[tuple[Arrival, Arrival]] = field(default_factory=list)  # of an arrival, with that arrival
    judged: dict[int, list[Judged]] = field(default_factory=dict)  # by client, in event order
    cases: dict[int, list[ClientCase]] = field(default_factory=dict)
    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    outcomes: list[tuple[int, int, str]] = field(default_factory=list)  # contact, case, what it did
    evaluated: int = 0  # contacts that got a verdict
    changed: int = 0  # stored contacts whose code or N is another
    verdicts_written: int = 0


def process(checked: Sequence[tuple[int, Checked]], run: Run, results: list[Received | None]) -> Processed:
    """Store these contacts and every verdict they change; `results` gets rejections and repeats."""
    done = Processed()
    clients = _resolve(checked, run, results, done)
    arrivals = done.arrivals
    if not arrivals:
        return done
    since = _earliest_change(arrivals)
    done.cases = cases_of(since)
    judge(arrivals, load(since, run), since, clients.segments(), done, run)
    return done


# -- keys, locks, what is new ----------------------------------------------------------------------------


def _resolve(
    checked: Sequence[tuple[int, Checked]], run: Run, results: list[Received | None], done: Processed
) -> Clients:
    """Gives `done` its arrivals and their copies."""
    arrivals = []
    for index, item in checked:
        arrival = Arrival(index, item)
        problem = resolve_codes(arrival, run.reference)
        if problem is not None:
            results[index] = _rejected(problem, item)
        else:
            arrivals.append(arrival)
    arrivals = _with_known_handlers(arrivals, run, results)
    lines = Lines(arrivals)
    find_handlers(arrivals)
    existing = find_existing(arrivals)
    clients = Clients()
    items = [arrival.checked.item for arrival in arrivals]
    clients.lock(
        [
            *(item.client_id for item in items if item.client_id is not None),
            *(line.client_id for line in lines.by_id.values()),
            *(row.client_id for row in existing.values() if row.client_id is not None),
        ],
        [item.client_ref for item in items if item.client_id is None and item.client_ref],
    )
    clients.create_missing(arrivals, run.now)
    seen: dict[tuple[str, str], tuple[Arrival, Received | None]] = {}
    for arrival in arrivals:
        item = arrival.checked.item
        key = (item.source_system, item.source_id)
        if key in seen:
            first, answer = seen[key]
            if first.checked.content_hash != arrival.checked.content_hash:
                results[arrival.index] = _other_content(arrival, first)
            elif answer is None:
                done.copies.append((arrival, first))
            else:
                results[arrival.index] = replace(answer, row=item.row)
            continue
        answer = _place(arrival, clients, lines, existing.get(key), run)
        seen[key] = arrival, answer
        if answer is None:
            done.arrivals.append(arrival)
        else:
            results[arrival.index] = answer
    return clients


def _with_known_handlers(arrivals: list[Arrival], run: Run, results: list[Received | None]) -> list[Arrival]:
    missing = unknown_handlers(arrivals, database_name(), getattr(run.actor.user, "pk", None))
    if not missing:
        return arrivals
    kept = []
    for arrival in arrivals:
        if arrival.handled_by_id not in missing:
            kept.append(arrival)
            continue
        words = f"Agent inconnu : {arrival.handled_by_id}."
        results[arrival.index] = _rejected(Rejection("handled_by_id", "unknown", words), arrival.checked)
    return kept


def _place(
    arrival: Arrival,
    clients: Clients,
    lines: Lines,
    stored: Existing | None,
    run: Run,
) -> Received | None:
    """Settle client, line and unit; an answer when the contact goes no further. `stored`: under its key."""
    item = arrival.checked.item
    line = lines.find(arrival)
    if isinstance(line, Rejection):
        return _rejected(line, arrival.checked)
    client = clients.get(item.client_id, item.client_ref)
    if client is None and item.client_id is not None:
        return _rejected(
            Rejection("client_id", "unknown", f"Client inconnu : {item.client_id}."), arrival.checked
        )
    if line is not None:
        of_line = clients.get(line.client_id, "")
        if client is not None and of_line is not None and client.id != of_line.id:
            return _rejected(
                Rejection("line_ref", "other_client", "Cette ligne est celle d’un autre client."),
                arrival.checked,
            )
        client = of_line
    settle_place(arrival, client, line, run.recorder_unit)
    if line is None and item.line_ref and client is not None and arrival.unit_id is not None:
        arrival.line_id = lines.create(arrival, client, arrival.unit_id).id
    if stored is None:
        return None
    if stored.content_hash == arrival.checked.content_hash:
        return Received(
            "unchanged", stored.id, client_id=stored.client_id, case_id=stored.case_id, row=item.row
        )
    if run.import_run_id is not None and stored.import_run_id == run.import_run_id:
        return _rejected(
            Rejection(
                "source_id",
                "same_id_other_content",
                f"L’identifiant {item.source_id} figure déjà dans ce fichier avec un autre contenu.",
            ),
            arrival.checked,
        )
    arrival.contact_id = stored.id
    arrival.previous_client_id = stored.client_id
    arrival.previous_at = stored.arrived_at
    if stored.client_id == arrival.client_id:
        arrival.previous_case_id = stored.case_id
    else:
        arrival.left_case_id = stored.case_id
    arrival.previous_counted = not stored.exclusion_code
    return None


def _other_content(arrival: Arrival, twin: Arrival) -> Received:
    item, first = arrival.checked.item, twin.checked.item
    where = f" (lignes {first.row} et {item.row})" if first.row is not None else ""
    return _rejected(
        Rejection(
            "source_id",
            "same_id_other_content",
            f"L’identifiant {item.source_id} figure deux fois avec un contenu différent{where}.",
        ),
        arrival.checked,
    )


def _rejected(problem: Rejection, checked: Checked) -> Received:
    return Received("rejected", rejection=problem, row=checked.item.row)


# -- what must be looked at ------------------------------------------------------------------------------


def _earliest_change(arrivals: Sequence[Arrival]) -> dict[int, datetime]:
    """Client → the earliest time at which its contacts change; nothing before it can change."""
    since: dict[int, datetime] = {}

    def note(client_id: int | None, at: datetime | None) -> None:
        if client_id is not None and at is not None and (client_id not in since or at < since[client_id]):
            since[client_id] = at

    for arrival in arrivals:
        note(arrival.client_id, arrival.checked.arrived_at)
        note(arrival.previous_client_id, arrival.previous_at)
        note(arrival.client_id, arrival.previous_at)
    return since


def load(since: dict[int, datetime], run: Run) -> dict[int, list[StoredContact]]:
    reach = run.reference.rules.reach
    by_client: dict[int, list[StoredContact]] = {client_id: [] for client_id in since}
    for contact in contacts_since([(client_id, at - reach) for client_id, at in since.items()]):
        by_client[contact.client_id].append(contact)
    return by_client


# -- the rule, and what it changes -----------------------------------------------------------------------


def judge(
    arrivals: Sequence[Arrival],
    stored: dict[int, list[StoredContact]],
    since: dict[int, datetime],
    segments: dict[int, str],
    done: Processed,
    run: Run,
) -> None:
    """Evaluate the clients concerned, and store the contacts and whatever answer changed."""
    reference = run.reference
    replaced = {arrival.contact_id for arrival in arrivals if arrival.is_correction}
    all_cases = [case for cases in done.cases.values() for case in cases]
    cancelled = cancelled_as(all_cases)
    attempts: dict[int, list] = {}
    if all_cases:
        oldest = attempts_from(reference, min(since.values()) - reference.rules.reach)
        for attempt in attempts_of([case.id for case in all_cases], oldest):
            attempts.setdefault(attempt.client_id, []).append(attempt)
    facts: dict[int | None, list[ContactFacts]] = {client_id: [] for client_id in since}
    by_key: dict[tuple[str, str], Arrival] = {}
    for arrival in arrivals:
        built = build_facts(arrival, reference)
        if arrival.previous_case_id in cancelled:
            built = arrival.facts = built._replace(cancelled_as=cancelled[arrival.previous_case_id])
        by_key[built.key] = arrival
        facts.setdefault(arrival.client_id, []).append(built)
    for client_id, contacts in stored.items():
        if not contacts:
            continue
        segment = segments.get(client_id, "consumer")
        at = since[client_id]
        facts[client_id].extend(
            facts_of(contact, segment, reference, cancelled, at)
            for contact in contacts
            if contact.id not in replaced
        )
    _add_earlier_legs(facts, since, segments, cancelled, run)
    previous = {contact.id: contact for contacts in stored.values() for contact in contacts}
    done.ids = _reserved(arrivals)
    verdicts: dict[tuple[str, str], Verdict] = {}
    # PostgreSQL stores a client's contacts while the next one's are judged
    with storing_contacts(run.import_run_id, run.now) if done.ids else nullcontext() as store:
        for client_id, members in facts.items():
            judged = evaluate(members, reference.rules, attempts.get(client_id, ()))
            verdicts.update(judged)
            for key, verdict in judged.items():
                arrival = by_key.get(key)
                if arrival is not None:
                    arrival.verdict = verdict
                    if arrival.previous_at is None:
                        store(arrival.contact_id, arrival)
    _write(arrivals, verdicts, by_key, previous, done, run)


def _reserved(arrivals: Sequence[Arrival]) -> dict[tuple[str, str], int]:
    """The ids of the contacts that are new, in their order."""
    new = [arrival for arrival in arrivals if not arrival.is_correction]
    ids: dict[tuple[str, str], int] = {}
    for arrival, pk in zip(new, reserve_ids(CONTACT, len(new)), strict=True):
        arrival.contact_id = ids[arrival.facts.key] = pk
    return ids


def _add_earlier_legs(
    facts: dict[int | None, list[ContactFacts]],
    since: dict[int, datetime],
    segments: dict[int, str],
    cancelled: dict[int, str],
    run: Run,
) -> None:
    reach = run.reference.rules.reach
    open_ended = [c for members in facts.values() for c in members if c.settled is None and c.interaction_id]
    wanted = interactions_to_follow(open_ended, lambda client_id: since[client_id] - reach)
    for contact in earlier_legs(wanted):
        client_id = contact.client_id
        facts[client_id].append(
            facts_of(contact, segments.get(client_id, "consumer"), run.reference, cancelled, since[client_id])
        )


def _write(
    arrivals: Sequence[Arrival],
    verdicts: dict[tuple[str, str], Verdict],
    by_key: dict[tuple[str, str], Arrival],
    previous: dict[int, StoredContact],
    done: Processed,
    run: Run,
) -> None:
    """What is left when the new contacts are stored: corrections, changed codes, verdict rows."""
    for arrival in arrivals:
        if arrival.previous_at is not None:
            journal.correction(arrival, run)
            correct_contact(arrival, run.import_run_id, run.now)
            if arrival.left_case_id is not None:
                leave_case(arrival.contact_id)
    changes = []
    touched: list[tuple[int, Verdict]] = []
    for key, verdict in verdicts.items():
        arrival = by_key.get(key)
        if arrival is not None:
            touched.append((arrival.contact_id, verdict))
            continue
        before = previous[verdict.contact.id]
        touched.append((before.id, verdict))
        if before.exclusion_code != verdict.code or before.n_in_window != verdict.n:
            changes.append((before.id, verdict.code, verdict.n))
    change_codes(changes)
    done.changed = len(changes)
    inserted = set(done.ids.values())
    current = current_verdicts([pk for pk, _v in touched if pk not in inserted])
    replaced = replacements(touched, done.ids, current, run.mode)
    write_verdicts(replaced, run.mode, run.now)
    done.verdicts_written = len(replaced)
    done.evaluated = len(touched)
    if run.mode != SHADOW:
        _note_judged(touched, by_key, previous, current, done)


def _note_judged(
    touched: Sequence[tuple[int, Verdict]],
    by_key: dict[tuple[str, str], Arrival],
    previous: dict[int, StoredContact],
    current: dict[int, CurrentVerdict],
    done: Processed,
) -> None:
    """What `outcomes` acts on; an observation needs none of it."""
    for contact_id, verdict in touched:
        contact = verdict.contact
        arrival = by_key.get(contact.key)
        before = previous.get(contact_id) if arrival is None else None
        row = current.get(contact_id)
        client_id = contact.client_id
        if client_id is None:
            continue
        done.judged.setdefault(client_id, []).append(
            Judged(
                contact_id,
                verdict,
                contact.case_id,
                arrival,
                row is not None and row.opens,
                arrival.previous_counted if arrival is not None else not before.exclusion_code,
            )
        )
