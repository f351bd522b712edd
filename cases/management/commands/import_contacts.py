"""`manage.py import_contacts FILE --profile PROFILE.toml`: contacts of any CSV or TSV (docs/import.md)."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from atdemain.memory import settle
from atdemain.words import count
from cases.importing import rejects
from cases.importing.command import EXITS, ImportCommand
from cases.importing.dry_run import dry_run
from cases.importing.errors import ProfileRefused, why
from cases.importing.profile import Profile
from cases.importing.runner import MODES, Import, directory, find_or_start, opened
from cases.importing.spool import Spool
from cases.importing.tally import Tally
from cases.importing.toml import load
from cases.models import ImportRun

STAGES = {"reading": "Lecture", "importing": "Import", "counting": "Compte"}


class Command(ImportCommand):
    help = (
        "Importe les contacts d’un fichier CSV ou TSV, tel que son profil le décrit. Relancée après une "
        f"interruption, continue ; relancée après la fin, ne change rien. {EXITS}"
    )
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--mode", choices=MODES, default="shadow",
            help="shadow (défaut) n’ouvre aucun dossier ; live en ouvre pour les contacts de moins de 168 h ; "
            "replay prend l’heure de chaque contact pour horloge",
        )  # fmt: skip

    def work(self, path: Path, rejects_path: Path, options: dict[str, Any]) -> None:
        self.under_way: Import | None = None
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
                tally, spool, notes = self._import(path, profile, options["mode"], bar, stop)
        written = self._write_rejects(rejects_path, spool)
        for note in notes:
            self.stderr.write(note)
        if options["json"]:
            self.stdout.write(json.dumps(tally.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(_words(tally, options["dry_run"], written))

    def place(self) -> str:
        work = self.under_way
        if work is None or work.spool is None or not work.run.rows_done:
            return "avant le premier contact"
        return f"après {count(work.run.rows_done, 'contact')} sur {work.spool.kept}"

    def _import(
        self, path: Path, profile: Profile, mode: str, bar: _Bar, stop: list
    ) -> tuple[Tally, Spool, list[str]]:
        run = find_or_start(path, profile, mode, now=timezone.now())
        work = self.under_way = Import(run, path, profile, progress=bar, stop=lambda: bool(stop))
        if run.rows_done:
            self.stderr.write(
                f"Reprise de l’import n° {run.pk}, à {count(run.rows_done, 'contact')} sur {run.rows_total}."
            )
        try:
            tally = work.work()
        except BaseException as error:
            refused = isinstance(error, ProfileRefused)
            status = ImportRun.Status.FAILED if refused else ImportRun.Status.INTERRUPTED
            with contextlib.suppress(
                DatabaseError
            ):  # where it is the database that went, what is told is that
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
            self.stderr.write(f"« {path} » ne s’écrit pas ({why(error)}) : les rejets sont dans {other}.")
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
    left_out = ", ".join(f"{code} {n}" for code, n in tally.excluded.most_common()) or "aucun"
    lines = [
        f"{count(tally.rows, 'ligne')} : {count(tally.created, 'créé')}, {count(tally.updated, 'corrigé')}, "
        f"{count(tally.unchanged, 'inchangé')}, {count(tally.rejected, 'rejeté')}.",
        f"{count(tally.countable, 'contact compté')}, {count(sum(tally.excluded.values()), 'non compté')} "
        f"({left_out}).",
        f"RD3+ : {count(tally.verdicts_rd3plus, 'contact')}, {count(tally.identities_rd3plus, 'identité')} ; "
        f"{count(tally.cases_opened, 'dossier ouvert')}. {tally.seconds:.1f} s.",
    ]
    if written is not None:
        lines.append(f"Rejets : {written}")
    if dry:
        lines.insert(0, "À blanc, rien n’est écrit :")
    return "\n".join(lines)
