"""Is it a contact at all? Every refusal names the field and says why in French (issue: bad input).

Pure: choices, lengths, times and durations. Codes that need the database are resolved later.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter, le
from typing import NamedTuple

from cases.enums import (
    Channel,
    ContactOutcome,
    Direction,
    Identification,
    Nature,
    Segment,
    Technology,
)

from .contracts import IncomingContact, Rejection

FUTURE_TOLERANCE = timedelta(minutes=5)
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
MAX_SECONDS = 2_147_483_647
MOST_LEG = 32_767

_CHOICES: tuple[tuple[str, frozenset[str], str], ...] = (
    ("channel", frozenset(Channel.values), "canal"),
    ("direction", frozenset(Direction.values), "sens"),
    ("nature", frozenset(Nature.values), "nature"),
    ("outcome", frozenset(ContactOutcome.values), "issue"),
    ("identification", frozenset(Identification.values), "identification"),
)
_LENGTHS: tuple[tuple[str, int, str], ...] = (
    ("source_system", 30, "système source"),
    ("source_id", 120, "identifiant source"),
    ("interaction_id", 80, "interaction"),
    ("caller_number", 20, "numéro présenté"),
    ("handler_ref", 40, "agent"),
    ("summary", 400, "résumé"),
    ("client_ref", 40, "référence du client"),
    ("client_name", 120, "nom du client"),
    ("line_ref", 40, "référence de ligne"),
    ("unit_code", 20, "unité"),
    ("entity_code", 30, "entité"),
    ("reason_code", 40, "motif"),
)
#: Longest text of each field.
LENGTHS = {name: limit for name, limit, _label in _LENGTHS}
_DURATIONS = (("wait_s", "attente"), ("talk_s", "conversation"), ("hold_s", "mise en attente"))
_TIMES = (("arrived_at", "arrivée"), ("answered_at", "réponse"), ("ended_at", "fin"))
_CLIENT_CHOICES = (
    ("client_segment", frozenset(Segment.values), "segment"),
    ("line_technology", frozenset(Technology.values), "technologie"),
)


class Checked(NamedTuple):
    """An accepted contact: its times in UTC, the same in ISO 8601, the fingerprint of all it says."""

    item: IncomingContact
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    iso: tuple[str, str | None, str | None]
    content_hash: str


def check(item: IncomingContact, now: datetime) -> Checked | Rejection:
    """The contact with its times in UTC, or the first thing wrong with it."""
    problem = _wrong_text(item) or _wrong_choice(item) or _wrong_number(item)
    if problem is not None:
        return problem
    return _with_times(item, now)


def _with_times(item: IncomingContact, now: datetime) -> Checked | Rejection:
    arrived, answered, ended = item.arrived_at, item.answered_at, item.ended_at
    latest = now + FUTURE_TOLERANCE
    try:
        plain = (
            arrived.tzinfo is UTC
            and OLDEST <= arrived <= latest
            and (answered is None or (answered.tzinfo is UTC and arrived <= answered <= latest))
            and (ended is None or (ended.tzinfo is UTC and (answered or arrived) <= ended <= latest))
        )
    except (AttributeError, TypeError):
        plain = False
    if not plain:
        times = _times(item, latest)
        if isinstance(times, Rejection):
            return times
        arrived, answered, ended = times
    iso = (arrived.isoformat(), answered and answered.isoformat(), ended and ended.isoformat())
    return Checked(item, arrived, answered, ended, iso, _fingerprint(item, iso))


def _times(
    item: IncomingContact, latest: datetime
) -> Rejection | tuple[datetime, datetime | None, datetime | None]:
    """Arrival, answer and end in UTC, or the first thing wrong with them."""
    times: list[datetime | None] = []
    for name, label in _TIMES:
        value = getattr(item, name)
        if value is None:
            times.append(None)
            continue
        if not isinstance(value, datetime) or value.tzinfo is None:
            return Rejection(name, "time_without_zone", f"L’heure ({label}) n’a pas de fuseau horaire.")
        try:
            utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        except OverflowError:
            return Rejection(name, "time_out_of_range", f"L’heure ({label}) sort du calendrier.")
        if utc < OLDEST:
            return Rejection(name, "time_too_old", f"L’heure ({label}) est antérieure à 1970.")
        times.append(utc)
    arrived, answered, ended = times
    if arrived is None:
        return Rejection("arrived_at", "missing", "L’heure d’arrivée manque.")
    if arrived > latest:
        return Rejection("arrived_at", "in_the_future", "L’arrivée est dans le futur, de plus de 5 minutes.")
    for name, label, value in (("answered_at", "réponse", answered), ("ended_at", "fin", ended)):
        if value is not None and value < arrived:
            return Rejection(name, "before_arrival", f"L’heure ({label}) précède l’arrivée.")
        if value is not None and value > latest:
            return Rejection(name, "in_the_future", f"L’heure ({label}) est dans le futur.")
    if answered is not None and ended is not None and ended < answered:
        return Rejection("ended_at", "before_answer", "La fin précède la réponse.")
    return arrived, answered, ended


_TEXTS = attrgetter(*(name for name, _limit, _label in _LENGTHS))
_LIMITS = tuple(limit for _name, limit, _label in _LENGTHS)


def _plain_text(item: IncomingContact) -> bool:
    """All of them at once: short enough, and nothing in them that would need a second look."""
    texts = _TEXTS(item)
    try:
        whole = "".join(texts)
    except TypeError:
        return False
    return whole.isascii() and "\x00" not in whole and all(map(le, map(len, texts), _LIMITS))


def _wrong_text(item: IncomingContact) -> Rejection | None:
    if not item.source_id or not item.source_system:
        name = "source_id" if not item.source_id else "source_system"
        return Rejection(name, "missing", "L’identifiant de la source manque.")
    if _plain_text(item):
        return None
    for name, limit, label in _LENGTHS:
        value = getattr(item, name)
        if not value:
            continue
        if not isinstance(value, str):
            return Rejection(name, "not_text", f"Le champ « {label} » n’est pas un texte.")
        if len(value) > limit:
            return Rejection(name, "too_long", f"Le champ « {label} » dépasse {limit} caractères.")
        if not value.isascii() or "\x00" in value:
            if "\x00" in value:
                return Rejection(name, "nul", f"Le champ « {label} » contient un caractère nul.")
            try:
                value.encode()
            except UnicodeEncodeError:
                return Rejection(name, "garbled", f"Le champ « {label} » contient un caractère illisible.")
    return None


_CHOSEN = attrgetter(*(name for name, _allowed, _label in _CHOICES))
_CHOSEN_OF_CLIENT = attrgetter(*(name for name, _allowed, _label in _CLIENT_CHOICES))


def _wrong_choice(item: IncomingContact) -> Rejection | None:
    return _not_allowed(_CHOSEN(item), _CHOICES) or (
        _not_allowed(_CHOSEN_OF_CLIENT(item), _CLIENT_CHOICES) if item.client_ref or item.line_ref else None
    )


@lru_cache(maxsize=1024)
def _not_allowed(values: tuple, choices: tuple[tuple[str, frozenset[str], str], ...]) -> Rejection | None:
    """Sources say the same few combinations again and again."""
    for value, (name, allowed, label) in zip(values, choices, strict=True):
        if value not in allowed:
            return Rejection(name, "unknown_value", f"Valeur inconnue pour « {label} » : {value}.")
    return None


_IDS = tuple(f"{name}_id" for name in ("client", "line", "unit", "entity", "reason", "handled_by"))
_NUMBERS = attrgetter(*(name for name, _label in _DURATIONS), *_IDS)
_MOSTS = (MAX_SECONDS,) * len(_DURATIONS) + (2**63 - 1,) * len(_IDS)


def _wrong_number(item: IncomingContact) -> Rejection | None:
    """Whole numbers only: neither 1.5 nor NaN, nor « True », each of which a database takes differently."""
    for rank, value in enumerate(_NUMBERS(item)):
        if value is not None and not (type(value) is int and 0 <= value <= _MOSTS[rank]):
            return _number_refused(rank, value)
    leg = item.leg_no
    if type(leg) is not int:
        return Rejection("leg_no", "not_whole", "Le numéro de segment n’est pas un nombre entier.")
    if not 0 <= leg <= MOST_LEG:
        return Rejection("leg_no", "out_of_range", f"Le numéro de segment va de 0 à {MOST_LEG}.")
    return None


def _number_refused(rank: int, value: object) -> Rejection:
    if rank >= len(_DURATIONS):
        name = _IDS[rank - len(_DURATIONS)]
        return Rejection(name, "unknown", f"Le champ « {name} » n’est pas un numéro connu.")
    name, label = _DURATIONS[rank]
    if type(value) is not int:
        return Rejection(name, "not_whole", f"La durée n’est pas un nombre entier de secondes : {label}.")
    if value < 0:
        return Rejection(name, "negative", f"Durée négative : {label}.")
    return Rejection(name, "too_long", f"Durée démesurée : {label}.")


_SAID = attrgetter(
    "nature", "client_id", "client_ref", "line_id", "line_ref", "unit_id", "unit_code", "entity_id",
    "entity_code", "reason_id", "reason_code", "identification", "caller_number", "interaction_id", "leg_no",
    "channel", "direction", "has_answer_times", "wait_s", "talk_s", "hold_s", "outcome", "handled_by_id",
    "handler_ref", "conflictual", "summary",
)  # fmt: skip


def _fingerprint(item: IncomingContact, times: tuple[str | None, ...]) -> str:
    """What the source said, in 16 bytes: the same again is `unchanged`, anything else a correction."""
    return blake2b(repr((_SAID(item), times)).encode(), digest_size=16).hexdigest()
