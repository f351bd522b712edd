"""The case's page: what was promised, what can be done now, and the whole story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from cases import hooks, permissions, workflow
from cases.deadlines import observed_until
from cases.dossier_query import BESIDE, CONTACTS, EVENTS, Dossier
from cases.enums import OPEN_ESCALATION
from cases.explain import what_next, why_verdict
from cases.models import Case, Contact
from cases.reasons import Reason
from cases.reviews import reviews_of
from cases.timeline import Entry, by_day, contact_entry, event_entries

from .access import CASE_READERS, CasePages, for_roles, purpose_of, visible_case
from .hits import action_on

#: A merged case, or one of a mass incident, reads that one besides: few are.
PAGES = CasePages(**BESIDE)


@require_safe
@for_roles(*CASE_READERS)
def case_page(request: HttpRequest, ref: str) -> HttpResponse:
    case = visible_case(request, ref, PAGES)
    context = dossier_context(request, Dossier(case))
    log_access(
        request, action_on(request, case), "case", case.pk,
        client_id=case.client_id, purpose=purpose_of(request, case),
    )  # fmt: skip
    return render(request, "cases/dossier.html", context)


def dossier_context(request: HttpRequest, dossier: Dossier) -> dict[str, Any]:
    """Everything the page shows."""
    now, case, user = timezone.now(), dossier.case, request.user
    escalations = dossier.escalations
    answerable = {e.pk for e in escalations if permissions.can_answer(user, e, case)}
    events = dossier.events
    correctable = permissions.can(user, "correct_attempt", case, now)
    entries = event_entries(events, reader=user, correctable=correctable)
    entries += [_contact_entry(contact, case) for contact in dossier.own_contacts]
    offers = workflow.available(case, user, now=now, calendar=dossier.calendar, loaded=dossier.loaded)
    return {
        "case": case,
        "now": now,
        "calendar": dossier.calendar,
        "promise": case.current_promise,
        "escalations": escalations,
        "open_escalations": [e for e in escalations if e.status in OPEN_ESCALATION],
        "days": by_day(entries, timezone.get_current_timezone()),
        "cut": len(events) == EVENTS or len(dossier.contacts) == CONTACTS,
        "offers": [offer for offer in offers if offer.allowed],
        "refused": [offer for offer in offers if not offer.allowed and not offer.aside],
        "aside": _together([offer for offer in offers if not offer.allowed and offer.aside]),
        "phones": dossier.phones,
        "why": why_verdict(dossier.verdict, dossier.contacts) if dossier.verdict else None,
        "observed_until": observed_until(case.resolved_at) if case.resolved_at else None,
        "answerable": answerable,
        "acknowledgeable": answerable if permissions.role_may(user, "acknowledge_escalation") else (),
        "can_ask": permissions.can(user, "request_status", case, now),
        "can_withdraw": permissions.can(user, "withdraw_escalation", case, now),
        "next_steps": what_next(case, escalations, dossier.timers),
        "cancel_request": dossier.cancel_request,
        "can_decide_cancel": permissions.can(user, "refuse_cancel", case, now),
        "faults": dossier.faults,
        "reviews": reviews_of(case, user) if case.has_reviews else [],
        "can_audit": permissions.can(user, "read_audit", case, now),
        "panels": hooks.panels_of(case, user, now),
    }


def _together(offers: Iterable[workflow.Offer]) -> list[tuple[str, tuple[Reason, ...]]]:
    """Actions that are refused for the same reasons, named together."""
    labels: dict[tuple[Reason, ...], list[str]] = {}
    for offer in offers:
        labels.setdefault(offer.reasons, []).append(offer.label)
    return [(", ".join(named), reasons) for reasons, named in labels.items()]


def _contact_entry(contact: Contact, case: Case) -> Entry:
    """Those that a mass incident brought here are other clients', and say so."""
    entry = contact_entry(contact)
    return (
        entry if contact.client_id == case.client_id else replace(entry, tags=(*entry.tags, "autre client"))
    )
