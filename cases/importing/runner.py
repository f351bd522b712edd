"""An import from its first byte to its last count: resumable, idempotent, interruptible.

The place reached and the counts are committed with the contacts themselves, by a conditional update of
the run's row: a killed run goes on where its last transaction ended, and of two processes that take the
same run one goes on and the other stops.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from atdemain.jobs.background import BEAT, Stop
from atdemain.journal.actors import Actor, importer
from atdemain.journal.record import record
from cases.intake import SHADOW, BatchResult, Received, receive_batch
from cases.models import ImportRun

from . import ground
from .errors import Interrupted, ProfileRefused, RowRejected, why
from .parsing import Parser
from .profile import Profile
from .reading import Table
from .spool import Spool, Spooled, contacts
from .tally import Tally

MODES = ("shadow", "live", "replay")
BATCH = 2_000  # contacts per transaction: short locks, and little to do again after a kill
OPENING_BATCH = 500  # where cases open and contacts join them, each through the workflow's door
LOOKED_UP = 5_000
HASHED = 1 << 20
TRIES = 3
KEEP_SPOOLS = 7 * 24 * 3600  # seconds after which an abandoned run's rows leave the disk
_OPEN = (ImportRun.Status.RUNNING, ImportRun.Status.INTERRUPTED, ImportRun.Status.FAILED)

Progress = Callable[[str, int, int], None]  # (stage: reading, importing or counting; done; total)


def directory() -> Path:
    """Where uploads and spools live, readable by the product's own account only."""
    path = Path(settings.MEDIA_ROOT) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASHED):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def opened(path: Path, profile: Profile) -> Iterator[Table]:
    """The file as a table. Raises ProfileRefused where it cannot be read, or lacks a column."""
    try:
        if not path.is_file():
            raise ProfileRefused(f"« {path} » n’est pas un fichier.")
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise ProfileRefused(f"Le fichier « {path} » ne s’ouvre pas : {why(error)}.") from error
    with file:
        table = Table(file, profile)
        try:
            yield table
        finally:
            table.close()


def find_or_start(path: Path, profile: Profile, mode: str, *, now: datetime) -> ImportRun:
    """The unfinished run of the same file, profile and mode from the command line, else a new one."""
    digest, profile_digest = sha256_of(path), hashlib.sha256(profile.text.encode()).hexdigest()
    same = {"file_sha256": digest, "profile_sha256": profile_digest, "mode": mode, "stored_path": ""}
    run = ImportRun.objects.filter(**same, status__in=_OPEN).order_by("-pk").first()
    if run is None:
        return ImportRun.objects.create(
            **same, file_name=path.name[:255], profile_name=profile.name, profile_text=profile.text,
            started_at=now, updated_at=now,
        )  # fmt: skip
    ImportRun.objects.filter(pk=run.pk).update(status=ImportRun.Status.RUNNING, error="", updated_at=now)
    run.refresh_from_db()
    return run


class Import:
    """One run at work. `work()` does it all, or raises Interrupted with everything committed kept."""

    def __init__(
        self,
        run: ImportRun,
        path: Path,
        profile: Profile,
        *,
        actor: Actor | None = None,
        progress: Progress = lambda stage, done, total: None,
        stop: Stop = lambda: False,
    ) -> None:
        self.run, self.path, self.profile = run, path, profile
        self.actor = actor or importer("import", run.started_by)
        self.progress, self.stop = progress, stop
        self.tally = Tally.of(run.counts)
        self.notes: list[str] = []
        self.spool: Spool | None = None
        self._since = self._beat = time.monotonic()

    def work(self) -> Tally:
        """Read, store, count. Raises ProfileRefused, Interrupted."""
        spool = self.spool = self.read()
        self.notes = ground.prepare(self.profile, self.run.mode, actor=self.actor, now=timezone.now())
        spool.forget_rejects_after(self.run.rows_done)
        if not self.run.rows_done:
            self.tally.rows = spool.read
            self.tally.unchanged, self.tally.rejected = spool.repeated, spool.rejected_in_reading
        self._alive(rows_total=spool.kept)
        while self.run.rows_done < spool.kept:
            self.progress("importing", self.run.rows_done, spool.kept)
            self._batch(spool.after(self.run.rows_done, batch_size(self.run.mode)))
        self.progress("importing", spool.kept, spool.kept)
        self._count(spool)
        self._finish()
        return self.tally

    def read(self) -> Spool:
        """The rows in time order on disk; those of an earlier try where they are still there."""
        path = spool_path(self.run)
        _sweep_old(path.parent)
        found = Spool.at(path)
        if found is not None:
            return found
        size = self.path.stat().st_size

        def alive(rows: int, position: int) -> bool:
            self.progress("reading", min(position, size), size)
            return self._alive(read=rows, read_share=min(position, size) / size)

        with opened(self.path, self.profile) as table:
            return Spool.build(path, table, Parser(self.profile, table.index), alive)

    # -- one transaction -----------------------------------------------------------------------------------

    def _batch(self, rows: Sequence[Spooled]) -> None:
        for left in reversed(range(TRIES)):
            if self.stop():
                raise Interrupted
            try:
                self._commit(rows)
                return
            except OperationalError:  # a deadlock, or SQLite's writer was busy for too long
                if not left:
                    raise
                time.sleep(0.2)

    def _commit(self, rows: Sequence[Spooled]) -> None:
        run, now = self.run, timezone.now()
        done = run.rows_done + len(rows)
        tally = Tally.of(self.tally.as_json())
        with transaction.atomic():
            mine = ImportRun.objects.filter(
                pk=run.pk, status=ImportRun.Status.RUNNING, rows_done=run.rows_done
            ).update(rows_done=done, updated_at=now)
            if not mine:
                raise Interrupted
            result = receive_batch(contacts(rows), actor=self.actor, now=now, mode=run.mode, import_run=run)
            tally.add(result)
            tally.seconds += self._elapsed()
            self.spool.forget_rejects_after(run.rows_done)
            self.spool.add_rejects(done, refused(result, self.profile))
            ImportRun.objects.filter(pk=run.pk).update(counts=tally.as_json())
        run.rows_done, self.tally, self._since = done, tally, time.monotonic()

    # -- after the last one --------------------------------------------------------------------------------

    def _count(self, spool: Spool) -> None:
        self.tally.clear_states()
        spool.forget_identities()
        done = 0
        for keys in spool.keys(LOOKED_UP):
            spool.add_identities(self.tally.look_up(keys))
            done += len(keys)
            self.progress("counting", done, spool.kept)
            if self.stop() or not self._alive():
                raise Interrupted
        self.tally.identities_rd3plus = spool.identities()

    def _finish(self) -> None:
        run, now = self.run, timezone.now()
        self.tally.seconds += self._elapsed()
        counts = self.tally.as_json()
        with transaction.atomic():
            mine = ImportRun.objects.filter(pk=run.pk, status=ImportRun.Status.RUNNING).update(
                status=ImportRun.Status.FINISHED, finished_at=now, updated_at=now, counts=counts
            )
            if not mine:
                raise Interrupted
            record(
                "import_run", run.pk, "imported", actor=self.actor, at=now, to_state="finished",
                changes={
                    "mode": [None, run.mode], "profile": [None, run.profile_name],
                    "file_sha256": [None, run.file_sha256], "counts": [None, counts | {"seconds": round(self.tally.seconds)}],
                },
            )  # fmt: skip
        run.refresh_from_db()

    def _elapsed(self) -> float:
        return time.monotonic() - self._since

    def _alive(self, **facts: Any) -> bool:
        """A sign of life every two seconds; False when the run was stopped by somebody else."""
        if self.stop():
            return False
        if time.monotonic() - self._beat < BEAT and "rows_total" not in facts:
            return True
        self._beat = time.monotonic()
        values: dict[str, Any] = {"updated_at": timezone.now()}
        if "rows_total" in facts:
            values["rows_total"] = facts["rows_total"]
        elif facts:
            values["counts"] = self.run.counts | facts
        return bool(
            ImportRun.objects.filter(pk=self.run.pk, status=ImportRun.Status.RUNNING).update(**values)
        )


def batch_size(mode: str) -> int:
    return BATCH if mode == SHADOW else OPENING_BATCH


def refused(result: BatchResult, profile: Profile) -> list[RowRejected]:
    """What intake refused, in the file's own words."""
    return [as_rejected(item, profile) for item in result.items if item.status == "rejected"]


def as_rejected(item: Received, profile: Profile) -> RowRejected:
    return RowRejected(item.row, profile.label(item.rejection.field), item.rejection.message)


def spool_path(run: ImportRun) -> Path:
    """One per run and per database: two sites may share a disk, and both have a run number 1."""
    database = settings.DATABASES["default"]
    name = "|".join(
        map(str, (database["NAME"], database.get("HOST"), database.get("PORT"), run.pk, run.started_at,
                  run.file_sha256, run.profile_sha256))
    )  # fmt: skip
    return directory() / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.rows"


def _sweep_old(folder: Path) -> None:
    limit = time.time() - KEEP_SPOOLS
    for path in (*folder.glob("*.rows"), *folder.glob("*.part")):
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
        except OSError:
            continue
