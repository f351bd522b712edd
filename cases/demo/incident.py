"""A mass incident that is on: a few lines of a street, calls that join its parent case (domain.md §4.3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from atdemain.journal.actors import Actor, system
from cases import incidents
from cases.demo.clock import Clock
from cases.demo.organisation import DEMO_UNIT, Organisation
from cases.demo.traffic import Inventor, save_customers
from cases.enums import Channel
from cases.intake import receive

MINUTE = timedelta(minutes=1)
LINES = 12
#: minutes ago: when it began, when a manager declared it, when its clients called
BEGAN, DECLARED, CALLS = 170, 95, (160, 140, 118, 101, 84, 61, 37, 12)
CONTACTS = len(CALLS)


def plan(made: Organisation, inventor: Inventor, clock: Clock, number: int) -> None:
    """`number`: the demonstration's seed, which the reference is drawn from."""
    now, manager, random = clock.now, made.accounts["manager"], Random(f"incident {number}")
    customers = [inventor.customer(DEMO_UNIT, pro=False) for _ in range(LINES)]
    save_customers(customers)

    def declare(at: datetime) -> None:
        incidents.declare(
            ref=f"INC-{at:%Y%m%d}-{random.randrange(16**4):04X}",
            label="câble coupé, quartier de la gare",
            unit=made.units[DEMO_UNIT],
            starts_at=now - BEGAN * MINUTE,
            lines=[line.pk for customer in customers for line in customer.lines],
            cause="Câble de distribution arraché par un chantier.",
            message="Rétablissement annoncé en fin de journée : pas de rendez-vous à prendre.",
            new_parent=True,
            actor=Actor.of_user(manager),
            now=at,
        )

    clock.at(now - DECLARED * MINUTE, declare)
    for customer, ago in zip(customers, CALLS, strict=False):
        contact = inventor.contact(
            customer, now - ago * MINUTE, counts=True, reason="desynchro", channel=Channel.VOICE
        )
        contact.summary = "Plus aucun service, les voisins non plus."
        contact.talk_s, contact.ended_at = 150, (contact.answered_at or now) + timedelta(seconds=150)
        clock.at(
            contact.ended_at,
            lambda when, contact=contact: receive(contact, actor=system("seed"), now=when),
        )
