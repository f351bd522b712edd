"""receive(): one contact, one transaction. receive_batch(): many, in sets (domain.md §4.5)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from atdemain.database import on_postgresql
from atdemain.journal.actors import Actor

from . import outcomes
from .arrivals import Arrival, resolve_codes
from .checks import Checked, check
from .contracts import LIVE, BatchResult, IncomingContact, Mode, Received, Rejection
from .core import Processed, Run, database_name, process
from .reference import current_reference, load_codes
from .resolution import forget_handlers
from .single import receive_one, receive_plain

TRIES = 3  # a race lost on a unique key is run again, and then sees who won
BATCH = 5_000  # contacts per transaction of a batch: flat memory, short locks


def receive(contact: IncomingContact, *, actor: Actor, now: datetime, mode: Mode = LIVE) -> Received:
    """Store one contact, evaluate the client's contacts it changes, open/attach/reopen. Idempotent.

    The same key again with the same content is `unchanged`; with another, a correction (`updated`,
    journalled). A contact that cannot be is `rejected`, naming the field; nothing is raised for it.
    """
    checked = check(contact, now)
    if isinstance(checked, Rejection):
        return Received("rejected", rejection=checked, row=contact.row)
    return _retrying(lambda: _receive(checked, actor, now, mode))


def receive_batch(
    contacts: Sequence[IncomingContact],
    *,
    actor: Actor,
    now: datetime,
    mode: Mode = LIVE,
    import_run: object | None = None,
) -> BatchResult:
    """Store many contacts in sets; the answers come in the order given. Idempotent like `receive`.

    Contacts are taken in time order whatever theirs. `import_run` (an ImportRun) marks new contacts, and
    refuses the same key twice within the run with another content. One transaction per 5,000 contacts;
    inside an `atomic` block of the caller, all of them in that one.
    """
    results: list[Received | None] = [None] * len(contacts)
    run_id = getattr(import_run, "pk", None)
    with _collector_paused():
        _take(contacts, results, actor, now, mode, run_id)
    return _counted(results)


def _take(
    contacts: Sequence[IncomingContact],
    results: list[Received | None],
    actor: Actor,
    now: datetime,
    mode: Mode,
    run_id: int | None,
) -> None:
    accepted = _accepted(contacts, now, results)
    for start in range(0, len(accepted), BATCH):
        part = accepted[start : start + BATCH]
        _by_halves(part, lambda some: _process(some, results, actor, now, mode, run_id))


def _by_halves(part: list[tuple[int, Checked]], work: Callable[[list[tuple[int, Checked]]], object]) -> None:
    """A part that loses its race again and again, to others who send the same contacts one by one, is cut."""
    try:
        _retrying(lambda: work(part))
    except IntegrityError:
        half = len(part) // 2
        if not half:
            raise
        for some in (part[:half], part[half:]):
            _by_halves(some, work)


def _accepted(
    contacts: Sequence[IncomingContact], now: datetime, results: list[Received | None]
) -> list[tuple[int, Checked]]:
    """Those that are contacts at all, in time order."""
    accepted: list[tuple[int, Checked]] = []
    for index, contact in enumerate(contacts):
        checked = check(contact, now)
        if isinstance(checked, Rejection):
            results[index] = Received("rejected", rejection=checked, row=contact.row)
        else:
            accepted.append((index, checked))
    accepted.sort(key=lambda pair: pair[1].arrived_at)
    return accepted


def refusals(
    contacts: Sequence[IncomingContact], *, now: datetime, more_units: Sequence[str] = ()
) -> list[Rejection | None]:
    """What each contact would be refused for by itself (values, unknown codes). Writes nothing, locks nothing.

    `more_units`: codes of units that will exist by then. What depends on other contacts, or on who has a
    line, only the intake itself can tell.
    """
    codes = load_codes()
    codes = replace(codes, units=dict.fromkeys(more_units, 0) | codes.units)
    found: list[Rejection | None] = []
    for contact in contacts:
        checked = check(contact, now)
        wrong = checked if isinstance(checked, Rejection) else resolve_codes(Arrival(0, checked), codes)
        found.append(wrong)
    return found


@contextmanager
def _collector_paused() -> Iterator[None]:
    """What a batch makes has no cycles and goes when it ends: looking for cycles in it costs a quarter of it."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _retrying(work):
    """The plain cursors of `database` raise psycopg's own errors: `wrap_database_errors` makes them Django's."""
    for _ in range(TRIES - 1):
        try:
            return work()
        except IntegrityError:
            forget_handlers()
    return work()


def _receive(checked: Checked, actor: Actor, now: datetime, mode: Mode) -> Received:
    if on_postgresql():
        arrival = receive_plain(checked, actor, now, mode)
        if arrival is not None:
            return received(arrival)
    with connection.wrap_database_errors, transaction.atomic():
        if on_postgresql():
            arrival = receive_one(checked, actor, now, mode)
            if arrival is not None:
                return received(arrival)
        return _process([(0, checked)], [None], actor, now, mode, None)[0]


def _process(
    checked: Sequence[tuple[int, Checked]],
    results: list[Received | None],
    actor: Actor,
    now: datetime,
    mode: Mode,
    run_id: int | None,
) -> list[Received | None]:
    with connection.wrap_database_errors, transaction.atomic():
        run = Run(actor, now, mode, current_reference(database_name()), run_id)
        done = process(checked, run, results)
        outcomes.settle(done, run)
        answer(done, results)
    return results


def answer(done: Processed, results: list[Received | None]) -> None:
    """The same contact twice in one call: the second is unchanged, as it is once the first is stored."""
    for arrival in done.arrivals:
        results[arrival.index] = received(arrival)
    for copy, first in done.copies:
        results[copy.index] = Received(
            "unchanged",
            first.contact_id,
            client_id=first.client_id,
            case_id=first.case_id,
            row=copy.checked.item.row,
        )


def received(arrival: Arrival) -> Received:
    return Received(
        "created" if arrival.previous_at is None else "updated",
        arrival.contact_id,
        arrival.verdict,
        arrival.outcome,
        arrival.case_id,
        arrival.case_ref,
        arrival.client_id,
        arrival.client_created,
        row=arrival.checked.item.row,
    )


def _counted(results: Sequence[Received | None]) -> BatchResult:
    batch = BatchResult(items=[item for item in results if item is not None])
    for item in batch.items:
        setattr(batch, item.status, getattr(batch, item.status) + 1)
        if item.outcome == "opened":
            batch.cases_opened += 1
        elif item.outcome != "none":
            setattr(batch, item.outcome, getattr(batch, item.outcome) + 1)
    return batch
