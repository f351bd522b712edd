"""Room on the interpreter's stack: no depth at which a loop of calls asks the system for memory at each turn."""

from __future__ import annotations

import resource
from collections.abc import Callable

import pytest

from atdemain.memory import with_room

TURNS = 2_000
DEPTHS = 400  # more than one block holds


def _faults_at(depth: int) -> int:
    """Pages asked of the system by a loop of calls made `depth` calls deeper."""
    if depth:
        return _faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(TURNS):
        _leaf()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def _leaf() -> None:
    """A frame like another."""


def test_no_depth_of_calls_asks_for_memory_at_each_turn() -> None:
    ask: Callable[[int], int] = with_room(_faults_at)
    assert max(ask(depth) for depth in range(DEPTHS)) < TURNS / 4


def test_what_is_called_gets_and_gives_what_it_would() -> None:
    assert with_room(lambda *args, **kwargs: (args, kwargs))(1, two=2) == ((1,), {"two": 2})
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 / 0)()
