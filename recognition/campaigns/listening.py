"""What campaigns and appeals plug into: jobs, what comes with the clock, what is not kept, the demonstration."""

from __future__ import annotations

from django.apps import AppConfig

from atdemain.journal.retention import register as keep
from cases import hooks, invariants
from recognition.appeals import notices
from recognition.campaigns import computing, demo, payroll, retention
from recognition.campaigns import invariants as checks
from recognition.campaigns.triggers import GUARD


def register(app: AppConfig) -> None:
    GUARD.keep(app)
    computing.register()
    payroll.register()
    keep(retention.KIND)
    invariants.register(checks.money)
    invariants.register(checks.sums)
    invariants.register(checks.guards)
    if notices.round_ not in hooks.rounds:
        hooks.rounds.append(notices.round_)
    hooks.listen("demo_lived", demo.on_lived)
