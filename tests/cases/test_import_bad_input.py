"""What a file can do to an import: each row refused by line and column, the rest comes in, memory flat."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from cases.importing import dry_run as dry
from cases.importing import spool as spool_module
from cases.importing.errors import ProfileRefused
from cases.importing.reading import MAX_LINE
from cases.importing.runner import Import, find_or_start
from cases.models import Contact
from tests.cases.import_files import HEADER, calls, read, switch, words, write

MB = 1024 * 1024


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


def rejects(path: Path, profile) -> dict[int, tuple[str, str]]:
    """Line → (column, reason), through a whole import."""
    run = find_or_start(path, profile, "shadow", now=datetime.now(UTC))
    work = Import(run, path, profile)
    work.work()
    found = {line: (column, reason) for line, column, reason in work.spool.rejects()}
    work.spool.discard()
    return found


# -- files that are no file of contacts ------------------------------------------------------------------


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "vide"),
        (b"\n\n", "vide"),
        (gzip.compress(b"Id;D\xc3\xa9but\n1;2\n" * 50, mtime=0), "gzip"),
        (_zipped(), "Excel"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x00" * 4096, "octets nuls"),
        (b"Id;D\xe9but;Client;Dur\xe9e\n", "« Début »"),
        (bytes(range(1, 32)) * 100, "ne se lit pas"),
        (b"x" * (2 * MAX_LINE), "dépasse"),
        ("\n".join([HEADER, *calls("C", range(1, 20))]).encode("utf-16"), 'encoding = "utf-16"'),
        ("\n".join([HEADER, *calls("C", range(1, 20))]).encode("utf-16-le"), 'encoding = "utf-16"'),
    ],
)
def test_file_of_another_kind_is_refused_saying_which(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(content)
    with pytest.raises(ProfileRefused, match=expected):
        read(path, switch())


# -- rows ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_bad_rows_are_refused_by_line_and_column_and_stop_nothing(tmp_path: Path) -> None:
    soon = datetime.now(UTC).replace(tzinfo=None)
    profile = switch(
        fields='ended_at = { column = "Fin", format = "%d/%m/%Y %H:%M" }\n'
        'unit_code = "Unité"\nreason_code = "Motif"\nsummary = "Note"',
    )
    header = HEADER + ";Fin;Unité;Motif;Note"
    later = f"{soon.replace(year=soon.year + 1):%d/%m/%Y %H:%M}"
    path = write(
        tmp_path,
        "ok;01/09/2026 10:00;C1;60;01/09/2026 10:05;;;",  # 2
        "date;28/03/2027 02:30;C1;60;;;;",
        "an1;01/01/0001 00:00;C1;60;;;;",
        "an9999;31/12/9999 23:59;C1;60;;;;",
        "negative;01/09/2026 10:00;C1;-5;;;;",
        "fin;01/09/2026 10:00;C1;60;01/09/2026 09:59;;;",
        f"futur;{later};C1;60;;;;",
        "unite;01/09/2026 10:00;C1;60;;atlantide;;",
        "motif;01/09/2026 10:00;C1;60;;;mystère;",
        "nul;01/09/2026 10:00;C\x001;60;;;;",
        "court;01/09/2026 10:00;C1",
        "long;01/09/2026 10:00;C1;60;;;;" + "x" * 500,
        "trop;01/09/2026 10:00;C1;60;;;;" + "x" * MAX_LINE,
        ";01/09/2026 10:00;C1;60;;;;",
        "fin-ok;02/09/2026 10:00;C1;60;;;;",  # 16
        header=header,
    )
    found = rejects(path, profile)
    assert {line: column for line, (column, _reason) in found.items()} == {
        3: "Début", 4: "Début", 5: "Début", 6: "Durée", 7: "Fin", 8: "Début", 9: "Unité", 10: "Motif",
        11: "Client", 12: "", 13: "Note", 14: "", 15: "Id",
    }  # fmt: skip
    assert set(Contact.objects.order_by().values_list("source_id", flat=True)) == {"ok", "fin-ok"}


def test_contact_six_minutes_ahead_is_refused_and_four_is_not(db, tmp_path: Path) -> None:
    path = write(tmp_path, "a;01/09/2026 10:04;C1;60", "b;01/09/2026 10:06;C1;60")
    with time_machine.travel(datetime(2026, 9, 1, 8, 0, tzinfo=UTC), tick=False):  # 10:00 in Paris
        found = rejects(path, switch())
    assert list(found) == [3]
    assert found[3][0] == "Début"
    assert "futur" in found[3][1]


@pytest.mark.parametrize("garbled", [b"\xff", b"\xed\xa0\x80", b"\xc3"])
def test_bytes_that_are_no_text_refuse_their_row_only(tmp_path: Path, garbled: bytes) -> None:
    """A lone surrogate written in UTF-8 among them."""
    path = write(tmp_path, *calls("C1", range(1, 9)))
    path.write_bytes(path.read_bytes() + b"x;01/09/2026 10:00;C" + garbled + b"1;60\n")
    said, refused = read(path, switch())
    assert len(said) == 8
    assert words(refused) == [(10, "Client")]
    assert "illisible" in refused[0].reason


def test_garbled_column_that_the_profile_does_not_read_is_no_reason_to_refuse(tmp_path: Path) -> None:
    path = write(tmp_path, "a;01/09/2026 10:00;C1;60;propre", header=HEADER + ";Note")
    path.write_bytes(path.read_bytes().replace(b"propre", b"\xff\xfe"))
    assert read(path, switch())[1] == []


def test_quote_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    path = write(
        tmp_path, *calls("C1", range(1, 29)), 'x;"01/09/2026 10:00;C2;60', *calls("C3", range(1, 29)) * 20
    )
    said, refused = read(path, switch())
    assert words(refused) == [(30, "")]
    assert "guillemet" in refused[0].reason
    assert len(said) == 28 + 28 * 20


def test_quote_closed_by_the_next_lines_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    path = write(tmp_path, 'x;"01/09/2026 10:00;C2;60', '"y";01/09/2026 10:00;C2;60')
    said, refused = read(path, switch())
    assert words(refused) == [(2, "")]
    assert [row["source_id"] for row in said] == ["y"]


@pytest.mark.django_db
def test_same_id_twice_is_unchanged_when_identical_and_refused_naming_both_lines_otherwise(
    tmp_path: Path,
) -> None:
    row, other = "a;01/09/2026 10:00;C1;60", "a;01/09/2026 10:00;C1;61"
    path = write(tmp_path, row, "b;02/09/2026 10:00;C1;60", row, other)
    run = find_or_start(path, switch(), "shadow", now=datetime.now(UTC))
    work = Import(run, path, switch())
    tally = work.work()
    assert (tally.rows, tally.created, tally.unchanged, tally.rejected) == (4, 2, 1, 1)
    assert tally.countable + sum(tally.excluded.values()) == 2  # contacts, not rows
    ((line, column, reason),) = work.spool.rejects()
    assert (line, column) == (5, "Id")
    assert "ligne 2" in reason
    work.spool.discard()


# -- memory ----------------------------------------------------------------------------------------------

_READ = """
import resource, sys
sys.path.insert(0, {root!r})
import os; os.environ.update(DEBUG="1"); os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atdemain.settings")
import django; django.setup()
from pathlib import Path
from cases.importing.errors import ProfileRefused
from tests.cases.import_files import read, switch
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    said, refused = read(Path({path!r}), switch())
    print(len(said), len(refused), end=" ")
except ProfileRefused as refusal:
    print("refused", end=" ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def _in_another_process(path: Path, tmp_path: Path) -> list[str]:
    root = str(Path(__file__).resolve().parents[2])
    code = _READ.format(root=root, path=str(path))
    env = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    return done.stdout.split()


def test_two_gigabytes_of_nothing_are_refused_at_once_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024 * MB)
    verdict, grown = _in_another_process(path, tmp_path)
    assert verdict == "refused"
    assert int(grown) < 20_000  # KiB


def test_half_a_gigabyte_without_a_line_end_is_one_refused_row_in_flat_memory(tmp_path: Path) -> None:
    """A good start, then a hole: as a file cut by a full disk."""
    path = write(tmp_path, *calls("C1", range(1, 29)) * 100)
    path.write_bytes(path.read_bytes() + b'x;"')
    with path.open("r+b") as file:
        file.truncate(512 * MB)
    good, refused, grown = _in_another_process(path, tmp_path)
    assert (int(good), int(refused)) == (2800, 1)
    assert int(grown) < 20_000  # KiB


def test_import_memory_does_not_grow_with_the_file(
    db, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six times the rows, the same peak: the spool keeps them on disk."""
    monkeypatch.setattr(dry, "batch_size", lambda mode: 100)
    monkeypatch.setattr(spool_module, "CHUNK", 100)
    peaks = []
    for times in (1, 6):
        path = write(tmp_path, *(f"{i};01/09/2026 10:{i % 60:02};C{i};60" for i in range(300 * times)))
        tracemalloc.start()
        _tally, spool, _notes = dry.dry_run(path, switch(), "shadow")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        spool.discard()
    assert peaks[1] < peaks[0] * 1.5
