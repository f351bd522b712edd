"""`manage.py import_faults FILE --profile PROFILE.toml`: fault tickets of any CSV or TSV (docs/import.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from atdemain.words import count
from cases.importing import rejects
from cases.importing.command import EXITS, ImportCommand
from cases.importing.errors import why
from cases.importing.faults import import_file
from cases.importing.profile import FAULT
from cases.importing.toml import load


class Command(ImportCommand):
    help = (
        "Importe les dérangements (tickets Océane ou d’un autre système) d’un fichier CSV ou TSV, tel que son "
        f"profil le décrit. Relancée, ne change rien à ce qui est déjà là. {EXITS}"
    )
    requires_migrations_checks = False
    shape = FAULT

    def work(self, path: Path, rejects_path: Path, options: dict[str, Any]) -> None:
        tally = import_file(path, load(options["profile"], FAULT), dry=options["dry_run"])
        try:
            written = rejects.write(rejects_path, tally.rejects)
        except OSError as error:
            written = 0
            self.stderr.write(f"« {rejects_path} » ne s’écrit pas ({why(error)}) : rejets ci-dessous.")
            for line, column, reason in tally.rejects:
                self.stderr.write(f"ligne {line}, {column or 'toute la ligne'} : {reason}")
        if options["json"]:
            self.stdout.write(json.dumps(tally.as_json(), ensure_ascii=False))
            return
        if options["dry_run"]:
            self.stdout.write("À blanc, rien n’est écrit :")
        self.stdout.write(
            f"{count(tally.rows, 'ligne')} : {count(tally.created, 'créé')}, {tally.updated} mis à jour, "
            f"{count(tally.unchanged, 'inchangé')}, {count(tally.rejected, 'rejeté')}. {tally.seconds:.1f} s."
        )
        if written:
            self.stdout.write(f"Rejets : {rejects_path}")
