"""One account, for an administrator: what it holds, its hand-over, its closing, its second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atdemain.journal.record import record
from atdemain.organisation import closing, second_factor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.pages.access import for_administrators
from atdemain.pages.accounts import telling
from atdemain.pages.accounts.forms import ReasonForm

CLOSE, RESET, HAND_OVER, INVITE = "close", "reset", "hand_over", "invite"


@require_safe
@for_administrators
def account(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(_accounts(), pk=pk))


@require_POST
@for_administrators
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """One of `ACTIONS`, then the page again: 422 with what stands in the way."""
    if action not in ACTIONS:
        raise Http404
    user = get_object_or_404(_accounts(), pk=pk)
    refused = ACTIONS[action](request, user)
    if refused is not None:
        return _page(request, user, status=422, **refused)
    return redirect("accounts:account", pk=pk)


def _accounts() -> Any:
    return User.objects.select_related("unit", "team", "entity").prefetch_related("groups")


def _page(request: HttpRequest, user: User, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    held = closing.held_by(user, now) if user.is_active else []
    context = {
        "account": user,
        "roles": [role.label for role in Role if role in user.roles],
        "held": held,
        "to_hand_over": any(one.units for one in held),
        "since": second_factor.enrolled_since(user),
        "required": second_factor.required(user),
        "closing": ReasonForm(prefix=CLOSE),
        "resetting": ReasonForm(prefix=RESET),
        "refused": [],
        "now": now,
        "myself": user.pk == request.user.pk,
    }
    return render(request, "accounts/account.html", context | more, status=status)


def _close(request: HttpRequest, user: User) -> dict[str, Any] | None:
    form = ReasonForm(request.POST, prefix=CLOSE)
    if not form.is_valid():
        return {"closing": form}
    if user.pk == request.user.pk:
        return {"refused": ["Vous ne pouvez pas fermer votre propre compte."], "closing": form}
    reason = form.cleaned_data["reason"]
    try:
        closing.close(user, actor=request.actor, at=timezone.now(), reason=reason)  # type: ignore[attr-defined]
    except closing.StillHolds as holds:
        return {"refused": holds.reasons, "closing": form}
    messages.success(request, f"Le compte de {user} est fermé.")
    return None


def _reset(request: HttpRequest, user: User) -> dict[str, Any] | None:
    form = ReasonForm(request.POST, prefix=RESET)
    if not form.is_valid():
        return {"resetting": form}
    if user.pk == request.user.pk:
        return {"refused": ["Vous ne pouvez pas retirer votre propre vérification."], "resetting": form}
    now = timezone.now()
    with transaction.atomic():
        actor, reason = request.actor, form.cleaned_data["reason"]  # type: ignore[attr-defined]
        if second_factor.reset(user, actor=actor, at=now, reason=reason):
            telling.tell_reset(user, now)
            messages.success(request, f"Vérification retirée. {user} est prévenu et en ajoutera une autre.")
    return None


def _hand_over(request: HttpRequest, user: User) -> dict[str, Any] | None:
    now = timezone.now()
    held = [one for one in closing.held_by(user, now) if one.units]
    if not held:
        return None
    with transaction.atomic():
        told = telling.ask_hand_over(user, held, now)
        if not told:
            return {"refused": ["Aucun manager actif dans cette unité : nommez-en un d’abord."]}
        changes = {"asked": sorted(manager.pk for manager in told)}
        record("user", user.pk, "hand_over_asked", actor=request.actor, at=now, changes=changes)  # type: ignore[attr-defined]
    names = ", ".join(manager.short_name for manager in told)
    messages.success(request, f"Passation demandée à {names}.")
    return None


def _invite(request: HttpRequest, user: User) -> dict[str, Any] | None:
    if not user.is_active or not user.email:
        return {"refused": ["Un compte fermé, ou sans adresse de messagerie, ne s’invite pas."]}
    now = timezone.now()
    with transaction.atomic():
        telling.invite([user], request.build_absolute_uri(reverse("account_reset_password")), now)
        record("user", user.pk, "invited", actor=request.actor, at=now)  # type: ignore[attr-defined]
    messages.success(request, f"Invitation envoyée à {user.email}.")
    return None


ACTIONS = {CLOSE: _close, RESET: _reset, HAND_OVER: _hand_over, INVITE: _invite}
