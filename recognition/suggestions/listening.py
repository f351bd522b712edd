"""What suggestions plug into the apps below: called once, when the apps are ready; a second call changes nothing."""

from __future__ import annotations

from django.apps import AppConfig

from atdemain.journal.retention import register as keep_for
from cases import hooks
from cases.retention.fields import erase_too
from recognition.durable import sections
from recognition.suggestions import alerts, demo, dossier, panels, retention, scripts, triggers


def register(app: AppConfig) -> None:
    triggers.GUARD.keep(app)
    keep_for(retention.KIND)
    erase_too(*retention.OF_CLIENTS, kept=retention.KEPT_TEXTS)
    hooks.listen("demo_lived", demo.on_lived)
    sections.add(dossier.of_employee)
    hooks.panels["suggestions"] = panels.of_case
    for work in (scripts.deploy_due, alerts.remind):
        if work not in hooks.rounds:
            hooks.rounds.append(work)
