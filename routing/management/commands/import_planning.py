"""`manage.py import_planning FILE --profile PROFILE.toml`: presences of any CSV or TSV (docs/planning.md)."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cases.importing import rejects
from cases.importing.errors import ProfileRefused
from cases.importing.runner import opened
from cases.importing.toml import load, shipped
from routing.planning_import import PRESENCE, Outcome, import_table

INTERRUPTED, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Importe le planning d’un fichier CSV ou TSV, tel que son profil le décrit. Relancée, ne change rien. "
        "Sort avec 0 (terminé, même avec des rejets), 1 (interrompu) ou 2 (profil ou fichier refusé)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        known = ", ".join(shipped(PRESENCE))
        parser.add_argument("file", help="le fichier")
        parser.add_argument(
            "--profile", required=True, help=f"le profil : un fichier TOML, ou un profil livré ({known})"
        )
        parser.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie, rien d’autre")
        parser.add_argument("--rejects", help="le fichier des rejets (FILE.rejects.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        path, started = Path(options["file"]), time.monotonic()
        try:
            profile = load(options["profile"], PRESENCE)
            with opened(path, profile) as table:
                outcome = import_table(table, profile, dry=options["dry_run"])
        except ProfileRefused as refusal:
            self.stderr.write(f"Refusé : {refusal}")
            sys.exit(REFUSED)
        except KeyboardInterrupt:
            self.stderr.write("Interrompu. Ce qui est écrit reste ; relancez la même commande.")
            sys.exit(INTERRUPTED)
        outcome.tally.seconds = time.monotonic() - started
        written = self._write_rejects(Path(options["rejects"] or f"{options['file']}.rejects.csv"), outcome)
        if options["json"]:
            self.stdout.write(json.dumps(outcome.tally.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(_words(outcome, options["dry_run"], written))

    def _write_rejects(self, path: Path, outcome: Outcome) -> Path | None:
        rows = [(one.line, one.column, one.reason) for one in outcome.rejects]
        try:
            return path if rejects.write(path, rows) else None
        except OSError as error:
            self.stderr.write(f"« {path} » ne s’écrit pas ({error.strerror}). Rejets :")
            for one in outcome.rejects:
                self.stderr.write(str(one))
            return None


def _words(outcome: Outcome, dry: bool, written: Path | None) -> str:
    tally = outcome.tally
    lines = [
        f"{tally.rows} lignes, {tally.people} personnes : {tally.created} créées, {tally.updated} corrigées, "
        f"{tally.unchanged} inchangées, {tally.rejected} rejetées. {tally.seconds:.1f} s."
    ]
    if written is not None:
        lines.append(f"Rejets : {written}")
    if dry:
        lines.insert(0, "À blanc, rien n’est écrit :")
    return "\n".join(lines)
