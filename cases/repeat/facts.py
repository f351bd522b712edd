"""What the rule looks at and what it answers (domain.md §4). Pure: no model, no query, no clock.

Facts are named tuples: immutable, and cheap enough to build from a row of the hot path.
All times are aware UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cases.enums import (
    Channel,
    ExclusionCode,
    IdentityScope,
    Mode,
    ReasonFamily,
    ReasonScope,
    VerdictValue,
    WindowMode,
)

ContactKey = tuple[str, str]  # (source_system, source_id)

MANUAL = "manual"  # source_system of a contact typed by hand (domain.md §11)
DIGITAL = frozenset({Channel.CHAT, Channel.DIGITAL_1013PLUS, Channel.EMAIL, Channel.SOCIAL, Channel.WEB_FORM})


class ContactFacts(NamedTuple):
    """One contact as the rule sees it.

    `id` is None for a contact not stored yet. `family` empty = reason unknown. `handler_key` empty =
    handler unknown. `has_answer_times`: the source gives answer times, so none means nobody answered.
    `suspended_until`: the contact belongs to a mass incident whose individual verdicts resume then
    (incident end + 24 h). `cancelled_as`: its case was cancelled as `test` or `not_our_client`.
    `settled`: its code is known and final (nothing before it changed): the rule takes it as it is.
    """

    id: int | None
    source_system: str
    source_id: str
    nature: str
    client_id: int | None
    line_id: int | None
    unit_id: int | None
    segment: str
    identified: bool
    interaction_id: str
    leg_no: int
    channel: str
    direction: str
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    talk_s: int | None
    outcome: str
    family: str
    handler_key: str
    has_answer_times: bool = False
    suspended_until: datetime | None = None
    cancelled_as: str = ""
    case_id: int | None = None
    settled: str | None = None

    @property
    def key(self) -> ContactKey:
        return (self.source_system, self.source_id)


class AttemptFacts(NamedTuple):
    """An unanswered attempt (no answer, voicemail, busy) on one of our promises."""

    id: int
    case_id: int
    client_id: int
    line_id: int | None
    at: datetime


class RuleFacts(NamedTuple):
    """A version of the rule, valid on [valid_from, valid_to), None = unbounded. No `id`: the default."""

    id: int | None = None
    code: str = "defaut"
    version: int = 0
    programme_id: int | None = None
    unit_id: int | None = None
    segment: str = ""
    channels: frozenset[str] = frozenset(channel.value for channel in Channel)
    threshold: int = 3
    window_hours: int = 168
    window_mode: str = WindowMode.ROLLING.value
    identity_scope: str = IdentityScope.CLIENT.value
    reason_scope: str = ReasonScope.TECHNICAL.value
    min_talk_s: int = 10
    reconnect_s: int = 300
    callback_return_h: int = 4
    mode: str = Mode.SHADOW.value
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    @property
    def specificity(self) -> int:
        """unit+segment (3) > unit (2) > segment (1) > programme (0): the most specific wins."""
        return 2 * (self.unit_id is not None) + bool(self.segment)

    @property
    def label(self) -> str:
        """« R1 v2 », as it reads in the journal's sentence."""
        return f"{self.code} v{self.version}"


class ParticipationFacts(NamedTuple):
    """A unit's place in a programme, from `valid_from` to `valid_to` included (local days)."""

    programme_id: int
    unit_id: int
    participates: bool
    valid_from: object | None = None
    valid_to: object | None = None


class Verdict(NamedTuple):
    """The rule's answer for one contact.

    `code` empty = it counts and `n` is N(c); else `n` is None and `because` is what made it not count
    (the earlier contact or the attempt), where there is one. `counted` holds the contacts counted in
    (window_start, arrived_at], only where it is RD3+ or detail was asked. `mode` is live only where the
    rule is live and the unit takes part. `suspended`: a mass incident holds individual verdicts.
    """

    contact: ContactFacts
    code: str
    n: int | None
    rd3plus: bool
    rule: RuleFacts
    identity_key: str
    window_start: datetime | None
    mode: str
    suspended: bool = False
    counted: tuple[ContactFacts, ...] = ()
    because: ContactFacts | AttemptFacts | None = None

    @property
    def counts(self) -> bool:
        return not self.code

    @property
    def value(self) -> VerdictValue:
        if self.code:
            return VerdictValue.EXCLUDED
        return VerdictValue.RD3PLUS if self.rd3plus else VerdictValue.BELOW

    @property
    def code_label(self) -> str:
        return ExclusionCode(self.code).label if self.code else ""


UNKNOWN_FAMILY = ReasonFamily.UNKNOWN.value
