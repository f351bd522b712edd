"""Where intake meets the workflow: one place, so that the door stays one (architecture.md §3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from cases import workflow
from cases.enums import CaseState, Origin, VerdictValue
from cases.models import RepeatVerdict
from cases.repeat import AttemptFacts
from cases.workflow import Opening

from .neighbourhood import ClientCase

if TYPE_CHECKING:
    from .core import Judged, Run


def opening_of(one: Judged, contact_ids: list[int], at: datetime, late: bool) -> Opening:
    """T01: the threshold is reached and no case is working for the identity."""
    verdict, contact = one.verdict, one.verdict.contact
    return Opening(
        client_id=contact.client_id,
        line_id=contact.line_id,
        identity_key=verdict.identity_key,
        reason_family=contact.family or "unknown",
        origin=Origin.RD3PLUS,
        unit_id=contact.unit_id,
        at=at,
        contact_ids=contact_ids,
        verdict=verdict,
        detected_late=late,
    )


def open_all(openings: Sequence[Opening], run: Run) -> list[ClientCase]:
    cases = workflow.open_cases(openings, actor=run.actor, now=run.now, replay=run.mode == "replay")
    return list(map(as_client_case, cases))


def attach(case: ClientCase, one: Judged, run: Run, *, tell: bool) -> None:
    """A4: a contact while a case is open; the owner knows at once where `tell`."""
    workflow.attach_contact(
        case.id,
        one.contact_id,
        actor=run.actor,
        now=_clock(one, run),
        notify=tell and run.mode != "replay",
    )


def reopen(case: ClientCase, one: Judged, run: Run) -> ClientCase:
    """T10; where another case is working it is attached there and the failed resolution still recorded."""
    reopened = workflow.reopen_by_contact(
        case.id, one.contact_id, actor=run.actor, now=_clock(one, run), replay=run.mode == "replay"
    )
    return as_client_case(reopened)


def callback_returned(case: ClientCase, one: Judged, attempt: AttemptFacts, run: Run) -> None:
    """The client returns our unanswered callback: their call joins the case."""
    attach(case, one, run, tell=True)


def threshold_no_longer_met(case: ClientCase, run: Run) -> None:
    workflow.flag_threshold(case.id, met=False, actor=run.actor, now=run.now)


def threshold_met_again(case: ClientCase, run: Run) -> None:
    workflow.flag_threshold(case.id, met=True, actor=run.actor, now=run.now)


def still_reaches(case: ClientCase) -> bool:
    """Whether a contact of the case is RD3+ today, among those of its own client."""
    return RepeatVerdict.objects.filter(
        contact__case=case.id,
        contact__client=case.client_id,
        superseded_at__isnull=True,
        verdict=VerdictValue.RD3PLUS,
    ).exists()


def as_client_case(case) -> ClientCase:
    return ClientCase(
        case.pk,
        case.client_id,
        case.ref or "",
        str(CaseState(case.state).value),
        case.identity_key,
        case.line_id,
        case.opened_at,
        case.resolved_at,
        case.cancel_reason,
        str(case.origin),
        case.threshold_no_longer_met,
    )


def _clock(one: Judged, run: Run) -> datetime:
    return one.verdict.contact.arrived_at if run.mode == "replay" else run.now
