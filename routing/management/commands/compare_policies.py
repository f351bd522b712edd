"""`manage.py compare_policies`: the same openings and presences under three ways of choosing; writes nothing."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from routing import comparison
from routing.history import DAYS


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= DAYS):
        raise ArgumentTypeError(f"un nombre de jours, de 1 à {DAYS} (le planning n’est pas gardé au-delà)")
    return int(text)


class Command(BaseCommand):
    help = (
        "Rejoue les ouvertures des derniers jours sur les présences de ces jours, selon trois politiques : la "
        "nôtre, « le plus longtemps sans dossier » et « le moins de dossiers ouverts ». N’écrit rien."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=_days, default=DAYS, help=f"jours rejoués (1 à {DAYS})")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:
        compared = comparison.compare(timezone.now(), days=options["days"])
        if options["json"]:
            self.stdout.write(json.dumps(compared.to_json(), ensure_ascii=False, indent=2))
            return
        if not compared.outcomes[0].openings:
            raise CommandError(
                "Aucun dossier ouvert sur la période : rien à comparer. « make demo-reset » crée un mois de données."
            )
        self.stdout.write(comparison.as_text(compared))
