"""The rules of a mentoring session (domain.md §6.4, §11, INV-21). Pure: facts and `now` in, French reasons out.

An objection is (code, French, field of the form). Durations are minutes; differences are taken in UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from atdemain.pages.typography import duration

SHORTEST, LONGEST, STEP = 15, 480, 5  # minutes
GROUP = 4
DAY_MINUTES = 7 * 60
SIGN_WITHIN = timedelta(hours=14 * 24)
REMIND_AFTER = timedelta(hours=7 * 24)
#: Planned at most so long before.
AHEAD = timedelta(days=90)
#: Two colleagues who mentor each other on one skill within so long are shown to HR.
RECIPROCAL = timedelta(days=30)


class Objection(NamedTuple):
    code: str
    message: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """Time already taken by another session of somebody's, whatever their part in it."""

    starts_at: datetime
    ends_at: datetime

    def meets(self, start: datetime, end: datetime) -> bool:
        return self.starts_at < end and start < self.ends_at


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the session, as the rules need them.

    `day`: the local day of the session. `active_from`, `active_to`: days of employment; None, no bound.
    `taking_part`: whether a participation runs that day; `left_on`: the last day of one that ended before. Only the
    mentor needs one. `taken`: the time of the other sessions of this person, around that day.
    """

    pk: int
    name: str
    zone: tzinfo
    day: date
    account_active: bool = True
    may: bool = True
    active_from: date | None = None
    active_to: date | None = None
    taking_part: bool = True
    left_on: date | None = None
    taken: tuple[Slot, ...] = ()


def content_hash(mentor: int, trainees: Iterable[int], start: datetime, end: datetime, skill: str) -> str:
    """SHA-256 of the canonical JSON that everybody signs: sorted keys, UTC times to the second."""
    content = {
        "end": end.astimezone(UTC).isoformat(timespec="seconds"),
        "mentor": mentor,
        "skill": skill,
        "start": start.astimezone(UTC).isoformat(timespec="seconds"),
        "trainees": sorted(trainees),
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def minutes_between(start: datetime, end: datetime) -> int:
    return round((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() / 60)


def minutes_by_day(start: datetime, end: datetime, zone: tzinfo) -> dict[date, int]:
    """Elapsed minutes on each local day that [start, end) touches."""
    days: dict[date, int] = {}
    reached = start
    while reached < end:
        day = reached.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
        until = min(end.astimezone(UTC), midnight)
        days[day] = days.get(day, 0) + minutes_between(reached, until)
        reached = until
    return days


def duration_reasons(minutes: int) -> list[Objection]:
    if minutes <= 0:
        return [Objection("not_positive", "La durée est d’au moins 15\u00a0minutes.", "minutes")]
    if not SHORTEST <= minutes <= LONGEST:
        return [Objection("duration", "Une séance dure de 15\u00a0min à 8\u00a0h.", "minutes")]
    if minutes % STEP:
        return [Objection("step", "La durée se compte par 5\u00a0minutes.", "minutes")]
    return []


def plan_reasons(
    mentor: Person, trainees: Sequence[Person], start: datetime, end: datetime, now: datetime
) -> list[Objection]:
    """Everything that stops this session, each at its field."""
    reasons = duration_reasons(minutes_between(start, end))
    if start > now + AHEAD:
        reasons.append(Objection("too_far", "Une séance se prévoit 90\u00a0jours avant au plus.", "day"))
    if end + SIGN_WITHIN <= now:
        reasons.append(
            Objection(
                "too_old", "Cette séance ne peut plus être signée\u00a0: elle a plus de 14\u00a0jours.", "day"
            )
        )
    reasons += _group_reasons(mentor, trainees)
    if end <= start:
        return reasons
    reasons += _person_reasons(mentor, start, end, field="day", is_mentor=True)
    for one in trainees:
        if one.pk != mentor.pk:
            reasons += _person_reasons(one, start, end, field="trainees", is_mentor=False)
    return reasons


def _group_reasons(mentor: Person, trainees: Sequence[Person]) -> list[Objection]:
    if not trainees:
        return [Objection("no_trainee", "Choisissez au moins un collègue accompagné.", "trainees")]
    if len({one.pk for one in trainees}) != len(trainees):
        return [Objection("twice", "Chaque collègue n’est inscrit qu’une fois.", "trainees")]
    if len(trainees) > GROUP:
        return [Objection("group", "Quatre collègues accompagnés au plus.", "trainees")]
    if any(one.pk == mentor.pk for one in trainees):
        return [Objection("oneself", "On ne s’accompagne pas soi-même.", "trainees")]
    return []


def _person_reasons(
    one: Person, start: datetime, end: datetime, *, field: str, is_mentor: bool
) -> list[Objection]:
    stopped = _presence_reasons(one, field=field, is_mentor=is_mentor)
    if stopped:
        return stopped
    clash = next((slot for slot in one.taken if slot.meets(start, end)), None)
    if clash is not None:
        return [
            Objection(
                "overlap",
                f"{one.name} est déjà en accompagnement de {_hour(clash.starts_at, one.zone)} à "
                f"{_hour(clash.ends_at, one.zone)}.",
                field,
            )
        ]
    return _day_reasons(one, start, end, field)


def _presence_reasons(one: Person, *, field: str, is_mentor: bool) -> list[Objection]:
    """Both active that day, and the mentor taking part (domain.md §6.4)."""
    if not one.account_active or not one.may:
        return [Objection("inactive", f"{one.name} n’est pas en activité ce jour-là.", field)]
    day = one.day
    if one.active_from is not None and day < one.active_from:
        return [
            Objection(
                "inactive",
                f"{one.name} n’était pas encore là\u00a0: entrée le {_dmy(one.active_from)}.",
                field,
            )
        ]
    if one.active_to is not None and day > one.active_to:
        return [
            Objection("inactive", f"{one.name} n’est plus là\u00a0: départ le {_dmy(one.active_to)}.", field)
        ]
    if is_mentor and not one.taking_part:
        left = f"\u00a0: sortie du projet le {_dmy(one.left_on)}" if one.left_on else ""
        return [Objection("mentor_left", f"{one.name} ne participe pas au projet ce jour-là{left}.", field)]
    return []


def _day_reasons(one: Person, start: datetime, end: datetime, field: str) -> list[Objection]:
    """At most seven hours of mentoring a day for anybody, given and received together."""
    total = minutes_by_day(start, end, one.zone)
    for slot in one.taken:
        for day, minutes in minutes_by_day(slot.starts_at, slot.ends_at, one.zone).items():
            if day in total:
                total[day] += minutes
    over = next((day for day in sorted(total) if total[day] > DAY_MINUTES), None)
    if over is None:
        return []
    return [
        Objection(
            "seven_hours",
            f"{one.name} aurait {duration(total[over])} d’accompagnement le {_dmy(over)}\u00a0: 7\u00a0h au plus.",
            field,
        )
    ]


def sign_reasons(mentor: Person, end: datetime, *, state: str, party: bool, now: datetime) -> list[Objection]:
    """Nobody signs for another, nor what has not taken place, nor after 14 × 24 h."""
    if not party:
        return [Objection("not_party", "Seules les personnes de la séance la signent, chacune pour soi.")]
    if state in STATE_STOPS:
        return [Objection("state", STATE_STOPS[state])]
    if now < end:
        return [Objection("future", "Une séance se signe une fois finie.")]
    if now > end + SIGN_WITHIN:
        return [Objection("too_late", "Le délai de signature de 14\u00a0jours est passé.")]
    return _presence_reasons(mentor, field="", is_mentor=True)


def change_reasons(end: datetime, *, state: str, now: datetime) -> list[Objection]:
    """Edited or cancelled by its mentor as long as it could still be signed."""
    if state in STATE_STOPS:
        return [Objection("state", STATE_STOPS[state])]
    if now > end + SIGN_WITHIN:
        return [Objection("too_late", "Plus de 14\u00a0jours après sa fin, une séance ne change plus.")]
    return []


def dispute_reasons(
    start: datetime, end: datetime, *, state: str, trainee: bool, now: datetime
) -> list[Objection]:
    """By a trainee, from its start to the end of the time to sign."""
    if not trainee:
        return [Objection("not_trainee", "Seul un collègue accompagné conteste une séance.")]
    if state in STATE_STOPS:
        return [Objection("state", STATE_STOPS[state])]
    if now < start:
        return [Objection("future", "Une séance se conteste une fois commencée. Avant, parlez-en au tuteur.")]
    if now > end + SIGN_WITHIN:
        return [Objection("too_late", "Une séance se conteste dans les 14\u00a0jours qui suivent sa fin.")]
    return []


def settle_reasons(
    disputed_on: date, mentor_heard_on: date, trainee_heard_on: date, *, party: bool, today: date
) -> list[Objection]:
    """Whoever settles is neither of them, and heard both."""
    if party:
        return [Objection("party", "Vous êtes de cette séance\u00a0: une autre personne tranche.")]
    reasons = []
    for field, day in (("mentor_heard_on", mentor_heard_on), ("trainee_heard_on", trainee_heard_on)):
        if not disputed_on <= day <= today:
            reasons.append(
                Objection(
                    "heard", f"L’entretien a eu lieu entre le {_dmy(disputed_on)} et aujourd’hui.", field
                )
            )
    return reasons


#: state → what stops any act on the session.
STATE_STOPS = {
    "disputed": "Cette séance est contestée\u00a0: elle attend la décision d’un soutien ou des RH.",
    "expired": "Le délai de signature de 14\u00a0jours est passé.",
    "cancelled": "Cette séance est annulée.",
}


def signed_state(mentor_signed: bool, trainees_signed: int) -> str:
    """What the signatures held make of the session."""
    if not mentor_signed:
        return "draft"
    return "co_signed" if trainees_signed else "mentor_signed"


def named(names: Sequence[str], *, last: str = " et ") -> str:
    """« A », « A et B », « A, B ou C »."""
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + last + names[-1]


def _dmy(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _hour(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%H:%M")
