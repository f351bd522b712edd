"""« État du service »: what a supervisor reads at /healthz/ready, and what waits, in an administrator's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from atdemain.health import SILENCE, migrations_to_apply
from atdemain.jobs.queue import waiting_since
from atdemain.notifications.deliveries import LATE, backlog, held
from atdemain.pages import times
from atdemain.pages.access import for_administrators
from cases.heartbeat import last_sweep, late_counts, oldest_due_age

#: A job that nobody takes up for longer says that no worker is there.
JOBS_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. `todo`: what to do when it is not fine; `url`: where it is read."""

    name: str
    fine: bool
    told: str
    todo: str = ""
    url: str = ""


@require_safe
@never_cache
@for_administrators
def state(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    lines = [*_machine(now), *_waiting(now)]
    return render(
        request,
        "service.html",
        {"lines": lines, "wrong": sum(not line.fine for line in lines), "now": now},
    )


def _machine(now: datetime) -> Iterator[Line]:
    yield Line("Base de données", True, "répond")  # or there would be no page
    pending = migrations_to_apply()
    yield Line(
        "Migrations",
        not pending,
        f"{pending} à appliquer" if pending else "toutes appliquées",
        "Lancez manage.py migrate.",
    )
    swept, late = last_sweep(now), oldest_due_age(now)
    yield Line(
        "Horloge",
        swept is not None and swept <= SILENCE,
        "jamais passée" if swept is None else f"dernier passage il y a {_age(swept)}",
        "Relancez le processus qui la fait tourner : run_scheduler, ou Celery beat et son worker.",
    )
    counts = late_counts(now)
    told = [f"la plus ancienne attend depuis {_age(late)}"] if late else []
    words = {"late": "en retard", "retrying": "à retenter", "dead": "en échec"}
    told += [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    yield Line(
        "Échéances",
        late <= SILENCE and not counts["late"] and not counts["dead"],
        ", ".join(told) or "aucune en retard",
        "L’horloge tourne-t-elle ? Une échéance abandonnée a son erreur dans le journal du processus.",
    )


def _waiting(now: datetime) -> Iterator[Line]:
    counts, stopped = backlog(now), held()
    told = ["suspendus"] if stopped else []
    if counts["dead"]:
        told.append(f"{counts['dead']} en échec")
    if counts["late"]:
        told.append(f"{counts['late']} en retard de plus de {_age(LATE)}")
    yield Line(
        "Envois",
        not told,
        ", ".join(told) or "rien en retard",
        "Rien ne part tant que la suspension n’est pas levée."
        if stopped
        else "Chaque envoi dit son erreur, et se renvoie de la même page.",
        reverse("admin:notifications_outgoinghold_changelist")
        if stopped
        else reverse("admin:notifications_delivery_changelist"),
    )
    number, since = waiting_since(now)
    waits = now - since if since else timedelta(0)
    yield Line(
        "Traitements",
        waits <= JOBS_WAIT,
        f"{number} en attente, depuis {_age(waits)}" if number else "aucun en attente",
        "Personne ne les prend : relancez run_scheduler, ou le worker de Celery.",
    )


def _age(age: timedelta) -> str:
    """« 45 s », then minutes and hours."""
    seconds = int(age.total_seconds())
    return f"{seconds} s" if seconds < 120 else times.span(seconds // 60)
