"""`manage.py import_faults FILE --profile PROFILE.toml`: fault tickets of any CSV or TSV (docs/import.md)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.importing import rejects
from cases.importing.errors import ProfileRefused
from cases.importing.faults import import_file
from cases.importing.profile import FAULT
from cases.importing.toml import load, shipped

INTERRUPTED, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Importe les dérangements (tickets Océane ou d’un autre système) d’un fichier CSV ou TSV, tel que son "
        "profil le décrit. Relancée, ne change rien à ce qui est déjà là. "
        "Sort avec 0 (terminé, même avec des rejets), 1 (interrompu) ou 2 (profil ou fichier refusé)."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="le fichier")
        known = ", ".join(shipped(FAULT))
        parser.add_argument(
            "--profile", required=True, help=f"le profil : un fichier TOML, ou un profil livré ({known})"
        )
        parser.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie, rien d’autre")
        parser.add_argument("--rejects", help="le fichier des rejets (FILE.rejects.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        rejects_path = Path(options["rejects"] or f"{options['file']}.rejects.csv")
        try:
            tally = import_file(path, load(options["profile"], FAULT), dry=options["dry_run"])
        except ProfileRefused as refusal:
            self.stderr.write(f"Refusé : {refusal}")
            sys.exit(REFUSED)
        except KeyboardInterrupt:
            self.stderr.write("Interrompu. Ce qui est écrit reste ; relancez la même commande pour finir.")
            sys.exit(INTERRUPTED)
        try:
            written = rejects.write(rejects_path, tally.rejects)
        except OSError as error:
            written = 0
            self.stderr.write(f"« {rejects_path} » ne s’écrit pas ({error.strerror}) : rejets ci-dessous.")
            for line, column, reason in tally.rejects:
                self.stderr.write(f"ligne {line}, {column or 'toute la ligne'} : {reason}")
        if options["json"]:
            self.stdout.write(json.dumps(tally.as_json(), ensure_ascii=False))
            return
        if options["dry_run"]:
            self.stdout.write("À blanc, rien n’est écrit :")
        self.stdout.write(
            f"{tally.rows} lignes : {tally.created} créés, {tally.updated} mis à jour, "
            f"{tally.unchanged} inchangés, {tally.rejected} rejetés. {tally.seconds:.1f} s."
        )
        if written:
            self.stdout.write(f"Rejets : {rejects_path}")
