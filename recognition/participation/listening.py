"""What participation does with the clock, in the demonstration and with what is kept: its contact with the apps below."""

from __future__ import annotations

from django.apps import AppConfig

from atdemain.journal.retention import register as retain
from cases import hooks
from recognition.participation import demo, just_cause, retention, skills, triggers


def register(app: AppConfig) -> None:
    """Called once, when the apps are ready; a second call changes nothing."""
    triggers.NEUTRALISED.keep(app)
    retain(retention.EXITS)
    hooks.listen("demo_seeded", demo.on_seeded)
    for work in (just_cause.settle_silent, just_cause.remind, skills.warn):
        if work not in hooks.rounds:
            hooks.rounds.append(work)
