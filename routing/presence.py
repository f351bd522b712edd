"""Who is there (domain.md §5.1 E4–E5, §5.6): the planning, and what an advisor clicks herself.

At most what routing needs: what is clicked is kept seven days, the planning as long as a policy may be
tried on it (28 days). No reason is asked for, none can be entered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.organisation.models import User
from routing.enums import PresenceKind, PresenceSource
from routing.facts import policy_in_force
from routing.models import Presence
from routing.policy import Policy

#: What is kept of the past (domain.md §2.9): what was clicked, and the planning.
KEPT = timedelta(days=7)
PLANNING_KEPT = timedelta(days=28)
PLANNED = {"kind": PresenceKind.SHIFT, "source": PresenceSource.PLANNING}
#: A break nobody ends is over with the shift, and after this at the latest.
LONGEST_BREAK = timedelta(hours=2)
LONGEST = timedelta(hours=24)
#: A planning is known for a window when it holds a shift that starts within this of it.
AROUND = timedelta(days=4)

#: Somebody and the time they are needed: (user id, start, end).
Window = tuple[int, datetime, datetime]


class PresenceRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True, slots=True)
class Status:
    """What the top bar shows: the word, until when, and what one click may change it to."""

    kind: str  # a presence kind, "" = available, "off" = not on shift
    until: datetime | None
    live: bool = False

    @property
    def on_shift(self) -> bool:
        return self.kind != "off"


def status(user: User, now: datetime) -> Status:
    """One query."""
    return statuses([user.pk], now)[user.pk]


def statuses(people: Iterable[int], now: datetime) -> dict[int, Status]:
    """The same for several people at once; one query, however many."""
    rows: dict[int, list[Presence]] = {pk: [] for pk in people}
    found = Presence.objects.filter(user__in=rows, starts_at__lte=now, ends_at__gt=now)
    for row in found.order_by("starts_at", "pk"):
        rows[row.user_id].append(row)
    return {pk: _status(here) for pk, here in rows.items()}


def _status(rows: list[Presence]) -> Status:
    """What the presences of one person under way now say."""
    busy = [row for row in rows if row.kind != PresenceKind.SHIFT]
    shifts = [row for row in rows if row.kind == PresenceKind.SHIFT]
    live = next((row for row in busy if row.source == PresenceSource.LIVE), None)
    chosen = live or (busy[-1] if busy else None)
    if chosen is not None:
        return Status(chosen.kind, chosen.ends_at, chosen.source == PresenceSource.LIVE)
    if shifts:
        return Status("", max(row.ends_at for row in shifts))
    return Status("off", None)


@transaction.atomic
def click(user: User, kind: str, now: datetime) -> Status:
    """« Disponible », « en pause », « en récupération »: what was under way ends now, the new one begins.

    `kind` is "" (available), `break` or `recovery`. Outside a shift it is refused. Clicking twice is once.
    """
    if kind not in ("", PresenceKind.BREAK, PresenceKind.RECOVERY):
        raise PresenceRefused("Choisissez disponible, en pause ou en récupération.")
    User.objects.select_for_update().get(pk=user.pk)
    present = status(user, now)
    if not present.on_shift:
        raise PresenceRefused("Vous n’êtes pas en service à cette heure : votre planning le dit.")
    if present.kind == kind:
        return present
    running = Presence.objects.filter(user=user.pk, starts_at__lte=now, ends_at__gt=now).exclude(
        kind=PresenceKind.SHIFT
    )
    running.filter(starts_at=now).delete()
    running.update(ends_at=now)
    if kind:
        until = now + LONGEST_BREAK
        if kind == PresenceKind.RECOVERY:
            row = policy_in_force(now)
            until = now + timedelta(minutes=(row.policy() if row else Policy()).recovery_minutes)
        Presence.objects.create(
            user=user, kind=kind, starts_at=now, ends_at=until, source=PresenceSource.LIVE
        )
    return status(user, now)


@transaction.atomic
def plan(user: User, kind: str, start: datetime, end: datetime) -> Presence:
    """Add one planned presence; the same again is the same row. Raises PresenceRefused."""
    User.objects.select_for_update().get(pk=user.pk)
    same = Presence.objects.filter(user=user, kind=kind, starts_at=start, ends_at=end).first()
    if same is not None:
        return same
    check_free(user, kind, start, end)
    return Presence.objects.create(user=user, kind=kind, starts_at=start, ends_at=end)


def covered(user: User, kind: str, start: datetime, end: datetime) -> bool:
    """Whether a planned presence of this kind already holds all of [start, end), and is not just that."""
    return (
        Presence.objects.filter(
            user=user, kind=kind, source=PresenceSource.PLANNING, starts_at__lte=start, ends_at__gte=end
        )
        .exclude(starts_at=start, ends_at=end)
        .exists()
    )


def unplan(people: Collection[int], kind: str, start: datetime, end: datetime) -> int:
    """Give back the time that `plan` took, for these people; how many rows went."""
    return Presence.objects.filter(
        user__in=people, kind=kind, starts_at=start, ends_at=end, source=PresenceSource.PLANNING
    ).delete()[0]


def replace_with_absence(user: User, start: datetime, end: datetime) -> Presence:
    """An absence takes the place of what was planned inside it; what only touches it is cut. Shifts stay.

    The caller holds the person's row and has refused another absence there.
    """
    for row in overlapping(user, PresenceKind.ABSENCE, start, end):
        if row.ends_at > end:
            Presence.objects.create(user=user, kind=row.kind, starts_at=end, ends_at=row.ends_at)
        if row.starts_at < start:
            row.ends_at = start
            row.save(update_fields=["ends_at"])
        else:
            row.delete()
    return Presence.objects.create(user=user, kind=PresenceKind.ABSENCE, starts_at=start, ends_at=end)


def check_free(user: User, kind: str, start: datetime, end: datetime, *, but: int | None = None) -> None:
    """Raises PresenceRefused, naming the planned row already there (`but`: the row being changed)."""
    _check(kind, start, end)
    clash = overlapping(user, kind, start, end).exclude(pk=but).first()
    if clash is not None:
        raise PresenceRefused(
            f"Chevauche « {clash.get_kind_display().lower()} » du {local(clash.starts_at)} au "
            f"{local(clash.ends_at)} : modifiez l’une des deux.",
            "starts_at",
        )


def overlapping(user: User, kind: str, start: datetime, end: datetime) -> QuerySet[Presence]:
    """Planned rows of the same layer (shifts, or what happens inside them) that meet [start, end)."""
    layer = Q(kind=PresenceKind.SHIFT)
    return Presence.objects.filter(
        layer if kind == PresenceKind.SHIFT else ~layer,
        user=user,
        source=PresenceSource.PLANNING,
        starts_at__lt=end,
        ends_at__gt=start,
    ).order_by("starts_at")


def _check(kind: str, start: datetime, end: datetime) -> None:
    if kind not in PresenceKind.values:
        raise PresenceRefused("Choisissez le type de présence.", "kind")
    if end <= start:
        raise PresenceRefused("La présence finit après son début.", "ends_at")
    if kind == PresenceKind.SHIFT and end - start > LONGEST:
        raise PresenceRefused("Un service dure 24 heures au plus.", "ends_at")


def local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m/%Y %H:%M")


def past(now: datetime) -> QuerySet[Presence]:
    """What ended more than seven days ago, but the planned shifts."""
    return Presence.objects.filter(ends_at__lt=now - KEPT).exclude(**PLANNED)


def past_planning(now: datetime) -> QuerySet[Presence]:
    """The planned shifts that ended more than 28 days ago."""
    return Presence.objects.filter(ends_at__lt=now - PLANNING_KEPT, **PLANNED)


def owner_available(user_id: int, start: datetime, end: datetime) -> bool:
    """Whether somebody's planning covers a callback window; no objection where no planning is known."""
    return not owners_away([(user_id, start, end)])


def owners_away(windows: Collection[Window]) -> set[Window]:
    """The windows that their owner's planning does not cover; one query, whatever their number."""
    if not windows:
        return set()
    planned: dict[int, list[tuple[str, datetime, datetime]]] = {}
    found = Presence.objects.filter(
        user__in={user_id for user_id, _start, _end in windows},
        source=PresenceSource.PLANNING,
        starts_at__lt=max(end for _user, _start, end in windows) + AROUND,
        ends_at__gt=min(start for _user, start, _end in windows) - AROUND,
    ).order_by("starts_at")
    for user_id, *row in found.values_list("user", "kind", "starts_at", "ends_at"):
        planned.setdefault(user_id, []).append(tuple(row))
    return {window for window in windows if not _covered(planned.get(window[0], []), *window[1:])}


def _covered(planned: Sequence[tuple[str, datetime, datetime]], start: datetime, end: datetime) -> bool:
    """`planned` in order of start. Without a shift in the days around, nobody can be said to be absent."""
    rows = [row for row in planned if row[1] < end and row[2] > start]
    if any(kind == PresenceKind.ABSENCE for kind, _begins, _ends in rows):
        return False
    shifts = [(begins, ends) for kind, begins, ends in rows if kind == PresenceKind.SHIFT]
    if not shifts:
        return not any(
            kind == PresenceKind.SHIFT and start - AROUND < begins < start + AROUND
            for kind, begins, _ends in planned
        )
    reached = start
    for begins, ends in shifts:
        if begins <= reached:
            reached = max(reached, ends)
    return reached >= end
