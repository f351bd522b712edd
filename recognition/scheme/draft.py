"""A version as its validator reads it: whatever was typed, complete or not (domain.md §6.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

#: What somebody writes in a version: the fields that a copy takes, that the draft below reads and that publication locks.
CONTENT = (
    "name", "legal_basis", "decided_on", "document_url", "signatories", "referendum_approved", "period_start",
    "period_end", "renewal", "max_renewals", "notice_days", "eligible_roles", "just_causes", "criteria", "levels",
    "proration", "budget_policy", "appeal_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """What stands in the way of publishing. `path` names the field (« levels.level_1.amounts.support »), `message` is
    French and says what to do. A `warning` does not stop."""

    path: str
    code: str
    message: str
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another version of the programme that is or was public, and its period."""

    number: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of a SchemeVersion, JSON as stored. `amends`: the version it betters, whose period it keeps."""

    name: str = ""
    legal_basis: str = ""
    decided_on: date | None = None
    document_url: str = ""
    signatories: Sequence[Mapping[str, Any]] = ()
    referendum_approved: bool = False
    period_start: date | None = None
    period_end: date | None = None
    renewal: str = ""
    max_renewals: int | None = None
    notice_days: int | None = None
    eligible_roles: Sequence[str] = ()
    just_causes: Sequence[str] = ()
    criteria: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    levels: Sequence[Mapping[str, Any]] = ()
    proration: str = ""
    budget_policy: str = ""
    appeal_days: int | None = None
    amends: Neighbour | None = None
    envelope_cents: int | None = None
    neighbours: Sequence[Neighbour] = ()
