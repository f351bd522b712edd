"""The heads kept outside the database: what a crash, two processes, a rotation or a loss leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import TestCase

from atdemain.journal import heads, triggers
from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent, JournalHead
from atdemain.journal.record import record
from atdemain.journal.verify import read_heads, verify

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
ACTOR = system("test")
HASH = "ab" * 32

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path: Path, settings) -> Path:
    """The heads' file of this test."""
    settings.JOURNAL_HEADS = str(tmp_path / "heads.log")
    return tmp_path / "heads.log"


def write(object_id: str | int = 1, object_type: str = "case") -> AuditEvent:
    with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
        return record(object_type, object_id, "note", actor=ACTOR, at=NOW)


def cut(object_id: str, after: int, head_hash: str) -> None:
    """What a forger does who knows the tables: the tail goes and the database's head follows."""
    with triggers.without_triggers(connection):
        AuditEvent.objects.filter(object_id=object_id, seq__gt=after).delete()
        JournalHead.objects.filter(object_id=object_id).update(seq=after, hash=head_hash)


def test_a_deleted_tail_is_named_by_the_command_thanks_to_the_file(kept: Path, capsys) -> None:
    first = write()
    write()
    cut("1", 1, first.hash)
    with pytest.raises(CommandError, match="1 ligne"):
        call_command("verify_journal")
    assert capsys.readouterr().out == "case:1 2 - truncated\n"


def test_a_crash_between_the_commit_and_the_append_verifies_and_says_so(
    kept: Path, monkeypatch, capsys
) -> None:
    write()
    with monkeypatch.context() as crash:
        crash.setattr(heads, "_append", lambda lines: None)
        write()
    call_command("verify_journal")
    told = capsys.readouterr()
    assert told.out == ""
    assert "1 chaîne(s) plus longues que dans le fichier" in told.err
    write()  # the next change of this chain brings the file up to date
    call_command("verify_journal")
    assert "plus longues" not in capsys.readouterr().err


def test_a_line_torn_by_a_crash_spoils_no_other(kept: Path) -> None:
    first = write()
    with open(kept, "a") as file:
        file.write("\ncase 1 2 abc")
    second = write()
    assert read_heads(kept) == {("case", "1"): {1: first.hash, 2: second.hash}}


def test_two_processes_that_append_together_lose_no_line(kept: Path) -> None:
    code = (
        "import sys, django; django.setup()\n"
        "from atdemain.journal.heads import _append\n"
        "for n in range(400):\n"
        f"    _append(''.join(f'\\ncase {{sys.argv[1]}}-{{n}}-{{k}} {{n + 1}} {HASH}' for k in range(40)))\n"
    )
    environment = {**os.environ, "JOURNAL_HEADS": str(kept), "DEBUG": "1"}
    running = [subprocess.Popen([sys.executable, "-c", code, name], env=environment) for name in ("a", "b")]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert len(read_heads(kept)) == 2 * 400 * 40
    assert len(kept.read_text().split("\n")) == 2 * 400 * 40 + 1  # the file begins with a line break


def test_an_id_that_holds_a_space_is_read_back(kept: Path) -> None:
    event = write("janvier 2026.csv", "import")
    assert read_heads(kept) == {("import", "janvier 2026.csv"): {1: event.hash}}


@pytest.mark.parametrize("named", [True, False])
def test_a_missing_file_is_an_alert_with_its_name(kept: Path, named: bool) -> None:
    write()
    kept.unlink()
    with pytest.raises(CommandError, match=r"heads\.log n’existe pas"):
        call_command("verify_journal", *(["--heads", str(kept)] if named else []))


def test_an_empty_journal_needs_no_file(kept: Path, capsys) -> None:
    call_command("verify_journal")
    assert "Journal vérifié" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "n’importe quoi\n", "case 1 x " + HASH, "case 1 2 court"])
def test_a_file_without_a_readable_head_is_an_alert(kept: Path, content: str) -> None:
    write()
    kept.write_text(content)
    with pytest.raises(CommandError, match="Aucune tête de chaîne lisible"):
        call_command("verify_journal")


def test_a_file_that_cannot_be_read_is_an_alert(kept: Path, tmp_path: Path) -> None:
    write()
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("verify_journal", "--heads", str(tmp_path))


def test_a_rotated_file_says_what_it_does_not_cover_and_both_together_cover_all(kept: Path, capsys) -> None:
    first = write(1)
    write(1)
    old = kept.rename(kept.with_suffix(".1"))
    write(2)
    call_command("verify_journal")
    assert "1 chaîne(s) sans tête dans le fichier" in capsys.readouterr().err
    cut("1", 1, first.hash)
    call_command("verify_journal")  # the new file alone cannot know
    with pytest.raises(CommandError):
        call_command("verify_journal", heads=[str(old), str(kept)])
    told = capsys.readouterr()
    assert told.out == "case:1 2 - truncated\n"


def test_without_a_heads_file_configured_the_command_says_what_it_could_not_check(settings, capsys) -> None:
    settings.JOURNAL_HEADS = ""
    write()
    call_command("verify_journal")
    assert "sans têtes extérieures" in capsys.readouterr().err


def test_rows_written_while_verifying_are_no_finding(kept: Path) -> None:
    for number in range(3):
        write(number)
    outside = read_heads(kept)
    findings = verify(outside)
    original = JournalHead.objects.values_list("seq").order_by("pk")
    assert len(original) == 3
    write(0)
    write(9)
    assert list(findings) == []
