"""What every page of this app begins with: the role first, then what is visible (architecture.md §6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from atdemain.organisation.enums import Role
from cases.models import Case, Client

#: PostgreSQL stores no such character: an address that holds one names nothing.
NUL = "\x00"

View = Callable[..., HttpResponse]

#: Who may open a case or a client's page at all (domain.md §2.6); which ones is `visible_to`.
CASE_READERS = (Role.ADVISOR, Role.SUPPORT, Role.MANAGER, Role.BACK_OFFICE)
CASE_WORKERS = (Role.ADVISOR, Role.SUPPORT, Role.MANAGER)


class SomebodyElses(PermissionDenied):
    """The role has the action, but not on this case: the page says who does."""

    def __init__(self, case: Case) -> None:
        keeper = f"suivi par {case.owner.user}" if case.owner else "dans la file du service"
        super().__init__(
            f"Le dossier {case.ref} est {keeper}\u00a0: cette action revient à qui en a la charge."
        )
        self.told = str(self)


def for_roles(*roles: Role) -> Callable[[View], View]:
    """403 when none of the account's roles ever has this page, decided before any look-up."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def pages_of_cases(*related: str, **beside: Any) -> QuerySet[Case]:
    """Cases with what their pages show. To be put together once in a process: `visible_case` starts from it."""
    return (
        Case.objects.select_related(
            "client", "line", "unit", "owner__user__unit", "delegate", "current_promise", *related
        )
        .annotate(**beside)
        .order_by()
    )


PLAIN = pages_of_cases()


def visible_case(request: HttpRequest, ref: str, cases: QuerySet[Case] = PLAIN) -> Case:
    """The case if this account may see it, else the 404 of an unknown one."""
    if NUL in ref:
        raise Http404
    visible = cases.visible_to(request.user, now=timezone.now())  # type: ignore[attr-defined]
    case = next(iter(visible.filter(ref=ref)), None)
    if case is None:
        raise Http404
    return case


def visible_client(request: HttpRequest, client_ref: str) -> Client:
    if NUL in client_ref:
        raise Http404
    client = (
        Client.objects.visible_to(request.user, now=timezone.now())
        .select_related("unit", "merged_into")
        .filter(client_ref=client_ref)
        .first()
    )
    if client is None:
        raise Http404
    return client


def purpose_of(request: HttpRequest, case: Case) -> str:
    """By which right this account reads the case, for the access log."""
    user = request.user
    if case.in_charge(user, timezone.now()):
        return "in_charge"
    if case.unit_id == user.unit_id and user.has_role(*CASE_WORKERS):
        return "management" if user.has_role(Role.MANAGER) else "unit"
    return "escalation"
