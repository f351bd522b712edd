"""`manage.py import_planning FILE --profile PROFILE.toml`: presences of any CSV or TSV (docs/planning.md)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from atdemain.words import count
from cases.importing import rejects
from cases.importing.command import EXITS, ImportCommand
from cases.importing.errors import why
from cases.importing.runner import opened
from cases.importing.toml import load
from routing.planning_import import PRESENCE, Outcome, import_table


class Command(ImportCommand):
    help = (
        "Importe le planning d’un fichier CSV ou TSV, tel que son profil le décrit. Relancée, ne change rien. "
        f"{EXITS}"
    )
    shape = PRESENCE

    def work(self, path: Path, rejects_path: Path, options: dict[str, Any]) -> None:
        started = time.monotonic()
        profile = load(options["profile"], PRESENCE)
        with opened(path, profile) as table:
            outcome = import_table(table, profile, dry=options["dry_run"])
        outcome.tally.seconds = time.monotonic() - started
        written = self._write_rejects(rejects_path, outcome)
        if options["json"]:
            self.stdout.write(json.dumps(outcome.tally.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(_words(outcome, options["dry_run"], written))

    def _write_rejects(self, path: Path, outcome: Outcome) -> Path | None:
        rows = [(one.line, one.column, one.reason) for one in outcome.rejects]
        try:
            return path if rejects.write(path, rows) else None
        except OSError as error:
            self.stderr.write(f"« {path} » ne s’écrit pas ({why(error)}). Rejets :")
            for one in outcome.rejects:
                self.stderr.write(str(one))
            return None


def _words(outcome: Outcome, dry: bool, written: Path | None) -> str:
    tally = outcome.tally
    lines = [
        f"{count(tally.rows, 'ligne')}, {count(tally.people, 'personne')} : {count(tally.created, 'créée')}, "
        f"{count(tally.updated, 'corrigée')}, {count(tally.unchanged, 'inchangée')}, "
        f"{count(tally.rejected, 'rejetée')}. {tally.seconds:.1f} s."
    ]
    if written is not None:
        lines.append(f"Rejets : {written}")
    if dry:
        lines.insert(0, "À blanc, rien n’est écrit :")
    return "\n".join(lines)
