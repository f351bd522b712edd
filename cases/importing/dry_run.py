"""What an import would do, exactly, writing nothing: the import itself, in transactions rolled back.

Each client's rows are in one transaction (a verdict depends on the client's contacts alone), so that the
counts are those of the real run and no lock lasts longer than its own.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import importer
from cases.intake import receive_batch

from . import ground
from .errors import Interrupted
from .parsing import Parser
from .profile import Profile
from .runner import Progress, Stop, batch_size, directory, opened, refused
from .spool import Spool, contacts
from .tally import Tally


def dry_run(
    path: Path,
    profile: Profile,
    mode: str,
    *,
    progress: Progress = lambda stage, done, total: None,
    stop: Stop = lambda: False,
) -> tuple[Tally, Spool, list[str]]:
    """The counts, the refusals (in the spool, to be discarded by the caller) and what to know."""
    started = time.monotonic()
    size = path.stat().st_size if path.exists() else 0

    def alive(rows: int, position: int) -> bool:
        progress("reading", min(position, size), size)
        return not stop()

    with opened(path, profile) as table:
        with tempfile.NamedTemporaryFile(dir=directory(), suffix=".rows", delete=False) as file:
            place = Path(file.name)
        spool = Spool.build(place, table, Parser(profile, table.index), alive)
    tally = Tally(rows=spool.read, unchanged=spool.repeated, rejected=spool.rejected_in_reading)
    notes: list[str] = []
    done = 0
    try:
        for rows in spool.by_client(batch_size(mode)):
            if stop():
                raise Interrupted
            notes = _one_transaction(rows, profile, mode, tally, spool) or notes
            done += len(rows)
            progress("importing", done, spool.kept)
    except BaseException:
        spool.discard()
        raise
    tally.seconds = time.monotonic() - started
    return tally, spool, notes


def _one_transaction(rows: list, profile: Profile, mode: str, tally: Tally, spool: Spool) -> list[str]:
    actor, now = importer("import"), timezone.now()
    with transaction.atomic():
        notes = ground.prepare(profile, mode, actor=actor, now=now, dry=True)
        result = receive_batch(contacts(rows), actor=actor, now=now, mode=mode)
        tally.add(result)
        rejects = refused(result, profile)
        lines = {one.line for one in rejects}
        tally.identities_rd3plus += len(tally.look_up([row.key for row in rows if row.line not in lines]))
        transaction.set_rollback(True)
    spool.add_rejects(1, rejects)
    return notes
