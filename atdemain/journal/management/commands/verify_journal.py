from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from atdemain.journal.models import JournalHead
from atdemain.journal.verify import Outside, Summary, read_heads, verify


class Command(BaseCommand):
    help = (
        "Relit tout le journal et nomme chaque ligne modifiée (edited), ôtée (removed), échangée (swapped), "
        "remplacée (replaced) ou tronquée (truncated) : « objet rang identifiant anomalie », l’identifiant "
        "étant celui de la ligne (- si elle n’existe plus). "
        "Sort en erreur s’il y en a une."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads",
            action="append",
            metavar="FICHIER",
            help="Fichier des têtes de chaîne, plusieurs fois s’il a été découpé (par défaut : JOURNAL_HEADS).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        outside = self._outside(options["heads"])
        summary, findings = Summary(), 0
        for finding in verify(outside, summary):
            findings += 1
            self.stdout.write(str(finding))
        self._tell(summary, bool(outside))
        if findings:
            raise CommandError(f"{findings} ligne(s) du journal ne sont pas ce qui a été écrit.")
        self.stderr.write("Journal vérifié." if outside else "Journal vérifié (sans têtes extérieures).")

    def _outside(self, named: list[str] | None) -> Outside:
        """The heads kept outside. A file that should be there and is not is an alert, not a detail."""
        paths = named or ([settings.JOURNAL_HEADS] if settings.JOURNAL_HEADS else [])
        if not paths or (not named and not JournalHead.objects.exists()):
            return {}
        for path in paths:
            if not os.path.exists(path):
                raise CommandError(
                    f"Le fichier des têtes de chaîne {path} n’existe pas : une fin de chaîne effacée passerait "
                    "inaperçue. Rendez-le d’une sauvegarde, ou nommez celui qui reste avec --heads."
                )
        try:
            outside = read_heads(*paths)
        except OSError as error:
            raise CommandError(f"Le fichier {error.filename} ne se lit pas : {error.strerror}.") from error
        if not outside:
            raise CommandError(f"Aucune tête de chaîne lisible dans {', '.join(paths)}.")
        return outside

    def _tell(self, summary: Summary, covered: bool) -> None:
        self.stderr.write(f"{summary.rows} ligne(s), {summary.chains} chaîne(s) relues.")
        if summary.erased:
            self.stderr.write(f"{summary.erased} ligne(s) dont les valeurs personnelles ont été effacées.")
        if covered and summary.uncovered:
            self.stderr.write(
                f"{summary.uncovered} chaîne(s) sans tête dans le fichier (découpé, ou plus récent que le "
                "journal ?) : leur fin n’est pas vérifiée de l’extérieur. Donnez les anciens fichiers avec --heads."
            )
        if summary.ahead:
            self.stderr.write(
                f"{summary.ahead} chaîne(s) plus longues que dans le fichier : leurs dernières lignes n’y "
                "étaient pas encore (arrêt brutal, ou écriture en cours)."
            )
