"""Fault tickets of other systems (Océane…): the DEC (domain.md L31, §2.2, §2.8).

`upsert_many` is the only way in: one ticket per (system, ref), and per partner that tells its own; updates taken by
their own time whatever the order they come in, every change kept. What changes on a ticket of a case is told on the case's timeline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from atdemain.journal.actors import Actor
from atdemain.journal.record import record_many
from atdemain.organisation.models import Entity
from cases.enums import Colour, FaultStatus, FaultSystem
from cases.fault_history import CLOSED, Report, Step, fold
from cases.models import Case, FaultTicket, FaultTicketChange, Line

LONGEST_REF = 40
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)
TRIES = 3
TIMES = ("opened_at", "closed_at")
NO_LONGER_YOURS = "ce dérangement n’est plus suivi par votre entité."
#: What the case's timeline tells.
TOLD = ("colour", "status", "entity")


@dataclass(frozen=True, slots=True)
class FaultUpdate:
    """What another system says of a ticket at `updated_at`. Empty = not said. Times aware UTC.

    Without `updated_at`: the closing where one is given, else the opening of a ticket not yet known,
    else the moment it is received.
    """

    ref: str
    system: str = FaultSystem.OCEANE.value
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    updated_at: datetime | None = None
    colour: str = ""
    status: str = ""
    line_ref: str = ""
    case_ref: str = ""
    entity_code: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class FaultResult:
    """`status`: created, updated, unchanged or rejected; then `field` and the French `reason`."""

    status: str
    update: FaultUpdate
    ticket_id: int | None = None
    field: str = ""
    reason: str = ""


@dataclass(slots=True)
class _Known:
    """What the updates of a batch refer to."""

    lines: dict[str, int] = field(default_factory=dict)
    cases: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)


class FaultRejected(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def ref_key(text: str) -> str:
    """A ticket's number as it is stored and searched: upper case, no spaces."""
    return "".join(text.split()).upper()


def upsert(update: FaultUpdate, *, actor: Actor, now: datetime, source: str = "") -> FaultResult:
    return upsert_many([update], actor=actor, now=now, source=source)[0]


def upsert_many(
    updates: Sequence[FaultUpdate],
    *,
    actor: Actor,
    now: datetime,
    source: str = "",
    owner: int | None = None,
) -> list[FaultResult]:
    """Answers in the order given; a rejected update changes nothing and stops no other. Idempotent.

    One transaction. A ticket that another process creates meanwhile is read again, and then updated.
    `owner`: the entity that speaks, which changes its own tickets and names the cases it was asked about.
    """
    for _again in range(TRIES - 1):
        try:
            with transaction.atomic():
                return _upsert(updates, actor, now, source, owner)
        except IntegrityError:
            continue
    with transaction.atomic():
        return _upsert(updates, actor, now, source, owner)


def _upsert(
    updates: Sequence[FaultUpdate], actor: Actor, now: datetime, source: str, owner: int | None
) -> list[FaultResult]:
    known = _known(updates, owner)
    results: list[FaultResult | None] = [None] * len(updates)
    by_key: dict[tuple[str, str], list[tuple[int, FaultUpdate, dict[str, Any]]]] = defaultdict(list)
    for index, update in enumerate(updates):
        try:
            said = _said(update, known, now)
        except FaultRejected as error:
            results[index] = FaultResult("rejected", update, None, error.field, error.reason)
        else:
            by_key[update.system, ref_key(update.ref)].append((index, update, said))
    said_of = {key: {given.get("entity") for *_, given in group} for key, group in by_key.items()}
    tickets = _tickets(said_of, owner)
    reports = _reports(tickets.values())
    entries: list[dict[str, Any]] = []
    for key, group in sorted(by_key.items()):
        ticket = tickets.get(key) or FaultTicket(system=key[0], ref=key[1], feed_id=owner)
        if owner is not None and ticket.pk and ticket.responsible_entity_id != owner:
            for index, update, _given in group:
                results[index] = FaultResult("rejected", update, None, "ref", NO_LONGER_YOURS)
            continue
        outcome = _one(ticket, reports.get(ticket.pk, {}), group, entries, actor, now, source)
        for (index, update, _given), (status, pk, reason) in zip(group, outcome, strict=True):
            name = "opened_at" if reason else ""
            results[index] = FaultResult(status, update, pk, name, reason)
    if entries:
        record_many(entries)
    return [result for result in results if result is not None]


def _one(
    ticket: FaultTicket,
    rows: dict[datetime, FaultTicketChange],
    group: Sequence[tuple[int, FaultUpdate, dict[str, Any]]],
    entries: list[dict[str, Any]],
    actor: Actor,
    now: datetime,
    source: str,
) -> list[tuple[str, int | None, str]]:
    """All that a batch says of one ticket, in one write."""
    said = {at: _read(row.said) for at, row in rows.items()}
    created, statuses, fresh = ticket.pk is None, [], {}
    for _index, update, given in group:
        if not said and given.get("opened_at") is None:
            statuses.append(("rejected", "le dérangement est inconnu : sa date d’ouverture est nécessaire."))
            continue
        at = update.updated_at or _when(given, said, now)
        nothing_new = update.updated_at is None and bool(said) and not _differs(given, said)
        if nothing_new or said.get(at) == given:
            statuses.append(("unchanged", ""))
        else:
            statuses.append(("updated" if said else "created", ""))
            said[at] = fresh[at] = given
    if not fresh:
        return [(status, ticket.pk, reason) for status, reason in statuses]
    steps = fold(Report(at, given) for at, given in said.items())
    before = None if created else (ticket.case_id, ticket.status)
    _store(ticket, steps[-1])
    _write_reports(ticket, rows, said, steps, fresh, source)
    entries += _story(ticket, before, rows, steps, fresh, actor, now, created)
    return [(status, ticket.pk if status != "rejected" else None, reason) for status, reason in statuses]


def _when(given: dict[str, Any], said: dict[datetime, dict[str, Any]], now: datetime) -> datetime:
    if given.get("closed_at") is not None:
        return given["closed_at"]
    return now if said else given["opened_at"]


def _differs(given: dict[str, Any], said: dict[datetime, dict[str, Any]]) -> bool:
    """Whether a report without a time of its own says anything new of the ticket as it is."""
    state = fold(Report(at, one) for at, one in said.items())[-1].state
    return any(getattr(state, name) != value for name, value in given.items())


def _said(update: FaultUpdate, known: _Known, now: datetime) -> dict[str, Any]:
    """The fields given, read and checked. Raises FaultRejected naming the field."""
    ref = ref_key(update.ref)
    if not ref or len(ref) > LONGEST_REF:
        raise FaultRejected("ref", f"la référence a de 1 à {LONGEST_REF} caractères.")
    if update.system not in FaultSystem.values:
        raise FaultRejected("system", f"« {update.system} » n’est pas un système connu.")
    for name, choices in (("colour", Colour), ("status", FaultStatus)):
        value = getattr(update, name)
        if value and value not in choices.values:
            raise FaultRejected(name, f"« {value} » n’est pas prévu.")
    for name in (*TIMES, "updated_at"):
        at = getattr(update, name)
        if at is not None and not EARLIEST <= at <= now + AHEAD:
            raise FaultRejected(name, "la date est avant 1970 ou dans l’avenir.")
    if update.opened_at and update.closed_at and update.closed_at < update.opened_at:
        raise FaultRejected("closed_at", "le dérangement se ferme avant son ouverture.")
    if update.closed_at and update.status not in ("", CLOSED):
        raise FaultRejected("closed_at", "le dérangement a une date de fin, et son statut n’est pas fermé.")
    given: dict[str, Any] = {
        "opened_at": update.opened_at,
        "closed_at": update.closed_at,
        "colour": update.colour,
        "status": update.status or (CLOSED if update.closed_at else ""),
    }
    for name, text, found, word in (
        ("line", update.line_ref, known.lines, "la ligne"),
        ("case", update.case_ref, known.cases, "le dossier"),
        ("entity", update.entity_code, known.entities, "l’entité"),
    ):
        if text and text not in found:
            source = {"line": "line_ref", "case": "case_ref", "entity": "entity_code"}[name]
            raise FaultRejected(source, f"{word} « {text[:60]} » n’existe pas.")
        given[name] = found.get(text) if text else None
    return {name: value for name, value in given.items() if value not in (None, "")}


# -- reading ---------------------------------------------------------------------------------------------


def _known(updates: Sequence[FaultUpdate], owner: int | None) -> _Known:
    """Three queries, whatever the number of updates."""
    cases = Case.objects.all() if owner is None else Case.objects.asked_of(owner)

    def table(rows: Any, texts: Iterable[str], name: str) -> dict[str, int]:
        wanted = {text for text in texts if text}
        return (
            dict(rows.filter(**{f"{name}__in": wanted}).order_by().values_list(name, "pk")) if wanted else {}
        )

    return _Known(
        table(Line.objects, (one.line_ref for one in updates), "line_ref"),
        table(cases, (one.case_ref for one in updates), "ref"),
        table(Entity.objects, (one.entity_code for one in updates), "code"),
    )


def _tickets(
    said_of: dict[tuple[str, str], set[int | None]], owner: int | None
) -> dict[tuple[str, str], FaultTicket]:
    """The ticket that each key means to who speaks; `said_of`: the entities that its updates name. One query."""
    refs: dict[str, list[str]] = defaultdict(list)
    for system, ref in said_of:
        refs[system].append(ref)
    condition = Q(pk__in=[])
    for system, some in refs.items():
        condition |= Q(system=system, ref__in=some)
    found: dict[tuple[str, str], list[FaultTicket]] = defaultdict(list)
    for ticket in FaultTicket.objects.select_for_update(of=("self",)).filter(condition).order_by("pk"):
        found[ticket.system, ticket.ref].append(ticket)
    meant = {key: _meant(some, owner, said_of[key]) for key, some in found.items()}
    return {key: ticket for key, ticket in meant.items() if ticket is not None}


def _meant(found: list[FaultTicket], owner: int | None, named: set[int | None]) -> FaultTicket | None:
    """A partner means its own, told by itself or given to it; the house its own, else the one that a partner tells."""
    if owner is not None:
        own = [one for one in found if one.feed_id == owner]
        own += [one for one in found if one.feed_id is None and one.responsible_entity_id == owner]
    else:
        own = [one for one in found if one.feed_id is None]
        own += [one for one in found if one.feed_id in named or len(found) == 1]
    return own[0] if own else None


def _reports(tickets: Iterable[FaultTicket]) -> dict[int, dict[datetime, FaultTicketChange]]:
    rows: dict[int, dict[datetime, FaultTicketChange]] = defaultdict(dict)
    for row in FaultTicketChange.objects.filter(ticket__in=[one.pk for one in tickets]).order_by("at"):
        rows[row.ticket_id][row.at] = row
    return rows


def _read(said: dict[str, Any]) -> dict[str, Any]:
    """A stored report: its times are texts there."""
    return said | {name: datetime.fromisoformat(said[name]) for name in TIMES if said.get(name)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


# -- writing ---------------------------------------------------------------------------------------------


def _store(ticket: FaultTicket, last: Step) -> None:
    state = last.state
    ticket.opened_at, ticket.closed_at = state.opened_at, state.closed_at
    ticket.status, ticket.colour, ticket.updated_at = state.status, state.colour, last.at
    ticket.line_id, ticket.case_id = state.line, state.case or ticket.case_id
    ticket.responsible_entity_id = state.entity
    ticket.save()


def _write_reports(
    ticket: FaultTicket,
    rows: dict[datetime, FaultTicketChange],
    said: dict[datetime, dict[str, Any]],
    steps: Sequence[Step],
    fresh: dict[datetime, dict[str, Any]],
    source: str,
) -> None:
    new, changed = [], []
    for step in steps:
        row = rows.get(step.at) or FaultTicketChange(ticket=ticket, at=step.at)
        wanted = {
            "said": {name: _plain(value) for name, value in said[step.at].items()},
            "changes": {name: [_plain(one) for one in pair] for name, pair in step.changes.items()},
            "colour": step.state.colour,
            "closed_from": step.closed_from,
        }
        if row.pk and all(getattr(row, name) == value for name, value in wanted.items()):
            continue
        for name, value in wanted.items():
            setattr(row, name, value)
        if step.at in fresh:
            row.source = source[:40]
        (changed if row.pk else new).append(row)
    FaultTicketChange.objects.bulk_create(new)
    if changed:
        FaultTicketChange.objects.bulk_update(
            changed, ["said", "changes", "colour", "closed_from", "source"], batch_size=200
        )


def _story(
    ticket: FaultTicket,
    before: tuple[int | None, str] | None,
    rows: dict[datetime, FaultTicketChange],
    steps: Sequence[Step],
    fresh: dict[datetime, dict[str, Any]],
    actor: Actor,
    now: datetime,
    created: bool,
) -> list[dict[str, Any]]:
    """What the case's timeline gets: the ticket came to it, and each change that this batch brought."""
    if ticket.case_id is None:
        return []
    entry = {
        "object_type": "case",
        "object_id": ticket.case_id,
        "actor": actor,
        "at": now,
        "personal": {"ref": ticket.ref},
    }
    names = {"system": [None, ticket.system], "ticket": [None, ticket.pk]}
    told = []
    if before is None or before[0] != ticket.case_id:
        told.append(
            entry
            | {
                "action": "fault_linked",
                "changes": names | {"colour": [None, ticket.colour], "status": [None, ticket.status]},
            }
        )
    if created:
        return told
    for step in steps:
        seen = {name: pair for name, pair in step.changes.items() if name in TOLD}
        if step.at in fresh and seen:
            late = {"said_at": [None, step.at]}
            told.append(entry | {"action": "fault_changed", "changes": names | seen | late})
    return told


# -- the stock -------------------------------------------------------------------------------------------


def stock(at: datetime) -> dict[str, Any]:
    """Open faults at a moment, in all and by colour, system and unit. One query; counts, no person."""
    rows = (
        FaultTicket.objects.open_at(at)
        .with_unit()
        .order_by()
        .values("colour_then", "system", "of_unit_name")
        .annotate(number=Count("pk"))
    )
    total = 0
    tables: dict[str, dict[str, int]] = {"colour": {}, "system": {}, "unit": {}}
    for row in rows:
        number = row["number"]
        total += number
        for name, value in (
            ("colour", row["colour_then"]),
            ("system", row["system"]),
            ("unit", row["of_unit_name"] or ""),
        ):
            tables[name][value] = tables[name].get(value, 0) + number
    order = {
        "colour": {value: rank for rank, value in enumerate(Colour.values)},
        "system": {value: rank for rank, value in enumerate(FaultSystem.values)},
    }
    for name, table in tables.items():
        ranks = order.get(name)
        ordered = sorted(
            table, key=lambda value: (ranks.get(value, 9), value) if ranks else (value == "", value)
        )
        tables[name] = {value: table[value] for value in ordered}
    return {"at": at, "open": total, **tables}
