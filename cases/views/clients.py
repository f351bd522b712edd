"""The client's page: every contact, case and promise on one timeline, and the count explained."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from cases.enums import Technology
from cases.models import Case, Client
from cases.permissions import role_may
from cases.rules import load_rulebook
from cases.timeline import Entry, by_day, contact_entry, event_entries, events_of
from cases.why_not import client_window
from cases.window_chart import frieze

from .access import CASE_READERS, client_purpose, for_roles, visible_client
from .hits import action_on

CONTACTS = 200
FILTERS = {"contacts": "Contacts", "cases": "Dossiers", "promises": "Engagements"}
PROMISE_TONES = ("promise", "late")


@require_safe
@for_roles(*CASE_READERS)
def client_page(request: HttpRequest, client_ref: str) -> HttpResponse:
    client = visible_client(request, client_ref)
    if client.merged_into_id:
        return redirect("cases:client", client_ref=client.merged_into.client_ref)
    now = timezone.now()
    tz = timezone.get_current_timezone()
    visible = Case.objects.visible_to(request.user, now=now).filter(pk=OuterRef("pk"))
    cases = list(
        client.cases.annotate(openable=Exists(visible))
        .select_related("owner__user", "line", "current_promise")
        .order_by("-opened_at")
    )
    openable = {case.pk for case in cases if case.openable}
    contacts = list(
        client.contacts.select_related(
            "reason", "handling_entity", "handled_by", "line", "unit", "mass_incident"
        ).order_by("-arrived_at")[:CONTACTS]
    )
    refs = {case.pk: case.ref for case in cases if case.pk in openable}
    events = events_of(openable, CONTACTS) if openable else []
    entries = event_entries(events, reader=request.user, refs={str(pk): ref for pk, ref in refs.items()})
    entries += [contact_entry(contact, refs=refs) for contact in contacts]
    shown = request.GET.get("show", "")
    window = client_window(client, contacts, cases, load_rulebook(), now)
    counted = {contact.pk for contact in window.counted}
    dots = ((c.arrived_at, c.pk in counted) for c in contacts)
    chart = frieze(dots, start=window.start, now=now, tz=tz)
    phones, lines = _phones_and_lines(client)
    purpose = client_purpose(request, client, [case for case in cases if case.openable])
    log_access(request, action_on(request, client), "client", client.pk, client_id=client.pk, purpose=purpose)
    return render(
        request,
        "cases/client.html",
        {
            "client": client,
            "now": now,
            "cases": [(case, case.pk in openable) for case in cases],
            "working": next((case for case in cases if case.is_working), None),
            "working_openable": any(case.is_working and case.pk in openable for case in cases),
            "phones": phones,
            "lines": lines,
            "days": by_day(_filtered(entries, shown), tz),
            "filters": _filters(entries, shown),
            "shown": shown,
            "window": window,
            "rule": window.rule,
            "chart": chart,
            "can_open": role_may(request.user, "open"),
            "cut": len(contacts) == CONTACTS,
        },
    )


def _phones_and_lines(client: Client) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(label, number) and (technology, reference), oldest first, in one query."""
    phones = client.phones.order_by().values_list("pk", Value("phone"), "label", "e164")
    lines = client.lines.order_by().values_list("pk", Value("line"), "technology", "line_ref")
    rows = sorted(phones.union(lines, all=True))
    return (
        [(label or "Téléphone", number) for _pk, kind, label, number in rows if kind == "phone"],
        [(Technology(code).label, ref) for _pk, kind, code, ref in rows if kind == "line"],
    )


def _kind_of(entry: Entry) -> str:
    if entry.kind == "contact":
        return "contacts"
    return "promises" if entry.tone in PROMISE_TONES else "cases"


def _filtered(entries: list[Entry], shown: str) -> list[Entry]:
    return [entry for entry in entries if _kind_of(entry) == shown] if shown in FILTERS else entries


def _filters(entries: list[Entry], shown: str) -> list[tuple[str, str, int, bool]]:
    """(value, label, number of entries, chosen)."""
    rows = [("", "Tout", len(entries), shown not in FILTERS)]
    for value, label in FILTERS.items():
        rows.append((value, label, sum(_kind_of(entry) == value for entry in entries), shown == value))
    return rows
