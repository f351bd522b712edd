"""`manage.py init_reference`: what a new site needs before its first contact."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.enums import Mode
from cases.reference import ensure_reference


class Command(BaseCommand):
    help = (
        "Crée le programme, les règles de réitération par défaut et les motifs de contact qui manquent. "
        "Relancée, ne change rien. Les règles naissent en observation ; --live les rend actives."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--live",
            action="store_true",
            help="règles créées actives : elles ouvrent des dossiers dans les unités qui participent",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mode = Mode.LIVE if options["live"] else Mode.SHADOW
        _, created = ensure_reference(mode=mode)
        if created:
            self.stdout.write(f"Créé : {', '.join(created)}.")
        else:
            self.stdout.write("Tout existe déjà : rien n’a changé.")
