"""One export in a process of its own, as a worker is: `python -m tests.bench.export_once <database> <rows>`.

Prints JSON: what it wrote, in how long, and its memory at the highest. With a database of "" it writes the floor:
XlsxWriter alone, as many cells of about the same width.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

LIST, COLUMNS = "cases", 10


def main(url: str, rows: int) -> None:
    write = _product(url, rows) if url else _alone(rows)
    path = Path(tempfile.mkstemp(suffix=".xlsx")[1])
    started, cpu = time.perf_counter(), time.process_time()
    written = write(path)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    size = path.stat().st_size
    path.unlink()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"rows": written, "seconds": seconds, "cpu_s": cpu, "bytes": size, "peak_mib": peak}))


def _product(url: str, rows: int) -> Callable[[Path], int]:
    """The job's own writer, on the first `rows` of the manager's list of cases of any state."""
    from . import database

    database.start_django(url)
    from django.http import QueryDict
    from django.utils import timezone

    from atdemain.organisation.models import User
    from cases.exporting import xlsx_file
    from cases.exporting.export import export_of, no_progress
    from cases.listing import LISTS

    from .site import MANAGER

    user = User.objects.get(username=MANAGER)
    export = export_of(LISTS[LIST], user, QueryDict("state=all"), timezone.now())
    assert export.selection.valid, export.selection.form.errors
    assert len(export.headings) == COLUMNS
    export.selection.rows = export.selection.rows[:rows]
    return lambda path: xlsx_file.write(export, path, no_progress)


def _alone(rows: int) -> Callable[[Path], int]:
    import xlsxwriter

    def write(path: Path) -> int:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
        time_format = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet = book.add_worksheet()
        at = datetime.now(UTC).replace(tzinfo=None)
        for row in range(rows):
            for column in range(COLUMNS - 1):
                sheet.write_string(row, column, "Jeanne Morel")
            sheet.write_datetime(row, COLUMNS - 1, at, time_format)
        book.close()
        return rows

    return write


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
