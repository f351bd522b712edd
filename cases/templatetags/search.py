"""Links of the search page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Model
from django.urls import reverse

from cases.views.hits import PARAMETER, mark

register = template.Library()

#: Model → (route, what names the object in its address).
_PAGES = {
    "case": ("cases:case", "ref"),
    "client": ("cases:client", "client_ref"),
    "faultticket": ("cases:fault", "pk"),
}


@register.simple_tag(takes_context=True)
def hit_url(context: dict[str, Any], found: Model) -> str:
    """The page of a case, a client or a ticket, opened as a hit of this reader's search."""
    route, named = _PAGES[found._meta.model_name]
    query = urlencode({PARAMETER: mark(context["request"].user, found)})
    return f"{reverse(route, args=[getattr(found, named)])}?{query}"
