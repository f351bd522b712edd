"""What the case's page reads: seven queries beside the session, the account, the access log and the menu."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value

from atdemain.organisation.calendar import BusinessCalendar
from cases.enums import TimerStatus
from cases.explain import of_window, opening_verdict
from cases.guards import AttemptFact
from cases.models import Case, Contact, FailedResolution, FaultTicket, RepeatVerdict, Timer
from cases.workflow.loaded import Loaded, calendar_of

_OTHER = Case.objects.working().exclude(pk=OuterRef("pk")).order_by()
_FAILED = FailedResolution.objects.filter(case=OuterRef("pk")).order_by("-at", "-pk")

#: Read with the case itself: what the action bar needs of its neighbours.
BESIDE: dict[str, Any] = {
    "other_working": Subquery(_OTHER.filter(identity_key=OuterRef("identity_key")).values("ref")[:1]),
    "other_of_client": Exists(_OTHER.filter(client=OuterRef("client"))),
    "failed_at": Subquery(_FAILED.values("at")[:1]),
    "failed_unrelated": Subquery(_FAILED.values("unrelated")[:1]),
    "has_faults": Exists(
        FaultTicket.objects.filter(
            Q(case=OuterRef("pk")) | Q(line=OuterRef("line"), closed_at=None)
        ).order_by()
    ),
}
FAULTS = 10
#: The parent case of a mass incident may hold thousands.
CONTACTS = 500


class Dossier:
    """The case (read with `BESIDE`) and everything around it but its journal."""

    def __init__(self, case: Any) -> None:
        self.case: Case = case
        self.calendar: BusinessCalendar = calendar_of(case)
        self.verdict: RepeatVerdict | None = opening_verdict(case)
        wanted = Q(case=case) if self.verdict is None else Q(case=case) | of_window(self.verdict)
        #: the case's, and those of the window that opened it
        self.contacts = list(
            Contact.objects.filter(wanted)
            .select_related("reason", "handling_entity", "handled_by")
            .order_by("-arrived_at", "-pk")[:CONTACTS]
        )
        self.escalations = list(
            case.escalations.select_related("target_entity", "named_contact", "handled_by", "leg__taken_by")
        )
        attempts, self.timers = _calls_and_clock(case)
        self.loaded = Loaded(case)
        self.loaded.escalations = self.escalations
        self.loaded.attempts = attempts
        self.loaded.contacts = self.own_contacts
        self.loaded.other_working = "" if case.is_working else case.other_working or ""
        self.loaded.mergeable = case.other_of_client
        self.loaded.failures = [(case.failed_at, case.failed_unrelated)] if case.failed_at else []

    @property
    def faults(self) -> list[FaultTicket]:
        """The case's tickets, and those open on its line; no query where there is none."""
        if not self.case.has_faults:
            return []
        of_line = Q(line=self.case.line_id, closed_at=None) if self.case.line_id else Q(pk__in=[])
        return list(
            FaultTicket.objects.filter(Q(case=self.case) | of_line).order_by("-opened_at", "-pk")[:FAULTS]
        )

    @property
    def own_contacts(self) -> list[Contact]:
        return [contact for contact in self.contacts if contact.case_id == self.case.pk]


def _calls_and_clock(case: Case) -> tuple[tuple[AttemptFact, ...], list[tuple[datetime, str]]]:
    """The calls that were made and the clock's steps to come, in one query."""
    calls = case.attempts.filter(superseded_by__isnull=True).order_by()
    steps = Timer.objects.filter(case=case, status=TimerStatus.PENDING).order_by()
    clock = steps.values_list("due_at", "kind", Value("clock", CharField()))
    rows = list(calls.values_list("at", "outcome", "direction").union(clock, all=True))
    attempts = sorted((at, word, kind) for at, word, kind in rows if kind != "clock")
    return (
        tuple(AttemptFact(at, outcome, direction == "in") for at, outcome, direction in attempts),
        [(due, kind) for due, kind, what in rows if what == "clock"],
    )
