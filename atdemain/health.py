"""Is it alive, is it ready? For load balancers, supervisors and people (architecture.md §4)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.heartbeat import last_sweep, oldest_due_age

#: A scheduler silent for longer, or a due row untouched for longer, is red.
SILENCE = timedelta(seconds=100)


@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """503 and the reasons when the database, the migrations or the scheduler is not what it should be."""
    checks = _checks()
    ok = all(value == "ok" for value in checks.values())
    return JsonResponse({"status": "ok" if ok else "red", "checks": checks}, status=200 if ok else 503)


def _checks() -> dict[str, str]:
    now = timezone.now()
    try:
        if pending := migrations_to_apply():
            return {"database": "ok", "migrations": f"{pending} à appliquer : manage.py migrate"}
        swept, late = last_sweep(now), oldest_due_age(now)
    except Error:
        return {"database": "la base ne répond pas"}
    silent = swept is None or swept > SILENCE
    return {
        "database": "ok",
        "migrations": "ok",
        "scheduler": f"aucun passage depuis plus de {SILENCE.seconds} s" if silent else "ok",
        "due_rows": "ok" if late <= SILENCE else f"une échéance attend depuis {int(late.total_seconds())} s",
    }


def migrations_to_apply() -> int:
    return len(_migrations() - MigrationRecorder(connection).applied_migrations().keys())


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """What this code expects to find applied; read from the disk once, a probe comes every few seconds."""
    return frozenset(MigrationLoader(None).disk_migrations)
