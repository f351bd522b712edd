"""CSV as a French spreadsheet opens it: `;`, a byte-order mark, local times, nothing that it would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from atdemain.spreadsheets import harmless

from .export import EVERY, Export, Progress

BOM = "\ufeff"
PART = 200  # lines sent at once


def parts(export: Export) -> Iterator[str]:
    """The file, a few hundred lines at a time."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    buffer.write(BOM)
    writer.writerow(map(harmless, export.headings))
    for number, line in enumerate(export.lines(), start=1):
        writer.writerow([cell(value, export.tz) for value in line])
        if number % PART == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def write(export: Export, path: Path, progress: Progress) -> int:
    """The whole file; answers its lines, the heading aside."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = 0
        writer = csv.writer(file, delimiter=";")
        file.write(BOM)
        writer.writerow(map(harmless, export.headings))
        for lines, line in enumerate(export.lines(), start=1):
            writer.writerow([cell(value, export.tz) for value in line])
            if lines % EVERY == 0:
                progress(lines)
    return lines


def cell(value: Any, tz: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(tz):%d/%m/%Y %H:%M}"
    return harmless(value) if isinstance(value, str) else str(value)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
