from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.invariants import broken


class Command(BaseCommand):
    help = "Vérifie les invariants et nomme chaque ligne qui en enfreint un : « objet identifiant règle »."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = 0
        for finding in broken(timezone.now()):
            findings += 1
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"{findings} ligne(s) enfreignent un invariant.")
        self.stderr.write("Invariants vérifiés.")
