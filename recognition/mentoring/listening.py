"""What mentoring and durable recognition plug into the apps below: called once, when the apps are ready."""

from __future__ import annotations

from django.apps import AppConfig

from atdemain.journal.retention import register as keep_for
from cases import hooks, invariants
from recognition.durable import demo as durable_demo
from recognition.durable import retention as durable_retention
from recognition.mentoring import demo, retention, rounds, triggers
from recognition.mentoring.invariants import CHECKS


def register(app: AppConfig) -> None:
    triggers.MENTORING.keep(app)
    if rounds.round_ not in hooks.rounds:
        hooks.rounds.append(rounds.round_)
    hooks.listen("demo_lived", demo.on_lived)
    hooks.listen("demo_lived", durable_demo.on_lived)
    for check in CHECKS:
        invariants.register(check)
    for kind in (*retention.KINDS, *durable_retention.KINDS):
        keep_for(kind)
