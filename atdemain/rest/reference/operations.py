"""What is told of an operation beside what its view says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from atdemain.rest.problems import KINDS
from atdemain.rest.reference.shapes import Shape

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`headers`: names of `answers.HEADERS`, beside those of every answer."""

    words: str
    shape: Shape | None = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One request and what answers it: the tests send it as it is, on data staged for it.

    `path`, `query` and `headers` as they are sent; `status` 0: the operation's own. An answer that is an error
    names its problem in `code`.
    """

    title: str
    body: Any = None
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    answer: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`id` names it for programs, `title` for people. `problems`: those it may answer beside the usual ones."""

    id: str
    title: str
    tag: str
    answers: Mapping[int, Answer]
    examples: Mapping[str, Example]
    words: str = ""
    body: Shape | None = None
    #: A body that may be left out.
    optional_body: bool = False
    media: str = JSON
    query: Mapping[str, Shape] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    #: `If-Match` names the version read: "always", "existing" (not for the first writing), or "".
    versioned: str = ""

    def __post_init__(self) -> None:
        unknown = set(self.problems) - set(KINDS)
        if unknown:
            raise ValueError(f"{self.id}: no such problem: {sorted(unknown)}")


#: (view class, method) → what is told of it.
_TOLD: dict[tuple[type, str], Operation] = {}


def describe(view: type, **operations: Operation) -> None:
    """`describe(Escalations, GET=Operation(…))`."""
    for method, operation in operations.items():
        _TOLD[view, method] = operation


def operation_of(view: type, method: str) -> Operation | None:
    return _TOLD.get((view, method))
