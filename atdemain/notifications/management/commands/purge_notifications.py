from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from atdemain.notifications import retention


class Command(BaseCommand):
    help = "Compte les notifications et les envois de plus de six mois ; avec --apply, les supprime."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="Supprime au lieu de seulement compter.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        found = retention.purge(now) if options["apply"] else retention.count(now)
        verb = "supprimés" if options["apply"] else "à supprimer (relancez avec --apply)"
        self.stdout.write(f"{found.notifications} message(s) et {found.deliveries} envoi(s) {verb}.")
