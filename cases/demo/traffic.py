"""Twenty thousand invented contacts over thirty days, and the clients behind them.

Most clients call once or twice; some call more often, spaced so that no third call falls in seven days;
a few hundred do call three times in seven days: those become cases (domain.md §4.1).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random

from atdemain.organisation.models import User
from cases.demo import names
from cases.demo.organisation import DEMO_UNIT, OUTSIDE_UNIT, Organisation, phone
from cases.demo.phrases import SUMMARIES
from cases.enums import PriorityReason, ReasonFamily, Segment, Technology
from cases.intake import IncomingContact
from cases.models import Client, ClientPhone, Line
from cases.names import name_key
from cases.reference import REASONS

SOURCE = "acd-demo"
DAYS = 30
WINDOW = timedelta(hours=168)
UNIDENTIFIED, INTERNAL, TEST, OUTBOUND = 1_200, 150, 30, 900
#: so many that each participant keeps one or two cases at once: below, no sharing can be fair (docs/routing.md)
REPEATERS = {DEMO_UNIT: 70, "uat-nord-est": 60, "uat-ouest": 60, "uat-sud-ouest": 58, OUTSIDE_UNIT: 60}
UNIT_WEIGHTS = {DEMO_UNIT: 24, "uat-nord-est": 18, "uat-ouest": 20, "uat-sud-ouest": 17, OUTSIDE_UNIT: 21}
PHONE_NUMBERS = 9_800
PARTNER_SHARE = 0.3
#: how often a contact starts in each hour from 08:00 to 19:59
HOURLY = [6, 9, 12, 12, 8, 7, 9, 10, 10, 9, 8, 5]
CHANNELS = {"voice": 82, "chat": 8, "digital_1013plus": 7, "email": 3}
TECHNICAL = [code for code, (_, family) in REASONS.items() if family != ReasonFamily.NON_TECHNICAL]
NOT_TECHNICAL = [code for code, (_, family) in REASONS.items() if family == ReasonFamily.NON_TECHNICAL]
TECHNOLOGIES = {Technology.FIBRE: 6, Technology.DSL: 3, Technology.COPPER_VOICE: 2, Technology.TV: 1}


@dataclass
class Customer:
    client: Client
    lines: list[Line]
    number: str
    unit: str


@dataclass
class Plan:
    """When a customer gets in touch; a repeater's contacts all count."""

    customer: Customer
    times: list[datetime]
    repeats: bool = False


@dataclass
class Traffic:
    """`lived`: those that open, reopen or join a case; nothing happens when the others come in."""

    contacts: list[IncomingContact] = field(default_factory=list)
    lived: list[IncomingContact] = field(default_factory=list)


class Inventor:
    """Draws customers and contacts; the same random source gives the same ones."""

    def __init__(self, made: Organisation, now: datetime, random: Random) -> None:
        self.made, self.now, self.random = made, now, random
        self.calendars = {code: unit.calendar() for code, unit in made.units.items()}
        self.today = self.calendars[DEMO_UNIT].local_date(now)
        self.ranks, self.serials = itertools.count(1), itertools.count(1)

    def customer(self, unit: str, *, pro: bool | None = None) -> Customer:
        """A new invented client of this unit, with one line, or several for a professional; not saved."""
        random, rank = self.random, next(self.ranks)
        pro = random.random() < 0.08 if pro is None else pro
        name = names.client_name(random, pro=pro)
        priority = random.random() < 0.02
        client = Client(
            client_ref=f"C{rank:06d}",
            display_name=name,
            name_key=name_key(name),
            segment=Segment.PRO if pro else Segment.CONSUMER,
            unit=self.made.units[unit],
            priority_client=priority,
            priority_reason=PriorityReason.ISOLATED if priority else "",
        )
        lines = [
            Line(
                line_ref=f"L{rank:06d}-{number + 1}",
                client=client,
                technology=random.choices(list(TECHNOLOGIES), list(TECHNOLOGIES.values()))[0],
                unit=self.made.units[unit],
            )
            for number in range(random.randint(1, 4) if pro else 1)
        ]
        return Customer(client, lines, phone(rank % PHONE_NUMBERS), unit)

    def contact(
        self,
        customer: Customer | None,
        at: datetime,
        *,
        counts: bool = False,
        unit: str = "",
        handler: User | None = None,
        reason: str = "",
        channel: str = "",
    ) -> IncomingContact:
        """One inbound contact; `counts` = answered, technical and long enough for the rule."""
        random = self.random
        unit = unit or (customer.unit if customer else DEMO_UNIT)
        abandoned = not counts and random.random() < 0.12
        not_technical = not counts and random.random() < 0.15
        reason = reason or random.choice(NOT_TECHNICAL if not_technical else TECHNICAL)
        partner = handler is None and not abandoned and random.random() < PARTNER_SHARE
        if handler is None and not partner and not abandoned:
            handler = random.choice(self.made.advisors[unit])
        wait = timedelta(seconds=random.randint(5, 420))
        talk = timedelta(seconds=random.randint(90, 1_500))
        if not counts and random.random() < 0.03:
            talk = timedelta(seconds=random.randint(1, 9))
        latest = self.now - at - wait - timedelta(seconds=1)
        talk = (
            max(min(talk, latest), timedelta(seconds=15)) if counts else min(talk, max(latest, timedelta(0)))
        )
        made = IncomingContact(
            source_system=SOURCE,
            source_id=f"{at:%y%m%d}-{next(self.serials):05d}",
            arrived_at=at,
            channel=channel or random.choices(list(CHANNELS), list(CHANNELS.values()))[0],
            outcome="abandoned" if abandoned else "handled",
            identification="certain" if customer else "none",
            unit_id=self.made.units[unit].pk,
            entity_id=self.made.entities["partenaire-p1" if partner else unit].pk,
            ended_at=at + wait if abandoned else at + wait + talk,
            has_answer_times=True,
            wait_s=int(wait.total_seconds()),
        )
        if not abandoned:
            made.answered_at = at + wait
            made.talk_s = int(talk.total_seconds())
            made.reason_code = reason
            made.handled_by_id = handler.pk if handler else None
            made.handler_ref = f"P1-{random.randint(1, 60):02d}" if partner else ""
            made.conflictual = handler is not None and random.random() < 0.03
            made.summary = "" if partner else random.choice(SUMMARIES[REASONS[reason][1]])
        if customer is not None:
            made.client_id, made.line_id = customer.client.pk, random.choice(customer.lines).pk
            made.caller_number = customer.number
        return made

    # -- the month ------------------------------------------------------------------------------------

    def month(self, total: int) -> Traffic:
        """`total` contacts over thirty days, in time order, and their clients saved."""
        scale = total / 20_000
        special = {
            "unidentified": round(UNIDENTIFIED * scale),
            "internal": round(INTERNAL * scale),
            "test": round(TEST * scale),
            "outbound": round(OUTBOUND * scale),
        }
        plans = self._plans(total - sum(special.values()), scale)
        save_customers([plan.customer for plan in plans])
        traffic = Traffic()
        for plan in plans:
            for rank, at in enumerate(plan.times):
                handler = None
                if plan.repeats and rank >= 2:
                    handler = self.random.choice(self._answering(plan.customer.unit))
                made = self.contact(plan.customer, at, counts=plan.repeats, handler=handler)
                counts = plan.repeats and rank >= 2 and plan.customer.unit != OUTSIDE_UNIT
                (traffic.lived if counts else traffic.contacts).append(made)
        ordinary = [plan.customer for plan in plans if not plan.repeats]
        for kind, count in special.items():
            traffic.contacts += [self._special(kind, ordinary) for _ in range(count)]
        for contacts in (traffic.contacts, traffic.lived):
            contacts.sort(key=lambda contact: (contact.arrived_at, contact.source_id))
        return traffic

    def _answering(self, unit: str) -> list[User]:
        return self.made.owners.get(unit) or self.made.advisors[unit]

    def _special(self, kind: str, ordinary: list[Customer]) -> IncomingContact:
        unit = self._unit()
        customer = None if kind == "unidentified" else self.random.choice(ordinary)
        contact = self.contact(customer, self._any_moment(unit), unit=unit)
        if kind == "outbound":
            contact.direction = "out"
        elif kind in ("internal", "test"):
            contact.nature = kind
        return contact

    def _plans(self, identified: int, scale: float) -> list[Plan]:
        plans = []
        for unit, count in REPEATERS.items():
            for _ in range(round(count * scale)):
                plans.append(Plan(self.customer(unit), self._cluster(unit), repeats=True))
        left = identified - sum(len(plan.times) for plan in plans)
        while left > 0:
            unit = self._unit()
            wanted = self.random.choices([1, 2, 3, 4, 5], [50, 32, 10, 5, 3])[0]
            times = self._spaced(unit, min(wanted, left))
            plans.append(Plan(self.customer(unit), times))
            left -= len(times)
        return plans

    def _unit(self) -> str:
        return self.random.choices(list(UNIT_WEIGHTS), list(UNIT_WEIGHTS.values()))[0]

    def _cluster(self, unit: str) -> list[datetime]:
        """Three contacts within seven days, sometimes a fourth a few days later."""
        while True:
            last = self._any_moment(unit, oldest=DAYS - 8)
            others = [self._near(unit, last, self.random.uniform(-6.5, -0.3)) for _ in range(2)]
            times = sorted({last, *others})
            if len(times) == 3 and times[-1] == last and last - times[0] < WINDOW:
                break
        if self.random.random() < 0.15:
            later = self._near(unit, last, self.random.uniform(2.5, 6))
            if later > last:
                times.append(later)
        return times

    def _spaced(self, unit: str, count: int) -> list[datetime]:
        """`count` contacts, fewer if need be, never three in seven days."""
        times: list[datetime] = []
        for _ in range(count * 4):
            drawn = sorted([*times, self._any_moment(unit)])
            if all(c - a >= WINDOW for a, c in zip(drawn, drawn[2:], strict=False)):
                times = drawn
            if len(times) == count:
                break
        return times

    def _any_moment(self, unit: str, *, oldest: int = DAYS) -> datetime:
        """An instant when the unit answers, at most `oldest` days ago, over for twenty minutes at least."""
        calendar = self.calendars[unit]
        while True:
            day = self.today - timedelta(days=self.random.randint(0, oldest))
            hour = self.random.choices(range(8, 20), HOURLY)[0]
            wall = time(hour, self.random.randrange(60), self.random.randrange(60))
            at = datetime.combine(day, wall, tzinfo=calendar.tz).astimezone(UTC)
            if at < self.now - timedelta(minutes=20) and calendar.is_open(at):
                return at

    def _near(self, unit: str, at: datetime, days: float) -> datetime:
        """An opening instant about `days` from `at`, never after now."""
        calendar = self.calendars[unit]
        near = calendar.next_opening(at + timedelta(days=days))
        near = calendar.add_minutes(near, self.random.randint(0, 90)).replace(
            second=self.random.randrange(60)
        )
        return near if near < self.now - timedelta(minutes=20) else at


def save_customers(customers: list[Customer]) -> None:
    """Clients, their numbers and lines, in few statements."""
    Client.objects.bulk_create([customer.client for customer in customers], batch_size=1_000)
    Line.objects.bulk_create([line for customer in customers for line in customer.lines], batch_size=1_000)
    ClientPhone.objects.bulk_create(
        [ClientPhone(client=customer.client, e164=customer.number) for customer in customers],
        batch_size=1_000,
    )
