"""« Ma charge »: the score explained line by line, to oneself first; presence in one click; recovery.

domain.md §5.3. No page shows somebody else's figures, and nothing here outlives seven days.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from routing import load, presence, recovery
from routing.bands import BANDS, band_of
from routing.facts import Board
from routing.policy import Policy


@require_safe
@for_roles(Role.ADVISOR)
def my_load(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    return render(request, "routing/load.html", {"now": now, **_own(request, now)})


@require_safe
@for_roles(Role.ADVISOR)
def rail(request: HttpRequest) -> HttpResponse:
    """The same in small, beside the day: asked for once the day is drawn."""
    now = timezone.now()
    return render(request, "routing/_rail.html", {"now": now, **_own(request, now)})


@require_POST
@for_roles(Role.ADVISOR)
def click(request: HttpRequest) -> HttpResponse:
    """Available, on a break, recovering."""
    try:
        status = presence.click(request.user, request.POST.get("kind", "")[:20], timezone.now())
    except presence.PresenceRefused as refused:
        messages.error(request, refused.message)
    else:
        words = {
            "": "Vous êtes disponible.",
            "break": "Vous êtes en pause.",
            "recovery": "Vous êtes en récupération.",
        }
        messages.success(request, words.get(status.kind, "C’est noté."))
    return _back(request)


@require_POST
@for_roles(Role.ADVISOR)
def recover(request: HttpRequest) -> HttpResponse:
    """Take the ten minutes offered, or not now: no reason, and nobody is told."""
    accepted = request.POST.get("answer") == "accepted"
    try:
        found = recovery.answer(request.user, accepted, timezone.now())
    except presence.PresenceRefused as refused:
        messages.error(request, refused.message)
    else:
        if not found:
            messages.info(request, "Cette proposition n’est plus en cours.")
        elif accepted:
            messages.success(request, "Récupération commencée : aucun dossier ne vous sera confié d’ici là.")
        else:
            messages.success(request, "C’est noté. Vous pouvez vous mettre en récupération à tout moment.")
    return _back(request)


@require_POST
@for_roles(Role.ADVISOR)
def declare(request: HttpRequest) -> HttpResponse:
    """Flag the contact just handled as conflictual, or take it back."""
    text = request.POST.get("contact", "")
    conflictual = request.POST.get("conflictual", "1") == "1"
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        messages.error(request, "Aucun contact à signaler.")
        return _back(request)
    try:
        offered = recovery.declare(
            int(text), actor=request.actor, now=timezone.now(), conflictual=conflictual
        )
    except recovery.DeclarationRefused as refused:
        messages.error(request, str(refused))
    else:
        if offered:
            messages.success(
                request, "Contact signalé comme conflictuel. Dix minutes de récupération vous sont proposées."
            )
        elif not conflictual:
            messages.success(request, "Signalement retiré.")
        else:
            messages.info(request, "Ce contact est déjà signalé.")
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return redirect("routing:my_load")
    return redirect(target)


def _own(request: HttpRequest, now: datetime) -> dict[str, Any]:
    user = request.user
    board = Board.at(now, people=[user.pk])
    candidate = board.candidates.get(user.pk)
    context: dict[str, Any] = {
        "status": presence.status(user, now),
        "offer": recovery.pending(user, now),
        "last": recovery.last_handled(user, now),
        "next": request.GET.get("next") or request.path if request.headers.get("HX-Request") is None else "/",
    }
    if candidate is None:
        return context
    policy = board.policy
    lines = load.components(board.facts[user.pk], policy, now)
    return context | {
        "score": load.in_points(candidate.points),
        "cap": load.in_points(candidate.cap),
        "lines": [(f"{line.count}\u00a0{line.label}", load.in_points(line.points)) for line in lines],
        "bar": _bar(candidate.points, candidate.cap, policy),
        "band": band_of(candidate.points, candidate.cap, policy, plain=False),
        "consequence": _consequence(candidate.points, candidate.cap, policy),
        "policy": policy,
    }


def _bar(points: int, cap: int, policy: Policy) -> dict[str, Any]:
    share = min(100.0, points * 100 / cap)
    return {
        "width": f"{share:.2f}%",
        "tone": BANDS[load.band(points, cap, policy)][1],
        "marks": [f"{policy.band_orange_pct}%", f"{policy.band_red_pct}%"],
    }


def _consequence(points: int, cap: int, policy: Policy) -> str:
    """What it means for the next case, in one sentence."""
    refused = []
    for colour, word in (("green", "vert"), ("orange", "orange"), ("red", "rouge")):
        added = load.case_points("opened", colour, policy)
        if points + added > cap:
            refused.append(f"{word} (+{load.in_points(added)})")
    if not refused:
        return "Un nouveau dossier, quelle que soit sa couleur, peut encore vous être confié."
    if len(refused) == 3:
        return "Aucun nouveau dossier ne vous sera confié automatiquement."
    return f"Un nouveau dossier {' ou '.join(refused)} ne vous sera pas confié automatiquement."
