"""Chain heads kept outside the database, so that a deleted tail is seen (architecture.md §4).

One line per chain and transaction: « type id rank hash ». The file only grows; it may lag behind the
database (a crash between the commit and the append), never run ahead of it.
"""

from __future__ import annotations

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
