"""The files that jobs write: out of the static files' reach, named by chance, gone after a day."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from atdemain.jobs.models import Job

KEPT = timedelta(days=1)
#: What a killed worker left half written is swept once no one can still be writing it.
_LEFTOVER = 2 * 24 * 3600  # seconds


def directory() -> Path:
    """Readable by the product's own account only."""
    path = Path(settings.MEDIA_ROOT) / "jobs"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def fresh() -> Path:
    """An empty file nobody else writes."""
    path = directory() / uuid4().hex
    path.touch(mode=0o600, exist_ok=False)
    return path


def path_of(job: Job) -> Path | None:
    path = directory() / job.file if job.file else None
    return path if path is not None and path.is_file() else None


def remove(name: str) -> None:
    (directory() / name).unlink(missing_ok=True)


def sweep_leftovers() -> None:
    limit = time.time() - _LEFTOVER
    for path in directory().iterdir():
        try:
            if path.stat().st_mtime >= limit:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        except OSError:
            continue
