"""Imports asked for in the browser: rows that a worker takes up, and goes on with after any stop.

An upload is a PREVIEW: its dry run is counted first. Confirmed, it is QUEUED, then RUNNING. Whoever takes
a run stamps it every two seconds; one left without a stamp for a minute is taken up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from atdemain.jobs.background import BEAT, STALE, Background, Stop
from atdemain.organisation.models import User
from cases.models import ImportRun

from . import rejects
from .dry_run import dry_run
from .errors import Interrupted, ProfileRefused
from .profile import Profile
from .runner import Import, directory, opened, spool_path
from .spool import Spool
from .toml import parse

log = structlog.get_logger(__name__)

ABANDONED = timedelta(days=7)  # files nobody goes on with then leave the disk (cases.retention)
REASONS = 8
Status = ImportRun.Status
GONE = "Le fichier déposé n’est plus sur le serveur. Déposez-le de nouveau."


# -- what the pages do -----------------------------------------------------------------------------------


def submit(
    blocks: Iterable[bytes], name: str, profile: Profile, mode: str, *, user: User, now: datetime
) -> ImportRun:
    """Keep the upload and have it counted. Raises ProfileRefused where it is no such file."""
    path = directory() / f"{uuid4().hex}.upload"
    digest = hashlib.sha256()
    try:
        with path.open("xb") as file:
            path.chmod(0o600)
            for block in blocks:
                digest.update(block)
                file.write(block)
        with opened(path, profile):
            pass
        return ImportRun.objects.create(
            file_name=name[:255] or "sans nom", file_sha256=digest.hexdigest(), stored_path=path.name,
            profile_name=profile.name, profile_text=profile.text, mode=mode, status=Status.PREVIEW,
            profile_sha256=hashlib.sha256(profile.text.encode()).hexdigest(),
            started_by=user, started_at=now, updated_at=now,
        )  # fmt: skip
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _become(run: ImportRun, status: str, *before: str, **fields: object) -> bool:
    """False when the run is no longer in one of these states: somebody else acted first."""
    return bool(
        ImportRun.objects.filter(pk=run.pk, status__in=before)
        .exclude(stored_path="")
        .update(status=status, updated_at=timezone.now(), **fields)
    )


def confirm(run: ImportRun) -> bool:
    return "dry" in run.counts and _become(run, Status.QUEUED, Status.PREVIEW, counts={})


def stop(run: ImportRun) -> bool:
    return _become(run, Status.INTERRUPTED, Status.QUEUED, Status.RUNNING)


def resume(run: ImportRun) -> bool:
    return _become(run, Status.QUEUED, Status.INTERRUPTED, Status.FAILED, error="")


def discard(run: ImportRun) -> bool:
    """Throw an upload away before anything of it was imported."""
    gone, _ = ImportRun.objects.filter(pk=run.pk, status=Status.PREVIEW).delete()
    if gone:
        forget(run)
    return bool(gone)


def abandoned(now: datetime) -> QuerySet[ImportRun]:
    """Uploads nobody confirmed in time."""
    return ImportRun.objects.filter(status=Status.PREVIEW, updated_at__lt=now - ABANDONED)


def left_behind(now: datetime) -> QuerySet[ImportRun]:
    """Runs that are over, or that nobody went on with in time, and that may still have files."""
    over = (Status.FINISHED, Status.FAILED, Status.INTERRUPTED)
    return ImportRun.objects.filter(status__in=over, updated_at__lt=now - ABANDONED).exclude(stored_path="")


def forget(run: ImportRun) -> None:
    """Every file of an upload that is thrown away, or over for good."""
    _forget_files(run)
    rejects_path(run).unlink(missing_ok=True)


def stored_file(run: ImportRun) -> Path:
    return directory() / run.stored_path


def rejects_path(run: ImportRun) -> Path:
    return directory() / f"{spool_path(run).stem}.rejects.csv"


# -- what the worker does --------------------------------------------------------------------------------


def run_queued(*, stop: Stop = lambda: False) -> int:
    """Take up what waits, one after the other; answers how many were taken."""
    taken = 0
    while not stop() and (run := _take(timezone.now())) is not None:
        taken += 1
        work = _count if run.status == Status.PREVIEW else _import
        try:
            if not stored_file(run).is_file() and not spool_path(run).is_file():
                raise ProfileRefused(GONE)
            work(run, stop)
        except Interrupted:
            log.info("import_stopped", run=run.pk)
        except ProfileRefused as refusal:
            _fail(run, str(refusal))
        except Exception:
            log.exception("import_failed", run=run.pk)
            _fail(run, "Une erreur est survenue ; ce qui est déjà importé reste. Reprenez l’import.")
    return taken


def waits() -> bool:
    return _waiting(timezone.now()).exists()


BACKGROUND = Background("imports", waits, run_queued)


def _waiting(now: datetime):
    stale = Q(updated_at__lt=now - STALE)
    return ImportRun.objects.exclude(stored_path="").filter(
        Q(status=Status.QUEUED)
        | (Q(status=Status.RUNNING) & stale)
        | Q(status=Status.PREVIEW, counts={}) & (stale | Q(updated_at=F("started_at")))
    )


def _take(now: datetime) -> ImportRun | None:
    """The oldest that waits, stamped as ours; None when there is none left."""
    for run in _waiting(now).order_by("pk"):
        status = Status.PREVIEW if run.status == Status.PREVIEW else Status.RUNNING
        mine = ImportRun.objects.filter(pk=run.pk, status=run.status, updated_at=run.updated_at)
        if mine.update(status=status, updated_at=now):
            run.status, run.updated_at = status, now
            return run
    return None


def _import(run: ImportRun, stop: Stop) -> None:
    profile = parse(run.profile_text, name=run.profile_name)
    work = Import(run, stored_file(run), profile, stop=stop)
    work.work()
    spool = work.spool
    _keep_rejects(run, spool)
    counts = run.counts | {"reasons": spool.reasons(REASONS), "notes": work.notes}
    ImportRun.objects.filter(pk=run.pk).update(counts=counts)
    spool.discard()
    _forget_files(run)


def _count(run: ImportRun, stop: Stop) -> None:
    """The dry run of an upload: its counts are kept in `counts["dry"]`."""
    stamped = timezone.now()
    given_up = False

    def stopped() -> bool:
        nonlocal stamped, given_up
        now = timezone.now()
        if (now - stamped).total_seconds() >= BEAT:
            stamped = now
            given_up = not ImportRun.objects.filter(pk=run.pk, status=Status.PREVIEW).update(updated_at=now)
        return given_up or stop()

    profile = parse(run.profile_text, name=run.profile_name)
    tally, spool, notes = dry_run(stored_file(run), profile, run.mode, stop=stopped)
    try:
        _keep_rejects(run, spool)
        counts = {"dry": tally.as_json(), "reasons": spool.reasons(REASONS), "notes": notes}
        ImportRun.objects.filter(pk=run.pk, status=Status.PREVIEW).update(
            counts=counts, rows_total=spool.kept, updated_at=timezone.now()
        )
    finally:
        spool.discard()


def _keep_rejects(run: ImportRun, spool: Spool) -> None:
    path = rejects_path(run)
    path.unlink(missing_ok=True)
    rejects.write(path, spool.rejects(), spreadsheet=True)


def _fail(run: ImportRun, error: str) -> None:
    ImportRun.objects.filter(pk=run.pk, status__in=(Status.RUNNING, Status.PREVIEW)).update(
        status=Status.FAILED, error=error[:400], updated_at=timezone.now()
    )


def _forget_files(run: ImportRun) -> None:
    """The clients' data of an import does not stay on the disk when it is done."""
    for path in (stored_file(run), spool_path(run)):
        path.unlink(missing_ok=True)
