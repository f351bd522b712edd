"""Own saved views of a list: a name on a filter and an order; another's is unknown."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from cases.forms.saved_view import SavedViewForm
from cases.listing import LISTS
from cases.models import SavedView

from .access import CASE_READERS, for_roles
from .lists import listing_of


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_READERS)
def saved_view_new(request: HttpRequest, key: str) -> HttpResponse:
    """`?<filter>`: what the view keeps; the form gives its name."""
    listing = listing_of(request, key)
    selection = listing.select(request.user, request.GET, timezone.now())
    if not selection.valid:
        return redirect(f"{reverse('cases:list', args=[key])}?{selection.query}")
    view = SavedView(user=request.user, listing=key, query=selection.keepable)
    form = SavedViewForm(request.POST or None, instance=view)
    if request.method == "POST" and form.is_valid() and _saved(form):
        messages.success(request, f"Vue « {view.name} » enregistrée.")
        return redirect(address(view))
    context = {"form": form, "listing": listing, "described": selection.described, "now": selection.now}
    return _page(request, context, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*CASE_READERS)
def saved_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename it, or take it away."""
    view = _own(request, pk)
    form = SavedViewForm(request.POST or None, instance=view)
    if request.method == "POST" and form.is_valid() and _saved(form):
        messages.success(request, f"La vue s’appelle « {view.name} ».")
        return redirect(address(view))
    context = {"form": form, "listing": LISTS[view.listing], "view": _own(request, pk), "now": timezone.now()}
    return _page(request, context, form)


@require_POST
@for_roles(*CASE_READERS)
def saved_view_delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = _own(request, pk)
    view.delete()
    messages.success(request, f"Vue « {view.name} » supprimée.")
    return redirect("cases:list", view.listing)


def address(view: SavedView) -> str:
    return f"{reverse('cases:list', args=[view.listing])}?{view.query}"


def _own(request: HttpRequest, pk: int) -> SavedView:
    view = SavedView.objects.filter(pk=pk, user=request.user, listing__in=LISTS).first()
    if view is None:
        raise Http404
    return view


def _saved(form: SavedViewForm) -> bool:
    """Two tabs may give the same name at once: the database keeps one."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        form.add_error("name", "Vous avez déjà une vue de ce nom sur cette liste.")
        return False
    return True


def _page(request: HttpRequest, context: dict, form: SavedViewForm) -> HttpResponse:
    return render(request, "cases/lists/saved_view.html", context, status=422 if form.errors else 200)
