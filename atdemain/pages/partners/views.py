"""Who may use the API: one line per client, and the page of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation import api_clients
from atdemain.organisation.api_clients import ClientRefused, Issued
from atdemain.organisation.api_scopes import SCOPES
from atdemain.organisation.models import ApiClient
from atdemain.pages.access import for_administrators
from atdemain.pages.partners.forms import NewForm, RevokeForm, rights_of

#: French for what the journal calls an act.
ACTS = {"created": "Créé", "changed": "Modifié", "revoked": "Révoqué"}


@require_safe
@for_administrators
def partners(request: HttpRequest) -> HttpResponse:
    """The live ones first, `?show=all` those that were revoked too."""
    everyone = request.GET.get("show") == "all"
    rows = ApiClient.objects.select_related("entity")
    shown = list(rows if everyone else rows.filter(revoked_at=None))
    used = api_clients.last_uses(shown)
    live: dict[int, list[int]] = {}
    for one in shown:  # the latest first
        if one.live:
            live.setdefault(one.entity_id, []).append(one.pk)
    context = {
        "rows": [(one, used.get(one.pk), _place(one, live.get(one.entity_id, []))) for one in shown],
        "everyone": everyone,
        "revoked": 0 if everyone else ApiClient.objects.exclude(revoked_at=None).count(),
    }
    return render(request, "partners/list.html", context)


def _place(one: ApiClient, live: list[int]) -> str:
    """During a renewal, which of the two it is: « new » or « old »; "" otherwise."""
    return "" if len(live) < 2 or not one.live else "new" if one.pk == live[0] else "old"


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def new(request: HttpRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method != "POST":
        return _form(request, form)
    if not form.is_valid():
        return _form(request, form, 422)
    told = form.cleaned_data
    try:
        issued = api_clients.create(
            told["entity"],
            name=told["name"],
            scopes=told["scopes"],
            per_minute=told["per_minute"],
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
        )
    except ClientRefused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return _form(request, form, 422)
    return _issued(request, issued, old=None)


def _form(request: HttpRequest, form: NewForm, status: int = 200) -> HttpResponse:
    return render(request, "partners/new.html", {"form": form}, status=status)


def _issued(request: HttpRequest, issued: Issued, old: ApiClient | None) -> HttpResponse:
    """The only page that ever shows the secret; nothing keeps it, and no cache stores a page of this site."""
    context = {"client": issued.client, "secret": issued.secret, "old": old}
    return render(request, "partners/issued.html", context, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def client(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: other scopes, another limit."""
    found = _client(pk)
    if request.method != "POST":
        return _page(request, found)
    form = rights_of(found, request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, rights=form)
    told = form.cleaned_data
    try:
        api_clients.change(
            found,
            scopes=told["scopes"],
            per_minute=told["per_minute"],
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
        )
    except ClientRefused as refusal:
        return _page(request, found, status=422, refused=refusal.message, rights=form)
    messages.success(request, "Droits enregistrés : ils valent dès la prochaine requête.")
    return redirect("partners:client", pk=pk)


@require_POST
@for_administrators
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    found = _client(pk)
    try:
        issued = api_clients.rotate(found, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except ClientRefused as refusal:
        return _page(request, found, status=422, refused=refusal.message)
    return _issued(request, issued, old=found)


@require_POST
@for_administrators
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    found = _client(pk)
    form = RevokeForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=422, revoking=form)
    actor = request.actor  # type: ignore[attr-defined]
    if api_clients.revoke(found, reason=form.cleaned_data["reason"], actor=actor, now=timezone.now()):
        messages.success(request, f"{found.name} est révoqué : ses jetons n’ouvrent plus rien.")
    return redirect("partners:client", pk=pk)


def _client(pk: int) -> ApiClient:
    return get_object_or_404(ApiClient.objects.select_related("entity", "created_by"), pk=pk)


def _page(request: HttpRequest, found: ApiClient, *, status: int = 200, **more: Any) -> HttpResponse:
    live = ApiClient.objects.filter(entity=found.entity_id, revoked_at=None)
    context = {
        "client": found,
        "rights": rights_of(found),
        "revoking": RevokeForm(),
        "granted": [(name, SCOPES[name]) for name in found.granted],
        "others": list(live.exclude(pk=found.pk)),
        "last_use": api_clients.last_uses([found]).get(found.pk),
        "history": [(ACTS.get(act.action, act.action), act) for act in api_clients.history(found)],
        "refused": "",
    }
    return render(request, "partners/client.html", context | more, status=status)
