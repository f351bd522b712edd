"""The only door (architecture.md §3): page, API, task, command and admin all come through `perform`.

1. lock the case, 2. check the version, 3. check the right, 4. ask the guards, 5. apply the effect,
6. save what changed under the version read, 7. write one journal row, 8. hooks, notices, timers.
A refusal is journalled after the rollback, in a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import Entry, record, record_many
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.models import User
from atdemain.words import bare
from cases import deadlines, hooks, ladder, permissions, timers
from cases.enums import WORKING_STATES, CaseState, PromiseStatus
from cases.models import Case, Client
from cases.reasons import Reason

from .move import Move
from .outcomes import Conflict, Done, NotAllowed, Refused, WorkflowError
from .repeats import same_act


@dataclass(frozen=True)
class Action:
    """`effect` checks the guards that need the data and changes the case and its side tables."""

    name: str
    effect: Callable[[Move], None]
    system: bool = False  # only the clock and intake may
    any_version: bool = False  # settled by its own guard, whatever version the page showed
    recounts: bool = False  # may change which contacts count: the client is locked before the case
    also: str = ""  # the datum naming a second case, locked with the first in a stable order
    told_as: str = ""  # the other name under which its passage may be in the journal


ACTIONS: dict[str, Action] = {}


def action(name: str, **traits: Any) -> Callable[[Callable[[Move], None]], Callable[[Move], None]]:
    """Register the effect of an action under its one name; `traits` are fields of `Action`."""

    def register(effect: Callable[[Move], None]) -> Callable[[Move], None]:
        ACTIONS[name] = Action(name, effect, **traits)
        return effect

    return register


def perform(
    case_id: int,
    name: str,
    *,
    actor: Actor,
    expected_version: int | None,
    now: datetime | None = None,
    **data: Any,
) -> Done:
    """Do `name` on the case in a durable transaction of its own.

    Raises Refused (guards), Conflict (stale version), NotAllowed (right). A repeated click by the same
    account answers `Done(already=True)`.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic(durable=True):
            return apply(case_id, name, actor=actor, expected_version=expected_version, now=now, **data)
    except WorkflowError as error:
        settled = isinstance(error, Conflict) or ACTIONS[name].any_version
        if settled and (done := _already(case_id, name, actor, expected_version, data)):
            return done
        with transaction.atomic(durable=True):
            journal_refusal(case_id, name, error, actor=actor, now=now)
        raise


def journal_refusal(case_id: int, name: str, error: WorkflowError, *, actor: Actor, now: datetime) -> None:
    """Keep that the door stayed shut; after the rollback of what tried it, in a transaction of its own."""
    version = None
    if isinstance(error, Conflict):
        code, version = "conflict", error.version
    elif isinstance(error, Refused) and error.reasons:
        code = error.reasons[0].code
    else:
        code = "not_allowed"
    record("case", case_id, name, actor=actor, at=now, refused=True, reason_code=code, object_version=version)


def apply(
    case_id: int,
    name: str,
    *,
    actor: Actor,
    expected_version: int | None = None,
    now: datetime,
    quiet: bool = False,
    **data: Any,
) -> Done:
    """The same inside the caller's transaction (intake, merge, the sweep). `quiet`: replay of history."""
    spec = ACTIONS[name]
    if spec.recounts:
        Client.objects.select_for_update(no_key=True, of=("self",)).filter(cases=case_id).first()
    if spec.also:
        _lock_both(case_id, data.get(spec.also))
    case = locked(case_id)
    if expected_version is not None and case.version != expected_version and not spec.any_version:
        raise conflict_of(case)
    _authorise(spec, case, actor, now, data)
    move = Move(case, name, actor, now, data, quiet=quiet)
    return carry_out(move, spec)


def apply_all(
    case_ids: Sequence[int], name: str, *, actor: Actor, now: datetime
) -> dict[int, Done | Refused]:
    """`apply` on many cases (the clock): the same steps, what they share read and written in sets.

    For actions whose guards speak before anything is written: a refusal leaves its own case as it is, and
    is its answer. Whatever else is raised is for them all.
    """
    spec = ACTIONS[name]
    answers: dict[int, Done | Refused] = {}
    passed: list[tuple[Move, dict[str, Any], int]] = []
    entries: list[Entry] = []
    for case in _all_locked(case_ids):
        _authorise(spec, case, actor, now, {})
        move, before = Move(case, name, actor, now, {}), snapshot(case)
        try:
            spec.effect(move)
        except Refused as refusal:
            answers[case.pk] = refusal
            continue
        passed.append((move, before, len(entries)))
        entries += _save(move, before)
    events = record_many(entries)
    for move, before, first in passed:
        _follow(move, before)
        answers[move.case.pk] = Done(move.case, events[first])
    return answers


def _lock_both(case_id: int, other: Any) -> None:
    """Two merges that cross must not wait for each other."""
    pair = [case_id, getattr(other, "pk", other)]
    list(Case.objects.select_for_update().filter(pk__in=[pk for pk in pair if pk]).order_by("pk").only("pk"))


def locked(case_id: int) -> Case:
    """The case with what every action reads, its row locked where the engine has row locks.

    Locked first, read next: a locking query that waited answers its own row as it now is, but the joined
    rows as they were before (PostgreSQL), so an owner given meanwhile would be read as nobody.
    """
    cases = _all_locked([case_id])
    if not cases:
        raise Case.DoesNotExist(f"Case {case_id}")
    return cases[0]


def _all_locked(case_ids: Sequence[int]) -> list[Case]:
    wanted = Case.objects.filter(pk__in=case_ids).order_by("pk")
    if connection.features.has_select_for_update:
        list(wanted.select_for_update().values_list("pk"))
    return list(
        wanted.select_related(
            "client", "unit", "owner__user__unit", "owner__user__team", "delegate", "current_promise"
        )
    )


def carry_out(move: Move, spec: Action) -> Done:
    """Steps 4 to 8 on a case that is locked and whose actor may act."""
    case = move.case
    if case.client.pseudonymised_at is not None:
        move.refuse(
            Reason("pseudonymised", "La fiche du client est pseudonymisée : plus rien ne s’y ajoute.")
        )
    before = snapshot(case)
    spec.effect(move)
    return finish(move, before)


def finish(move: Move, before: dict[str, Any]) -> Done:
    """Save what changed under the version read; write the journal row, the timers, the notices."""
    event, *_ = record_many(_save(move, before))
    _follow(move, before)
    return Done(move.case, event)


def _save(move: Move, before: dict[str, Any]) -> list[Entry]:
    """The case's own row; answers the journal's rows, the case's first."""
    case, now = move.case, move.now
    if move.acted and case.first_action_at is None:
        case.first_action_at = now
    case.last_event_at = now
    promise = case.current_promise
    case.next_due_at = deadlines.next_due(
        case.state,
        calendar=move.calendar if case.state == CaseState.OPENED else None,
        window_start=promise.window_start if promise else None,
        call_by=promise.call_by if promise else None,
        owned=case.owner_id is not None,
        acted=case.first_action_at is not None,
        since=max((at for at in (case.assigned_at, case.reopened_at) if at), default=None),
        reopened=case.reopened_at is not None,
        last_event_at=now,
        resolved_at=case.resolved_at,
    )
    case.version += 1
    after = snapshot(case)
    changed = {name: value for name, value in after.items() if before[name] != value}
    starts_working = case.is_working and before["state"] not in WORKING_STATES
    try:
        with transaction.atomic(savepoint=starts_working):
            hit = models.QuerySet.update(_as_it_was_read(case.pk, before["version"]), **changed)
    except IntegrityError as error:
        if "case_one_working_per_identity" in str(error) or "identity_key" in str(error):
            raise Refused(
                [
                    Reason(
                        "other_working",
                        "Un autre dossier est déjà en cours pour ce client. Travaillez sur celui-là.",
                    )
                ],
                case,
            ) from error
        raise
    if not hit:
        raise conflict_of(locked(case.pk))
    moved = {name: [before[name], after[name]] for name in changed if name not in _UNTOLD}
    return [
        Entry(
            "case",
            case.pk,
            move.action,
            move.actor,
            now,
            from_state=before["state"],
            to_state=case.state,
            reason_code=move.reason_code,
            changes={**moved, **move.changes},
            personal=move.personal or None,
            object_version=case.version,
        ),
        *move.also,
    ]


def _follow(move: Move, before: dict[str, Any]) -> None:
    """What goes with the change once it is told: timers, notices, hooks."""
    case = move.case
    if not move.quiet:
        _plan(move, before)
    if move.notices:
        notify_many(
            [
                {
                    **notice,
                    "dedupe_key": f"case:{case.pk}:{case.version}:{notice['kind']}:{notice['recipient_id']}",
                }
                for notice in move.notices
            ]
        )
    for name, facts in move.events:
        hooks.fire(name, case=case, actor=move.actor, now=move.now, quiet=move.quiet, **facts)


def _as_it_was_read(case_id: int, version: int) -> models.QuerySet[Case]:
    """The case, if nobody moved it since: the guard against races on both engines."""
    return Case.objects.filter(pk=case_id, version=version)


#: Told by every row already, or by the row's own columns.
_UNTOLD = frozenset(
    {"version", "last_event_at", "state", "next_due_at", "current_promise_id", "first_action_at"}
)
_FIELDS = [
    field.attname
    for field in Case._meta.concrete_fields
    if field.name not in {"id", "ref", "client", "client_key", "opened_at", "origin", "identity_key"}
]


def snapshot(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _FIELDS}


def _plan(move: Move, before: dict[str, Any]) -> None:
    """Timers follow the state: what the case no longer waits for is void, what it now waits for planned."""
    case, promise = move.case, move.case.current_promise
    if case.state != before["state"] and case.state in (CaseState.RESOLVED, CaseState.CLOSED):
        timers.void_case(case)
        if case.state == CaseState.RESOLVED:
            timers.plan_resolved(case, move.calendar)
        return
    if before["state"] in (CaseState.RESOLVED, CaseState.CLOSED) and case.is_working:
        timers.void_case(case)
        timers.plan_silent(case, move.calendar, move.now)
    orphaned = before["owner_id"] is not None or before["state"] in (CaseState.RESOLVED, CaseState.CLOSED)
    if case.owner_id is None and case.is_working and orphaned:
        timers.plan_unassigned(case, case.unit.calendar(), move.now)
    elif case.owner_id is not None and before["owner_id"] is None:
        timers.void_unassigned(case)
    if promise and promise.status in (PromiseStatus.PENDING, PromiseStatus.MISSED) and move.replan:
        timers.plan_ladder(case, promise, move.calendar, move.now)
    starts = case.owner_id is not None and case.first_action_at is None and case.state == CaseState.OPENED
    if starts and (case.assigned_at != before["assigned_at"] or case.reopened_at != before["reopened_at"]):
        minutes = ladder.FIRST_ACTION_REOPENED_MINUTES if case.reopened_at else ladder.FIRST_ACTION_MINUTES
        timers.plan_first_action(case, move.calendar, move.now, minutes)


def _authorise(spec: Action, case: Case, actor: Actor, now: datetime, data: dict[str, Any]) -> None:
    if actor.kind == ActorKind.API_CLIENT:
        if spec.name not in permissions.PARTNER or actor.entity is None:
            raise NotAllowed
        return
    user = actor.user if actor.kind == ActorKind.USER else None
    if spec.system or user is None:
        if user is not None or not spec.system:
            raise NotAllowed
        return
    if not permissions.can(user, spec.name, case, now):
        raise NotAllowed
    if (
        permissions.in_place_of(user, spec.name, case, now)
        and len(bare(str(data.get("on_behalf") or ""))) < 10
    ):
        raise Refused(
            [
                Reason(
                    "on_behalf",
                    "Vous agissez à la place du conseiller en charge : dites pourquoi, en 10 caractères au moins.",
                    "on_behalf",
                )
            ],
            case,
        )


def conflict_of(case: Case) -> Conflict:
    """Who moved it last, when and how."""
    last = _last_event(case.pk)
    return Conflict(
        state=case.state,
        version=case.version,
        by=_name(last),
        at=last.at if last else None,
        action=last.action if last else "",
    )


def _last_event(case_id: int) -> AuditEvent | None:
    return (
        AuditEvent.objects.filter(object_type="case", object_id=str(case_id), refused=False)
        .order_by("-seq")
        .first()
    )


def _name(event: AuditEvent | None) -> str:
    if event is not None and event.actor_kind == ActorKind.API_CLIENT:
        return "Le partenaire"
    if event is None or event.actor_kind != ActorKind.USER:
        return "Le système"
    user = User.objects.filter(pk=event.actor_id).first()
    return user.short_name if user else "Un compte supprimé"


def _already(
    case_id: int, name: str, actor: Actor, expected_version: int | None, data: dict[str, Any]
) -> Done | None:
    """A second click: the row just after the version shown is the same act by the same account.

    Two tabs of one account that say different things are two acts: the second is a conflict.
    """
    if expected_version is None or actor.id is None:
        return None
    event = (
        AuditEvent.objects.filter(
            object_type="case",
            object_id=str(case_id),
            action__in=[name, ACTIONS[name].told_as or name],
            actor_kind=actor.kind.value,
            actor_id=actor.id,
            object_version=expected_version + 1,
            refused=False,
        )
        .select_related("payload")
        .order_by("-seq")
        .first()
    )
    if event is None or not same_act(event, data):
        return None
    return Done(Case.objects.get(pk=case_id), event, already=True)


__all__ = [
    "ACTIONS",
    "Action",
    "WorkflowError",
    "action",
    "apply",
    "apply_all",
    "carry_out",
    "finish",
    "locked",
    "perform",
]
