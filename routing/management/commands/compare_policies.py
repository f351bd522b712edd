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


def _widths(text: str) -> list[float]:
    try:
        widths = [float(one) for one in text.split(",")]
    except ValueError:
        widths = [-1.0]
    if not all(0 <= one <= 100 for one in widths):
        raise ArgumentTypeError("des écarts en % du plafond, séparés par des virgules : 0,2,4")
    return widths


class Command(BaseCommand):
    help = (
        "Rejoue les ouvertures des derniers jours sur les présences de ces jours, selon trois politiques : la "
        "nôtre, « le plus longtemps sans dossier » et « le moins de dossiers ouverts ». N’écrit rien."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=_days, default=DAYS, help=f"jours rejoués (1 à {DAYS})")
        parser.add_argument(
            "--widths", type=_widths, default=[], help="la nôtre avec d’autres écarts d’égalité (0,2,4,6,8)"
        )
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie standard")

    def handle(self, *args: Any, **options: Any) -> None:
        compared = comparison.compare(timezone.now(), days=options["days"])
        widths = comparison.by_width(compared.past, options["widths"])
        if options["json"]:
            told = compared.to_json()
            if widths:
                told["jain_by_tie_width"] = {f"{width:g}": round(found, 4) for width, found in widths.items()}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
            return
        if not compared.outcomes[0].openings:
            raise CommandError(
                "Aucun dossier ouvert sur la période : rien à comparer. « make demo-reset » crée un mois de données."
            )
        self.stdout.write(comparison.as_text(compared))
        for width, found in widths.items():
            self.stdout.write(f"Égalité à {width:g} % du plafond : {found:.3f}".replace(".", ","))
