"""Why a contact does not count: one code, the first that applies (domain.md §4.3, §11). Pure.

One forward pass in the order of events: a contact's code depends on earlier ones only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cases.enums import (
    CancelReason,
    Channel,
    ContactOutcome,
    Direction,
    ExclusionCode,
    Nature,
    ReasonFamily,
    ReasonScope,
)

from .facts import DIGITAL, MANUAL, AttemptFacts, ContactFacts, RuleFacts
from .identity import identity_key
from .rulebook import RuleBook, as_utc

COUNTS = ""
TEST = ExclusionCode.TEST.value
OUTBOUND = ExclusionCode.OUTBOUND.value
INTERNAL = ExclusionCode.INTERNAL.value
UNIDENTIFIED = ExclusionCode.UNIDENTIFIED.value
CHANNEL = ExclusionCode.CHANNEL.value
LEG = ExclusionCode.LEG.value
DUPLICATE = ExclusionCode.DUPLICATE.value
SELF_SERVICE = ExclusionCode.SELF_SERVICE.value
ABANDONED = ExclusionCode.ABANDONED.value
SHORT = ExclusionCode.SHORT.value
NON_TECHNICAL = ExclusionCode.NON_TECHNICAL.value
RECONNECT = ExclusionCode.RECONNECT.value
CALLBACK_RETURN = ExclusionCode.CALLBACK_RETURN.value

#: It counts, or is a leg or duplicate of one that counts: a later contact may follow from it.
ANCHORS = frozenset({COUNTS, LEG, DUPLICATE})
_NOT_A_CLIENT_INBOUND = frozenset({TEST, OUTBOUND, INTERNAL, UNIDENTIFIED})

LEG_GAP = timedelta(seconds=60)
TWIN_GAP = timedelta(seconds=5)
TYPED_AFTER = timedelta(minutes=5)
THREAD_BLOCK = timedelta(hours=24)

_VOICE = Channel.VOICE.value
_OUT = Direction.OUT.value
_N_TEST, _N_INTERNAL, _N_SELF = Nature.TEST.value, Nature.INTERNAL.value, Nature.SELF_SERVICE.value
_C_TEST, _C_NOT_OURS = CancelReason.TEST.value, CancelReason.NOT_OUR_CLIENT.value
_TRANSFERRED, _DROPPED = ContactOutcome.TRANSFERRED.value, ContactOutcome.DROPPED.value
_UNANSWERED = frozenset({ContactOutcome.ABANDONED.value, ContactOutcome.VOICEMAIL.value})
_NON_TECHNICAL = ReasonFamily.NON_TECHNICAL.value
_ANY_REASON = ReasonScope.ANY.value
_LINE_SCOPE = "line"


def event_order(contact: ContactFacts) -> tuple:
    """By start, then source: at one instant the typed record comes after the switch's, legs by number."""
    return (
        contact.arrived_at,
        contact.source_system == MANUAL,
        contact.source_system,
        contact.leg_no,
        contact.source_id,
    )


class _Trail:
    """What the earlier contacts of one identity left behind."""

    __slots__ = ("dropped", "inbound", "twins", "typed")

    def __init__(self) -> None:
        self.inbound: dict[str, tuple[ContactFacts, str]] = {}  # source system → its last inbound, code
        self.twins: dict[tuple[str, str], ContactFacts] = {}  # (handler, source system) → last kept record
        self.dropped: ContactFacts | None = None  # the latest dropped contact that counts


class Pass:
    """The forward pass: for each contact, in `event_order`, `code()` then `remember()`."""

    def __init__(self, rules: RuleBook, attempts: Sequence[AttemptFacts]) -> None:
        self._scopes = rules.scopes
        self._trails: dict[tuple[str, str], _Trail] = {}
        self._interactions: dict[tuple[str, str], ContactFacts] = {}
        self._switch_ends: dict[tuple[int, str], tuple[datetime, ContactFacts]] = {}
        self._attempts = sorted(attempts, key=lambda attempt: attempt.at)
        self._returned: set[int] = set()

    def code(
        self, contact: ContactFacts, rule: RuleFacts, identity: str
    ) -> tuple[str, ContactFacts | AttemptFacts | None]:
        """The exclusion code ("" = counts), and the earlier contact or attempt it follows from.

        `identity` is the contact's under the rule's scope.
        """
        because: ContactFacts | AttemptFacts | None = None
        code = contact.settled
        if code is None:
            code = _on_its_face(contact, rule)
            if code is None:
                code, because = self._by_what_came_before(contact, rule, identity)
        elif code == CALLBACK_RETURN:
            because = self._attempt_before(contact, rule)
            if because is not None:
                self._returned.add(because.id)
        return code, because

    # -- codes that look at earlier contacts -----------------------------------------------------------

    def _by_what_came_before(
        self, contact: ContactFacts, rule: RuleFacts, identity: str
    ) -> tuple[str, ContactFacts | AttemptFacts | None]:
        trail = self._trails.get((rule.identity_scope, identity))
        earlier = self._leg_of(contact, trail)
        if earlier is not None:
            return LEG, earlier
        earlier = self._twin_of(contact, trail)
        if earlier is not None:
            return DUPLICATE, earlier
        code = _by_its_content(contact, rule)
        if code is not None:
            return code, None
        dropped = trail.dropped if trail is not None else None
        if dropped is not None:
            end = dropped.ended_at or dropped.arrived_at
            if end <= contact.arrived_at <= end + timedelta(seconds=rule.reconnect_s):
                return RECONNECT, dropped
        attempt = self._attempt_before(contact, rule)
        if attempt is not None and attempt.id not in self._returned:
            self._returned.add(attempt.id)
            return CALLBACK_RETURN, attempt
        return COUNTS, None

    def _leg_of(self, contact: ContactFacts, trail: _Trail | None) -> ContactFacts | None:
        if contact.interaction_id:
            first = self._interactions.get((contact.source_system, contact.interaction_id))
            if first is None:
                return None
            if contact.channel in DIGITAL and contact.arrived_at - first.arrived_at >= THREAD_BLOCK:
                return None  # the thread goes on: a new block of 24 hours starts here
            return first
        if trail is None:
            return None
        previous = trail.inbound.get(contact.source_system)
        if previous is None:
            return None
        earlier, code = previous
        if (
            code in ANCHORS
            and earlier.outcome == _TRANSFERRED
            and earlier.channel == contact.channel
            and not earlier.interaction_id
            and earlier.ended_at is not None
            and earlier.ended_at <= contact.arrived_at <= earlier.ended_at + LEG_GAP
        ):
            return earlier
        return None

    def _twin_of(self, contact: ContactFacts, trail: _Trail | None) -> ContactFacts | None:
        handler = contact.handler_key
        if not handler:
            return None
        if contact.source_system == MANUAL:
            switch = self._switch_ends.get((contact.client_id, handler))
            if switch is not None and contact.arrived_at <= switch[0] + TYPED_AFTER:
                return switch[1]
        if trail is not None:
            for (by, system), kept in trail.twins.items():
                if (
                    by == handler
                    and system != contact.source_system
                    and contact.arrived_at - kept.arrived_at <= TWIN_GAP
                ):
                    return kept
        return None

    def _attempt_before(self, contact: ContactFacts, rule: RuleFacts) -> AttemptFacts | None:
        """The latest unanswered attempt to reach this client before the contact, within the hours."""
        latest = None
        for attempt in self._attempts:
            if attempt.at > contact.arrived_at:
                break
            if attempt.client_id != contact.client_id:
                continue
            if (
                rule.identity_scope == _LINE_SCOPE
                and attempt.line_id is not None
                and contact.line_id is not None
                and attempt.line_id != contact.line_id
            ):
                continue
            latest = attempt
        if latest is None or contact.arrived_at - latest.at > timedelta(hours=rule.callback_return_h):
            return None
        return latest

    # -- memory ----------------------------------------------------------------------------------------

    def remember(self, contact: ContactFacts, code: str) -> None:
        """What later contacts may follow from."""
        if code in _NOT_A_CLIENT_INBOUND:
            return
        anchors = code in ANCHORS
        system = contact.source_system
        if anchors and contact.interaction_id:
            key = (system, contact.interaction_id)
            if key not in self._interactions or (code != LEG and contact.channel in DIGITAL):
                self._interactions[key] = contact
        kept = code in (COUNTS, LEG) and contact.handler_key
        if kept and system != MANUAL:
            end = contact.ended_at or contact.arrived_at
            switch = self._switch_ends.get((contact.client_id, contact.handler_key))
            if switch is None or end >= switch[0]:
                self._switch_ends[contact.client_id, contact.handler_key] = (end, contact)
        for scope in self._scopes:
            key = (scope, identity_key(contact.client_id, contact.line_id, contact.family, scope))
            trail = self._trails.get(key)
            if trail is None:
                trail = self._trails[key] = _Trail()
            trail.inbound[system] = (contact, code)
            if kept:
                trail.twins[contact.handler_key, system] = contact
            if code == COUNTS and contact.outcome == _DROPPED:
                trail.dropped = contact


def _on_its_face(contact: ContactFacts, rule: RuleFacts) -> str | None:
    """The codes that come before `leg`: they need nothing but the contact and the rule."""
    if contact.nature == _N_TEST or contact.cancelled_as == _C_TEST:
        return TEST
    if contact.direction == _OUT:
        return OUTBOUND
    if contact.nature == _N_INTERNAL:
        return INTERNAL
    if contact.client_id is None or not contact.identified or contact.cancelled_as == _C_NOT_OURS:
        return UNIDENTIFIED
    if contact.channel not in rule.channels:
        return CHANNEL
    return None


def _by_its_content(contact: ContactFacts, rule: RuleFacts) -> str | None:
    """The codes between `duplicate` and `reconnect`."""
    if contact.nature == _N_SELF:
        return SELF_SERVICE
    if contact.outcome in _UNANSWERED or (contact.has_answer_times and contact.answered_at is None):
        return ABANDONED
    if contact.channel == _VOICE and contact.talk_s is not None and contact.talk_s < rule.min_talk_s:
        return SHORT
    if contact.family == _NON_TECHNICAL and rule.reason_scope != _ANY_REASON:
        return NON_TECHNICAL
    return None


def in_utc(contact: ContactFacts) -> ContactFacts:
    """The same contact with every time in UTC (a no-op for what comes from the database)."""
    return contact._replace(
        arrived_at=as_utc(contact.arrived_at),
        answered_at=contact.answered_at and as_utc(contact.answered_at),
        ended_at=contact.ended_at and as_utc(contact.ended_at),
    )
