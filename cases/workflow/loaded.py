"""What the guards read of a case beside its row: by queries here, or given by a page that has it already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Unit
from cases.enums import WORKING_STATES, ContactOutcome, Nature, RequestStatus
from cases.guards import AttemptFact
from cases.models import CancelRequest, Case, Contact, Escalation


def calling_unit(case: Case) -> Unit:
    """The unit that calls the client back: the owner's, the case's when nobody keeps it."""
    owner = case.owner
    return owner.user.unit if owner and owner.user.unit else case.unit


def calendar_of(case: Case) -> BusinessCalendar:
    """Promises are kept in the hours of the owner's unit (domain.md §3.4)."""
    return calling_unit(case).calendar()


@dataclass
class Loaded:
    """Each part is read once, when it is asked for; a page writes over the parts it has."""

    case: Case

    @cached_property
    def escalations(self) -> list[Escalation]:
        return list(self.case.escalations.select_related("target_entity"))

    @cached_property
    def attempts(self) -> tuple[AttemptFact, ...]:
        """Those that stand, oldest first."""
        rows = self.case.attempts.filter(superseded_by__isnull=True).order_by("at")
        return tuple(
            AttemptFact(at, outcome, direction == "in")
            for at, outcome, direction in rows.values_list("at", "outcome", "direction")
        )

    @cached_property
    def contacts(self) -> Sequence[Contact]:
        """The case's contacts; only their time, nature, outcome and handler are looked at."""
        return self.case.contacts.only("arrived_at", "nature", "outcome", "handled_by")

    @cached_property
    def other_working(self) -> str:
        """The reference of another working case of the identity, for a case that is not working."""
        if self.case.state in WORKING_STATES:
            return ""
        others = Case.objects.working().filter(identity_key=self.case.identity_key).exclude(pk=self.case.pk)
        return others.values_list("ref", flat=True).first() or ""

    @cached_property
    def mergeable(self) -> bool:
        """Whether the client has another working case."""
        return Case.objects.working().filter(client=self.case.client_id).exclude(pk=self.case.pk).exists()

    @cached_property
    def cancel_asked(self) -> bool:
        """Whether a request to cancel it waits for a manager."""
        return CancelRequest.objects.filter(case=self.case, status=RequestStatus.OPEN).exists()

    @cached_property
    def failures(self) -> list[tuple[datetime, str]]:
        """Its resolutions that did not hold, newest first: when it was reopened, and what of `unrelated`."""
        if self.case.reopened_at is None:
            return []
        return list(self.case.failed_resolutions.order_by("-at").values_list("at", "unrelated"))

    def told_contacts(self) -> tuple[datetime, ...]:
        """The client's contacts, in or out, that the person in charge handled since the opening (or the
        last reopening), the one that opened (or reopened) it included: it arrived just before."""
        handlers = [pk for pk in (self.case.owner_id, self.case.delegate_id) if pk]
        if not handlers:
            return ()
        since = self.case.reopened_at or self.case.opened_at
        known = sorted(
            (contact.arrived_at, contact.pk, contact.handled_by_id)
            for contact in self.contacts
            if contact.nature == Nature.CLIENT and contact.outcome == ContactOutcome.HANDLED
        )
        before = [contact for contact in known if contact[0] <= since]
        told = before[-1:] if self._opened_by_contact() else []
        told += [contact for contact in known if contact[0] > since]
        return tuple(at for at, _, handler in told if handler in handlers)

    def _opened_by_contact(self) -> bool:
        """False after a reopening by hand or a restoration: no contact came with it."""
        reopened = self.case.reopened_at
        return reopened is None or any(at == reopened for at, _ in self.failures)
