from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.diagram import END, START, block


class Command(BaseCommand):
    help = "Écrit le diagramme des états, tiré du code ; --write le met à sa place dans README.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Remplace le bloc entre les deux repères.")
        parser.add_argument("--file", default=str(Path(settings.BASE_DIR) / "README.md"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(block())
            return
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(f"Le fichier {path} n’existe pas.")
        text = path.read_text(encoding="utf-8")
        if text.count(START) != 1 or text.count(END) != 1 or text.index(END) < text.index(START):
            raise CommandError(f"{path.name} contient une fois chaque repère : {START} puis {END}.")
        before, rest = text.split(START)
        path.write_text(before + block() + rest.split(END)[1], encoding="utf-8")
        self.stderr.write(f"{path.name} : diagramme à jour.")
