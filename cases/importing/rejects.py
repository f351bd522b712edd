"""The rejects file: line, column, reason, in the order of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from atdemain.spreadsheets import harmless

HEADER = ("line", "column", "reason")


def write(path: Path, rejects: Iterable[tuple[int, str, str]], *, spreadsheet: bool = False) -> int:
    """Writes the file and answers its rows. With none to write, a file of an earlier run is emptied only.

    `spreadsheet`: as a French spreadsheet opens it (`;` and a byte-order mark). Raises OSError where it
    cannot be written.
    """
    count = 0
    file = None
    try:
        for line, column, reason in rejects:
            if file is None:
                file = path.open("w", encoding="utf-8-sig" if spreadsheet else "utf-8", newline="")
                writer = csv.writer(file, delimiter=";" if spreadsheet else ",")
                writer.writerow(HEADER)
            writer.writerow((line, harmless(column), harmless(reason)))
            count += 1
    finally:
        if file is not None:
            file.close()
    if not count and path.exists():
        path.write_text(",".join(HEADER) + "\r\n", encoding="utf-8")
    return count
