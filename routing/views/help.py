"""Entraide: asked from a case, seen by who is free and knows, accepted in sight of who asked (domain.md L28)."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2s
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from cases.models import Case
from cases.views.access import for_roles, visible_case
from routing import evidence, mutual_help
from routing.enums import HelpState
from routing.forms.help import AskForm, CloseForm
from routing.models import MutualHelpRequest

READERS = (*mutual_help.HELPERS, Role.MANAGER)
RAIL = 3
PAGE = 100
SINCE = timedelta(days=28)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def of_case(request: HttpRequest, ref: str) -> HttpResponse:
    """GET: the part of the case's page, or a page of its own; POST: the question."""
    case = visible_case(request, ref)
    now = timezone.now()
    asked = mutual_help.current(case)
    may_ask = mutual_help.may_ask(case, request.user, now)
    if request.method == "POST":
        return _ask(request, case, asked, now)
    context = _case_context(request, case, asked, may_ask)
    if request.htmx:
        if request.GET.get("seen") == context["signature"]:
            return HttpResponse(status=204)
        return render(request, "routing/_help_case.html", {"panel": context, "now": now})
    log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=Purpose.HELP)
    return _ask_page(request, case, asked, AskForm(), now)


def _ask(request: HttpRequest, case: Case, asked: MutualHelpRequest | None, now: datetime) -> HttpResponse:
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            done = mutual_help.ask(case, form.cleaned_data["question"], actor=request.actor, now=now)
        except mutual_help.HelpRefused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            if done.already:
                messages.info(request, "Une demande d’entraide est déjà en cours sur ce dossier.")
            else:
                messages.success(request, "Entraide demandée : les collègues disponibles la voient.")
            return redirect("cases:case", ref=case.ref)
    return _ask_page(request, case, asked, form, now, status=422)


def _ask_page(
    request: HttpRequest,
    case: Case,
    asked: MutualHelpRequest | None,
    form: AskForm,
    now: datetime,
    status: int = 200,
) -> HttpResponse:
    may_ask = mutual_help.may_ask(case, request.user, now)
    panel = _case_context(request, case, asked, may_ask)
    context = {"case": case, "form": form, "panel": panel, "may_ask": may_ask, "now": now}
    return render(request, "routing/help_ask.html", context, status=status)


def _case_context(
    request: HttpRequest, case: Case, asked: MutualHelpRequest | None, may_ask: bool
) -> dict[str, Any]:
    under_way = asked is not None and asked.state in mutual_help.OPEN
    state = f"{asked.pk}:{asked.state}" if asked else ""
    return {
        "case": case,
        "asked": asked,
        "under_way": under_way,
        "may_ask": may_ask and not under_way,
        "mine": asked is not None and asked.asked_by_id == request.user.pk,
        "helping": asked is not None and asked.helper_id == request.user.pk,
        "signature": state,
        "loads": False,
    }


@require_safe
@for_roles(*READERS)
def help_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_safe
@for_roles(*mutual_help.HELPERS)
def rail(request: HttpRequest) -> HttpResponse:
    """Beside the day: asked for again every ten seconds, 204 while nothing has changed."""
    now = timezone.now()
    rows, _more = _waiting(request, now)
    free = [row for row, objection in rows if not objection]
    own = list(mutual_help.mine(request.user)[:RAIL])
    marks = [f"{row.pk}{row.state}" for row in (*free[:RAIL], *own)]
    signature = blake2s(f"{len(free)}|{'|'.join(marks)}".encode(), digest_size=6).hexdigest()
    if request.GET.get("seen") == signature:
        return HttpResponse(status=204)
    context = {
        "waiting": free[:RAIL],
        "more": max(0, len(free) - RAIL),
        "own": own,
        "signature": signature,
        "now": now,
    }
    return render(request, "routing/_help_rail.html", context)


@require_POST
@for_roles(*mutual_help.HELPERS)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    done = _do(request, pk, mutual_help.accept, "Vous aidez sur ce dossier : le demandeur voit votre nom.")
    if done is None:
        return redirect("routing:help")
    return redirect("cases:case", ref=done.request.case.ref)


@require_POST
@for_roles(*mutual_help.HELPERS)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    _do(request, pk, mutual_help.withdraw, "Demande retirée.")
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return redirect(target)
    return redirect("routing:help")


@require_POST
@for_roles(*mutual_help.HELPERS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    form = CloseForm(request.POST, pk=pk)
    try:
        if not form.is_valid():
            mutual_help.of_unit(pk, request.actor)
            return _page(request, closing={pk: form}, status=422)
        done = mutual_help.close(pk, actor=request.actor, now=timezone.now(), **form.cleaned_data)
    except MutualHelpRequest.DoesNotExist:
        raise Http404 from None
    except mutual_help.HelpRefused as refused:
        if refused.field:
            form.add_error(refused.field, refused.message)
            return _page(request, closing={pk: form}, status=422)
        messages.error(request, refused.message)
    else:
        _say(request, done, "Entraide terminée. Merci.")
    return redirect("routing:help")


def _do(request: HttpRequest, pk: int, act: Any, words: str) -> mutual_help.Done | None:
    try:
        done = act(pk, actor=request.actor, now=timezone.now())
    except MutualHelpRequest.DoesNotExist:
        raise Http404 from None
    except mutual_help.HelpRefused as refused:
        messages.error(request, refused.message)
        return None
    _say(request, done, words)
    return done


def _say(request: HttpRequest, done: mutual_help.Done, words: str) -> None:
    if done.already:
        messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
    else:
        messages.success(request, words)


def _waiting(request: HttpRequest, now: datetime) -> tuple[list[tuple[MutualHelpRequest, str]], bool]:
    """The unit's questions, each with why this account may not take it ("" when it may)."""
    rows = list(mutual_help.waiting(request.user).filter(expires_at__gt=now)[: PAGE + 1])
    if not request.user.has_role(*mutual_help.HELPERS):
        return [(row, "Un conseiller ou un soutien y répond.") for row in rows[:PAGE]], len(rows) > PAGE
    ability = mutual_help.able(request.user, now)
    return [(row, ability.why_not(row.case.reason_family)) for row in rows[:PAGE]], len(rows) > PAGE


def _page(
    request: HttpRequest, *, closing: dict[int, CloseForm] | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    rows, more = _waiting(request, now)
    own = list(mutual_help.mine(user)[:PAGE])
    helping = []
    for row in own:
        if row.helper_id == user.pk:
            first = {"minutes": mutual_help.elapsed_minutes(row, now)}
            helping.append((row, (closing or {}).get(row.pk) or CloseForm(pk=row.pk, initial=first)))
    log_access(request, "view", "help", rows=len(rows))
    context = {
        "rows": rows,
        "more": more,
        "limit": PAGE,
        "helping": helping,
        "asked": [row for row in own if row.asked_by_id == user.pk],
        "unit": evidence.unit_help(user.unit_id or 0, now - SINCE, now),
        "given": evidence.help_given(user.pk, now - SINCE, now),
        "fewest": evidence.FEWEST,
        "ASKED": HelpState.ASKED,
        "now": now,
    }
    return render(request, "routing/help.html", context, status=status)
