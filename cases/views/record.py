"""Noter un appel: find who is calling, save, and see at once what this contact makes of the story."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from cases import hooks, recording
from cases.enums import WORKING_STATES
from cases.forms.record import RecordForm
from cases.intake import Received
from cases.models import Case, Contact

from .access import CASE_WORKERS, for_roles

SESSION_KEY = "recorded"


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_WORKERS)
def record(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        return _blank(request, now)
    if "find" in request.POST:  # without script: who may be calling; nothing is checked, what is typed stays
        return _found(request, now)
    form = RecordForm(request.POST, user=request.user, now=now)
    if not form.is_valid():
        return _show(request, form, status=422)
    picked = form.cleaned_data["client"]
    received = recording.save(
        form.incoming(),
        user=request.user,
        actor=request.actor,
        now=now,
        number=form.cleaned_data["number"],
        new=picked == recording.NEW,
    )
    if received.status == "rejected":
        form.add_error(None, received.reason)
        return _show(request, form, status=422)
    log_access(
        request,
        "record",
        "contact",
        received.contact_id,
        client_id=received.client_id,
        purpose=Purpose.RECORD,
    )
    _remember(request, received)
    return redirect("cases:recorded", pk=received.contact_id)


def _blank(request: HttpRequest, now: datetime) -> HttpResponse:
    """`?client=` from a client's page, `?who=` from the search box or a telephone bar."""
    reference, who = request.GET.get("client", "")[:40], request.GET.get("who", "")[:120]
    form = RecordForm(user=request.user, now=now, initial={"who": reference or who, "client": reference})
    form.found = recording.find(request.user, reference or who, now)
    return _show(request, form)


def _found(request: HttpRequest, now: datetime) -> HttpResponse:
    typed = {name: value for name, value in request.POST.items() if name != "client"}
    form = RecordForm(user=request.user, now=now, initial=typed)
    form.found = recording.find(request.user, typed.get("who", "")[:120], now)
    return _show(request, form)


def _show(request: HttpRequest, form: RecordForm, status: int = 200) -> HttpResponse:
    _log_found(request, form)
    context = {"form": form, "found": form.found, "chosen": form.chosen, "now": form.now}
    return render(request, "cases/record/page.html", context, status=status)


@require_safe
@for_roles(*CASE_WORKERS)
def lookup(request: HttpRequest) -> HttpResponse:
    """The clients who may be calling, as the number is typed; the part of the page that shows them."""
    now = timezone.now()
    form = RecordForm(user=request.user, now=now)
    form.found = recording.find(request.user, request.GET.get("who", ""), now)
    _log_found(request, form)
    context = {"form": form, "found": form.found, "chosen": form.chosen, "now": now}
    return render(request, "cases/record/_candidates.html", context)


def _log_found(request: HttpRequest, form: RecordForm) -> None:
    if form.found.candidates:
        only = form.found.candidates[0].client.pk if len(form.found.candidates) == 1 else None
        rows = len(form.found.candidates)
        log_access(request, "search", "client", client_id=only, purpose=Purpose.RECORD, rows=rows)


def _remember(request: HttpRequest, received: Received) -> None:
    """What happened, for the page that follows: ids and codes only."""
    verdict = received.verdict
    request.session[SESSION_KEY] = {
        "contact": received.contact_id,
        "status": received.status,
        "outcome": received.outcome,
        "client_created": received.client_created,
        "threshold": verdict.rule.threshold if verdict else None,
        "hours": verdict.rule.window_hours if verdict else None,
        "rule": f"{verdict.rule.code} version {verdict.rule.version}" if verdict else "",
        "mode": verdict.mode if verdict else "",
    }


@require_safe
@for_roles(*CASE_WORKERS)
def recorded(request: HttpRequest, pk: int) -> HttpResponse:
    """What the contact just noted makes of the client's story. Only for who noted it."""
    contact = (
        Contact.objects.filter(pk=pk, source_system="manual", handled_by=request.user.pk)
        .select_related(
            "client", "reason", "case__owner__user", "case__current_promise", "case__unit", "unit"
        )
        .first()
    )
    if contact is None:
        raise Http404
    now = timezone.now()
    told = request.session.get(SESSION_KEY, {})
    if told.get("contact") != pk:
        told = {"outcome": "attached" if contact.case_id else "none"}
    story = recording.story(contact, told.get("hours") or 168)
    case = contact.case or _working(contact)
    opens = case is not None and Case.objects.visible_to(request.user, now=now).filter(pk=case.pk).exists()
    given = hooks.providers.get("given_words")
    log_access(request, "view", "contact", contact.pk, client_id=contact.client_id, purpose=Purpose.RECORD)
    context = {
        "contact": contact,
        "case": case,
        "case_opens": opens,
        "given": given(case) if given and case is not None else "",
        "mine": case is not None and case.in_charge(request.user, now),
        "can_claim": opens and case.owner_id is None and hasattr(request.user, "advisor_profile"),
        "told": told,
        "story": story,
        "counted": [one for one in story if one.counts],
        "not_counted": [one for one in story if not one.counts],
        "now": now,
    }
    return render(request, "cases/record/done.html", context)


def _working(contact: Contact) -> Case | None:
    """The client's open case, when the contact did not join it (it does not count, or is of another kind)."""
    if contact.client_id is None:
        return None
    return (
        Case.objects.filter(client=contact.client_id, state__in=WORKING_STATES)
        .select_related("owner__user", "current_promise", "unit")
        .order_by("opened_at", "pk")
        .first()
    )
