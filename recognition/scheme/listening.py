"""Where versions plug in: the clock, the invariants, the demonstration."""

from __future__ import annotations

from django.apps import AppConfig

from cases import hooks, invariants
from recognition.scheme import clock, demo, triggers
from recognition.scheme import invariants as checks


def register(app: AppConfig) -> None:
    """Registering twice is once."""
    triggers.GUARD.keep(app)
    if clock.turn not in hooks.rounds:
        hooks.rounds.append(clock.turn)
    invariants.register(checks.published_versions)
    invariants.register(checks.guards)
    hooks.listen("demo_seeded", demo.on_seeded)
