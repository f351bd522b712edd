"""The menu of who is logged in: only pages that exist and that their roles open."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from atdemain.database import rows
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases import hooks
from cases.enums import WORKING_STATES
from cases.incidents import running
from cases.listing import LISTS
from cases.models import MassIncident

DIRECTORY_READERS = (Role.ADVISOR, Role.SUPPORT, Role.BACK_OFFICE, Role.MANAGER, Role.ADMIN)
LIST_ICONS = {"cases": "folder", "promises": "phone", "contacts": "chat", "escalations": "out"}
TERMS = ("Conservation", "clock", "cases:retention")
WORKERS = (Role.ADVISOR, Role.SUPPORT, Role.MANAGER)


@dataclass(slots=True)
class Item:
    key: str
    label: str
    icon: str
    route: str
    url: str = ""
    current: bool = False
    count: int = 0
    count_words: str = ""
    fresh: bool = False


@dataclass(slots=True)
class Group:
    title: str
    items: list[Item] = field(default_factory=list)


class Navigation:
    """Built when the page draws it; its two counts cost one query."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = request.user

    @cached_property
    def can_search(self) -> bool:
        return self.user.has_role(*WORKERS)

    @cached_property
    def search_url(self) -> str:
        return address("cases:search") if self.can_search else ""

    @property
    def search_first(self) -> bool:
        """The search page with nothing asked: the box is what one came for."""
        return self.request.path == self.search_url and not self.request.GET.get("q")

    @cached_property
    def home_label(self) -> str:
        """What `/` is for this account."""
        return "Ma journée" if self.user.has_role(Role.ADVISOR, Role.SUPPORT) else "Accueil"

    @cached_property
    def rail_url(self) -> str:
        """What another app shows beside the day, asked for once the day is drawn."""
        return address("routing:rail") if self.user.has_role(Role.ADVISOR) else ""

    @cached_property
    def role_words(self) -> str:
        return ", ".join(
            role.label.lower() if role != Role.HR else role.label for role in sorted_roles(self.user)
        )

    @cached_property
    def counts(self) -> dict[str, int]:
        return counts(self.user, queue=self.can_search)

    @cached_property
    def help_url(self) -> str:
        """The colleagues who ask for help, shown beside the day."""
        return address("routing:help_rail") if self.user.has_role(Role.ADVISOR, Role.SUPPORT) else ""

    @cached_property
    def ringing_url(self) -> str:
        """Where the page asks whether one's telephone rings; "" for who has none, or notes no call."""
        return address("cases:ringing") if self.can_search and self.counts["telephones"] else ""

    @cached_property
    def incidents(self) -> list[MassIncident]:
        """The mass incidents that are on in the unit, for the pages that warn of them; no query without one."""
        if not self.counts["incidents"]:
            return []
        return list(running(self.user.unit_id, timezone.now())[:3])

    @cached_property
    def groups(self) -> list[Group]:
        work = Group("", self._work())
        marks = Group("Repères", [Item("workflow", "États d’un dossier", "shuffle", "cases:workflow")])
        if self.user.has_role(*DIRECTORY_READERS):
            marks.items.insert(0, Item("directory", "Annuaire", "book", "routing:directory"))
        marks.items.append(Item("units", "Participation des UAT", "scale", "participation"))
        marks.items.append(Item("how", "Qui prend le dossier", "why", "routing:how"))
        if self.user.has_role(Role.MANAGER, Role.HR, Role.STAFF_REP):
            marks.items.append(Item("fairness", "Équité", "scale", "routing:fairness"))
        if self.user.has_role(Role.PARTNER):
            marks.items.append(Item("api", "API", "door", "api:reference"))
        above = [group for menu in hooks.menus for group in menu(self.user)]
        groups = [work, Group("Suivi", self._lists()), *above, marks]
        if self.user.has_role(Role.ADMIN):
            admin = [
                Item("imports", "Imports", "up", "cases:imports"),
                Item("client_merges", "Fusion de fiches", "shuffle", "cases:client_merges"),
                Item("retention", *TERMS),
                Item("policies", "Politiques", "scale", "routing:policies"),
                Item("accounts", "Créer des comptes", "users", "accounts:import"),
                Item("partners", "Clients de l’API", "door", "partners:list"),
                Item("webhooks", "Webhooks", "out", "webhooks:list"),
                Item("permissions", "Qui peut quoi", "lock", "permissions"),
                Item("service", "État du service", "gauge", "service_state"),
                Item("admin", "Administration", "gear", "admin:index"),
            ]
            groups.append(Group("Réglages", admin))
        if self.user.is_dpo:
            log = Item("access", "Consultations", "eye", "cases:access")
            asked = Item("subject_requests", "Demandes des clients", "person", "cases:subject_requests")
            terms = [] if self.user.has_role(Role.ADMIN) else [Item("retention", *TERMS)]
            groups.append(Group("Protection des données", [log, asked, *terms]))
        for group in groups:
            for item in group.items:
                item.url = item.url or address(item.route)
                item.current = self.request.path == item.url
            group.items = [item for item in group.items if item.url]
        return [group for group in groups if group.items]

    def _work(self) -> list[Item]:
        has = self.user.has_role
        items = [Item("home", self.home_label, "clock", "home")]
        unread = self.counts["unread"]
        words = "non lu" if unread == 1 else "non lus"
        items.append(
            Item("inbox", "Boîte de réception", "inbox", "cases:inbox", "", False, unread, words, True)
        )
        if has(*WORKERS):
            waiting = self.counts["queue"]
            words = "dossier sans conseiller" if waiting == 1 else "dossiers sans conseiller"
            items.append(Item("queue", "File du service", "list", "cases:queue", "", False, waiting, words))
        if has(Role.MANAGER):
            items.append(Item("team", "Mon unité", "users", "cases:team"))
            items.append(Item("team_planning", "Planning de l’équipe", "cal", "routing:team_planning"))
            items.append(Item("absences", "Absences", "door", "routing:absences"))
            items.append(Item("over_cap", "Au-delà du plafond", "gauge", "routing:over_cap"))
        if has(Role.BACK_OFFICE):
            items.append(Item("escalations", "Mes escalades", "out", "cases:escalations"))
        if has(Role.ADVISOR):
            items.append(Item("load", "Ma charge", "gauge", "routing:my_load"))
            items.append(Item("my_planning", "Mon planning", "cal", "routing:my_planning"))
        if has(*WORKERS):
            items.append(Item("help", "Entraide", "users", "routing:help"))
        if has(*WORKERS, Role.TRAINER):
            items.append(Item("briefings", "Briefings", "chat", "routing:briefings"))
        if has(*WORKERS):
            items.append(Item("record", "Noter un appel", "phone", "cases:record"))
            items.append(Item("search", "Clients et dossiers", "search", "cases:search"))
        if has(*WORKERS, Role.BACK_OFFICE):
            items.append(Item("faults", "Dérangements", "buoy", "cases:faults"))
        if has(*WORKERS):
            on = self.counts["incidents"]
            items.append(
                Item(
                    "incidents", "Incidents collectifs", "alert", "cases:incidents", "", False, on, "en cours"
                )
            )
        if has(*WORKERS, Role.BACK_OFFICE):
            items.append(Item("jobs", "Traitements", "copy", "jobs:list"))
        return items

    def _lists(self) -> list[Item]:
        """The lists this account's roles open."""
        return [
            Item(
                f"list_{key}", listing.title, LIST_ICONS[key], "cases:list", reverse("cases:list", args=[key])
            )
            for key, listing in LISTS.items()
            if self.user.has_role(*listing.roles)
        ]


def address(route: str, *args: Any) -> str:
    """ "" for a page this site does not have: the menu holds no dead link."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def counts(user: User, *, queue: bool) -> dict[str, int]:
    """Unread items, cases of the unit that nobody keeps, incidents that are on, whether a telephone is one's:
    one statement, on every page."""
    unit = user.unit_id if queue else None
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    ((unread, waiting, on, telephones),) = rows(_COUNTS, (user.pk, unit, unit, now, now, user.pk))
    return {"unread": unread, "queue": waiting, "incidents": on, "telephones": telephones}


_COUNTS = (
    "SELECT (SELECT count(*) FROM notifications_notification WHERE recipient_id = %s AND read_at IS NULL), "
    "(SELECT count(*) FROM cases_case WHERE unit_id = %s AND owner_id IS NULL "
    f"AND state IN ({', '.join(repr(state.value) for state in WORKING_STATES)})), "
    "(SELECT count(*) FROM cases_massincident WHERE unit_id = %s "
    "AND starts_at <= %s AND (ends_at IS NULL OR ends_at > %s)), "
    "(SELECT count(*) FROM cases_phoneextension WHERE user_id = %s)"
)


def sorted_roles(user: User) -> list[Role]:
    return [role for role in Role if role in user.roles]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor; `nav` is empty for who is not logged in."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"nav": None}
    return {"nav": Navigation(request)}
