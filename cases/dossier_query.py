"""What the case's page reads: seven queries beside the session, the account, the access log and the menu."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.statements import Param, Statement
from cases.enums import RequestStatus, TimerStatus
from cases.explain import OPENING_VERDICT
from cases.guards import AttemptFact
from cases.models import (
    CallbackAttempt,
    CancelRequest,
    Case,
    ClientPhone,
    Contact,
    Escalation,
    FailedResolution,
    FaultTicket,
    QualityReview,
    RepeatVerdict,
    Timer,
)
from cases.timeline import events
from cases.workflow.loaded import Loaded, calendar_of

_OTHER = Case.objects.working().exclude(pk=OuterRef("pk")).order_by()
_FAILED = FailedResolution.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")

#: Read with the case itself: what the action bar needs of its neighbours.
BESIDE: dict[str, Any] = {
    "other_working": Subquery(_OTHER.filter(identity_key=OuterRef("identity_key")).values("ref")[:1]),
    "other_of_client": Exists(_OTHER.filter(client=OuterRef("client"))),
    "failed_at": Subquery(_FAILED.values("at")[:1]),
    "failed_unrelated": Subquery(_FAILED.values("unrelated")[:1]),
    "cancel_asked": Exists(
        CancelRequest.objects.filter(case=OuterRef("pk"), status=RequestStatus.OPEN).order_by()
    ),
    "has_reviews": Exists(QualityReview.objects.filter(case=OuterRef("pk")).order_by()),
    "has_faults": Exists(
        FaultTicket.objects.filter(
            Q(case=OuterRef("pk")) | Q(line=OuterRef("line"), closed_at=None)
        ).order_by()
    ),
}
FAULTS = 10
#: The parent case of a mass incident may hold thousands.
CONTACTS = 500
EVENTS = 200


def _contacts(wanted: Q) -> QuerySet[Contact]:
    told = Contact.objects.select_related("reason", "handling_entity", "handled_by")
    return told.filter(wanted).order_by("-arrived_at", "-pk")[:CONTACTS]


_OF_CASE = Q(case=Param("case"))
_CONTACTS = Statement(lambda: _contacts(_OF_CASE))
#: Those of the window that opened the case, too.
_CONTACTS_AND_WINDOW = Statement(
    lambda: _contacts(
        _OF_CASE
        | Q(client=Param("client"), arrived_at__gt=Param("window_start"), arrived_at__lte=Param("window_end"))
    )
)
_ESCALATIONS = Statement(
    lambda: Escalation.objects.filter(case=Param("case")).select_related(
        "target_entity", "named_contact", "handled_by", "leg__taken_by"
    )
)
_EVENTS = Statement(lambda: events().filter(object_id=Param("case"))[:EVENTS])
_PHONES = Statement(lambda: ClientPhone.objects.filter(client=Param("client")).order_by("pk"))


def _calls_and_clock() -> QuerySet[Any, tuple[datetime, str, str]]:
    """The calls that were made (when, outcome, direction) and the clock's steps to come (when, kind, clock)."""
    calls = CallbackAttempt.objects.filter(case=Param("case"), superseded_by__isnull=True).order_by()
    steps = Timer.objects.filter(case=Param("case"), status=TimerStatus.PENDING).order_by()
    clock = steps.values_list("due_at", "kind", Value("clock", CharField()))
    return calls.values_list("at", "outcome", "direction").union(clock, all=True)


_CALLS_AND_CLOCK = Statement(_calls_and_clock)


class Dossier:
    """The case (read with `BESIDE`) and everything around it but its journal."""

    def __init__(self, case: Any) -> None:
        self.case: Case = case
        self.calendar: BusinessCalendar = calendar_of(case)
        self.verdict: RepeatVerdict | None = OPENING_VERDICT.first(case=case.pk)
        self.contacts = self._contacts()
        self.escalations = _ESCALATIONS(case=case.pk)
        for escalation in self.escalations:
            escalation.case = case
        self.events = _EVENTS(case=str(case.pk))
        self.phones = _PHONES(client=case.client_id)
        known = _CALLS_AND_CLOCK(case=case.pk)
        self.timers = [(at, kind) for at, kind, what in known if what == "clock"]
        self.loaded = Loaded(case)
        self.loaded.escalations = self.escalations
        self.loaded.attempts = tuple(
            AttemptFact(at, outcome, direction == "in")
            for at, outcome, direction in sorted(row for row in known if row[2] != "clock")
        )
        self.loaded.contacts = self.own_contacts
        self.loaded.other_working = "" if case.is_working else case.other_working or ""
        self.loaded.mergeable = case.other_of_client
        self.loaded.cancel_asked = case.cancel_asked
        self.loaded.failures = [(case.failed_at, case.failed_unrelated)] if case.failed_at else []

    @property
    def cancel_request(self) -> CancelRequest | None:
        """The one that waits for a manager; no query where there is none."""
        if not self.case.cancel_asked:
            return None
        waiting = CancelRequest.objects.filter(case=self.case, status=RequestStatus.OPEN)
        return waiting.select_related("by").first()

    @property
    def faults(self) -> list[FaultTicket]:
        """The case's tickets, and those open on its line; no query where there is none."""
        if not self.case.has_faults:
            return []
        of_line = Q(line=self.case.line_id, closed_at=None) if self.case.line_id else Q(pk__in=[])
        return list(
            FaultTicket.objects.filter(Q(case=self.case) | of_line).order_by("-opened_at", "-pk")[:FAULTS]
        )

    def _contacts(self) -> list[Contact]:
        """The case's, and those of the window that opened it, newest first."""
        if self.verdict is None:
            return _CONTACTS(case=self.case.pk)
        last = self.verdict.contact
        return _CONTACTS_AND_WINDOW(
            case=self.case.pk,
            client=last.client_id,
            window_start=self.verdict.window_start,
            window_end=last.arrived_at,
        )

    @property
    def own_contacts(self) -> list[Contact]:
        return [contact for contact in self.contacts if contact.case_id == self.case.pk]
