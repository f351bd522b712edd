"""What the door answers: done, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cases.reasons import Reason

if TYPE_CHECKING:
    from atdemain.journal.models import AuditEvent
    from cases.models import Case


@dataclass(frozen=True, slots=True)
class Done:
    """`already`: the same account had just done the same thing; nothing was written again."""

    case: Case
    event: AuditEvent | None
    already: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as the bar shows it: possible, or greyed with its reasons."""

    action: str
    label: str
    icon: str
    key: str
    allowed: bool
    reasons: tuple[Reason, ...] = ()
    aside: bool = False  # refused: told in the list under the bar, not greyed in it


class WorkflowError(Exception):
    """Any reason why the door did not open."""


class NotAllowed(WorkflowError):
    """This account does not have the action on this case (403)."""


class Refused(WorkflowError):
    """A guard says no (422); every reason is French and says what to do."""

    def __init__(self, reasons: list[Reason], case: Case | None = None) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons, self.case = reasons, case


class Conflict(WorkflowError):
    """The case moved meanwhile (409): its present state and version, who moved it, when and how."""

    def __init__(self, *, state: str, version: int, by: str, at: datetime | None, action: str) -> None:
        super().__init__(f"version {version}, {state}, {action} by {by}")
        self.state, self.version, self.by, self.at, self.action = state, version, by, at, action


def words_of(error: WorkflowError) -> str:
    """A refusal in French, for the line of its case."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, Conflict):
        return f"{error.by} l’a fait avancer entre-temps\u00a0: rouvrez la liste."
    return "Ce dossier n’est pas de votre unité."
