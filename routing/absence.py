"""Declaring an absence (domain.md §5.6): what it changes, read once and shown; then done in one transaction.

Through the door of `cases.workflow` for each case. The planning, like the rest of it, writes no journal row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import refuse
from atdemain.organisation.calendar import BusinessCalendar, NeverOpen
from atdemain.organisation.models import User
from cases import workflow
from cases.enums import OPEN_ESCALATION
from cases.models import Case, Escalation
from routing import handover, presence
from routing.asking import Known, request_for
from routing.engine import Candidate
from routing.enums import HandOverKind, PresenceKind
from routing.facts import Board
from routing.handover import Away, Held, Step
from routing.models import Absence, HandOver, Presence
from routing.presence import PresenceRefused

LONGEST = timedelta(days=366)
#: A callback already late is made now: this long is looked at in a delegate's planning.
LATE_CALL = timedelta(minutes=30)
LINES = len(workflow.assigning.NOTE_LINES)


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the preview. `people`: (id, name, share of the cap) who could have it, the engine's first."""

    case: Case
    step: Step
    people: tuple[tuple[int, str, str], ...] = ()
    note: tuple[str, ...] = ()  # the four lines as the facts would write them

    @property
    def moves(self) -> bool:
        return self.step.kind == handover.MOVE

    @property
    def asks(self) -> bool:
        """Whether somebody is to be chosen: it passes, or would if somebody could take it."""
        asked = (handover.NOBODY, handover.CHOSEN, handover.NO_LONGER)
        return self.step.kind != handover.STAYS or self.step.why in asked

    @property
    def why(self) -> str:
        words = handover.WHY_STAYS.get(self.step.why, "")
        if self.step.why == handover.NOBODY:
            found = handover.left_out_words(self.step)
            return f"{words} ({found})" if found else words
        return words

    @property
    def to_name(self) -> str:
        return next((name for pk, name, _share in self.people if pk == self.step.to), "")


@dataclass(frozen=True, slots=True)
class Preview:
    """What the absence changes, as read at `now`. `version`: of all that it rests on."""

    user: User
    away: Away
    lines: tuple[Line, ...]
    replaced: tuple[Presence, ...]  # what was planned inside: taken out of the planning
    version: str
    now: datetime

    @property
    def passing(self) -> list[Line]:
        return [line for line in self.lines if line.step.kind != handover.STAYS]

    @property
    def open_choices(self) -> list[Line]:
        return [line for line in self.lines if line.asks]

    @property
    def staying(self) -> list[Line]:
        return [line for line in self.lines if not line.asks]


class Stale(Exception):
    """Something moved since the preview was shown; nothing is written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check(user: User, start: datetime, end: datetime, now: datetime) -> None:
    """Raises PresenceRefused (French, with its field)."""
    if end <= start:
        raise PresenceRefused("L’absence finit après son début.", "until")
    if end <= now:
        raise PresenceRefused("L’absence est déjà finie\u00a0: donnez une fin à venir.", "until")
    if end - start > LONGEST:
        raise PresenceRefused("Une absence dure un an au plus.", "until")
    others = Absence.objects.filter(user=user, returned_at=None, starts_at__lt=end, ends_at__gt=start)
    clash = others.first()
    if clash is not None:
        raise PresenceRefused(
            f"{user.short_name} est déjà en absence du {presence.local(clash.starts_at)} au "
            f"{presence.local(clash.ends_at)}\u00a0: mettez-y fin d’abord, ou changez les dates.",
            "day",
        )


def preview(
    user: User,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    wanted: Mapping[int, int | None] | None = None,
    lock: bool = False,
) -> Preview:
    """Nothing is written. The same number of queries whatever the number of cases."""
    cases = _cases(user)
    unit = user.unit
    calendar = unit.calendar() if unit else None
    away = Away(user.pk, start, end, business_days(calendar, start, end), start <= now)
    board = Board.at(now, units=[user.unit_id] if user.unit_id else [], lock=lock)
    candidates = list(board.candidates.values())
    known = Known.of(cases, board)
    windows = {case.pk: _window(case) for case in cases}
    missing = _not_there(cases, windows, away, candidates, calendar, now)
    held = [
        Held(
            case.pk,
            request_for(case, board, (frozenset({case.unit_id}),), known=known),
            windows[case.pk],
            _covered(case, windows[case.pk], away, now),
            case.unit_id != user.unit_id,
            missing.get(case.pk, frozenset()),
        )
        for case in cases
    ]
    steps = handover.plan(held, away, candidates, board.policy, now, wanted=wanted)
    by_id = {case.pk: case for case in cases}
    lines = tuple(_line(by_id[step.case_id], step, board, calendar, now) for step in steps)
    replaced = tuple(_inside(user, start, end))
    return Preview(user, away, lines, replaced, _version(user, away, lines, replaced), now)


def business_days(calendar: BusinessCalendar | None, start: datetime, end: datetime) -> int:
    """Days of the unit, opening hours of which fall in the absence."""
    if calendar is None:
        return (end - start).days + 1
    day, last = calendar.local_date(start), calendar.local_date(end)
    count = 0
    while day <= last:
        count += any(opens < end and closes > start for opens, closes in calendar.hours_on(day))
        day += timedelta(days=1)
    return count


def declare(
    user: User,
    start: datetime,
    end: datetime,
    *,
    actor: Actor,
    now: datetime,
    version: str,
    wanted: Mapping[int, int | None],
    notes: Mapping[int, Sequence[str]],
) -> Absence:
    """All of it or nothing. The second click finds the absence of the first.

    Raises PresenceRefused, Stale (what was shown is no longer so) or workflow.Refused, its `case` set.
    """
    try:
        with transaction.atomic(durable=True):
            User.objects.select_for_update().get(pk=user.pk)
            same = Absence.objects.filter(user=user, starts_at=start, ends_at=end, returned_at=None).first()
            if same is not None:
                return same
            check(user, start, end, now)
            found = preview(user, start, end, now, wanted=wanted, lock=True)
            if found.version != version:
                raise Stale(
                    "Les dossiers ou le planning ont changé depuis l’affichage. Relisez, puis confirmez."
                )
            for line in found.lines:
                if line.step.why == handover.NO_LONGER:
                    raise Stale(
                        f"{line.case.ref}\u00a0: la personne choisie ne peut plus le prendre. Choisissez de nouveau."
                    )
            return _write(found, actor, notes)
    except workflow.Refused as refusal:
        if refusal.case is not None:
            refuse(
                "case", refusal.case.pk, "hand_over", actor=actor, at=now,
                reason_code=refusal.reasons[0].code if refusal.reasons else "",
            )  # fmt: skip
        raise


def _write(found: Preview, actor: Actor, notes: Mapping[int, Sequence[str]]) -> Absence:
    user, away, now = found.user, found.away, found.now
    absence = Absence.objects.create(
        user=user,
        starts_at=away.start,
        ends_at=away.end,
        sudden=away.sudden,
        declared_by=actor.user,
        declared_at=now,
    )
    presence.replace_with_absence(user, away.start, away.end)
    made = []
    for line in sorted(found.passing, key=lambda one: one.case.pk):
        if line.moves:
            workflow.apply(
                line.case.pk,
                "hand_over",
                actor=actor,
                expected_version=line.case.version,
                now=now,
                advisor=line.step.to,
                note=notes.get(line.case.pk, ()),
            )
            kind = HandOverKind.MOVE
        else:
            workflow.apply(
                line.case.pk,
                "delegate",
                actor=actor,
                expected_version=line.case.version,
                now=now,
                delegate=line.step.to,
                delegate_from=max(away.start, now),
                delegate_to=away.end,
                reason="Absence du conseiller en charge",
            )
            kind = HandOverKind.DELEGATION
        made.append(HandOver(absence=absence, case_id=line.case.pk, to_user_id=line.step.to, kind=kind))
    HandOver.objects.bulk_create(made)
    return absence


# -- what it rests on ------------------------------------------------------------------------------------


def _cases(user: User) -> list[Case]:
    waiting = Escalation.objects.filter(status__in=OPEN_ESCALATION).select_related("target_entity")
    return list(
        Case.objects.working()
        .filter(owner=user.pk)
        .select_related("client", "line", "unit", "current_promise", "delegate")
        .prefetch_related(Prefetch("escalations", waiting.order_by("pk"), to_attr="waiting_for"))
        .order_by("pk")
    )


def _window(case: Case) -> tuple[datetime, datetime] | None:
    promise = case.current_promise
    if promise is None:
        return None
    start, end = promise.window_start, promise.window_end
    return (min(start, promise.call_by), min(end, promise.call_by)) if promise.call_by else (start, end)


def _covered(case: Case, window: tuple[datetime, datetime] | None, away: Away, now: datetime) -> bool:
    """A delegate named before is there when the callback is owed (or all along, where none is promised)."""
    if case.delegate_id is None:
        return False
    start, end = window if window and window[1] > now else (max(away.start, now), away.end)
    if window and window[1] <= now:
        end = start + LATE_CALL
    begins = case.delegate_from is None or case.delegate_from <= start
    return begins and (case.delegate_to is None or case.delegate_to >= end)


def _not_there(
    cases: Iterable[Case],
    windows: Mapping[int, tuple[datetime, datetime] | None],
    away: Away,
    candidates: Iterable[Candidate],
    calendar: BusinessCalendar | None,
    now: datetime,
) -> dict[int, frozenset[int]]:
    """Who cannot be there, case by case: the planning of its callback; of the first day where none is promised."""
    people = [one.user_id for one in candidates]
    needed: dict[int, tuple[datetime, datetime]] = {}
    for case in cases:
        window = windows[case.pk]
        if window is not None:
            needed[case.pk] = window if window[1] > now else (now, now + LATE_CALL)
    asked = [(pk, *window) for window in set(needed.values()) for pk in people]
    gone = presence.owners_away(asked)
    missing = {
        case_id: frozenset(pk for pk in people if (pk, *window) in gone) for case_id, window in needed.items()
    }
    opens, closes = _first_day(calendar, max(away.start, now))
    absent = frozenset(
        Presence.objects.filter(
            user__in=people, kind=PresenceKind.ABSENCE, starts_at__lt=closes, ends_at__gt=opens
        ).values_list("user", flat=True)
    )
    return {case.pk: missing.get(case.pk, absent) for case in cases}


def _first_day(calendar: BusinessCalendar | None, at: datetime) -> tuple[datetime, datetime]:
    try:
        opens = calendar.next_opening(at) if calendar else at
    except NeverOpen:
        opens = at
    if calendar is None:
        return opens, opens + timedelta(hours=12)
    hours = calendar.hours_on(calendar.local_date(opens))
    return opens, max(hours[-1][1] if hours else opens, opens + timedelta(minutes=1))


def _inside(user: User, start: datetime, end: datetime) -> list[Presence]:
    """What the absence takes out of the planning (shifts stay: they are the hours that are missed)."""
    return list(presence.overlapping(user, PresenceKind.ABSENCE, start, end))


def _line(case: Case, step: Step, board: Board, calendar: BusinessCalendar | None, now: datetime) -> Line:
    if step.decision is None:
        return Line(case, step)
    people = [
        (line.user_id, line.name, line.percent)
        for line in step.decision.lines
        if line.user_id in step.eligible and not line.code
    ]
    if step.to is not None and step.to not in {pk for pk, *_ in people}:
        people.append((step.to, board.candidates[step.to].name, ""))
    return Line(case, step, tuple(people), note_of(case, calendar, now))


def note_of(case: Case, calendar: BusinessCalendar | None, now: datetime) -> tuple[str, ...]:
    """The hand-over note as the facts would write it; what comes next is left to who knows."""
    tz = calendar.tz if calendar else timezone.get_current_timezone()
    window = _window(case)
    promised = "Aucun rappel promis."
    if window is not None:
        begins, ends = (at.astimezone(tz) for at in window)
        promised = f"Un rappel le {begins:%d/%m} entre {begins:%H:%M} et {ends:%H:%M}."
        if case.current_promise.call_by:  # an entity answered: sooner than the window told to the client
            promised = f"Un rappel avant le {ends:%d/%m} à {ends:%H:%M}, une entité a répondu."
        if window[1] <= now:
            promised = f"Un rappel promis le {begins:%d/%m} à {begins:%H:%M}, en retard."
    entities = ", ".join(one.target_entity.name for one in case.waiting_for)  # type: ignore[attr-defined]
    return (
        f"{case.get_state_display()}, {case.get_reason_family_display().lower()}.",
        promised,
        f"{entities}." if entities else "Personne\u00a0: la suite est à nous.",
        "",
    )


def _version(user: User, away: Away, lines: Iterable[Line], replaced: Iterable[Presence]) -> str:
    """Of what was shown: the cases, their versions, what becomes of them, and what was planned.

    Not of whom the engine proposes: loads move every minute, and what the manager chose is checked for itself.
    """
    open_to_choice = {line.case.pk for line in lines if line.asks}
    shown: list[Any] = [user.pk, away.start.isoformat(), away.end.isoformat(), away.days, away.sudden]
    for line in sorted(lines, key=lambda one: one.case.pk):
        becomes = line.step.why if line.case.pk not in open_to_choice else "asked"
        shown.append([line.case.pk, line.case.version, becomes])
    shown += [[row.pk, row.starts_at.isoformat(), row.ends_at.isoformat()] for row in replaced]
    return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()[:32]


# -- the absences of a team ------------------------------------------------------------------------------


def of_team(people: Iterable[int], now: datetime) -> list[Absence]:
    """Under way and to come, the first first."""
    return list(
        Absence.objects.filter(Q(ends_at__gt=now), user__in=list(people), returned_at=None)
        .select_related("user", "declared_by")
        .prefetch_related(Prefetch("handed_over", HandOver.objects.select_related("case__client", "to_user")))
        .order_by("starts_at", "pk")[:200]
    )
