"""Chain heads kept outside the database, so that a deleted tail is seen (architecture.md §4).

One line per chain and transaction: « type id rank hash ». The file only grows; it may lag behind the
database (a crash between the commit and the append), never run ahead of it.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterable

import structlog
from django.conf import settings
from django.db import connection, transaction

log = structlog.get_logger(__name__)
Head = tuple[str, str, int, str]  # object type, object id, rank, hash


def append_after_commit(heads: Iterable[Head]) -> None:
    """One append per transaction, once it is committed; a failure is logged, never the user's loss."""
    if not settings.JOURNAL_HEADS:
        return
    # The line break comes first: a line torn by a crash spoils itself, not the next one.
    lines = "".join(f"\n{kind} {pk} {seq} {digest}" for kind, pk, seq, digest in heads)
    transaction.on_commit(lambda: _append(lines), using=connection.alias)


def _append(lines: str) -> None:
    """In append mode, in one write: processes that append together do not mix their lines."""
    left = lines.encode()
    try:
        handle = os.open(settings.JOURNAL_HEADS, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            while left:
                left = left[os.write(handle, left) :]
        finally:
            os.close(handle)
    except OSError as error:
        log.error("journal_heads_not_written", path=settings.JOURNAL_HEADS, error=str(error))


def kept_for(object_type: str, object_id: str | int) -> dict[int, str] | None:
    """Every (rank → hash) that the file kept for this object; None where there is no file to read.

    Found by its bytes, without reading the file line by line.
    """
    if not settings.JOURNAL_HEADS:
        return None
    name, kept = f"\n{object_type} {object_id} ".encode(), {}
    try:
        with open(settings.JOURNAL_HEADS, "rb") as file:
            if not os.fstat(file.fileno()).st_size:
                return {}
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                at = view.find(name)
                while at >= 0:
                    end = view.find(b"\n", at + 1)
                    parts = view[at + len(name) : end if end >= 0 else len(view)].split(b" ")
                    if len(parts) == 2 and parts[0].isdigit() and len(parts[1]) == 64:
                        kept[int(parts[0])] = parts[1].decode("ascii", "replace")
                    at = view.find(name, at + 1)
    except OSError as error:
        log.error("journal_heads_not_read", path=settings.JOURNAL_HEADS, error=str(error))
        return None
    return kept
