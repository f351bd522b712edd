"""The present day: a full « Ma journée » for the log-in `advisor`, and a unit around it.

Each case opens by the rule on three real contacts and goes through the workflow's door, at its own time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from atdemain.journal.actors import system
from atdemain.organisation.models import User
from cases.demo import phrases
from cases.demo.clock import Clock, do, inside_a_day, swept, window
from cases.demo.history import History
from cases.demo.organisation import DEMO_UNIT, Organisation
from cases.demo.traffic import Customer, Inventor, save_customers
from cases.enums import (
    AnswerCode,
    AttemptOutcome,
    Channel,
    ClientConfirmation,
    Colour,
    PromiseKind,
    ResolutionCode,
    RootCause,
)
from cases.intake import receive
from cases.models import Case, Escalation
from cases.names import name_key

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
VOICE, CHAT, DIGITAL = Channel.VOICE, Channel.CHAT, Channel.DIGITAL_1013PLUS
INTAKE = system("seed")
#: nineteen cases on three contacts each, the call that reopens one of them, two of the client who is known
CONTACTS_OF_TODAY = 19 * 3 + 1 + 2
#: Whose former case the log-in `advisor` kept, and who called twice this week: a third call comes back to her.
KNOWN = "Solange Tierce"

#: what follows a case's opening: (case, instant of the opening)
Follow = Callable[[int, datetime], None]


class Story:
    """The cases of today, planned on the clock beside the month's traffic."""

    def __init__(
        self, made: Organisation, inventor: Inventor, history: History, clock: Clock, random: Random
    ) -> None:
        self.made, self.inventor, self.history = made, inventor, history
        self.clock, self.random, self.now = clock, random, clock.now
        self.calendar = made.units[DEMO_UNIT].calendar()
        self.advisor = made.accounts["advisor"]
        self.support = made.accounts["support"]
        self.colleague, self.other = made.owners[DEMO_UNIT][1:3]
        self.cases: dict[str, int] = {}
        self._customer_of: dict[int, Customer] = {}
        self._owner_of: dict[int, User] = {}

    def plan(self) -> None:
        """Every case of the day; the names are what the tests look for."""
        now, promised = self.now, self._promised
        yesterday = self._day(1, 10)
        self._case("overdue", yesterday, promised(now - 95 * MINUTE))
        self._case("due_now", yesterday + 20 * MINUTE, self._tried(now - 20 * MINUTE), owner=self.other)
        self._case("due_soon", yesterday + 50 * MINUTE, promised(now + 10 * MINUTE))
        self._case("later", yesterday + 2 * HOUR, promised(now + 150 * MINUTE), owner=self.other)
        self._case("tomorrow", now - 3 * HOUR, promised(now + 22 * HOUR), owner=self.other)
        self._case("bad_news", yesterday + 3 * HOUR, self._escalated_until(now + 20 * MINUTE))
        self._case("unanswered", self._day(5, 11), self._long_escalation, reason="tonalite")
        self._case("acknowledged", now - 5 * HOUR, self._acknowledged, owner=self.other)
        self._case("answered", self._day(1, 15), self._answered, reason="coupures")
        self._case("to_work", now - 80 * MINUTE, self._taken)
        self._case("reopened", self._day(6, 10), self._resolved_then_back)
        self._case("observed", yesterday + 4 * HOUR, self._solved)
        self._case("observed_long", self._day(4, 14), self._solved)
        self._case("delegated", yesterday + 90 * MINUTE, self._delegated, owner=self.colleague)
        self._case("digital", now - 40 * MINUTE, None, channels=(VOICE, DIGITAL, VOICE), reason="debit-lent")
        self._case(
            "queue_chat", now - 25 * MINUTE, None, channels=(CHAT, VOICE, VOICE), reason="gresillement"
        )
        self._case("queue_pro", now - 75 * MINUTE, None, pro=True, reason="tonalite")
        self._case("queue", now - 9 * MINUTE, None, reason="tonalite")
        self._known_client()

    def _known_client(self) -> None:
        """Two contacts this week of a client whose case was closed: the third is for who tries the product."""
        customer = self.inventor.customer(DEMO_UNIT, pro=False)
        customer.client.display_name, customer.client.name_key = KNOWN, name_key(KNOWN)
        self._case("known", self._day(20, 11), self._solved, customer=customer)
        for back, hour in ((3, 10), (1, 16)):
            self._receive(customer, self._day(back, hour), VOICE, "desynchro")

    # -- opening --------------------------------------------------------------------------------------

    def _case(
        self,
        name: str,
        third: datetime,
        follow: Follow | None,
        *,
        owner: User | None = None,
        channels: tuple[Channel, Channel, Channel] = (VOICE, VOICE, VOICE),
        reason: str = "desynchro",
        pro: bool = False,
        customer: Customer | None = None,
    ) -> None:
        """Three contacts within seven days, the third at `third`, answered by the future owner."""
        customer = customer or self.inventor.customer(DEMO_UNIT, pro=pro)
        del customer.lines[1:]
        save_customers([customer])
        owner = owner or self.advisor
        first = self._open_instant(third - self.random.randint(80, 150) * HOUR)
        second = self._open_instant(third - self.random.randint(25, 70) * HOUR)
        for at, channel in ((first, channels[0]), (second, channels[1])):
            self._receive(customer, at, channel, reason)

        def opening(at: datetime) -> None:
            done = self._take(customer, at, channels[2], reason, owner if follow else None)
            if done is None:
                raise AssertionError(f"the third contact of « {name} » opened no case")
            self.cases[name] = done
            self._customer_of[done], self._owner_of[done] = customer, owner
            if follow:
                opened = Case.objects.values_list("opened_at", flat=True).get(pk=done)
                self._plan(done, opened + 3 * MINUTE, owner, "claim")
                follow(done, opened)

        self.clock.at(third, opening)

    def _receive(self, customer: Customer, at: datetime, channel: Channel, reason: str) -> None:
        self.clock.at(at, lambda when: self._take(customer, when, channel, reason, None))

    def _take(
        self, customer: Customer, at: datetime, channel: Channel, reason: str, handler: User | None
    ) -> int | None:
        contact = self.inventor.contact(
            customer, at, counts=True, handler=handler, reason=reason, channel=channel
        )
        return receive(contact, actor=INTAKE, now=contact.ended_at or at).case_id

    # -- what follows ---------------------------------------------------------------------------------

    def _promised(self, start: datetime) -> Follow:
        """A callback promised from `start`; nothing done since."""

        def follow(case_id: int, at: datetime) -> None:
            begin, end = inside_a_day(self.calendar, start.replace(second=0, microsecond=0), 60)
            self._promise(case_id, at + 8 * MINUTE, begin, end)

        return follow

    def _tried(self, start: datetime) -> Follow:
        """The window is open, a first call found nobody."""

        def follow(case_id: int, at: datetime) -> None:
            self._promised(start)(case_id, at)
            self._attempt(case_id, self.now - 9 * MINUTE, AttemptOutcome.NO_ANSWER, "")

        return follow

    def _taken(self, case_id: int, at: datetime) -> None:
        self._plan(case_id, at + 6 * MINUTE, self.advisor, "add_note", text="Ligne testée, essai à refaire.")

    def _escalated_until(self, start: datetime) -> Follow:
        """Escalated without an answer while the promised hour comes near: the clock will flip it (T06)."""

        def follow(case_id: int, at: datetime) -> None:
            begin, end = inside_a_day(self.calendar, start.replace(second=0, microsecond=0), 60)
            self._escalate(case_id, at + 12 * MINUTE, "ui-provence", begin, end)

        return follow

    def _long_escalation(self, case_id: int, at: datetime) -> None:
        """Red, unanswered for days; the client was told once and waits for the next news."""
        begin, end = window(self.calendar, at, days=1, hour=15)
        self._escalate(case_id, at + 15 * MINUTE, "bo-cuivre", begin, end, Colour.RED)
        told = begin + 10 * MINUTE
        self.clock.at(begin, swept)
        after = inside_a_day(self.calendar, _half_hour(self.now + 26 * HOUR), 60)
        self._plan(
            case_id,
            told,
            self.advisor,
            "tell_unresolved",
            told=phrases.TOLD_PROGRESS[0],
            window_start=after[0],
            window_end=after[1],
        )

    def _acknowledged(self, case_id: int, at: datetime) -> None:
        """Two entities are asked: one has acknowledged, the partner's program has not seen it yet (the API's guide)."""
        begin, end = inside_a_day(self.calendar, _half_hour(self.now + 20 * HOUR), 60)
        self._escalate(case_id, at + 20 * MINUTE, "bo-cuivre", begin, end)
        self._specialist(case_id, at + 45 * MINUTE, "acknowledge_escalation")
        self._escalate(case_id, at + 60 * MINUTE, "partenaire-p1", begin, end)

    def _answered(self, case_id: int, at: datetime) -> None:
        """The entity has just answered: the case is back with the advisor, to call before the window."""
        begin, end = inside_a_day(self.calendar, _half_hour(self.now + 5 * HOUR), 90)
        self._escalate(case_id, at + 10 * MINUTE, "bo-cuivre", begin, end)
        self._specialist(case_id, at + 70 * MINUTE, "acknowledge_escalation")
        self._specialist(
            case_id,
            self.now - 35 * MINUTE,
            "answer_escalation",
            answer_code=AnswerCode.FIXED,
            answer_text=phrases.ANSWERS_FIXED[0],
        )

    def _solved(self, case_id: int, at: datetime) -> None:
        self._plan(
            case_id,
            at + 25 * MINUTE,
            self._owner_of[case_id],
            "resolve",
            resolution_code=ResolutionCode.CONFIGURATION,
            root_cause=RootCause.HOME_INSTALLATION,
            client_confirmation=ClientConfirmation.CONFIRMED,
        )

    def _resolved_then_back(self, case_id: int, at: datetime) -> None:
        """Resolved, then the client calls again under observation: reopened, the owner keeps it."""
        self._solved(case_id, at)
        customer = self._customer_of[case_id]
        self._receive(customer, self.now - 55 * MINUTE, VOICE, "desynchro")

    def _delegated(self, case_id: int, at: datetime) -> None:
        """A colleague is away: the support calls in her place."""
        begin, end = inside_a_day(self.calendar, _half_hour(self.now + 95 * MINUTE), 60)
        self._promise(case_id, at + 8 * MINUTE, begin, end)
        self._plan(
            case_id,
            at + 15 * MINUTE,
            self.colleague,
            "delegate",
            delegate=self.support.pk,
            delegate_to=end + 4 * HOUR,
        )

    # -- steps ----------------------------------------------------------------------------------------

    def _promise(self, case_id: int, at: datetime, start: datetime, end: datetime) -> None:
        self._plan(
            case_id,
            at,
            self._owner_of[case_id],
            "promise_callback",
            window_start=start,
            window_end=end,
            kind=PromiseKind.PROGRESS,
            note=self.random.choice(phrases.PROMISE_NOTES),
        )

    def _attempt(self, case_id: int, at: datetime, outcome: AttemptOutcome, told: str) -> None:
        self._plan(case_id, at, self._owner_of[case_id], "log_attempt", outcome=outcome, told=told)

    def _escalate(
        self,
        case_id: int,
        at: datetime,
        entity: str,
        start: datetime,
        end: datetime,
        colour: Colour = Colour.ORANGE,
    ) -> None:
        data = self.history.escalation(self.made.entities[entity], start, end, colour)
        self._plan(case_id, at, self._owner_of[case_id], "escalate", **data)

    def _specialist(self, case_id: int, at: datetime, action: str, **data: object) -> None:
        """The entity's specialist, on the case's latest escalation."""

        def act(when: datetime) -> None:
            escalation = Escalation.objects.filter(case=case_id).order_by("-sent_at").first()
            specialist = escalation.target_entity.users.order_by("pk").first()
            do(case_id, action, specialist, when, escalation=escalation.pk, **data)

        self.clock.at(at, act)

    def _plan(self, case_id: int, at: datetime, by: User, action: str, **data: object) -> None:
        self.clock.at(at, lambda when: do(case_id, action, by, when, **data))

    # -- time -----------------------------------------------------------------------------------------

    def _day(self, back: int, hour: int) -> datetime:
        """At `hour` local time, at least `back` days ago, on a day the unit worked."""
        day = self.calendar.local_date(self.now) - timedelta(days=back)
        while not self.calendar.hours_on(day):
            day -= DAY
        return datetime(day.year, day.month, day.day, hour, tzinfo=self.calendar.tz)

    def _open_instant(self, at: datetime) -> datetime:
        return self.calendar.next_opening(at) + self.random.randint(1, 50) * MINUTE


def _half_hour(at: datetime) -> datetime:
    """The half hour that follows: windows are told in round hours."""
    at = at.replace(second=0, microsecond=0)
    return at + (-at.minute % 30) * MINUTE
