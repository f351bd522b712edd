"""What goes into intake and what comes out (domain.md §4.5, §8 of the import). No model, no query."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from cases.repeat import MANUAL, Verdict

Mode = Literal["live", "shadow", "replay"]
Status = Literal["created", "updated", "unchanged", "rejected"]
Outcome = Literal["none", "opened", "attached", "reopened"]

LIVE: Mode = "live"
SHADOW: Mode = "shadow"
REPLAY: Mode = "replay"


@dataclass(slots=True, kw_only=True)
class IncomingContact:
    """One contact as a source tells it. Times aware (any zone), durations whole seconds, None = unknown.

    Natural keys or ids, the id winning: client_ref (created on the spot where unknown), line_ref (a known
    line identifies its client; created on the spot where client and unit are known), unit_code,
    entity_code, reason_code (unknown ones are rejected, naming the field; "" = not said).
    No client at all = not identified. `has_answer_times`: this source gives answer times, so a contact
    without one was never answered. `row` is any label of the caller's (a line number), kept in messages.
    """

    source_id: str
    arrived_at: datetime
    channel: str = "voice"
    source_system: str = MANUAL
    direction: str = "in"
    nature: str = "client"
    outcome: str = "handled"
    client_id: int | None = None
    client_ref: str = ""
    client_name: str = ""
    client_segment: str = "consumer"
    client_priority: bool = False
    line_id: int | None = None
    line_ref: str = ""
    line_technology: str = "unknown"
    unit_id: int | None = None
    unit_code: str = ""
    entity_id: int | None = None
    entity_code: str = ""
    reason_id: int | None = None
    reason_code: str = ""
    identification: str = "certain"
    caller_number: str = ""
    interaction_id: str = ""
    leg_no: int = 1
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    has_answer_times: bool = False
    wait_s: int | None = None
    talk_s: int | None = None
    hold_s: int | None = None
    handled_by_id: int | None = None
    handler_ref: str = ""
    conflictual: bool = False
    summary: str = ""
    row: Any = None


@dataclass(slots=True, frozen=True)
class Rejection:
    """Why a contact was refused: the field of IncomingContact, a code, a French sentence."""

    field: str
    code: str
    message: str


@dataclass(slots=True)
class Received:
    """What became of one contact.

    `verdict` is None where it was rejected, unchanged or not identified at all. `case` is the one opened,
    attached to or reopened (its pk in `case_id`; `case_ref` for the page).
    """

    status: Status
    contact_id: int | None = None
    verdict: Verdict | None = None
    outcome: Outcome = "none"
    case_id: int | None = None
    case_ref: str = ""
    client_id: int | None = None
    client_created: bool = False
    rejection: Rejection | None = None
    row: Any = None

    @property
    def reason(self) -> str:
        """The French sentence of a rejection, else ""."""
        return self.rejection.message if self.rejection else ""

    @property
    def n(self) -> int | None:
        return self.verdict.n if self.verdict else None


@dataclass(slots=True)
class BatchResult:
    """Counts of a batch, and the answer for each item in the order given."""

    items: list[Received] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    cases_opened: int = 0
    attached: int = 0
    reopened: int = 0

    def __add__(self, other: BatchResult) -> BatchResult:
        return BatchResult(
            self.items + other.items,
            *(
                getattr(self, name) + getattr(other, name)
                for name in (
                    "created",
                    "updated",
                    "unchanged",
                    "rejected",
                    "cases_opened",
                    "attached",
                    "reopened",
                )
            ),
        )
