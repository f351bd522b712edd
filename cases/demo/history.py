"""What becomes of the cases of the month: most are resolved, some escalated, a few cancelled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

from atdemain.organisation.models import Entity, User
from cases.demo import phrases
from cases.demo.clock import Clock, do, window
from cases.demo.faults import Faults
from cases.demo.organisation import Organisation
from cases.enums import (
    AnswerCode,
    AttemptOutcome,
    CancelReason,
    CaseState,
    ClientConfirmation,
    Colour,
    EscalationReason,
    PromiseKind,
    RebookInitiator,
    ResolutionCode,
    RootCause,
)
from cases.models import Case
from cases.workflow import WorkflowError

MINUTE = timedelta(minutes=1)
FIXES = [
    (ResolutionCode.REPAIRED_NETWORK, RootCause.NETWORK),
    (ResolutionCode.REPAIRED_NETWORK, RootCause.LINE),
    (ResolutionCode.EQUIPMENT_REPLACED, RootCause.EQUIPMENT),
    (ResolutionCode.CONFIGURATION, RootCause.HOME_INSTALLATION),
    (ResolutionCode.EXPLAINED, RootCause.USAGE),
]
#: how many cases in a hundred go each way
WAYS = {
    "called_back": 23, "long": 48, "escalated": 9, "at_once": 4, "missed": 9, "cancelled": 2, "left": 5,
}  # fmt: skip
#: what a case weighs on whoever keeps it, roughly as routing counts it
WEIGHTS = {CaseState.OPENED: 10, CaseState.CALLBACK_DUE: 8, CaseState.ESCALATED: 5, CaseState.RESOLVED: 1}
#: hours at which news of a long work is promised: the sweep of the demonstration has just been round
NEWS_AT = (9, 11, 13, 15, 17)


class History:
    """Plans on the clock what the people of each unit do with a case."""

    def __init__(self, made: Organisation, clock: Clock, random: Random, faults: Faults) -> None:
        self.made, self.clock, self.random, self.faults = made, clock, random, faults
        self.calendars = {unit.pk: unit.calendar() for unit in made.units.values()}
        self.codes = {unit.pk: code for code, unit in made.units.items()}
        self.busy = {made.accounts["advisor"].pk}
        self.ways: Counter[str] = Counter()
        #: case → who is about to take it, and when each was last given one
        self.chosen: dict[int, int] = {}
        self.last: dict[int, datetime] = {}

    def opened(self, case_id: int) -> None:
        """A case has just opened: somebody takes it, and its way is drawn."""
        case = Case.objects.get(pk=case_id)
        at = case.opened_at
        way = self.random.choices(list(WAYS), list(WAYS.values()))[0]
        self.ways[way] += 1
        owner = self._owner(case)
        if way == "cancelled":
            manager = self.random.choice(self.made.managers[self.codes[case.unit_id]])
            self._plan(
                case_id, at + 35 * MINUTE, manager, "cancel", cancel_reason=CancelReason.OPENED_IN_ERROR
            )
            return
        self._plan(case_id, at + self.random.randint(3, 14) * MINUTE, owner, "claim")
        follow: Callable[[int, datetime, User], None] = getattr(self, f"_{way}")
        follow(case_id, at + 15 * MINUTE, owner)

    def reopened(self, case_id: int, at: datetime) -> None:
        """The client called again during the observation: the owner calls back and resolves."""
        owner = Case.objects.select_related("owner__user").get(pk=case_id).owner
        if owner is not None:
            self._called_back(case_id, at + 20 * MINUTE, owner.user)

    # -- ways -----------------------------------------------------------------------------------------

    def _at_once(self, case_id: int, at: datetime, owner: User) -> None:
        self._resolve(case_id, at + self.random.randint(10, 40) * MINUTE, owner)

    def _left(self, case_id: int, at: datetime, owner: User) -> None:
        """Kept for a later hour of the day: a note, then the ordinary way two days on."""
        self._plan(case_id, at + 5 * MINUTE, owner, "add_note", text="Historique relu, client à rappeler.")
        self._called_back(case_id, at + timedelta(days=1, hours=2), owner)

    def _called_back(self, case_id: int, at: datetime, owner: User) -> None:
        start, _ = self._promise(case_id, at, owner)
        reached = start + self.random.randint(2, 40) * MINUTE
        if self.random.random() < 0.2:
            self._attempt(case_id, start + MINUTE, owner, AttemptOutcome.NO_ANSWER)
        self._attempt(case_id, reached, owner, AttemptOutcome.REACHED)
        self._resolve(case_id, reached + 6 * MINUTE, owner)

    def _missed(self, case_id: int, at: datetime, owner: User) -> None:
        """The window goes by, the client is called later and the promise is given again."""
        _, end = self._promise(case_id, at, owner)
        late = end + self.random.randint(70, 110) * MINUTE
        self._attempt(case_id, late, owner, AttemptOutcome.VOICEMAIL)
        start, stop = self._window(case_id, late, days=1)
        self._plan(
            case_id,
            late + 4 * MINUTE,
            owner,
            "rebook",
            initiator=RebookInitiator.US,
            reason="Appel manqué, créneau redonné au client.",
            window_start=start,
            window_end=stop,
        )
        self._attempt(case_id, start + 5 * MINUTE, owner, AttemptOutcome.REACHED)
        self._resolve(case_id, start + 12 * MINUTE, owner)

    def _long(self, case_id: int, at: datetime, owner: User) -> None:
        """Works that take days: the client is told so twice, and knows each time when news will come."""
        entity = self.made.entities[self.random.choice(["bo-cuivre", "ui-provence", "ui-provence"])]
        start, end = self._window(case_id, at, days=2, hours=NEWS_AT)
        self._plan(case_id, at, owner, "escalate", **self.escalation(entity, start, end))
        for days in (self.random.randint(3, 5), self.random.randint(2, 4)):
            told = start + self.random.randint(4, 20) * MINUTE
            start, end = self._window(case_id, told, days=days, hours=NEWS_AT)
            self._plan(
                case_id,
                told,
                owner,
                "tell_unresolved",
                told=self.random.choice(phrases.TOLD_WAITING),
                window_start=start,
                window_end=end,
            )
        self._answered(case_id, start, owner, entity)
        if case_id % 2:
            self._ticket(case_id, at + 22 * MINUTE, entity, start - self.random.randint(45, 300) * MINUTE)

    def _ticket(self, case_id: int, at: datetime, entity: Entity, repaired: datetime) -> None:
        """A fault ticket of the other system follows the escalation, and closes with the works."""

        def opened(when: datetime) -> None:
            case = Case.objects.select_related("line").get(pk=case_id)
            if case.line is None or case.state != CaseState.ESCALATED:
                return
            ref = self.faults.of_case(case.ref, case.line.line_ref, entity.code, case.colour, when)
            self.clock.at(repaired, lambda then: self.faults.closed(ref, then))

        self.clock.at(at, opened)

    def _escalated(self, case_id: int, at: datetime, owner: User) -> None:
        entity = self.made.entities[self.random.choice(["bo-cuivre", "bo-cuivre", "ui-provence"])]
        start, end = self._window(case_id, at, days=2)
        self._plan(case_id, at, owner, "escalate", **self.escalation(entity, start, end))
        self._answered(case_id, start, owner, entity)

    def _answered(self, case_id: int, start: datetime, owner: User, entity: Entity) -> None:
        """The entity has repaired before the promised hour; the client hears it from the owner."""
        answered = start - self.random.randint(45, 400) * MINUTE

        def answer(when: datetime) -> None:
            self._answer(case_id, when, entity)

        self.clock.at(answered, answer)
        self._attempt(case_id, start + 5 * MINUTE, owner, AttemptOutcome.REACHED)
        self._resolve(case_id, start + 12 * MINUTE, owner)

    # -- steps ----------------------------------------------------------------------------------------

    def escalation(
        self, entity: Entity, start: datetime, end: datetime, colour: Colour = Colour.ORANGE
    ) -> dict[str, object]:
        """What the escalation form asks for."""
        return {
            "target_entity": entity.pk,
            "named_contact": entity.contacts.all()[0].pk,
            "reason": EscalationReason.NETWORK_DIAGNOSIS,
            "summary": self.random.choice(phrases.ESCALATION_SUMMARIES),
            "colour": colour,
            "window_start": start,
            "window_end": end,
        }

    def _answer(self, case_id: int, at: datetime, entity: Entity) -> None:
        case = Case.objects.get(pk=case_id)
        escalation = case.escalations.filter(target_entity=entity).order_by("-sent_at").first()
        specialist = entity.users.order_by("pk").first()
        if case.state == CaseState.ESCALATED and escalation is not None and specialist is not None:
            do(
                case_id,
                "answer_escalation",
                specialist,
                at,
                escalation=escalation.pk,
                answer_code=AnswerCode.FIXED,
                answer_text=self.random.choice(phrases.ANSWERS_FIXED),
            )

    def _promise(self, case_id: int, at: datetime, owner: User) -> tuple[datetime, datetime]:
        start, end = self._window(case_id, at, days=self.random.choice([1, 2, 2, 3]))
        self._plan(
            case_id,
            at,
            owner,
            "promise_callback",
            window_start=start,
            window_end=end,
            kind=PromiseKind.PROGRESS,
            note=self.random.choice(phrases.PROMISE_NOTES),
        )
        return start, end

    def _attempt(self, case_id: int, at: datetime, owner: User, outcome: AttemptOutcome) -> None:
        told = self.random.choice(phrases.TOLD_SOLVED) if outcome == AttemptOutcome.REACHED else ""
        self._plan(case_id, at, owner, "log_attempt", outcome=outcome, told=told)

    def _resolve(self, case_id: int, at: datetime, owner: User) -> None:
        code, cause = self.random.choice(FIXES)
        self._plan(
            case_id,
            at,
            owner,
            "resolve",
            resolution_code=code,
            root_cause=cause,
            client_confirmation=ClientConfirmation.CONFIRMED,
        )

    def _plan(self, case_id: int, at: datetime, by: User, action: str, **data: object) -> None:
        """What the case's present state no longer allows is left undone, as people would."""

        def act(when: datetime) -> None:
            with suppress(WorkflowError):
                do(case_id, action, by, when, **data)

        self.clock.at(at, act)

    def _window(
        self, case_id: int, after: datetime, *, days: int, hours: Sequence[int] = range(9, 18)
    ) -> tuple[datetime, datetime]:
        calendar = self.calendars[Case.objects.values_list("unit_id", flat=True).get(pk=case_id)]
        return window(calendar, after, days=days, hour=self.random.choice(hours))

    def _owner(self, case: Case) -> User:
        """The colleague of the unit who carries least; of equals, who was given a case longest ago."""
        carried: Counter[int] = Counter()
        rows = Case.objects.filter(unit=case.unit_id).exclude(state=CaseState.CLOSED).order_by()
        for pk, owner, state, colour in rows.values_list("pk", "owner", "state", "colour"):
            who = owner or self.chosen.get(pk)
            if who is not None:
                carried[who] += WEIGHTS[state] * (3 if colour == Colour.RED else 2)
        owners = [user for user in self.made.owners[self.codes[case.unit_id]] if user.pk not in self.busy]
        never = case.opened_at - timedelta(days=365)
        least = min(owners, key=lambda user: (carried[user.pk], self.last.get(user.pk, never), user.pk))
        self.chosen[case.pk], self.last[least.pk] = least.pk, case.opened_at
        return least
