"""What the passing of time writes on a case beside telling people: a promise missed, an entity asked where it
is, an entity late. Each leaves one row in the case's journal.

A case held by somebody else is left for the next sweep with its rows: that somebody may be logging the
call, or the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F

from atdemain.journal.actors import Actor
from atdemain.journal.record import record_many
from cases.decisions import Verdict
from cases.enums import OPEN_ESCALATION, CaseState, EscalationNoteKind, PromiseStatus, TimerKind
from cases.models import Case, Escalation, EscalationNote, Promise
from cases.sweep_report import Outcome

Entries = list[dict[str, Any]]


def mark(done: Outcome, actor: Actor, now: datetime) -> None:
    """Write what the verdicts of `done` say; those whose case is held, or no longer owes, are taken out."""
    entries = _missed(done, actor, now) + _asked(done, actor, now) + _late(done, actor, now)
    if entries:
        record_many(entries)


def _held(cases: Iterable[int], *states: CaseState) -> set[int]:
    rows = Case.objects.select_for_update(skip_locked=True).filter(pk__in=set(cases), state__in=states)
    return set(rows.order_by("pk").values_list("pk", flat=True))


def _keep(done: Outcome, kept: Callable[[Verdict], bool]) -> None:
    left = [verdict for verdict in done.verdicts if kept(verdict)]
    done.busy += len(done.verdicts) - len(left)
    done.verdicts = left


def _missed(done: Outcome, actor: Actor, now: datetime) -> Entries:
    """The window told to the client ended without a call: the promise says so, and the journal.

    Conditional on what the decision was taken on.
    """
    wanted = {verdict.row.promise_id: verdict.row.case_id for verdict in done.verdicts if verdict.missed}
    if not wanted:
        return []
    held = _held(wanted.values(), CaseState.CALLBACK_DUE)
    versions = {verdict.row.promise_id: verdict.row.epoch for verdict in done.verdicts if verdict.missed}
    owed = {
        pk
        for pk, version in Promise.objects.filter(
            pk__in=wanted, case_id__in=held, status=PromiseStatus.PENDING, closed_at=None
        )
        .order_by()
        .values_list("pk", "version")
        if versions[pk] == version
    }
    _keep(done, lambda verdict: not verdict.missed or verdict.row.promise_id in owed)
    if not owed:
        return []
    done.missed = Promise.objects.filter(pk__in=owed).update(status=PromiseStatus.MISSED)
    return [
        _entry(
            wanted[pk],
            "promise_missed",
            actor,
            now,
            {
                "promise": [pk, pk],
                "promise_status": [PromiseStatus.PENDING.value, PromiseStatus.MISSED.value],
            },
        )
        for pk in sorted(owed)
    ]


def _asked(done: Outcome, actor: Actor, now: datetime) -> Entries:
    """One hour before the callback, the entities that still owe an answer are asked where they are (L18)."""
    wanted = {verdict.row.case_id for verdict in done.verdicts if verdict.asks}
    if not wanted:
        return []
    held = _held(wanted, CaseState.ESCALATED)
    _keep(done, lambda verdict: not verdict.asks or verdict.row.case_id in held)
    asked: dict[int, list[tuple[int, str]]] = {}
    found = Escalation.objects.filter(case_id__in=held, status__in=OPEN_ESCALATION).order_by("pk")
    for case, pk, name in found.values_list("case_id", "pk", "target_entity__name"):
        asked.setdefault(case, []).append((pk, name))
    pks = [pk for several in asked.values() for pk, _ in several]
    Escalation.objects.filter(pk__in=pks).update(
        status_asked_at=now, updated_at=now, version=F("version") + 1
    )
    EscalationNote.objects.bulk_create(
        EscalationNote(escalation_id=pk, kind=EscalationNoteKind.STATUS_REQUEST, at=now) for pk in pks
    )
    return [
        _entry(
            case,
            "request_status",
            actor,
            now,
            {"escalations": [None, [pk for pk, _ in several]]},
            {"entity_name": ", ".join(name for _, name in several)},
        )
        for case, several in sorted(asked.items())
    ]


def _late(done: Outcome, actor: Actor, now: datetime) -> Entries:
    """TM3, TM4: from now on the entity is late, and the story of the case says so."""
    late = [verdict.row for verdict in done.verdicts if verdict.breach]
    if not late:
        return []
    working = (CaseState.OPENED, CaseState.ESCALATED, CaseState.CALLBACK_DUE)
    held = _held((row.case_id for row in late), *working)
    still = set(
        Escalation.objects.filter(
            pk__in=[row.escalation_id for row in late], case_id__in=held, status__in=OPEN_ESCALATION
        )
        .order_by()
        .values_list("pk", "status")
    )
    owing = {pk for pk, _ in still}
    _keep(done, lambda verdict: not verdict.breach or verdict.row.escalation_id in owing)
    entries = []
    for row in late:
        if row.escalation_id not in owing:
            continue
        what, due = (
            ("answer", row.answer_due) if row.kind == TimerKind.ENTITY_ANSWER else ("ack", row.ack_due)
        )
        changes = {"escalation": [row.escalation_id] * 2, "late": [None, what], "due": [None, due]}
        entries.append(
            _entry(row.case_id, "entity_late", actor, now, changes, {"entity_name": row.entity_name})
        )
    return entries


def _entry(
    case: int,
    action: str,
    actor: Actor,
    now: datetime,
    changes: dict[str, Any],
    personal: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "object_type": "case",
        "object_id": case,
        "action": action,
        "actor": actor,
        "at": now,
        "changes": changes,
        "personal": personal,
    }
