"""evaluate(): the repeat rule, written once (domain.md §4). Pure; O(n log n) in the contacts given."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC

from cases.enums import Mode, ReasonScope

from .exclusions import Pass, event_order, in_utc
from .facts import AttemptFacts, ContactFacts, ContactKey, RuleFacts, Verdict
from .identity import identity_key
from .rulebook import RuleBook
from .window import window_start

_SAME_FAMILY = ReasonScope.SAME_FAMILY.value
_SHADOW = Mode.SHADOW.value
_Coded = tuple[ContactFacts, RuleFacts, str, str, ContactFacts | AttemptFacts | None]


def evaluate(
    contacts: Iterable[ContactFacts],
    rules: RuleBook,
    attempts: Sequence[AttemptFacts] = (),
    *,
    detail: bool = False,
) -> dict[ContactKey, Verdict]:
    """The verdict of each contact that is not settled, by (source_system, source_id).

    Give every contact of the clients concerned, in any order: the answer depends on the set alone
    (INV-14). Contacts with a `settled` code are context: they count for others, and get no verdict
    of their own unless `detail` is set. `detail` fills `counted` for every contact that counts.

    N(c) = contacts of the identity of c, under the scope of c's rule, that count and start in c's
    window, c included; RD3+ from the rule's threshold up. Two contacts of the same instant count
    for each other.
    """
    ordered = [c if c.arrived_at.tzinfo is UTC else in_utc(c) for c in contacts]
    ordered.sort(key=event_order)
    run = Pass(rules, attempts)
    last = len(ordered) - 1
    coded: list[_Coded] = []
    for index, contact in enumerate(ordered):
        rule = rules.choose(contact.unit_id, contact.segment, contact.arrived_at)
        identity = identity_key(contact.client_id, contact.line_id, contact.family, rule.identity_scope)
        code, because = run.code(contact, rule, identity)
        if index < last:  # nothing follows from the last one
            run.remember(contact, code)
        coded.append((contact, rule, identity, code, because))
    counted = _counting(coded) if last > 0 else {}  # alone, a contact is its group
    starts = {group: [c.arrived_at for c in members] for group, members in counted.items()}

    verdicts: dict[ContactKey, Verdict] = {}
    for contact, rule, identity, code, because in coded:
        if contact.settled is not None and not detail:
            continue
        if code:
            verdict = Verdict(contact, code, None, False, rule, identity, None, _SHADOW, because=because)
        else:
            members, times = [contact], [contact.arrived_at]
            if counted:
                group = _group(contact, rule.identity_scope, identity, rule.reason_scope == _SAME_FAMILY)
                members, times = counted[group], starts[group]
            verdict = _count(contact, rule, identity, members, times, rules, detail)
        verdicts[contact.source_system, contact.source_id] = verdict
    return verdicts


def _counting(coded: Sequence[_Coded]) -> dict[tuple[str, str, str], list[ContactFacts]]:
    """The contacts that count, by identity and family under each scope that one of them is judged by."""
    groups = {(rule.identity_scope, rule.reason_scope == _SAME_FAMILY): None for _c, rule, *_rest in coded}
    counted: dict[tuple[str, str, str], list[ContactFacts]] = {}
    for contact, rule, identity, code, _because in coded:
        if not code:
            for scope, same_family in groups:
                if scope != rule.identity_scope:
                    identity = identity_key(contact.client_id, contact.line_id, contact.family, scope)
                counted.setdefault(_group(contact, scope, identity, same_family), []).append(contact)
    return counted


def _group(contact: ContactFacts, scope: str, identity: str, same_family: bool) -> tuple[str, str, str]:
    return scope, identity, (contact.family or "unknown") if same_family else ""


def _count(
    contact: ContactFacts,
    rule: RuleFacts,
    identity: str,
    members: list[ContactFacts],
    starts: list,
    rules: RuleBook,
    detail: bool,
) -> Verdict:
    at = contact.arrived_at
    since, included = window_start(rule, at, rules.zone(contact.unit_id))
    low = bisect_left(starts, since) if included else bisect_right(starts, since)
    high = bisect_right(starts, at)
    n = high - low
    suspended = contact.suspended_until is not None and at < contact.suspended_until
    rd3plus = n >= rule.threshold and not suspended and rule.id is not None
    return Verdict(
        contact,
        "",
        n,
        rd3plus,
        rule,
        identity,
        since,
        rules.mode(rule, contact.unit_id, at) if n >= rule.threshold else _SHADOW,
        suspended,
        tuple(members[low:high]) if rd3plus or detail else (),
    )
