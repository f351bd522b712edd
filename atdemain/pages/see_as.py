"""« Voir comme »: on demonstration data an administrator reads the site as one of its roles, and only reads.

Nobody becomes somebody else: the session stays the administrator's, who signs what is logged. It exists where
both the setting allows it and the database says that it holds demonstration data.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_backends
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.models.demo import demo_seeded_at
from atdemain.pages.access import for_administrators
from atdemain.pages.permissions.table import ROLES

KEY = "see_as"
#: The demonstration's log-ins bear the names of the columns of the permission table.
NAMES = tuple(name for name in ROLES if name not in ("", "admin", "partner"))
READING = ("GET", "HEAD", "OPTIONS")
WAYS_OUT = frozenset({"see_as_end", "account_logout"})


class OnlyReading(PermissionDenied):
    heading = "Rien ne se fait d’ici"
    told = "Vous regardez le site comme un autre rôle, en lecture seule. Revenez à l’accueil, puis à votre compte."


def allowed(user: User) -> bool:
    """Never on real data, never where the setting is off; no query for the account of a request."""
    return bool(settings.SEE_AS_ROLE and user.has_role(Role.ADMIN) and demo_seeded_at(user))


class SeeAs:
    """`request.seen_by`: the administrator behind the account whose pages are read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if KEY in request.session:
            self._look(request)
        return self.get_response(request)

    def _look(self, request: HttpRequest) -> None:
        real = request.user
        seen = _account(request.session[KEY]) if real.is_authenticated and allowed(real) else None
        if seen is None:
            del request.session[KEY]
            return
        request.seen_by, request.user = real, seen  # type: ignore[attr-defined, assignment]

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if not hasattr(request, "seen_by") or request.method in READING:
            return
        if request.resolver_match.view_name not in WAYS_OUT:  # type: ignore[union-attr]
            raise OnlyReading


def _account(pk: int) -> User | None:
    """As any page's account is loaded."""
    (backend,) = get_backends()
    return backend.get_user(pk)  # type: ignore[return-value]


@require_POST
@for_administrators
def see_as(request: HttpRequest, name: str) -> HttpResponse:
    """404 where this does not exist."""
    if not allowed(request.user) or name not in NAMES:  # type: ignore[arg-type]
        raise Http404
    seen = User.objects.filter(username=name, is_active=True).first()
    if seen is None:
        raise Http404
    _journal(request.user, "seen_as", seen)  # type: ignore[arg-type]
    request.session[KEY] = seen.pk
    return redirect("home")


@require_POST
def see_as_end(request: HttpRequest) -> HttpResponse:
    request.session.pop(KEY, None)
    return redirect("permissions" if hasattr(request, "seen_by") else "home")


def _journal(administrator: User, action: str, seen: User) -> None:
    with transaction.atomic():
        actor = Actor.of_user(administrator, role=Role.ADMIN.value, source="see_as")
        record("user", administrator.pk, action, actor=actor, at=timezone.now(), changes={"account": seen.pk})
