"""What every page of this app begins with: the role first, then what is visible (architecture.md §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.statements import Param, Statement
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


@dataclass(frozen=True)
class _AnyReader:
    """Every account that holds these roles, in a unit or not, in an entity or not (`visible_to`'s `user`)."""

    roles: frozenset[Role]
    unit_id: Param | None
    entity_id: Param | None
    pk = Param("reader")

    def has_role(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)


class CasePages:
    """Cases with what their pages show: `related` and `beside` are `select_related` and `annotate`."""

    def __init__(self, *related: str, **beside: Any) -> None:
        self.related = (
            "client",
            "line",
            "unit",
            "owner__user__unit",
            "delegate",
            "current_promise",
            *related,
        )
        self.beside = beside
        self._by_reader: dict[tuple, Statement[Case]] = {}

    def by_ref(self, user: User, ref: str) -> Case | None:
        """The case if this account may see it (one query, written once for each kind of reader)."""
        kind = (user.roles, user.unit_id is None, user.entity_id is None)
        if kind not in self._by_reader:
            reader = _AnyReader(
                user.roles,
                Param("unit") if user.unit_id else None,
                Param("entity") if user.entity_id else None,
            )
            self._by_reader[kind] = Statement(partial(self._of_reader, reader))
        return self._by_reader[kind].first(
            ref=ref, reader=user.pk, unit=user.unit_id, entity=user.entity_id, now=timezone.now()
        )

    def _of_reader(self, reader: Any) -> QuerySet[Case]:
        cases = Case.objects.select_related(*self.related).annotate(**self.beside)
        return cases.visible_to(reader, now=Param("now")).filter(ref=Param("ref")).order_by()


PLAIN = CasePages()


def visible_case(request: HttpRequest, ref: str, pages: CasePages = PLAIN) -> Case:
    """The case if this account may see it, else the 404 of an unknown one."""
    if NUL in ref:
        raise Http404
    case = pages.by_ref(request.user, ref)
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


def purpose_of(request: HttpRequest, case: Case) -> Purpose:
    """By which right this account reads the case, for the access log."""
    if case.in_charge(request.user, timezone.now()):
        return Purpose.IN_CHARGE
    return _of_the_unit(request.user, case.unit_id) or Purpose.ESCALATION


def client_purpose(request: HttpRequest, client: Client, cases: Iterable[Case]) -> Purpose:
    """By which right this account reads the client; `cases` are those of the client that it may open."""
    now = timezone.now()
    cases = list(cases)
    if any(case.in_charge(request.user, now) for case in cases):
        return Purpose.IN_CHARGE
    if own := _of_the_unit(request.user, client.unit_id):
        return own
    if request.user.has_role(Role.BACK_OFFICE) and cases:
        return Purpose.ESCALATION
    return Purpose.UNIT if cases else Purpose.GRANT


def _of_the_unit(user: User, unit_id: int | None) -> Purpose | None:
    if unit_id is None or unit_id != user.unit_id or not user.has_role(*CASE_WORKERS):
        return None
    return Purpose.MANAGEMENT if user.has_role(Role.MANAGER) else Purpose.UNIT
