"""XLSX, written row by row and never held: texts are texts, times are local dates, a second sheet says what it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import xlsxwriter
from django.db import connection

from atdemain.jobs import files
from atdemain.jobs.background import BEAT
from cases.exporting.export import EVERY, SHEET, Export, Progress, no_progress

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
TIME = "dd/mm/yyyy hh:mm"
LONGEST = 32_767  # characters of a cell
WIDTH = 22  # characters of a column


class TooLong(Exception):
    """More rows than a sheet holds."""


def content(export: Export) -> bytes:
    """A small one, for who waits for it."""
    buffer = io.BytesIO()
    _fill(export, buffer, no_progress)
    return buffer.getvalue()


def write(export: Export, path: Path, progress: Progress) -> int:
    """Answers its lines, the heading aside. Raises TooLong."""
    return _fill(export, str(path), progress)


def _fill(export: Export, target: io.BytesIO | str, progress: Progress) -> int:
    with TemporaryDirectory(dir=files.directory()) as folder:  # where the sheets' rows wait for the book
        book = xlsxwriter.Workbook(target, OPTIONS | {"tmpdir": folder})
        lines = 0
        try:
            lines = _rows(book, export, progress)
            _about(book, export, lines)
        finally:
            with _beating(progress, lines):
                book.close()  # half written too: its sheets' files are closed by nothing else
    return lines


@contextmanager
def _beating(progress: Progress, lines: int) -> Iterator[None]:
    """Signs of life, from beside, while a book is packed: one call, of a minute for a million lines.

    What stops the writing is raised once the book is closed.
    """
    over, stopped = Event(), []

    def beat() -> None:
        try:
            while not over.wait(BEAT):
                progress(lines)
        except Exception as reason:
            stopped.append(reason)
        finally:
            connection.close()

    beside = Thread(target=beat, name="packing", daemon=True)
    beside.start()
    try:
        yield
    finally:
        over.set()
        beside.join()
    if stopped:
        raise stopped[0]


def _rows(book: xlsxwriter.Workbook, export: Export, progress: Progress) -> int:
    sheet = book.add_worksheet("Export")
    heading, time = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": TIME})
    headings, tz = export.headings, export.tz
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, WIDTH)
    for column, text in enumerate(headings):
        sheet.write_string(0, column, text, heading)
    lines = 0
    for lines, line in enumerate(export.lines(), start=1):
        if lines > SHEET:
            raise TooLong
        for column, value in enumerate(line):
            if isinstance(value, str):
                if value:
                    sheet.write_string(lines, column, value[:LONGEST])
            elif isinstance(value, datetime):
                sheet.write_datetime(lines, column, value.astimezone(tz).replace(tzinfo=None), time)
            elif value is not None:
                sheet.write_number(lines, column, value)
        if lines % EVERY == 0:
            progress(lines)
    return lines


def _about(book: xlsxwriter.Workbook, export: Export, lines: int) -> None:
    sheet = book.add_worksheet("À propos")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, WIDTH)
    sheet.set_column(1, 1, 3 * WIDTH)
    facts = (
        ("Liste", export.listing.title),
        ("Filtre", export.described),
        ("Exporté le", f"{export.now.astimezone(export.tz):%d/%m/%Y %H:%M}"),
        ("Par", str(export.user)),
        ("Heures", export.tz.key),
    )
    for row, (name, value) in enumerate(facts):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value)
    sheet.write_string(len(facts), 0, "Lignes", bold)
    sheet.write_number(len(facts), 1, lines)
