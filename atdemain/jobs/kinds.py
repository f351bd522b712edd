"""What jobs do, by name: apps above register their kinds here when they are ready."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from atdemain.jobs.enums import Outcome
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; `memory` is what undoing it will need, `reason` a word that says more (French)."""

    outcome: Outcome = Outcome.DONE
    memory: dict[str, Any] = field(default_factory=dict)
    reason: str = ""


class RowRefused(Exception):
    """Not on this row; French. `tell` writes the refusal's trace, once what was tried is rolled back."""

    def __init__(self, reason: str, tell: Callable[[], Any] | None = None) -> None:
        super().__init__(reason)
        self.reason, self.tell = reason, tell


class JobRefused(Exception):
    """The whole job cannot go on: the account has no longer the right, or it is too much; French."""


#: In the row's own transaction: acts and answers, or raises RowRefused.
Act = Callable[[Job, JobRow, Actor, datetime], Result]
#: Told how many lines are written; raises what stops the writing.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """Either `act`, row by row, or `write`, one file.

    `may`: why the account that asked may not, or no longer ("" = it may); asked again all along the work.
    `undo`: the same as `act`, on the rows that succeeded, where the workflow has a way back. `written`: in
    the transaction that hands the file over, with its number of lines. `address`: where a row's object is.
    `around`: held while the rows of one transaction are acted on, inside it. `redo`: prepares the same on the
    rows that were refused, and answers where to confirm it ("" = none of them is left).
    """

    name: str
    may: Callable[[Job], str]
    act: Act | None = None
    undo: Act | None = None
    undo_words: str = ""  # what undoing does, or why there is no way back; French
    write: Callable[[Job, Path, Progress], int] | None = None
    written: Callable[[Job, Actor, int, datetime], None] | None = None
    download: Callable[[Job], tuple[str, str]] | None = None  # file name, content type
    address: Callable[[JobRow], str] | None = None
    around: Callable[[Sequence[JobRow], datetime], AbstractContextManager[None]] | None = None
    redo: Callable[[Job, datetime], str] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Registering twice is once."""
    KINDS[kind.name] = kind
