"""`manage.py import_contacts FILE --profile PROFILE.toml`: contacts of any CSV or TSV (docs/import.md)."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from tqdm import tqdm

from atdemain.memory import settle
from cases.importing import rejects
from cases.importing.dry_run import dry_run
from cases.importing.errors import Interrupted, ProfileRefused
from cases.importing.profile import Profile
from cases.importing.runner import MODES, Import, directory, find_or_start, opened
from cases.importing.spool import Spool
from cases.importing.tally import Tally
from cases.importing.toml import load, shipped
from cases.models import ImportRun

INTERRUPTED, REFUSED = 1, 2
STAGES = {"reading": "Lecture", "importing": "Import", "counting": "Compte"}


class Command(BaseCommand):
    help = (
        "Importe les contacts d’un fichier CSV ou TSV, tel que son profil le décrit. Relancée après une "
        "interruption, continue ; relancée après la fin, ne change rien. "
        "Sort avec 0 (terminé, même avec des rejets), 1 (interrompu) ou 2 (profil ou fichier refusé)."
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="le fichier")
        known = ", ".join(shipped())
        parser.add_argument(
            "--profile", required=True, help=f"le profil : un fichier TOML, ou un profil livré ({known})"
        )
        parser.add_argument(
            "--mode", choices=MODES, default="shadow",
            help="shadow (défaut) n’ouvre aucun dossier ; live en ouvre pour les contacts de moins de 168 h ; "
            "replay prend l’heure de chaque contact pour horloge",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
        parser.add_argument("--json", action="store_true", help="un objet JSON sur la sortie, rien d’autre")
        parser.add_argument("--rejects", help="le fichier des rejets (FILE.rejects.csv)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        rejects_path = Path(options["rejects"] or f"{options['file']}.rejects.csv")
        try:
            profile = load(options["profile"])
            with opened(path, profile):
                pass  # refused here rather than after minutes of hashing
            settle()
            with _signals() as stop, _Bar() as bar:
                if options["dry_run"]:
                    tally, spool, notes = dry_run(
                        path, profile, options["mode"], progress=bar, stop=lambda: bool(stop)
                    )
                else:
                    tally, spool, notes = self._work(path, profile, options["mode"], bar, stop)
        except ProfileRefused as refusal:
            self.stderr.write(f"Refusé : {refusal}")
            sys.exit(REFUSED)
        except (Interrupted, KeyboardInterrupt):
            again = (
                ""
                if options["dry_run"]
                else " Ce qui est lu reste ; relancez la même commande pour continuer."
            )
            self.stderr.write(f"Interrompu.{again}")
            sys.exit(INTERRUPTED)
        written = self._write_rejects(rejects_path, spool)
        for note in notes:
            self.stderr.write(note)
        if options["json"]:
            self.stdout.write(json.dumps(tally.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(_words(tally, options["dry_run"], written))

    def _work(
        self, path: Path, profile: Profile, mode: str, bar: _Bar, stop: list
    ) -> tuple[Tally, Spool, list[str]]:
        run = find_or_start(path, profile, mode, now=timezone.now())
        work = Import(run, path, profile, progress=bar, stop=lambda: bool(stop))
        if run.rows_done:
            self.stderr.write(
                f"Reprise de l’import n° {run.pk}, à {run.rows_done} contacts sur {run.rows_total}."
            )
        try:
            tally = work.work()
        except BaseException as error:
            refused = isinstance(error, ProfileRefused)
            status = ImportRun.Status.FAILED if refused else ImportRun.Status.INTERRUPTED
            ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING).update(
                status=status, error=str(error)[:400] if refused else "", updated_at=timezone.now()
            )
            raise
        return tally, work.spool, work.notes

    def _write_rejects(self, path: Path, spool: Spool) -> Path | None:
        try:
            found = rejects.write(path, spool.rejects())
        except OSError as error:
            other = directory() / path.name
            self.stderr.write(f"« {path} » ne s’écrit pas ({error.strerror}) : les rejets sont dans {other}.")
            path, found = other, rejects.write(other, spool.rejects())
        spool.discard()
        return path if found else None


class _Bar:
    """tqdm on stderr, one bar per stage; nothing where nobody looks."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._stage = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self._close()
            self._stage = stage
            reading = stage == "reading"
            self._bar = tqdm(
                desc=STAGES[stage], total=total, unit="o" if reading else " contacts", unit_scale=reading,
                file=sys.stderr, disable=not sys.stderr.isatty(), leave=False,
            )  # fmt: skip
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *exc: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


@contextlib.contextmanager
def _signals() -> Iterator[list[int]]:
    """SIGINT and SIGTERM ask to stop after the transaction under way; a second one stops at once."""
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    try:
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:  # not the main thread: whoever runs it has its own way to stop
        before = {}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(tally: Tally, dry: bool, written: Path | None) -> str:
    lines = [
        f"{tally.rows} lignes : {tally.created} créés, {tally.updated} corrigés, "
        f"{tally.unchanged} inchangés, {tally.rejected} rejetés.",
        f"{tally.countable} contacts comptés, {sum(tally.excluded.values())} non comptés "
        f"({', '.join(f'{code} {n}' for code, n in tally.excluded.most_common()) or 'aucun'}).",
        f"RD3+ : {tally.verdicts_rd3plus} contacts, {tally.identities_rd3plus} identités ; "
        f"{tally.cases_opened} dossiers ouverts. {tally.seconds:.1f} s.",
    ]
    if written is not None:
        lines.append(f"Rejets : {written}")
    if dry:
        lines.insert(0, "À blanc, rien n’est écrit :")
    return "\n".join(lines)
