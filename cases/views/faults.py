"""Dérangements en cours: the stock at a moment, its tickets, and one ticket's history (domain.md L31, L41)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.models import Entity
from cases import faults
from cases.enums import Colour, FaultSystem
from cases.fault_words import Told, change_words, read_moment
from cases.models import Case, FaultTicket

from .access import CASE_READERS, for_roles
from .hits import action_on
from .queue import PAGE

REPORTS = 200
BAD_DATE = "Cette date ne se lit pas, ou n’existe pas. La liste est celle de maintenant."
SHOWN = {"open": "ouverts", "all": "tous"}


@require_safe
@for_roles(*CASE_READERS)
def fault_list(request: HttpRequest) -> HttpResponse:
    """`?at=` a local date (20:00) or date and time, `?colour=`, `?system=`, `?show=all`, `?q=` ticket or line."""
    now = timezone.now()
    asked = request.GET.get("at", "")[:40]
    moment = read_moment(asked) if asked else None
    at = moment or now
    chosen = {
        "colour": _one_of(request.GET.get("colour", ""), Colour.values),
        "system": _one_of(request.GET.get("system", ""), FaultSystem.values),
        "show": _one_of(request.GET.get("show", ""), SHOWN) or "open",
        "q": request.GET.get("q", "").replace("\x00", "").strip()[:60],
    }
    page = Paginator(tickets(request, chosen, at), PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "faults", rows=len(page.object_list))
    local = timezone.localtime(at)
    context = {
        "page": page,
        "now": now,
        "at": at,
        "at_value": local.strftime("%Y-%m-%dT%H:%M") if moment else "",
        "past": moment is not None,
        "bad_date": BAD_DATE if asked and moment is None else "",
        "asked": asked,
        "chosen": chosen,
        "colours": Colour.choices,
        "systems": FaultSystem.choices,
        "stock": _stock_words(faults.stock(at)),
    }
    return render(request, "cases/faults/list.html", context)


def tickets(request: HttpRequest, chosen: dict[str, str], at: datetime) -> QuerySet[FaultTicket]:
    """What this account sees of them: the oldest first, which is what waits longest."""
    found = FaultTicket.objects.visible_to(request.user)
    if chosen["show"] == "open":
        found = found.open_at(at)
    else:
        found = found.annotate(colour_then=F("colour"))
    if chosen["colour"]:
        found = found.filter(colour_then=chosen["colour"])
    if chosen["system"]:
        found = found.filter(system=chosen["system"])
    if chosen["q"]:
        found = found.filter(Q(ref=faults.ref_key(chosen["q"])) | Q(line__line_ref__iexact=chosen["q"]))
    return (
        found.with_unit()
        .select_related("line__client", "case__client", "responsible_entity")
        .order_by("opened_at", "pk")
    )


@require_safe
@for_roles(*CASE_READERS)
def fault_page(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = (
        FaultTicket.objects.visible_to(request.user)
        .with_unit()
        .select_related("line__client", "case__client", "responsible_entity")
        .filter(pk=pk)
        .first()
    )
    if ticket is None:
        raise Http404
    now = timezone.now()
    client = ticket.line.client if ticket.line else ticket.case.client if ticket.case else None
    rows = list(ticket.changes_history.order_by("-at", "-pk")[: REPORTS + 1])
    case_opens = (
        ticket.case is not None
        and Case.objects.visible_to(request.user, now=now).filter(pk=ticket.case_id).exists()
    )
    log_access(
        request,
        action_on(request, ticket),
        "fault_ticket",
        ticket.pk,
        client_id=client.pk if client else None,
    )
    context = {
        "ticket": ticket,
        "client": client,
        "case_opens": case_opens,
        "told": told(rows[:REPORTS]),
        "cut": len(rows) > REPORTS,
        "now": now,
    }
    return render(request, "cases/faults/page.html", context)


def told(rows: list[Any]) -> list[Told]:
    """The history, newest first, without the reports that changed nothing."""
    ids = {pk for row in rows for pk in row.changes.get("entity", ()) if pk}
    entities = dict(Entity.objects.filter(pk__in=ids).order_by().values_list("pk", "name")) if ids else {}
    lines = []
    for rank, row in enumerate(rows):
        first = rank == len(rows) - 1 and len(rows) < REPORTS
        text = "premier relevé" if first else change_words(row.changes, entities)
        if text:
            lines.append(Told(row.at, text[:1].upper() + text[1:], row.colour, row.source))
    return lines


def _one_of(text: str, values: Any) -> str:
    return text if text in values else ""


def _stock_words(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "open": found["open"],
        "colour": list(found["colour"].items()),
        "system": [(FaultSystem(value).label, number) for value, number in found["system"].items()],
        "unit": [(value or "Sans unité connue", number) for value, number in found["unit"].items()],
    }
