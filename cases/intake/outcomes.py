"""What a contact does to cases (domain.md §4.5): open, attach, reopen, or nothing but a count.

Decisions are taken client by client in event order, on the cases read under the client's lock; every
change of a case goes through the workflow's door.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import timedelta

from cases.enums import CaseState, ExclusionCode, Mode, Origin, ReasonFamily
from cases.repeat import AttemptFacts, ContactFacts, event_order
from cases.workflow import Opening

from . import door
from .core import Judged, Processed, Run
from .neighbourhood import ClientCase
from .writes import link_to_case

FRESH = timedelta(hours=168)  # only younger contacts may open a case (domain.md §4.5)
OBSERVATION = timedelta(hours=168)
LATE = timedelta(hours=1)  # past this, the third contact was detected late
_FOLLOWERS = frozenset({ExclusionCode.LEG.value, ExclusionCode.DUPLICATE.value})
_CALLBACK_RETURN = ExclusionCode.CALLBACK_RETURN.value
_NON_TECHNICAL = ReasonFamily.NON_TECHNICAL.value
_RESOLVED = CaseState.RESOLVED.value

#: Asks for a case to open, and is given it.
Settling = Generator[Opening, ClientCase | None, None]


def settle(done: Processed, run: Run) -> None:
    """Carry out, for every client of a processed call, what its verdicts ask for."""
    if run.mode == "shadow":
        return
    left: set[int] = set()
    for arrival in done.arrivals:
        if arrival.left_case_id is not None:
            left.add(arrival.left_case_id)
            done.judged.setdefault(arrival.previous_client_id, [])
    clients = []
    for client_id, judged in done.judged.items():
        judged.sort(key=lambda one: event_order(one.verdict.contact))
        clients.append(_Client(client_id, done.cases.get(client_id, []), judged, done, run))
    _go_on([(client.settle(), None) for client in clients], run)
    _check_thresholds(clients, left, run)


def _go_on(waiting: Sequence[tuple[Settling, ClientCase | None]], run: Run) -> None:
    """Each client up to the case it opens, if any; these are opened together, then each goes on with its own."""
    while waiting:
        asked = []
        for settling, case in waiting:
            try:
                asked.append((settling, settling.send(case)))
            except StopIteration:
                continue
        cases = door.open_all([opening for _, opening in asked], run) if asked else []
        waiting = [(settling, case) for (settling, _), case in zip(asked, cases, strict=True)]


class _Client:
    """One client's cases while its contacts are settled; kept in step with what the workflow does."""

    def __init__(
        self,
        client_id: int,
        cases: Sequence[ClientCase],
        judged: Sequence[Judged],
        done: Processed,
        run: Run,
    ) -> None:
        self.client_id = client_id
        self.cases = list(cases)
        self.judged = judged
        self.done = done
        self.run = run
        self.case_of: dict[int, int] = {}

    def settle(self) -> Settling:
        """Contact by contact; waits for each case that it asks to open."""
        for one in self.judged:
            if one.case_id is not None:
                self.case_of[one.contact_id] = one.case_id
        for one in self.judged:
            opening = self._settle_one(one)
            if opening is not None:
                case = yield opening
                self.cases.append(case)
                for pk in opening.contact_ids:
                    self.case_of[pk] = case.id
                self._went(one, case, "opened")

    # -- one contact -------------------------------------------------------------------------------------

    def _settle_one(self, one: Judged) -> Opening | None:
        """The case to open, or None: it is settled."""
        verdict, contact = one.verdict, one.verdict.contact
        if verdict.code:
            if one.is_new and one.contact_id not in self.case_of:
                self._follow(one)
            return None
        newly_counts = one.is_new or not one.counted_before
        if newly_counts and one.contact_id not in self.case_of:
            working = self._working_case(one)
            if working is not None:
                self._attach(one, working)
                return None
            if verdict.suspended:
                self._attach_to_incident(one)
                return None
            if self._reopen(one) or self._join_resolved(one):
                return None
        if verdict.rd3plus and (one.is_new or not one.was_rd3plus):
            return self._open(one, contact)
        return None

    def _clock(self, contact: ContactFacts):
        return contact.arrived_at if self.run.mode == "replay" else self.run.now

    def _working_case(self, one: Judged) -> ClientCase | None:
        """The working case of this identity; else one on the same line; else the client's own."""
        contact = one.verdict.contact
        working = [case for case in self.cases if case.working]
        for case in working:
            if case.identity_key == one.verdict.identity_key:
                return case
        for case in working:
            if case.line_id is not None and case.line_id == contact.line_id:
                return case
        own = f"client:{self.client_id}"
        return next((case for case in working if case.identity_key == own), None)

    def _follow(self, one: Judged) -> None:
        """A leg or a duplicate goes where its contact went; a returned callback to the case that called."""
        because = one.verdict.because
        if one.verdict.code == _CALLBACK_RETURN and isinstance(because, AttemptFacts):
            case = next((case for case in self.cases if case.id == because.case_id), None)
            if case is not None and case.working:
                door.callback_returned(case, one, because, self.run)
                self._went(one, case, "attached")
        elif one.verdict.code in _FOLLOWERS and isinstance(because, ContactFacts):
            anchor = because.id if because.id is not None else self.done.ids.get(because.key)
            case_id = self.case_of.get(anchor) or because.case_id
            if case_id is not None:
                link_to_case([(one.contact_id, case_id)])
                self.case_of[one.contact_id] = case_id

    def _attach_to_incident(self, one: Judged) -> None:
        """To the incident's parent case, where it has one; thousands may, so nobody is told of each.

        A client whose own case is being worked joins that one: its owner must know.
        """
        arrival = one.arrival
        if arrival is None or arrival.incident_id is None:
            return
        parent = self.run.reference.incidents[arrival.incident_id].parent_case_id
        if parent is not None:
            link_to_case([(one.contact_id, parent)])
            self.case_of[one.contact_id] = parent
            arrival.case_id, arrival.outcome = parent, "attached"

    def _attach(self, one: Judged, case: ClientCase) -> None:
        """A contact while a case is open: A4. One from before its opening only joins the file."""
        contact = one.verdict.contact
        if contact.arrived_at < case.opened_at - FRESH:
            return
        if self._duplicated_by(one, case):
            link_to_case([(one.contact_id, case.id)])
            self._went(one, case, "attached")
            return
        fresh = contact.arrived_at >= case.opened_at and self._clock(contact) - contact.arrived_at < FRESH
        door.attach(case, one, self.run, tell=fresh)
        self._went(one, case, "attached")

    def _duplicated_by(self, one: Judged, case: ClientCase) -> bool:
        """The record kept of a call whose typed twin is attached already: nobody is told twice."""
        return any(
            other.verdict.code == ExclusionCode.DUPLICATE.value
            and other.verdict.because is not None
            and getattr(other.verdict.because, "key", None) == one.verdict.contact.key
            and other.case_id == case.id
            for other in self.done.judged.get(self.client_id, ())
        )

    def _reopen(self, one: Judged) -> bool:
        """T10: a technical contact less than 168 h after a resolution, whatever the count."""
        contact = one.verdict.contact
        if contact.family == _NON_TECHNICAL:
            return False
        for case in reversed(self.cases):
            if case.state != _RESOLVED or case.resolved_at is None or not self._concerns(case, one):
                continue
            if timedelta(0) < contact.arrived_at - case.resolved_at < OBSERVATION:
                reopened = door.reopen(case, one, self.run)
                self.cases = [reopened if c.id == case.id else c for c in self.cases]
                self._went(one, case, "reopened")
                return True
        return False

    def _join_resolved(self, one: Judged) -> bool:
        """A late record from before a resolution is part of that case's story, and no ground for another."""
        at = one.verdict.contact.arrived_at
        for case in reversed(self.cases):
            if (
                case.state == _RESOLVED
                and case.resolved_at is not None
                and case.opened_at - FRESH <= at <= case.resolved_at
                and self._concerns(case, one)
            ):
                door.attach(case, one, self.run, tell=False)
                self._went(one, case, "attached")
                return True
        return False

    def _concerns(self, case: ClientCase, one: Judged) -> bool:
        return case.identity_key in (one.verdict.identity_key, f"client:{self.client_id}") or (
            case.line_id is not None and case.line_id == one.verdict.contact.line_id
        )

    def _open(self, one: Judged, contact: ContactFacts) -> Opening | None:
        verdict = one.verdict
        clock = self._clock(contact)
        if verdict.mode != Mode.LIVE.value or clock - contact.arrived_at >= FRESH:
            return None
        if one.contact_id in self.case_of:
            return None  # it has had its case already
        working = self._working_case(one)
        if working is not None:
            self._attach(one, working)
            return None
        if self._join_resolved(one):
            return None
        late = one.arrival is None or clock - contact.arrived_at > LATE
        counted = [
            pk
            for pk in (c.id if c.id is not None else self.done.ids[c.key] for c in verdict.counted)
            if pk not in self.case_of
        ]
        return door.opening_of(one, counted, clock, late)

    def _went(self, one: Judged, case: ClientCase, outcome: str) -> None:
        self.case_of[one.contact_id] = case.id
        self.done.outcomes.append((one.contact_id, case.id, outcome))
        if one.arrival is not None:
            one.arrival.case_id, one.arrival.case_ref, one.arrival.outcome = case.id, case.ref, outcome


# -- corrections that lower a count ----------------------------------------------------------------------


def _check_thresholds(clients: Sequence[_Client], left: set[int], run: Run) -> None:
    """A case opened by the rule whose contacts no longer reach the threshold is flagged, not closed (§4.5).

    Only its own client's contacts keep it up: after a split, those of the record given back stay on the
    case and count elsewhere. `left`: cases that a contact has just left because it is another client's.
    """
    lost, gained = set(left), set()
    for client in clients:
        own = {case.id for case in client.cases}
        for one in client.judged:
            case_id = client.case_of.get(one.contact_id)
            if case_id is None:
                continue
            if one.verdict.rd3plus and case_id in own:
                gained.add(case_id)
            elif one.was_rd3plus and not one.verdict.suspended:
                lost.add(case_id)
    for client in clients:
        for case in client.cases:
            if not case.working or case.origin != Origin.RD3PLUS.value:
                continue
            if case.threshold_no_longer_met:
                if case.id in gained:
                    door.threshold_met_again(case, run)
            elif case.id in lost - gained and not door.still_reaches(case):
                door.threshold_no_longer_met(case, run)
