"""Webhooks: one line per subscription, the machines they may reach, and the log of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.models import AuditEvent
from atdemain.notifications.deliveries import held
from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import Delivery, WebhookAttempt, WebhookHost, WebhookSubscription
from atdemain.notifications.webhooks import keys, subscriptions
from atdemain.notifications.webhooks.subscriptions import Made, Refused, Stale
from atdemain.pages.access import for_administrators
from atdemain.pages.webhooks.forms import HostForm, NewForm, change_form

PAGE = 50
HISTORY = 20
#: A message due within this time is awaited: the log draws itself again until it has left.
SOON = timedelta(seconds=30)
#: French for what the journal calls an act.
ACTS = {
    "created": "Créé",
    "changed": "Modifié",
    "stopped": "Arrêté",
    "resumed": "Repris",
    "ended": "Terminé",
    "key_rotated": "Clé renouvelée",
    "rotation_ended": "Ancienne clé retirée",
    "tested": "Essai demandé",
}


@require_safe
@for_administrators
def webhooks(request: HttpRequest) -> HttpResponse:
    """The standing ones; `?show=all` those that ended too."""
    return list_page(request, HostForm(auto_id="host_%s"))


def list_page(request: HttpRequest, host_form: HostForm, status: int = 200) -> HttpResponse:
    everything = request.GET.get("show") == "all"
    rows = WebhookSubscription.objects.all() if everything else WebhookSubscription.objects.standing()
    counted = rows.select_related("entity").annotate(
        dead=Count("deliveries", filter=Q(deliveries__status=DeliveryStatus.DEAD)),
        waiting=Count(
            "deliveries",
            filter=Q(deliveries__status__in=(DeliveryStatus.PENDING, DeliveryStatus.CLAIMED)),
        ),
        last=Max("deliveries__sent_at"),
    )
    context = {
        "page": Paginator(counted.order_by("entity__name", "pk"), PAGE).get_page(request.GET.get("page")),
        "everything": everything,
        "ended": 0 if everything else WebhookSubscription.objects.filter(ended_at__isnull=False).count(),
        "hosts": list(WebhookHost.objects.select_related("entity", "added_by")),
        "host_form": host_form,
        "held": held(),
        "now": timezone.now(),
    }
    return render(request, "webhooks/list.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def new(request: HttpRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            made = subscriptions.create(
                told["entity"],
                told["url"],
                told["events"],
                told["description"],
                actor=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return issued(request, made)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "hosts": WebhookHost.objects.exists()}
    return render(request, "webhooks/new.html", context, status=status)


def issued(request: HttpRequest, made: Made, *, renewed: bool = False) -> HttpResponse:
    """The only page that ever shows the key; no cache stores a page of this site."""
    context = {
        "subscription": made.subscription,
        "secret": made.secret,
        "renewed": renewed,
        "hours": int(keys.OVERLAP.total_seconds() // 3600),
    }
    return render(request, "webhooks/issued.html", context, status=201)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: another address, other events."""
    found = subscription_of(pk)
    if request.method != "POST":
        return page(request, found)
    form = change_form(found, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            subscriptions.change(
                found,
                told["url"],
                told["events"],
                told["description"],
                actor=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
                version=told["version"],
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        except Stale as stale:
            refused = "L’abonnement a changé depuis l’affichage de cette page. Voici ce qu’il est maintenant."
            return page(request, stale.current, status=409, refused=refused)
        else:
            messages.success(request, "Abonnement enregistré.")
            return redirect("webhooks:subscription", pk=pk)
    return page(request, found, status=422, changing=form)


def subscription_of(pk: int) -> WebhookSubscription:
    return get_object_or_404(WebhookSubscription.objects.select_related("entity", "created_by"), pk=pk)


def page(request: HttpRequest, found: WebhookSubscription, *, status: int = 200, **more: Any) -> HttpResponse:
    now = timezone.now()
    only = request.GET.get("only") if request.GET.get("only") in DeliveryStatus.values else ""
    shown = Delivery.objects.filter(subscription=found.pk).order_by("-created_at", "-pk")
    counts = shown.order_by().aggregate(
        all=Count("pk"),
        dead=Count("pk", filter=Q(status=DeliveryStatus.DEAD)),
        awaited=Count(
            "pk",
            filter=Q(status=DeliveryStatus.CLAIMED)
            | Q(status=DeliveryStatus.PENDING, next_attempt_at__lte=now + SOON),
        ),
    )
    if only:
        shown = shown.filter(status=only)
    attempts = Prefetch("attempts_made", WebhookAttempt.objects.order_by("-at", "-pk"), to_attr="told")
    signing = [] if found.ended_at else keys.live(found, now)
    story = AuditEvent.objects.filter(object_type="webhook", object_id=str(found.pk)).order_by("-seq")
    context = {
        "subscription": found,
        "changing": change_form(found),
        "page": Paginator(shown.prefetch_related(attempts), PAGE).get_page(request.GET.get("page")),
        "counts": counts,
        "only": only,
        "signing": signing,
        "rotating": next((key for key in signing if key.expires_at is not None), None),
        "history": [(ACTS.get(one.action, one.action), one) for one in story[:HISTORY]],
        "polling": bool(counts["awaited"]) and found.active and not held(),
        "held": held(),
        "refused": "",
        "now": now,
    }
    return render(request, "webhooks/subscription.html", context | more, status=status)
