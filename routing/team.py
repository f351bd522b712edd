"""The manager's own team, live: who is on, in which band, what weighs (domain.md §2.6, §5.3).

Alphabetical, never ranked; no figure of load leaves this page, and nothing of it is written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from atdemain.organisation.models import User
from cases.hooks import Panel
from cases.models import Case
from routing import load
from routing.bands import band_of
from routing.enums import PresenceKind
from routing.facts import Board
from routing.presence import Status, statuses

STATUS_WORDS = {
    "": "Disponible",
    "off": "Hors service",
    PresenceKind.BREAK: "En pause",
    PresenceKind.TRAINING: "En formation",
    PresenceKind.BRIEFING: "En briefing",
    PresenceKind.MENTORING: "En accompagnement",
    PresenceKind.RECOVERY: "En récupération",
    PresenceKind.ABSENCE: "Absent",
}


@dataclass(frozen=True, slots=True)
class Member:
    """One line. `lines`: what weighs, in words; `band` as `routing.bands.band_of` makes it."""

    pk: int
    name: str
    status: Status
    word: str
    band: dict[str, object]
    lines: list[str]
    next_due_at: datetime | None


def own_team(manager: User) -> Q:
    """Who answers to this manager: by name, by the team, else as head of the unit."""
    return Q(boss=manager.pk)


def advisors_of(manager: User) -> QuerySet[User]:
    """The advisors of the manager's own team, in alphabetical order."""
    return (
        User.objects.filter(is_active=True, advisor_profile__active=True)
        .annotate(boss=Coalesce("manager", "team__manager", "unit__head"))
        .filter(own_team(manager))
        .select_related("unit")
        .order_by("last_name", "first_name", "pk")
    )


def members(manager: User, now: datetime) -> list[Member]:
    """The manager's own team; as many queries at 12 as at 120."""
    people = list(advisors_of(manager))
    ids = [one.pk for one in people]
    board = Board.at(now, people=ids)
    present = statuses(ids, now)
    due = dict(
        Case.objects.working()
        .filter(owner__in=ids)
        .order_by()
        .values("owner")
        .annotate(next=Min("next_due_at"))
        .values_list("owner", "next")
    )
    return [
        Member(
            one.pk,
            one.short_name,
            present[one.pk],
            STATUS_WORDS[present[one.pk].kind],
            band_of(board.candidates[one.pk].points, board.candidates[one.pk].cap, board.policy),
            [
                f"{line.count}\u00a0{line.label}"
                for line in load.components(board.facts[one.pk], board.policy, now)
            ],
            due.get(one.pk),
        )
        for one in people
        if one.pk in board.candidates
    ]


def team_panel(user: User, now: datetime) -> Panel:
    """On the page of the unit, for its manager; asked for once the page is drawn. No query."""
    return Panel("routing/_team_later.html", {})
