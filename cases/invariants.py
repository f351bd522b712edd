"""Does the database still obey domain.md §2.5? Every invariant about what exists today, each a set-based
query that names the rows that break it; nothing is loaded but those.

`broken(now)` yields findings; an app above `cases` adds its own checks with `register`. A breach that
a constraint forbids outright is also looked for as the absence of that constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db import connection
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Cast, Lag

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import InternalAdvisor
from atdemain.organisation.participation import active_participants
from cases.enums import (
    OPEN_ESCALATION,
    CaseState,
    ExclusionCode,
    Origin,
    PromiseStatus,
    TimerStatus,
    VerdictValue,
)
from cases.models import Case, Contact, Escalation, Promise, RepeatVerdict, Timer

#: Events of an escalation's life: none of them moves the owner (INV-02).
ESCALATION_EVENTS = (
    "escalate",
    "add_escalation",
    "acknowledge_escalation",
    "answer_escalation",
    "withdraw_escalation",
    "warm_transfer",
    "claim_escalation",
    "hand_back_escalation",
    "request_info",
    "give_info",
    "request_status",
    "give_status",
    "name_contact",
)
#: Words that no column may hold (INV-24, INV-25): recordings, surveillance, health, strikes, unions.
FORBIDDEN = frozenset(
    {
        "audio", "sound", "recording", "mp3", "voiceprint", "keystroke", "keystrokes", "keylog", "screen",
        "screenshot", "screenshots", "webcam", "idle", "inactivity", "mouse", "health", "medical", "sick",
        "sickness", "illness", "disability", "pregnancy", "telecare", "strike", "strikes", "union", "unions",
        "mandate", "religion", "ethnic",
    }
)  # fmt: skip
#: Constraints that forbid a breach outright, by table; without one, a check below reads every row for nothing.
GUARDS = {
    "cases_case": {
        "case_one_working_per_identity": "INV-03",
        "case_state_known": "INV-10",
        "case_resolved_is_explained": "INV-07",
        "case_closed_is_explained": "INV-08",
    },
    "cases_promise": {
        "promise_one_owed_per_case": "INV-06",
        "promise_window_in_order": "INV-11",
    },
    "cases_timer": {
        "timer_once_per_promise": "INV-12",
        "timer_once_per_case": "INV-12",
        "timer_once_per_escalation": "INV-12",
    },
    "cases_contact": {"contact_source_unique": "INV-13"},
    "cases_repeatverdict": {"verdict_one_current_per_contact": "INV-14"},
}


class Finding(NamedTuple):
    """`kind` begins with the number of the invariant, then says in one word what is off."""

    object: str
    id: str
    kind: str

    def __str__(self) -> str:
        return f"{self.object} {self.id} {self.kind}"


Check = Callable[[datetime], Iterator[Finding]]
CHECKS: list[Check] = []


def register(check: Check) -> Check:
    """Add a check; a decorator here, a call from the `apps.py` of an app above."""
    if check not in CHECKS:
        CHECKS.append(check)
    return check


def broken(now: datetime) -> Iterator[Finding]:
    """Every finding, invariant by invariant; empty when all is well."""
    for check in CHECKS:
        yield from check(now)


def _named(name: str, rows: QuerySet[Any], kind: str, field: str = "pk") -> Iterator[Finding]:
    for pk in rows.order_by(field).values_list(field, flat=True).iterator(chunk_size=1000):
        yield Finding(name, str(pk), kind)


# -- who keeps a case ---------------------------------------------------------------------------------


@register
def owners(now: datetime) -> Iterator[Finding]:
    """INV-01: the owner of a working case is an internal advisor, and takes part where the rule opened it."""
    owned = Case.objects.working().filter(owner__isnull=False)
    advisors = InternalAdvisor.objects.filter(
        active=True, user__is_active=True, user__groups__name=Role.ADVISOR.value
    )
    yield from _named("case", owned.exclude(owner__in=advisors), "INV-01:owner_not_internal_advisor")
    consenting = active_participants(now).values("employee")
    opened_by_rule = owned.filter(origin=Origin.RD3PLUS, owner__in=advisors)
    yield from _named(
        "case", opened_by_rule.exclude(owner__in=consenting), "INV-01:owner_not_consenting_participant"
    )


@register
def ownership_and_escalations(now: datetime) -> Iterator[Finding]:
    """INV-02: no event of an escalation changes the owner."""
    events = AuditEvent.objects.filter(
        object_type="case", action__in=ESCALATION_EVENTS, refused=False, changes__has_key="owner"
    )
    yield from _named("case", events, "INV-02:owner_moved_by_escalation", "object_id")


@register
def one_working_case(now: datetime) -> Iterator[Finding]:
    """INV-03: at most one working case per identity."""
    several = (
        Case.objects.working()
        .values("identity_key")
        .annotate(cases=Count("pk"))
        .filter(cases__gt=1)
        .values("identity_key")
    )
    yield from _named(
        "case", Case.objects.working().filter(identity_key__in=several), "INV-03:several_working_cases"
    )


@register
def contacts_of_merged_cases(now: datetime) -> Iterator[Finding]:
    """INV-04: a contact has one case (one column); a merged case has given all of its own away."""
    merged = Case.objects.filter(merged_into__isnull=False).values("pk")
    yield from _named("contact", Contact.objects.filter(case__in=merged), "INV-04:left_on_merged_case")


# -- states and what goes with them -------------------------------------------------------------------


def _with_what_is_owed(state: CaseState) -> QuerySet[Any]:
    owed = Promise.objects.filter(case=OuterRef("pk"), closed_at=None)
    escalations = Escalation.objects.filter(case=OuterRef("pk"), status__in=OPEN_ESCALATION)
    return Case.objects.filter(state=state).annotate(
        promised=Exists(owed),
        pending=Exists(owed.filter(status=PromiseStatus.PENDING)),
        asked=Exists(escalations),
    )


@register
def escalated_cases(now: datetime) -> Iterator[Finding]:
    """INV-05: an escalated case waits for an entity, and its client for news."""
    cases = _with_what_is_owed(CaseState.ESCALATED)
    yield from _named("case", cases.filter(asked=False), "INV-05:no_open_escalation")
    yield from _named("case", cases.filter(pending=False), "INV-05:no_pending_promise")


@register
def callbacks_and_opened_cases(now: datetime) -> Iterator[Finding]:
    """INV-06: a callback is owed where the state says so, and nowhere else."""
    yield from _named(
        "case", _with_what_is_owed(CaseState.CALLBACK_DUE).filter(promised=False), "INV-06:no_promise"
    )
    opened = _with_what_is_owed(CaseState.OPENED)
    yield from _named("case", opened.filter(promised=True), "INV-06:opened_with_promise")
    yield from _named("case", opened.filter(asked=True), "INV-06:opened_with_escalation")


@register
def one_promise(now: datetime) -> Iterator[Finding]:
    """INV-05, INV-06: exactly one promise is owed, and it is the one the case points at."""
    owed = Promise.objects.filter(closed_at=None)
    several = owed.values("case").annotate(n=Count("pk")).filter(n__gt=1).values("case")
    yield from _named("case", Case.objects.filter(pk__in=several), "INV-06:several_promises")
    unknown = owed.filter(Q(case__current_promise=None) | ~Q(case__current_promise=F("pk")))
    yield from _named("promise", unknown, "INV-06:not_the_current_promise")
    settled = Case.objects.filter(current_promise__closed_at__isnull=False)
    yield from _named("case", settled, "INV-06:current_promise_settled")


@register
def ended_cases(now: datetime) -> Iterator[Finding]:
    """INV-07: nothing is owed on a resolved case, and it is explained; nor on a closed one (INV-08)."""
    resolved = _with_what_is_owed(CaseState.RESOLVED)
    yield from _named("case", resolved.filter(asked=True), "INV-07:resolved_with_escalation")
    yield from _named("case", resolved.filter(promised=True), "INV-07:resolved_with_promise")
    unexplained = Case.objects.filter(state=CaseState.RESOLVED).filter(
        Q(resolution_code="") | Q(root_cause="") | Q(resolved_at=None)
    )
    yield from _named("case", unexplained, "INV-07:resolution_unexplained")
    closed = _with_what_is_owed(CaseState.CLOSED)
    yield from _named("case", closed.filter(Q(asked=True) | Q(promised=True)), "INV-08:closed_and_owing")
    unsaid = Case.objects.filter(state=CaseState.CLOSED).filter(Q(closure_kind="") | Q(closed_at=None))
    yield from _named("case", unsaid, "INV-08:closed_without_saying_how")


# -- the journal --------------------------------------------------------------------------------------


@register
def state_changes(now: datetime) -> Iterator[Finding]:
    """INV-08, INV-09: each row starts where the one before ended, and only T15 leaves `closed`."""
    rows = (
        AuditEvent.objects.filter(object_type="case", refused=False)
        .exclude(to_state="")
        .annotate(
            before=Window(Lag("to_state", default=Value("")), partition_by="object_id", order_by="seq"),
        )
    )
    gaps = rows.exclude(from_state=F("before"))
    yield from _named("case", gaps, "INV-09:change_not_journalled", "object_id")
    left = rows.filter(from_state=CaseState.CLOSED).exclude(to_state=CaseState.CLOSED)
    yield from _named("case", left.exclude(action="restore"), "INV-08:closed_case_left", "object_id")


@register
def states_as_journalled(now: datetime) -> Iterator[Finding]:
    """INV-09, INV-10: a case is in the state its last journalled change says, and nobody wrote it aside."""
    changes = AuditEvent.objects.filter(object_type="case", refused=False).exclude(to_state="")
    own = changes.filter(object_id=Cast(OuterRef("pk"), CharField())).order_by("-seq")
    cases = Case.objects.annotate(told=Subquery(own.values("to_state")[:1]))
    off = cases.filter(Q(told=None) | ~Q(told=F("state")))
    yield from _named("case", off, "INV-10:state_unlike_journal")


# -- promises, timers, contacts, verdicts -------------------------------------------------------------


@register
def windows(now: datetime) -> Iterator[Finding]:
    """INV-11: window_end > window_start ≥ made_at; `call_by` is never later than the window."""
    off = Q(window_end__lte=F("window_start")) | Q(window_start__lt=F("made_at"))
    yield from _named("promise", Promise.objects.filter(off), "INV-11:window_out_of_order")
    late = Promise.objects.filter(call_by__gt=F("window_end"))
    yield from _named("promise", late, "INV-11:call_by_after_window")


@register
def steps_sent_once(now: datetime) -> Iterator[Finding]:
    """INV-12: a step is sent once per promise and version, and an inbox item once per key."""
    sent = (
        Timer.objects.filter(status=TimerStatus.DONE, promise__isnull=False)
        .values("promise", "kind", "epoch")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
    )
    yield from _named("promise", sent, "INV-12:step_sent_twice", "promise")
    items = Notification.objects.values("dedupe_key").annotate(n=Count("pk")).filter(n__gt=1)
    yield from _named("notification", items, "INV-12:item_written_twice", "dedupe_key")


@register
def verdicts(now: datetime) -> Iterator[Finding]:
    """INV-14: a current RD3+ verdict and its contact say the same."""
    current = RepeatVerdict.objects.filter(superseded_at=None, verdict=VerdictValue.RD3PLUS)
    unlike = current.exclude(contact__exclusion_code="", contact__n_in_window=F("count"))
    yield from _named("contact", unlike, "INV-14:verdict_unlike_contact", "contact")
    coded = Contact.objects.filter(exclusion_code__in=ExclusionCode.values, n_in_window__isnull=False)
    yield from _named("contact", coded, "INV-14:excluded_and_counted")


@register
def copies(now: datetime) -> Iterator[Finding]:
    """What the database copies for the lists (cases/copies.py) is what it is copied from."""
    yield from _named("case", Case.objects.exclude(client_key=F("client__name_key")), "copy:client_key")
    for kind, model in (("promise", Promise), ("escalation", Escalation)):
        unlike = model.objects.exclude(unit__isnull=False, unit=F("case__unit"))
        yield from _named(kind, unlike, "copy:unit")


# -- what the tables forbid ---------------------------------------------------------------------------


@register
def constraints(now: datetime) -> Iterator[Finding]:
    """The constraint that forbids each of these breaches is in the database."""
    with connection.cursor() as cursor:
        for table, wanted in GUARDS.items():
            known = connection.introspection.get_constraints(cursor, table)
            for name in wanted.keys() - known.keys():
                yield Finding("constraint", name, f"{wanted[name]}:constraint_missing")


@register
def columns(now: datetime) -> Iterator[Finding]:
    """INV-24, INV-25: no column, and no value of a list, for recordings, keystrokes, health, strikes, unions."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            column = f"{model._meta.label}.{field.name}"
            if _forbidden(field.name):
                yield Finding("column", column, "INV-24:forbidden_data")
            for value, _label in getattr(field, "flatchoices", None) or ():
                if _forbidden(str(value)):
                    yield Finding("value", f"{column}={value}", "INV-25:forbidden_value")


def _forbidden(name: str) -> bool:
    return not FORBIDDEN.isdisjoint(name.lower().split("_"))
