"""What an administrator does with a subscription or a machine: one gesture each, then the page again."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from atdemain.notifications.enums import DisabledReason
from atdemain.notifications.models import WebhookHost, WebhookSubscription
from atdemain.notifications.webhooks import keys, subscriptions
from atdemain.notifications.webhooks.subscriptions import Made, Refused
from atdemain.pages.access import for_administrators
from atdemain.pages.webhooks import views
from atdemain.pages.webhooks.forms import HostForm

Act = Callable[[HttpRequest, WebhookSubscription], HttpResponse | None]


@require_POST
@for_administrators
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if action not in ACTIONS:
        raise Http404
    found = views.subscription_of(pk)
    if found.ended_at is not None:
        return views.page(request, found, status=422, refused="Cet abonnement est terminé.")
    try:
        answer = ACTIONS[action](request, found)
    except Refused as refusal:
        return views.page(request, found, status=422, refused=refusal.message)
    return answer or redirect("webhooks:subscription", pk=pk)


def _rotate(request: HttpRequest, found: WebhookSubscription) -> HttpResponse | None:
    try:
        secret = subscriptions.rotate(found, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except keys.RotationUnderWay:
        refused = "Deux clés signent déjà : retirez d’abord l’ancienne."
        return views.page(request, found, status=422, refused=refused)
    return views.issued(request, Made(found, secret), renewed=True)


def _end_rotation(request: HttpRequest, found: WebhookSubscription) -> None:
    if subscriptions.end_rotation(found, actor=request.actor, now=timezone.now()):  # type: ignore[attr-defined]
        messages.success(request, "L’ancienne clé ne signe plus.")
    else:
        messages.info(request, "C’était déjà fait : une seule clé signe.")


def _test(request: HttpRequest, found: WebhookSubscription) -> None:
    subscriptions.test(found, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    messages.success(
        request, "Essai demandé : il part dans quelques secondes, le journal des envois le dira."
    )


def _stop(request: HttpRequest, found: WebhookSubscription) -> None:
    done = subscriptions.stop(found, DisabledReason.ADMIN, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    _say(request, done, "Abonnement arrêté : plus rien ne part vers cette adresse.")


def _resume(request: HttpRequest, found: WebhookSubscription) -> None:
    done = subscriptions.resume(found, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    _say(request, done, "Abonnement repris. Ce qui a été abandonné se renvoie à la demande.")


def _end(request: HttpRequest, found: WebhookSubscription) -> None:
    done = subscriptions.end(found, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    _say(request, done, "Abonnement terminé. Son journal reste lisible six mois.")


def _resend(request: HttpRequest, found: WebhookSubscription) -> None:
    """`delivery`: one of them; without it, all that were abandoned."""
    asked = request.POST.get("delivery", "")
    if asked and not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    one = [int(asked)] if asked else None
    number = subscriptions.resend(found, one, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    if not number:
        messages.info(request, "Rien à renvoyer : aucun de ces envois n’est abandonné.")
    elif number == 1:
        messages.success(request, "1 envoi remis dans la file, sous le même identifiant.")
    else:
        messages.success(request, f"{number} envois remis dans la file, sous les mêmes identifiants.")


def _say(request: HttpRequest, done: bool, words: str) -> None:
    if done:
        messages.success(request, words)
    else:
        messages.info(request, "C’était déjà fait : rien n’a changé.")


ACTIONS: dict[str, Act] = {
    "rotate": _rotate,
    "end-rotation": _end_rotation,
    "test": _test,
    "stop": _stop,
    "resume": _resume,
    "end": _end,
    "resend": _resend,
}


@require_POST
@for_administrators
def allow(request: HttpRequest) -> HttpResponse:
    form = HostForm(request.POST, auto_id="host_%s")
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = subscriptions.allow(
                told["entity"],
                told["host"],
                told["port"],
                actor=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"{made} est autorisée pour {made.entity}.")
            return redirect("webhooks:list")
    return views.list_page(request, form, status=422)


@require_POST
@for_administrators
def forbid(request: HttpRequest, pk: int) -> HttpResponse:
    host = get_object_or_404(WebhookHost.objects.select_related("entity"), pk=pk)
    name = f"{host} n’est plus autorisée pour {host.entity} : rien n’y est plus envoyé."
    subscriptions.forbid(host, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    messages.success(request, name)
    return redirect("webhooks:list")
