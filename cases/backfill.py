"""History evaluated again, by period and unit (domain.md §4.6): resumable, idempotent, counted.

Client by client in the order of their ids, a chunk per transaction, the cursor moved in that same
transaction: killed anywhere, it goes on where it was and counts nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import Unit
from cases.enums import Mode, VerdictValue
from cases.intake import LIVE, SHADOW, reevaluate
from cases.models import BackfillRun, Contact, RepeatVerdict

CLIENTS = 500  # per transaction
#: What a report says of the contacts of the period and unit; the same each time, whatever changed.
STATE = ("clients", "contacts", "countable", "verdicts_rd3plus", "identities_rd3plus")
#: What this run did.
DONE = ("changed", "verdicts_written", "cases_opened", "attached", "reopened")


@dataclass(frozen=True, slots=True)
class Request:
    """Contacts of `unit` (every one where None) that arrive in [start, end)."""

    start: datetime
    end: datetime
    unit: Unit | None = None
    mode: str = Mode.SHADOW.value


def unfinished(request: Request) -> BackfillRun | None:
    """The interrupted run of the very same request, if any."""
    return (
        BackfillRun.objects.filter(
            unit=request.unit,
            period_start=request.start,
            period_end=request.end,
            mode=request.mode,
            finished_at=None,
        )
        .order_by("-pk")
        .first()
    )


def run(
    request: Request,
    *,
    actor: Actor,
    now: datetime,
    progress: Callable[[int], None] = lambda clients: None,
    stop: Callable[[], bool] = lambda: False,
) -> BackfillRun:
    """Carry out the request, going on from an interrupted run; `finished_at` tells whether it ended."""
    kept = unfinished(request)
    if kept is None:
        with transaction.atomic():
            kept = BackfillRun.objects.create(
                unit=request.unit,
                period_start=request.start,
                period_end=request.end,
                mode=request.mode,
                started_at=now,
            )
            record("backfill", kept.pk, "started", actor=actor, at=now, changes=_told(request))
    while not stop():
        clients = clients_after(request, kept.cursor)
        with transaction.atomic():
            if not clients:
                kept.finished_at = now
                kept.save(update_fields=["finished_at"])
                counts = {"counts": [None, report(kept)]}
                record("backfill", kept.pk, "finished", actor=actor, at=now, changes=counts)
                break
            counts = evaluate_again(request, clients, actor=actor, now=now)
            kept.counts = dict(Counter(kept.counts) + counts)
            kept.cursor = clients[-1]
            kept.save(update_fields=["cursor", "counts"])
        progress(len(clients))
    return kept


def dry_run(
    request: Request, *, actor: Actor, now: datetime, progress: Callable[[int], None] = lambda clients: None
) -> dict[str, object]:
    """The report the run would end with; every chunk is undone."""
    counts: Counter[str] = Counter()
    cursor = 0
    while clients := clients_after(request, cursor):
        with transaction.atomic():
            counts += evaluate_again(request, clients, actor=actor, now=now)
            transaction.set_rollback(True)
        cursor = clients[-1]
        progress(len(clients))
    return _report(counts)


def clients_after(request: Request, cursor: int, limit: int = CLIENTS) -> list[int]:
    """The next clients with a contact in the period and unit."""
    found = _contacts(request).filter(client__gt=cursor).order_by("client").values_list("client", flat=True)
    return list(found.distinct()[:limit])


def number_of_clients(request: Request, cursor: int = 0) -> int:
    return _contacts(request).filter(client__gt=cursor).order_by().values("client").distinct().count()


def evaluate_again(request: Request, clients: Sequence[int], *, actor: Actor, now: datetime) -> Counter[str]:
    """One chunk: verdicts written, then what the period and unit now hold for these clients."""
    live = request.mode == Mode.LIVE.value
    done = reevaluate(clients, now=now, actor=actor, mode=LIVE if live else SHADOW, since=request.start)
    counts = Counter(
        {
            "clients": len(clients),
            "changed": done.changed,
            "verdicts_written": done.verdicts,
            "cases_opened": done.opened,
            "attached": done.attached,
            "reopened": done.reopened,
        }
    )
    held = _contacts(request).filter(client__in=clients)
    codes = held.order_by().values("exclusion_code").annotate(n=Count("pk"))
    for code, number in codes.values_list("exclusion_code", "n"):
        counts["contacts"] += number
        counts[f"excluded:{code}" if code else "countable"] += number
    reached = (
        RepeatVerdict.objects.filter(superseded_at=None, verdict=VerdictValue.RD3PLUS, contact__in=held)
        .order_by()
        .aggregate(n=Count("pk"), identities=Count("identity_key", distinct=True))
    )
    counts["verdicts_rd3plus"] += reached["n"]
    counts["identities_rd3plus"] += reached["identities"]
    return counts


def report(kept: BackfillRun) -> dict[str, object]:
    """The counts of a run: what the period holds, then what the run changed."""
    return _report(Counter(kept.counts))


def _report(counts: Counter[str]) -> dict[str, object]:
    excluded = {
        name.removeprefix("excluded:"): number
        for name, number in sorted(counts.items())
        if name.startswith("excluded:")
    }
    return {
        **{name: counts[name] for name in STATE},
        "excluded": excluded,
        **{name: counts[name] for name in DONE},
    }


def _contacts(request: Request):
    period = Q(arrived_at__gte=request.start, arrived_at__lt=request.end, client__isnull=False)
    if request.unit is not None:
        period &= Q(unit=request.unit)
    return Contact.objects.filter(period)


def _told(request: Request) -> dict[str, list[object]]:
    return {
        "unit": [None, request.unit.pk if request.unit else None],
        "period": [None, [request.start, request.end]],
        "mode": [None, request.mode],
    }
