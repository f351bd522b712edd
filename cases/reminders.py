"""Who is told what when a timer falls due (domain.md §3.3). Pure: facts in, notices out.

Titles hold the case's reference and local times, no client's name: an inbox item outlives erasure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cases.client_messages import SATISFACTION_QUESTION
from cases.enums import TimerKind

OWNER_STEPS = frozenset(
    {
        TimerKind.PROMISE_BEFORE.value,
        TimerKind.PROMISE_START.value,
        TimerKind.FIRST_ACTION_OWNER.value,
        TimerKind.SATISFACTION.value,
    }
)
OWNER_AND_DELEGATE_STEPS = frozenset({TimerKind.PROMISE_MISSED.value, TimerKind.PROMISE_WINDOW_END.value})
HEAD_STEPS = frozenset({TimerKind.PROMISE_PLUS_120.value, TimerKind.UNASSIGNED_HEAD.value})
#: Steps that also leave by e-mail: their reader may not have the page open.
MAILED = frozenset(
    {
        TimerKind.PROMISE_PLUS_30.value,
        TimerKind.PROMISE_PLUS_120.value,
        TimerKind.PROMISE_RED_LIST.value,
        TimerKind.UNASSIGNED_HEAD.value,
        TimerKind.FIRST_ACTION_MANAGER.value,
        TimerKind.ENTITY_ACK_HEAD.value,
        TimerKind.ENTITY_ANSWER_HEAD.value,
    }
)
URGENT = frozenset(
    {
        TimerKind.PROMISE_BEFORE.value,
        TimerKind.PROMISE_START.value,
        TimerKind.PROMISE_MISSED.value,
        TimerKind.PROMISE_WINDOW_END.value,
        TimerKind.PROMISE_PLUS_30.value,
        TimerKind.PROMISE_PLUS_120.value,
        TimerKind.UNASSIGNED_MANAGER.value,
        TimerKind.UNASSIGNED_HEAD.value,
        TimerKind.ENTITY_ANSWER.value,
        TimerKind.ENTITY_ACK_HEAD.value,
        TimerKind.ENTITY_ANSWER_HEAD.value,
    }
)


@dataclass(frozen=True, slots=True)
class People:
    """Who is around a case at the moment: account ids, None where nobody holds the place."""

    owner: int | None
    owner_present: bool
    delegate: int | None
    delegate_covers: bool
    manager: int | None
    head: int | None


class Wording(NamedTuple):
    title: str
    body: str


def audience(kind: str, people: People) -> list[int]:
    """Accounts to tell, without repetition; empty only when nobody at all can be.

    An absent owner is never told alone: the delegate is too, else the manager (domain.md §9, trap 8).
    """
    if kind in OWNER_STEPS or kind in OWNER_AND_DELEGATE_STEPS:
        told = [people.owner]
        covers = people.delegate_covers or not people.owner_present
        if covers or kind in OWNER_AND_DELEGATE_STEPS:
            told.append(people.delegate)
        if not people.owner_present and people.delegate is None:
            told.append(people.manager or people.head)
    elif kind in HEAD_STEPS:
        told = [people.head or people.manager]
    else:
        told = [people.manager or people.head]
    kept = list(dict.fromkeys(person for person in told if person is not None))
    if kept:
        return kept
    fallback = people.manager or people.head or people.delegate or people.owner
    return [fallback] if fallback is not None else []


def entity_audience(kind: str, people: People, specialists: list[int], entity_head: int | None) -> list[int]:
    """TM3, TM4: the entity's specialists; then its head and the manager. An entity where nobody has an
    account is reached through its head, else the manager, who can call it."""
    above = [entity_head, people.manager or people.head]
    if kind in (TimerKind.ENTITY_ACK, TimerKind.ENTITY_ANSWER):
        told: list[int | None] = list(specialists) or [entity_head or people.manager or people.head]
        if kind == TimerKind.ENTITY_ANSWER:
            told += [people.owner, people.delegate if people.delegate_covers else None]
    else:
        told = [pk for pk in above if pk is not None] or [people.owner]
    return list(dict.fromkeys(person for person in told if person is not None))


def entity_title(kind: str, entity: str, due: datetime | None, tz: ZoneInfo) -> str:
    """« Réponse de BO-Cuivre attendue depuis le 13/11 à 16:00 », to be followed by the case's reference."""
    when = f"{due.astimezone(tz):%d/%m à %H:%M}" if due else "un moment"
    return _ENTITY_TITLES[kind].format(entity=entity, when=when)


@lru_cache(maxsize=4096)
def wording(
    kind: str,
    tz: ZoneInfo,
    start: datetime | None = None,
    end: datetime | None = None,
    call_by: datetime | None = None,
    unanswered: bool = False,
) -> Wording:
    """The French sentence of a step, to be followed by the case's reference, and its detail.

    `start`, `end` and `call_by` are the promise's, shown in `tz`. Remembered: a unit's windows are shared.
    """
    if start is None or end is None:
        return Wording(_CASE_TITLES[kind], _CASE_BODIES.get(kind, ""))
    opens, closes = start.astimezone(tz), end.astimezone(tz)
    body = f"Fenêtre promise au client : le {opens:%d/%m/%Y} de {opens:%H:%M} à {closes:%H:%M}."
    key = kind
    if call_by is not None and call_by < end:
        before = call_by.astimezone(tz)
        body += f" Une entité a répondu : à appeler avant le {before:%d/%m à %H:%M}."
        if kind == TimerKind.PROMISE_MISSED:
            key, closes = "call_by_passed", before
        elif kind == TimerKind.PROMISE_BEFORE and call_by <= start:
            key, closes = "call_by_near", before
        elif kind == TimerKind.PROMISE_START:
            closes = before
    elif unanswered and kind == TimerKind.PROMISE_BEFORE:
        key = "unanswered"
    return Wording(_PROMISE_TITLES[key].format(opens=opens, closes=closes), body)


_PROMISE_TITLES = {
    TimerKind.PROMISE_ENTITY.value: "Où en êtes-vous ? Le client sera rappelé à {opens:%H:%M}",
    TimerKind.PROMISE_BEFORE.value: "Rappel à {opens:%H:%M}",
    "unanswered": "Rappel à {opens:%H:%M}, toujours sans réponse de l’entité",
    "call_by_near": "À rappeler avant {closes:%H:%M}, une entité a répondu",
    TimerKind.PROMISE_START.value: "C’est l’heure du rappel, jusqu’à {closes:%H:%M}",
    TimerKind.PROMISE_MISSED.value: "Rappel manqué, promis de {opens:%H:%M} à {closes:%H:%M}",
    "call_by_passed": "Rappel en retard, à faire avant {closes:%H:%M}",
    TimerKind.PROMISE_WINDOW_END.value: "Rappel manqué, fenêtre close à {closes:%H:%M}",
    TimerKind.PROMISE_PLUS_30.value: "Rappel en retard de 30 minutes",
    TimerKind.PROMISE_PLUS_120.value: "Rappel en retard de 2 heures, proposez un autre conseiller",
    TimerKind.PROMISE_RED_LIST.value: "Liste rouge du matin, rappel promis le {opens:%d/%m à %H:%M}",
}
_CASE_TITLES = {
    TimerKind.UNASSIGNED_MANAGER.value: "Sans conseiller depuis 15 minutes, à confier",
    TimerKind.UNASSIGNED_HEAD.value: "Sans conseiller depuis 1 heure, toutes les unités ont été sollicitées",
    TimerKind.FIRST_ACTION_OWNER.value: "Première action attendue",
    TimerKind.FIRST_ACTION_MANAGER.value: "Toujours aucune action",
    TimerKind.SATISFACTION.value: "Question de satisfaction à poser au client",
    TimerKind.SILENT_CASE.value: "Aucun événement depuis 3 jours ouvrés",
}
_CASE_BODIES = {TimerKind.SATISFACTION.value: f"À demander au client : « {SATISFACTION_QUESTION} »"}
_ENTITY_TITLES = {
    TimerKind.ENTITY_ACK.value: "Accusé de réception de {entity} attendu depuis le {when}",
    TimerKind.ENTITY_ACK_HEAD.value: "{entity} n’a toujours pas accusé réception, attendu le {when}",
    TimerKind.ENTITY_ANSWER.value: "Réponse de {entity} attendue depuis le {when}",
    TimerKind.ENTITY_ANSWER_HEAD.value: "{entity} n’a toujours pas répondu, attendu le {when}",
}
