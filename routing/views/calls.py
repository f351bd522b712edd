"""Calls to entities from a case: whom to call, start, and how it ended (domain.md L36, L37)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.models import Entity, EntityContact
from cases.enums import OPEN_ESCALATION
from cases.models import Case
from cases.views.access import CASE_WORKERS, NUL, for_roles, purpose_of, visible_case
from routing import call_words, calls
from routing.directory import reading
from routing.enums import CallOutcome
from routing.models import InterEntityCall

#: Entities shown beside a case when none was asked yet; the directory has the others.
SHOWN = 3
BIGGEST = 2**63 - 1


@require_safe
@for_roles(*CASE_WORKERS)
def entities(request: HttpRequest, ref: str) -> HttpResponse:
    """A part of the case's page, a page of its own without script. `?all=1`: every entity that may be asked."""
    case = visible_case(request, ref)
    now = timezone.now()
    log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=purpose_of(request, case))
    everyone = request.GET.get("all") == "1"
    chosen, more = _able(case, everyone or not request.htmx)
    context = {
        "case": case,
        "listed": reading.with_hours(reading.gathered(chosen, now), now),
        "more": more,
        "running": calls.running(request.user, now),
        "now": now,
    }
    name = "routing/directory/_entities.html" if request.htmx else "routing/directory/case.html"
    return render(request, name, context)


def _able(case: Case, everyone: bool) -> tuple[list[Entity], int]:
    """Who can act for this case, those that are asked already first; and how many are left out."""
    rank = {}
    for entity, status in case.escalations.order_by("sent_at").values_list("target_entity", "status"):
        rank[entity] = 0 if status in OPEN_ESCALATION else min(1, rank.get(entity, 1))
    order = {kind: place for place, kind in enumerate(reading.KINDS)}
    known = [
        entity
        for entity in Entity.objects.order_by("name", "pk")
        if entity.pk in rank or (entity.accepts_escalations and entity.unit_id != case.unit_id)
    ]
    known.sort(key=lambda one: (rank.get(one.pk, 2), order.get(one.kind, 99)))  # type: ignore[call-overload]
    asked = sum(rank.get(one.pk, 2) == 0 for one in known)
    shown = known if everyone else known[: max(asked, SHOWN)]
    return shown, len(known) - len(shown)


@require_POST
@for_roles(*CASE_WORKERS)
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """First gesture. `line` or `contact` is whom; `on_hold` when the client waits on the line."""
    case = visible_case(request, ref)
    now = timezone.now()
    if not case.is_working:
        messages.error(request, "Ce dossier n’est plus en cours : aucun appel n’est à y noter.")
        return redirect("cases:case", ref=case.ref)
    line = _one(reading.valid_lines(now).select_related("entity"), request.POST.get("line", ""))
    person = _one(
        EntityContact.objects.filter(active=True).exclude(phone="").select_related("entity"),
        request.POST.get("contact", ""),
    )
    if line is None and person is None:
        messages.error(
            request, "Ce numéro n’est plus dans l’annuaire : choisissez-en un autre, le vôtre a pu changer."
        )
        return redirect("routing:entities", ref=case.ref)
    entity = line.entity if line is not None else person.entity
    on_hold = request.POST.get("on_hold") == "1"
    try:
        call = calls.start(
            case, request.user, entity, contact=None if line else person, line=line, on_hold=on_hold, now=now
        )
    except calls.CallRunning as other:
        messages.error(request, _running_words(other.call))
        return redirect("routing:call", ref=other.call.case.ref, pk=other.call.pk)
    return redirect("routing:call", ref=case.ref, pk=call.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_WORKERS)
def call(request: HttpRequest, ref: str, pk: int) -> HttpResponse:
    """Second gesture: how the wait ended. Only the caller's own call, even on a case given away meanwhile."""
    if NUL in ref or pk > BIGGEST:
        raise Http404
    now = timezone.now()
    calls.close_forgotten(now, request.user)
    own = InterEntityCall.objects.filter(pk=pk, case__ref=ref, by=request.user.pk)
    present = own.select_related("entity", "contact", "case").first()
    if present is None:
        raise Http404
    case = present.case
    if present.outcome:
        messages.info(request, f"Cet appel est déjà noté : {_ended(present)}.")
        return redirect("cases:case", ref=case.ref)
    wrong, status = "", 200
    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        if outcome in calls.OUTCOMES:
            on_hold = request.POST.get("on_hold") == "1"
            if calls.finish(present, outcome, on_hold=on_hold, actor=request.actor, now=now):
                messages.success(request, f"Noté. {present.entity.name} : {_ended(present)}.")
            else:
                messages.info(request, f"Cet appel est déjà noté : {_ended(present)}.")
            return redirect("cases:case", ref=case.ref)
        wrong, status = "Dites comment l’appel s’est terminé.", 422
    numbers = reading.valid_lines(now).filter(entity=present.entity_id)
    line = numbers.first() if present.line_used == "priority" else None
    context: dict[str, Any] = {
        "case": case,
        "call": present,
        "number": line.number if line else (present.contact.phone if present.contact else ""),
        "target_s": line.target_answer_s if line else None,
        "outcomes": [(one.value, one.label) for one in calls.OUTCOMES],
        "elapsed_s": int((now - present.started_at).total_seconds()),
        "wrong": wrong,
        "now": now,
    }
    return render(request, "routing/directory/call.html", context, status=status)


def _ended(call: InterEntityCall) -> str:
    return call_words.ended(CallOutcome(call.outcome), call.wait_s, call.client_on_hold)


def _running_words(call: InterEntityCall) -> str:
    return (
        f"Un appel à {call.entity.name} est encore en cours (dossier {call.case.ref}) : "
        "dites d’abord comment il s’est terminé."
    )


def _one(rows: Any, text: str) -> Any:
    return rows.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
