"""Opening a case by hand, from the client's page."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from cases import workflow
from cases.enums import ReasonFamily
from cases.forms.fields import select, text
from cases.models import Line

from .access import CASE_WORKERS, for_roles, visible_client


class OpenForm(forms.Form):
    reason_family = select(
        "Problème", [c for c in ReasonFamily.choices if c[0] not in ("unknown", "non_technical")]
    )
    line = forms.ModelChoiceField(
        label="Ligne",
        queryset=Line.objects.none(),
        required=False,
        empty_label="ligne inconnue",
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    text = text("Pourquoi ouvrir ce dossier maintenant ?", rows=2, minimum=10, maximum=400)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_WORKERS)
def open_page(request: HttpRequest, client_ref: str) -> HttpResponse:
    client = visible_client(request, client_ref)
    form = OpenForm(request.POST if request.method == "POST" else None)
    form.fields["line"].queryset = client.lines.all()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            done = workflow.open_manually(
                client.pk,
                actor=request.actor,
                now=timezone.now(),
                reason_family=data["reason_family"],
                line_id=data["line"].pk if data["line"] else None,
                text=data["text"],
            )
        except workflow.NotAllowed:
            raise PermissionDenied from None
        except workflow.Refused as refusal:
            for reason in refusal.reasons:
                form.add_error(reason.field if reason.field in form.fields else None, reason.text)
        else:
            messages.success(
                request, f"Dossier {done.case.ref} ouvert. Prenez-le, ou laissez-le dans la file."
            )
            return redirect("cases:case", ref=done.case.ref)
    log_access(request, "view", "client", client.pk, client_id=client.pk, purpose=Purpose.ACTION)
    status = 422 if form.errors else 200
    return render(request, "cases/open.html", {"client": client, "form": form}, status=status)
