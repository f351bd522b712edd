"""Verdicts computed again when what they rest on changed (domain.md §4.4, §4.5, §11).

After a merge or a split of clients, a late identification, a case cancelled as a test, a mass incident
declared late, a change of rule: same `evaluate()`, verdict rows superseded, and only contacts under
168 h old may open a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from atdemain.journal.actors import Actor

from . import outcomes
from .checks import OLDEST
from .contracts import LIVE, REPLAY, Mode
from .core import Processed, Run, database_name, judge, load
from .neighbourhood import cases_of
from .reference import current_reference
from .resolution import Clients

CLIENTS = 500  # clients per read: flat memory


@dataclass(slots=True)
class Reevaluated:
    """What a re-evaluation looked at and what it changed."""

    clients: int = 0
    contacts: int = 0
    changed: int = 0  # contacts whose code or N is another
    verdicts: int = 0  # verdict rows written
    opened: int = 0
    attached: int = 0
    reopened: int = 0

    def __add__(self, other: Reevaluated) -> Reevaluated:
        return Reevaluated(
            *(getattr(self, each.name) + getattr(other, each.name) for each in fields(Reevaluated))
        )


def reevaluate(
    client_ids: Iterable[int],
    *,
    now: datetime,
    actor: Actor,
    mode: Mode = LIVE,
    since: datetime | None = None,
    newcomers: Collection[int] = (),
) -> Reevaluated:
    """Evaluate these clients' contacts again, all of them or those from `since` on, and act on the result.

    `newcomers`: contacts that have just come to their client (merge, identification): they may join or
    reopen a case like a contact that comes in. `shadow` writes verdicts and touches no case. One
    transaction (a savepoint in the caller's), clients locked in the order of their ids.
    """
    ids = sorted(set(client_ids))
    total = Reevaluated()
    with connection.wrap_database_errors, transaction.atomic():
        run = Run(actor, now, mode, current_reference(database_name()))
        for start in range(0, len(ids), CLIENTS):
            total += _part(ids[start : start + CLIENTS], run, since, newcomers)
    return total


def _part(
    client_ids: Sequence[int], run: Run, since: datetime | None, newcomers: Collection[int]
) -> Reevaluated:
    clients = Clients()
    clients.lock(client_ids, ())
    bounds = {pk: since or OLDEST for pk in client_ids if pk in clients.by_id}
    if not bounds:
        return Reevaluated()
    done = Processed(cases=cases_of(bounds))
    judge([], load(bounds, run), bounds, clients.segments(), done, run)
    for judged in done.judged.values():
        for one in judged:
            if one.contact_id in newcomers:
                one.counted_before = False
    outcomes.settle(done, run)
    went = [outcome for _contact, _case, outcome in done.outcomes]
    return Reevaluated(
        clients=len(bounds),
        contacts=done.evaluated,
        changed=done.changed,
        verdicts=done.verdicts_written,
        opened=went.count("opened"),
        attached=went.count("attached"),
        reopened=went.count("reopened"),
    )


def recount(*, client_ids: Iterable[int], actor: Actor, now: datetime, quiet: bool, **_: Any) -> None:
    """Hook of `contacts_recounted`: a case cancelled as a test, or that annulment annulled."""
    reevaluate(client_ids, now=now, actor=actor, mode=REPLAY if quiet else LIVE)
