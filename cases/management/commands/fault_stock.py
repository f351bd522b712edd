"""`manage.py fault_stock --at DATE`: the faults open at a moment, by colour, system and unit (DEC, L41)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cases.enums import Colour, FaultSystem
from cases.fault_words import read_moment
from cases.faults import stock

WORDS = {"colour": Colour, "system": FaultSystem}
TITLES = {"colour": "Par couleur", "system": "Par système", "unit": "Par unité"}


class Command(BaseCommand):
    help = (
        "Compte les dérangements ouverts à une date : ouverts à cette heure ou avant, fermés après. "
        "Une date seule vaut sa fin de journée de service, 20:00 à Paris."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", default="", help="AAAA-MM-JJ ou AAAA-MM-JJTHH:MM ; maintenant si absent")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie, rien d’autre")

    def handle(self, *args: Any, **options: Any) -> None:
        at = self._moment(options["at"])
        found = stock(at)
        if options["json"]:
            self.stdout.write(json.dumps(found | {"at": at.isoformat()}, ensure_ascii=False))
            return
        local = timezone.localtime(at)
        self.stdout.write(f"{found['open']} dérangements ouverts le {local:%d/%m/%Y} à {local:%H:%M}.")
        for name, title in TITLES.items():
            self.stdout.write(f"{title} :")
            for value, number in found[name].items():
                choices = WORDS.get(name)
                label = choices(value).label if choices else value or "Sans unité connue"
                self.stdout.write(f"  {label} : {number}")

    def _moment(self, text: str) -> datetime:
        if not text:
            return timezone.now()
        at = read_moment(text)
        if at is None:
            raise CommandError(f"« {text} » n’est pas une date : écrivez 2026-11-10 ou 2026-11-10T15:30.")
        return at
