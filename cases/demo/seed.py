"""The demonstration data: an organisation, a month of contacts, and the day that goes on.

The clients who never reach the threshold come in sets; the others, contact by contact, each at its own
time beside the acts of people and the sweep, so that what is shown is what the product did.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import transaction
from tqdm import tqdm

from atdemain.journal.actors import system
from atdemain.organisation.models import User
from cases import hooks
from cases.demo import organisation, state
from cases.demo.clock import Clock, swept
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
SWEEP_EVERY = timedelta(hours=2)
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


def seed(now: datetime, *, total: int = TOTAL, number: int = SEED, progress: bool = False) -> Summary:
    """Fill an empty database; the same number and day give the same data."""
    now = now.astimezone(UTC).replace(second=0, microsecond=0)
    random = Random(number)
    marker = state.begin(now, number)
    with transaction.atomic():
        programme, _ = ensure_reference(mode=Mode.LIVE)
        made = organisation.build(programme, now, random)
    inventor = Inventor(made, now, random)
    with transaction.atomic():
        traffic = inventor.month(max(total - CONTACTS_OF_TODAY, 0))
    clock = Clock(now)
    history = History(made, clock, random)
    ordinary = [c for c in traffic.contacts if c.client_id not in traffic.repeaters]
    repeated = [c for c in traffic.contacts if c.client_id in traffic.repeaters]
    bar = tqdm(total=len(traffic.contacts), disable=not progress, unit=" contacts", desc="Démonstration")
    with _quiet_clock(), bar:
        for start in range(0, len(ordinary), BATCH):
            batch = ordinary[start : start + BATCH]
            receive_batch(batch, actor=INTAKE, now=now, mode="replay")
            bar.update(len(batch))
        with transaction.atomic():
            story = Story(made, inventor, history, clock, random)
            story.plan()
        for contact in repeated:
            clock.at(contact.ended_at or contact.arrived_at, _arrival(contact, history, bar))
        _plan_sweeps(clock, now - timedelta(days=DAYS), now)
        clock.run_until(now)
        swept(now)
        with transaction.atomic():
            hooks.fire("demo_seeded", now=now, advisor=story.advisor, away=story.colleague)
    state.finish(marker)
    return Summary(len(made.units), User.objects.count(), Contact.objects.count(), Case.objects.count())


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
    at = first
    while at < now:
        clock.at(at, swept)
        at += SWEEP_EVERY if at < now - LAST_HOURS else LAST_SWEEPS
