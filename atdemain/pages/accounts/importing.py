"""Many accounts from a file: what each line is understood to mean, then all those that may be, in one go."""

from __future__ import annotations

import csv
import io

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.accounts_file import COLUMNS, FileRefused, read
from atdemain.organisation.new_accounts import Proposal, create, understand
from atdemain.pages.access import for_administrators
from atdemain.pages.accounts.forms import FileForm, TextForm
from atdemain.pages.accounts.telling import invite

MEANWHILE = "Un de ces comptes vient d’être créé par quelqu’un d’autre : rien n’est enregistré. Relisez."
EXAMPLE = (
    "l.moreau",
    "Moreau",
    "Léa",
    "A01234",
    "lea.moreau@exemple.fr",
    "conseiller client",
    "lyon",
    "",
    "",
)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def accounts_import(request: HttpRequest) -> HttpResponse:
    """POST of a file: the preview. POST of its text: what the preview said is done."""
    if request.method != "POST":
        return _page(request, FileForm())
    if "file" in request.FILES or "text" not in request.POST:
        form = FileForm(request.POST, request.FILES)
        return _preview(request, form, form.text) if form.is_valid() else _page(request, form, 422)
    sent = TextForm(request.POST)
    if not sent.is_valid():
        return _page(request, FileForm(request.POST, request.FILES), 422)
    return _confirm(request, sent.cleaned_data["text"])


def _preview(request: HttpRequest, form: FileForm, text: str) -> HttpResponse:
    try:
        proposals = understand(read(text))
    except FileRefused as refusal:
        form.add_error("file", str(refusal))
        return _page(request, form, 422)
    return _shown(request, text, proposals)


def _confirm(request: HttpRequest, text: str) -> HttpResponse:
    now = timezone.now()
    try:
        proposals = understand(read(text))
        with transaction.atomic():
            made = create(proposals, actor=request.actor, at=now)  # type: ignore[attr-defined]
            invite(made, request.build_absolute_uri(reverse("account_reset_password")), now)
    except FileRefused:
        return redirect("accounts:import")
    except IntegrityError:
        return _shown(request, text, understand(read(text)), status=409, told=MEANWHILE)
    if not made:
        return _shown(request, text, proposals, status=422, told="Aucun compte à créer dans ce fichier.")
    many = "s" if len(made) > 1 else ""
    messages.success(request, f"{len(made)} compte{many} créé{many}, chacun invité par messagerie.")
    return redirect(f"{reverse('admin:organisation_user_changelist')}?o=-8")


def _page(request: HttpRequest, form: FileForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/import.html", {"form": form, "columns": COLUMNS}, status=status)


def _shown(
    request: HttpRequest, text: str, proposals: list[Proposal], *, status: int = 200, told: str = ""
) -> HttpResponse:
    context = {
        "proposals": proposals,
        "news": sum(one.creates for one in proposals),
        "there": sum(one.there is not None for one in proposals),
        "refused": sum(bool(one.refusals) for one in proposals),
        "text": text,
        "told": told,
    }
    return render(request, "accounts/import_preview.html", context, status=status)


@require_safe
@for_administrators
def template(request: HttpRequest) -> HttpResponse:
    """A file to start from: the headings and one line, for a spreadsheet set in French."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heading for heading, _, _ in COLUMNS)
    writer.writerow(EXAMPLE)
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comptes.csv"'
    return response
