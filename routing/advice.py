"""What the engine says beside a person's choice (domain.md §5.2, §5.6): it advises and weighs, never forbids.

`cases` asks through its providers: the manager's form shows the advice, the door weighs what is chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from cases.enums import CaseState, Origin
from cases.models import Case
from routing import load
from routing.asking import Known, request_for, stages_for
from routing.engine import Decision, Line, decide, exclusion
from routing.enums import Band, ExclusionCode
from routing.facts import Board
from routing.load import case_points, in_points
from routing.models import RoutingRequest

NBSP = "\u00a0"
#: How a band is told inside a sentence.
BAND_WORDS = {
    Band.GREEN: "charge verte",
    Band.ORANGE: "charge orange",
    Band.RED: "charge rouge",
    Band.SATURATED: "charge saturée",
}
#: Why somebody is not proposed, in a few words.
SHORT_WORDS: Mapping[str, str] = {
    ExclusionCode.NOT_INTERNAL: "pas conseiller interne",
    ExclusionCode.NOT_PARTICIPANT: "hors programme",
    ExclusionCode.NO_CONSENT: "sans accord",
    ExclusionCode.NO_TRAINING: "formation manquante ou expirée",
    ExclusionCode.OFF_SHIFT: "hors service",
    ExclusionCode.BUSY_PRESENCE: "occupé",
    ExclusionCode.OVER_CAP: "au-delà du plafond",
    ExclusionCode.RECOVERY_NEEDED: "récupération proposée",
    ExclusionCode.OTHER_UNIT: "autre unité",
    ExclusionCode.CLIENT_EXCLUSION: "ne reçoit pas ce client",
}


@dataclass(frozen=True, slots=True)
class Advice:
    """Beside the list of a manager: who the engine would choose and why, and a word for each advisor."""

    sentence: str
    suggested: int | None
    suggested_name: str
    words: Mapping[int, str]
    histogram: str  # why the others are left out, in words


@dataclass(frozen=True, slots=True)
class Weighed:
    """What giving the case to this person makes of their load; kept beside the assignment."""

    line: Line
    over_cap: bool
    caution: str  # French, "" = nothing to justify
    policy_id: int | None
    explanation: dict[str, Any]


class Ground:
    """What a choice is weighed on; of a batch of choices, read once, and followed from one to the next."""

    def __init__(self, now: datetime, cases: Collection[Case] = (), *, lock: bool) -> None:
        self.now, self.cases, self.lock = now, cases, lock
        self.stages: dict[int, tuple[frozenset[int], ...]] = {}

    @cached_property
    def board(self) -> Board:
        return Board.at(self.now, lock=self.lock)

    @cached_property
    def known(self) -> Known | None:
        return Known.of(self.cases, self.board) if self.cases else None

    def stages_of(self, unit_id: int) -> tuple[frozenset[int], ...]:
        if unit_id not in self.stages:
            self.stages[unit_id] = stages_for(unit_id, self.board)
        return self.stages[unit_id]


_batch: ContextVar[Ground | None] = ContextVar("weighing", default=None)


@contextmanager
def weighing(cases: Collection[Case], now: datetime) -> Iterator[None]:
    """Inside, and inside one transaction: these cases are weighed on loads locked and read once."""
    token = _batch.set(Ground(now, cases, lock=True))
    try:
        yield
    finally:
        _batch.reset(token)


def given(case: Case, former_owner_id: int | None) -> None:
    """A case of the batch has just changed hands: the loads that the next is weighed on say so."""
    ground = _batch.get()
    if ground is None:
        return
    points = case_points(CaseState(case.state).value, case.colour, ground.board.policy)
    for user_id, moved in ((case.owner_id, points), (former_owner_id, -points)):
        if user_id in ground.board.candidates:
            rd3plus = moved > 0 and case.origin == Origin.RD3PLUS
            ground.board.take(user_id, moved, rd3plus=rd3plus)


def advise(case: Case, now: datetime) -> Advice:
    """The engine's choice among everybody but the present owner; nothing is written."""
    ground = _batch.get() or Ground(now, lock=False)
    board = ground.board
    decision, codes = _decided(case, ground)
    words = {
        user_id: _word(case, board, user_id, code)
        for user_id, code in codes.items()
        if board.candidates[user_id].unit_id == case.unit_id
    }
    chosen, name = (decision.chosen.user_id, decision.chosen.name) if decision.chosen else (None, "")
    return Advice(decision.sentence(), chosen, name, words, histogram_words(decision.histogram))


def weigh(case: Case, user_id: int, now: datetime) -> Weighed | None:
    """A manager's choice, weighed with the loads locked: the deciders wait. None for who is no advisor."""
    ground = _batch.get() or Ground(now, lock=True)
    board = ground.board
    if user_id not in board.candidates:
        return None
    decision, codes = _decided(case, ground)
    line = _line(case, board, user_id, codes.get(user_id, ""))
    sentence = f"choisie par le manager{NBSP}: {_change(line)}\u202f; le moteur{NBSP}: {decision.sentence()}"
    explanation = {**decision.to_json(), "sentence": sentence, "mode": "manual"}
    return Weighed(line, line.after > line.cap, _caution(line), board.policy_id, explanation)


def weigh_own(case: Case, user_id: int, now: datetime) -> Weighed | None:
    """The same for an advisor who takes a case: alone on the board, nobody else is looked at."""
    board = Board.at(now, people=[user_id], lock=True)
    if user_id not in board.candidates:
        return None
    line = _line(case, board, user_id, "")
    explanation = {
        "sentence": f"prise dans la file{NBSP}: {_change(line)}",
        "mode": "self_claim",
        "stage": 0,
        "histogram": {},
        "candidates": [
            {"user": user_id, "code": "", "before": line.before, "after": line.after, "cap": line.cap}
        ],
    }
    return Weighed(line, line.after > line.cap, "", board.policy_id, explanation)


def load_words(people: Collection[int], now: datetime) -> dict[int, str]:
    """The band of each of these advisors in words: what a manager reads beside a name, never a figure."""
    board = Board.at(now, people=people)
    return {
        user_id: BAND_WORDS[load.band(one.points, one.cap, board.policy)]
        for user_id, one in board.candidates.items()
    }


def beyond_cap(cases: Iterable[Case], user_id: int, now: datetime) -> set[int]:
    """Which of these cases, given one after the other in this order, would not fit under the cap."""
    board = Board.at(now, people=[user_id])
    one = board.candidates.get(user_id)
    if one is None:
        return set()
    points, beyond = one.points, set()
    for case in cases:
        added = case_points(CaseState(case.state).value, case.colour, board.policy)
        if case.owner_id == user_id:
            continue
        if points + added > one.cap:
            beyond.add(case.pk)
        else:
            points += added
    return beyond


def foresees(cases: Sequence[Case], now: datetime) -> dict[int, tuple[str, str]]:
    """Whom the engine would choose for each of these cases, given one after the other in this order: by case,
    the name, or "" and why nobody. The loads are read once; nothing is locked or written."""
    ground, told = Ground(now, cases, lock=False), {}
    for case in cases:
        decision, _codes = _decided(case, ground)
        told[case.pk] = (decision.chosen.name if decision.chosen else "", histogram_words(decision.histogram))
        if decision.chosen:
            points = case_points(CaseState(case.state).value, case.colour, ground.board.policy)
            ground.board.take(decision.chosen.user_id, points, rd3plus=case.origin == Origin.RD3PLUS)
    return told


def waiting_reasons(cases: Collection[int]) -> dict[int, str]:
    """Why each of these cases waits: « 46 écartés : 24 au-delà du plafond, 14 hors service ». One query."""
    rows = RoutingRequest.objects.filter(case__in=cases, tried_at__isnull=False)
    return {case: histogram_words(found) for case, found in rows.values_list("case_id", "histogram")}


def histogram_words(histogram: Mapping[str, int]) -> str:
    """The most frequent reason first, ties in the order of the codes (domain.md §5.5)."""
    order = {code.value: rank for rank, code in enumerate(ExclusionCode)}
    total = sum(histogram.values())
    if not total:
        return "aucun conseiller dans les unités sollicitées"
    parts = [
        f"{count}{NBSP}{SHORT_WORDS.get(code, code)}"
        for code, count in sorted(histogram.items(), key=lambda item: (-item[1], order.get(item[0], 99)))
    ]
    return f"{total}{NBSP}écarté{'s' if total > 1 else ''}{NBSP}: {', '.join(parts)}"


def _decided(case: Case, ground: Ground) -> tuple[Decision, dict[int, str]]:
    """The engine's decision for this case, and everybody's exclusion code ("" = eligible)."""
    board = ground.board
    others = [one for one in board.candidates.values() if one.user_id != case.owner_id]
    asked = request_for(case, board, ground.stages_of(case.unit_id), known=ground.known)
    added = case_points(asked.state, asked.colour, board.policy)
    codes = {one.user_id: str(exclusion(one, asked, added, board.policy, board.now)) for one in others}
    return decide(asked, others, board.policy, board.now), codes


def _line(case: Case, board: Board, user_id: int, code: str) -> Line:
    one = board.candidates[user_id]
    added = case_points(CaseState(case.state).value, case.colour, board.policy)
    return Line(user_id, one.name, code, one.points, one.points + added, one.cap)


def _word(case: Case, board: Board, user_id: int, code: str) -> str:
    one = board.candidates[user_id]
    word = BAND_WORDS[load.band(one.points, one.cap, board.policy)]
    if code == ExclusionCode.OVER_CAP:
        return f"{word}, plafond dépassé{NBSP}: texte exigé"
    return f"{word}, {SHORT_WORDS[code]}" if code else word


def _change(line: Line) -> str:
    before, after, cap = in_points(line.before), in_points(line.after), in_points(line.cap)
    return f"{line.name} ({before}/{cap} → {after}/{cap} = {line.percent})"


def _caution(line: Line) -> str:
    """What a manager must justify: never silently above the cap."""
    return f"Ce dossier mène {line.name} au-delà de son plafond" if line.after > line.cap else ""
