"""Where simulations plug in: the long work, what is not kept, the demonstration."""

from __future__ import annotations

from django.apps import AppConfig

from atdemain.journal import retention
from cases import hooks
from recognition.simulation import demo, work


def register(app: AppConfig) -> None:
    """Registering twice is once."""
    work.register()
    retention.register(work.RETENTION)
    hooks.listen("demo_lived", demo.on_lived)
