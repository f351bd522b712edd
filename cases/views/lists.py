"""Dossiers, rappels, contacts, escalades: the lists, filtered and sorted by their address."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.models import User
from atdemain.statements import Param, Statement
from cases.list_page import SIZES, page_number, read_page
from cases.listing import LISTS, Listing
from cases.models import SavedView
from cases.templatetags.french import REF

from .access import CASE_READERS, for_roles
from .queue import bulk_address

_VIEWS = Statement(lambda: SavedView.objects.filter(user=Param("user"), listing=Param("listing")))


def listing_of(request: HttpRequest, key: str) -> Listing:
    """The list of this name, for an account whose role has it."""
    listing = LISTS.get(key)
    if listing is None:
        raise Http404
    if not request.user.has_role(*listing.roles):
        raise PermissionDenied
    return listing


@require_safe
@for_roles(*CASE_READERS)
def list_page(request: HttpRequest, key: str) -> HttpResponse:
    """`?sort=`, `?page=`, `?count=exact`, and the filters of the list; at most eight queries."""
    now, user = timezone.now(), request.user
    listing = listing_of(request, key)
    selection = listing.select(user, request.GET, now)
    exact = request.GET.get("count") == "exact"
    page = read_page(selection, page_number(request.GET.get("page")), user.list_size, exact=exact)
    views = _VIEWS(user=user.pk, listing=key)
    log_access(request, "view", "list", key, client_id=selection.client_id, rows=len(page.rows))
    context = {
        "now": now,
        "listing": listing,
        "selection": selection,
        "page": page,
        "told": page.told(listing.noun),
        "table": listing.table([], order_by=selection.sort),
        "sorts": selection.sorts,
        "rows": f"cases/lists/_{key}_rows.html",
        "case_url": reverse("cases:case", args=[REF]),
        "client_url": reverse("cases:client", args=[REF]),
        "sizes": SIZES,
        "views": views,
        "saved": any(view.query == selection.query for view in views),
        "bulk_url": bulk_address(user) if listing.of_cases else "",
    }
    return render(request, "cases/lists/page.html", context)


@require_POST
@for_roles(*CASE_READERS)
def list_size(request: HttpRequest) -> HttpResponse:
    """How many rows a page holds, for this account, on every list."""
    size = request.POST.get("size", "")
    if size in map(str, SIZES):
        User.objects.filter(pk=request.user.pk).update(list_size=int(size))
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back if safe and back.startswith("/lists/") else "home")
