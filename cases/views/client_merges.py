"""Two records of one client: side by side, what merging them will do, then the merge or its undoing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from cases import clients
from cases.forms.client_merge import PairForm, WhyForm
from cases.intake import Reevaluated
from cases.models import Client

from .access import NUL, for_roles


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMIN)
def client_merges(request: HttpRequest) -> HttpResponse:
    """GET: choose two records, then see both and what will change. POST: confirm, with a reason."""
    now = timezone.now()
    chosen = request.POST if request.method == "POST" else request.GET
    pair = PairForm(chosen if "kept" in chosen or "gone" in chosen else None)
    seen = None
    if pair.is_bound and pair.is_valid():
        seen = clients.outlook(pair.cleaned_data["kept"], pair.cleaned_data["gone"], now)
    why = WhyForm(request.POST if request.method == "POST" else None)
    if seen is not None and request.method == "POST" and why.is_valid():
        try:
            done = clients.merge(
                seen.kept.client.pk,
                seen.gone.client.pk,
                actor=request.actor,
                now=now,
                reason=why.cleaned_data["reason"],
            )
        except clients.Refused as refusal:
            why.add_error(None, refusal.text)
        else:
            words = f"{done.gone.client_ref} est fusionnée dans {done.kept.client_ref}. "
            messages.success(request, words + _told(done.contacts, "déplacé", done.verdicts))
            return redirect("cases:client_merges")
    if seen is not None:
        for side in (seen.kept, seen.gone):
            log_access(
                request, "view", "client", side.client.pk, client_id=side.client.pk, purpose=Purpose.MERGE
            )
    context = {"pair": pair, "form": why, "seen": seen, "now": now, "past": clients.merges()}
    status = 422 if (pair.is_bound and pair.errors) or why.errors else 200
    return render(request, "cases/client_merges/page.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMIN)
def client_split(request: HttpRequest, client_ref: str) -> HttpResponse:
    """Undo a merge: what goes back, then a reason."""
    known = Client.objects.select_related("merged_into")
    gone = None if NUL in client_ref else known.filter(client_ref=client_ref).first()
    if gone is None or gone.merged_into is None:
        raise Http404
    form = WhyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            done = clients.split(
                gone.pk, actor=request.actor, now=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except clients.Refused as refusal:
            form.add_error(None, refusal.text)
        else:
            words = f"{done.back.client_ref} est de nouveau une fiche à part. "
            messages.success(request, words + _told(done.contacts, "rendu", done.verdicts))
            return redirect("cases:client_merges")
    log_access(request, "view", "client", gone.pk, client_id=gone.pk, purpose=Purpose.SPLIT)
    context = {"gone": gone, "form": form}
    return render(request, "cases/client_merges/split.html", context, status=422 if form.errors else 200)


def _told(contacts: int, moved: str, verdicts: Reevaluated) -> str:
    """« 3 contacts déplacés, 2 verdicts changés, 1 dossier ouvert. »"""
    parts = [(contacts, "contact", moved), (verdicts.changed, "verdict", "changé")]
    parts += [(verdicts.opened, "dossier", "ouvert"), (verdicts.reopened, "dossier", "rouvert")]
    told = [
        f"{number} {noun}{'s' * (number > 1)} {past}{'s' * (number > 1)}"
        for number, noun, past in parts
        if number or noun in ("contact", "verdict")
    ]
    return ", ".join(told) + "."
