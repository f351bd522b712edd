"""The demonstration data: an organisation, a month of contacts, and the day that goes on.

Contacts that open nothing come in sets; the others one by one, each at its own time beside the acts of
people and the sweep, so that what is shown is what the product did.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from atdemain.journal.actors import system
from atdemain.organisation.models import Unit, User
from cases import hooks
from cases.demo import incident, organisation, outside, partners, state
from cases.demo.clock import Clock, swept
from cases.demo.faults import Faults
from cases.demo.history import History
from cases.demo.story import CONTACTS_OF_TODAY, Story
from cases.demo.traffic import DAYS, Inventor
from cases.enums import Mode
from cases.intake import IncomingContact, receive, receive_batch
from cases.models import Case, Contact
from cases.reference import ensure_reference

ACCOUNTS = ("advisor", "support", "trainer", "backoffice", "manager", "hr", "staffrep", "admin")
TOTAL, SEED = 20_000, 2018
BATCH = 1_000
SWEEP_HOURS = (8, 10, 12, 14, 16, 19)
LAST_HOURS = timedelta(hours=30)  # the sweep comes round more often over what is still on the page
LAST_SWEEPS = timedelta(minutes=20)
INTAKE = system("seed")


@dataclass(frozen=True, slots=True)
class Summary:
    units: int
    employees: int
    contacts: int
    cases: int

    def as_text(self) -> str:
        return (
            f"Démonstration créée : {self.units} unités, {self.employees} comptes, {self.contacts} contacts, "
            f"{self.cases} dossiers."
        )


@contextmanager
def _quiet_clock() -> Iterator[None]:
    """A month of sweeps goes by in seconds: only what goes wrong is worth a line."""
    log = logging.getLogger("cases.sweep")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _unhurried_disk() -> Iterator[None]:
    """Thousands of small transactions without waiting for the disk at each: a seeding cut short is made again.

    What was written is on the disk at the end, before the data are said to be complete. Nor does Django keep the
    text of every statement, as DEBUG has it do.
    """
    if connection.in_atomic_block:  # a test's
        yield
        return
    sqlite = connection.vendor == "sqlite"
    careless, careful = (
        ("PRAGMA synchronous=OFF", "PRAGMA synchronous=FULL")
        if sqlite
        else ("SET synchronous_commit TO off", "RESET synchronous_commit")
    )
    with connection.cursor() as cursor:
        cursor.execute(careless)
    connection.make_debug_cursor = connection.make_cursor  # type: ignore[method-assign]
    try:
        yield
    finally:
        del connection.make_debug_cursor
        with connection.cursor() as cursor:
            cursor.execute(careful)
            if sqlite:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def seed(now: datetime, *, total: int = TOTAL, number: int = SEED, progress: bool = False) -> Summary:
    """Fill an empty database; the same number and day give the same data."""
    now = now.astimezone(UTC).replace(second=0, microsecond=0)
    random = Random(number)
    marker = state.begin(now, number)
    with _unhurried_disk():
        _fill(now, random, total, progress, number)
    state.finish(marker)
    return Summary(Unit.objects.count(), User.objects.count(), Contact.objects.count(), Case.objects.count())


def _fill(now: datetime, random: Random, total: int, progress: bool, number: int) -> None:
    with transaction.atomic():
        programme, _ = ensure_reference(mode=Mode.LIVE)
        made = organisation.build(programme, now, random)
        partners.open_the_api(made, now)
        outside.reach_out(made, now)
    inventor = Inventor(made, now, random)
    with transaction.atomic():
        traffic = inventor.month(max(total - CONTACTS_OF_TODAY - incident.CONTACTS, 0))
    clock = Clock(now)
    faults = Faults(made, now, number)
    history = History(made, clock, random, faults)
    ordinary, coming = traffic.contacts, len(traffic.contacts) + len(traffic.lived)
    bar = tqdm(total=coming, disable=not progress, unit=" contacts", desc="Démonstration")
    with _quiet_clock(), bar:
        for start in range(0, len(ordinary), BATCH):
            batch = ordinary[start : start + BATCH]
            receive_batch(batch, actor=INTAKE, now=now, mode="replay")
            bar.update(len(batch))
        with transaction.atomic():
            story = Story(made, inventor, history, clock, random)
            story.plan()
            incident.plan(made, inventor, clock, number)
        for contact in traffic.lived:
            clock.at(contact.ended_at or contact.arrived_at, _arrival(contact, history, bar))
        _plan_sweeps(clock, now - timedelta(days=DAYS), now)
        clock.run_until(now)
        swept(now)
        faults.stock()
        told = {"now": now, "advisor": story.advisor, "away": story.colleague, "accounts": made.accounts}
        with transaction.atomic():
            hooks.fire("demo_seeded", **told)
        hooks.fire("demo_lived", **told, number=number)


def _arrival(contact: IncomingContact, history: History, bar: tqdm):
    def act(at: datetime) -> None:
        received = receive(contact, actor=INTAKE, now=at)
        bar.update()
        if received.outcome == "opened" and received.case_id:
            history.opened(received.case_id)
        elif received.outcome == "reopened" and received.case_id:
            history.reopened(received.case_id, at)

    return act


def _plan_sweeps(clock: Clock, first: datetime, now: datetime) -> None:
    """At the hours people work; every twenty minutes over what is still on the page."""
    at = first.replace(minute=40)
    while at < now - LAST_HOURS:
        if timezone.localtime(at).hour in SWEEP_HOURS:
            clock.at(at, swept)
        at += timedelta(hours=1)
    while at < now:
        clock.at(at, swept)
        at += LAST_SWEEPS
