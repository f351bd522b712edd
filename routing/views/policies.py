"""« Politiques d’affectation »: the versions, what changed in each, a new one tried on the last 28 days.

domain.md §5.3: weights are versioned and discussed; what decided yesterday stays readable, and is never edited.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from routing import policies as versions
from routing.facts import policy_in_force
from routing.forms.policy import THEMES, PolicyPageForm
from routing.models import RoutingPolicy
from routing.policy import LABELS, Policy
from routing.policy_preview import preview

PAGE = 50


@require_safe
@for_roles(Role.ADMIN)
def policies(request: HttpRequest) -> HttpResponse:
    """History, latest first."""
    now = timezone.now()
    found = list(RoutingPolicy.objects.select_related("created_by").order_by("-version")[: PAGE + 1])
    force = policy_in_force(now)
    rows = [
        {
            "row": row,
            "in_force": force is not None and row.pk == force.pk,
            "to_come": row.valid_from > now,
            "changes": versions.changes(
                found[rank + 1].policy() if rank + 1 < len(found) else Policy(), row.policy()
            ),
        }
        for rank, row in enumerate(found[:PAGE])
    ]
    context = {"rows": rows, "more": len(found) > PAGE, "limit": PAGE, "now": now}
    return render(request, "routing/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMIN)
def new(request: HttpRequest) -> HttpResponse:
    """A new version, from the latest: seen first on the last 28 days, then written."""
    now = timezone.now()
    latest = RoutingPolicy.objects.order_by("-version").first()
    based_on = latest.version if latest else 0
    if request.method != "POST":
        form = PolicyPageForm(initial={"based_on": based_on, "valid_from": timezone.localtime(now)})
        return _form(request, form, latest)
    form = PolicyPageForm(request.POST)
    if not form.is_valid():
        return _form(request, form, latest, status=422)
    proposed = Policy.from_json(form.instance.settings_json)
    current = latest.policy() if latest else Policy()
    changed = versions.changes(current, proposed)
    if form.cleaned_data["based_on"] != based_on:
        return _stale(request, form, latest)
    if not changed:
        form.add_error(None, "Rien n’a changé : modifiez au moins un réglage.")
        return _form(request, form, latest, status=422)
    digest = _digest(form)
    if request.POST.get("step") != "publish" or request.POST.get("seen") != digest:
        # What is written is what was seen: changed since, it is shown again.
        force = policy_in_force(now)
        seen = preview(force.policy() if force else Policy(), proposed, now)
        return _form(request, form, latest, seen=seen, changed=changed, digest=digest)
    try:
        made = versions.publish(
            form.instance.settings_json,
            valid_from=form.cleaned_data["valid_from"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            actor=request.actor,
            now=now,
            based_on=based_on,
        )
    except versions.StalePolicy as stale:
        return _stale(request, form, stale.latest)
    messages.success(request, f"La version {made.version} est enregistrée.")
    return redirect("routing:policy", made.version)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMIN)
def policy(request: HttpRequest, version: int) -> HttpResponse:
    """One version, read; before it begins, it may be taken back."""
    now = timezone.now()
    row = _version(version)
    if request.method == "POST":
        if versions.withdraw(version, actor=request.actor, now=now):
            messages.success(request, f"La version {version} est retirée : elle n’a décidé de rien.")
            return redirect("routing:policies")
        messages.error(
            request, "Cette version est déjà en vigueur : elle ne se modifie plus. Écrivez-en une nouvelle."
        )
        return redirect("routing:policy", version)
    before = RoutingPolicy.objects.filter(version__lt=version).order_by("-version").first()
    values = row.policy()
    context = {
        "row": row,
        "to_come": row.valid_from > now,
        "in_force": (force := policy_in_force(now)) is not None and force.pk == row.pk,
        "changes": versions.changes(before.policy() if before else Policy(), values),
        "themes": [
            (title, [(LABELS[name], versions.told(getattr(values, name))) for name in names])
            for title, names in THEMES
        ],
        "now": now,
    }
    return render(request, "routing/policy.html", context)


def _digest(form: PolicyPageForm) -> str:
    """Of what is about to be written."""
    told = json.dumps([form.instance.settings_json, str(form.cleaned_data["valid_from"])], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _version(version: int) -> RoutingPolicy:
    if version < 2**31:
        row = RoutingPolicy.objects.select_related("created_by").filter(version=version).first()
        if row is not None:
            return row
    raise Http404


def _form(
    request: HttpRequest,
    form: PolicyPageForm,
    latest: RoutingPolicy | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context = {"form": form, "latest": latest, "now": timezone.now(), **more}
    return render(request, "routing/policy_new.html", context, status=status)


def _stale(request: HttpRequest, form: PolicyPageForm, latest: RoutingPolicy | None) -> HttpResponse:
    """409: what was typed stays; sending again is then about the latest version."""
    form.data = form.data.copy()
    form.data["based_on"] = str(latest.version if latest else 0)
    return _form(request, form, latest, status=409, stale=latest)


@require_safe
@login_required
def how(request: HttpRequest) -> HttpResponse:
    """« Qui prend le dossier »: for everybody, with the weights in force (docs/routing.md says the same)."""
    now = timezone.now()
    row = policy_in_force(now)
    context = {"row": row, "policy": row.policy() if row else Policy(), "now": now}
    return render(request, "routing/how.html", context)
