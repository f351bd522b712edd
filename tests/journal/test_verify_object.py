"""One object's chain judged by itself, and the heads that the file kept for it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from atdemain.journal import triggers
from atdemain.journal.actors import system
from atdemain.journal.heads import kept_for
from atdemain.journal.models import AuditEvent, JournalHead
from atdemain.journal.record import record
from atdemain.journal.verify import Finding, verify, verify_object

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)


def write(number: int, object_id: str = "1") -> list[AuditEvent]:
    with transaction.atomic():
        return [
            record("case", object_id, "note", actor=system("test"), at=NOW, personal={"text": str(rank)})
            for rank in range(number)
        ]


@pytest.fixture
def unguarded(db):
    with triggers.without_triggers(connection):
        yield


def test_an_untouched_chain_holds_and_gives_its_rows_in_order(django_assert_num_queries):
    write(3)
    write(2, "2")
    with django_assert_num_queries(2):
        chain = verify_object("case", "1")
    assert chain.holds
    assert [row["seq"] for row in chain.rows] == [1, 2, 3]
    assert chain.summary.rows == 3


def test_an_object_without_a_chain_holds_with_no_row():
    chain = verify_object("case", "404")
    assert (chain.holds, chain.rows) == (True, [])


def test_it_names_the_rows_of_its_own_object_only_as_the_whole_reading_does(unguarded):
    write(3)
    other = write(3, "2")
    AuditEvent.objects.filter(pk=other[1].pk).update(action="autre")
    assert verify_object("case", "1").holds
    assert (
        verify_object("case", "2").findings
        == list(verify())
        == [Finding("case", "2", 2, "edited", other[1].pk)]
    )


def test_a_whole_chain_deleted_is_seen_by_the_head_that_is_left(unguarded):
    write(2)
    AuditEvent.objects.all().select_related("payload")
    for event in AuditEvent.objects.all():
        event.payload.delete()
    AuditEvent.objects.all().delete()
    assert verify_object("case", "1").findings == [Finding("case", "1", 2, "truncated")]
    JournalHead.objects.all().delete()
    assert verify_object("case", "1").holds  # only a file outside can tell
    assert verify_object("case", "1", {2: "f" * 64}).findings == [Finding("case", "1", 2, "truncated")]


# -- the file -----------------------------------------------------------------------------------------------

HASH = "0123456789abcdef" * 4


@pytest.fixture
def heads(settings, tmp_path):
    path = tmp_path / "heads.log"
    settings.JOURNAL_HEADS = str(path)
    return path


def test_the_heads_of_one_object_are_found_among_those_of_others(heads):
    heads.write_text(f"\ncase 1 1 {HASH}\ncase 11 1 {HASH[::-1]}\ncase 1 2 {HASH[::-1]}\nbriefing 1 3 {HASH}")
    assert kept_for("case", 1) == {1: HASH, 2: HASH[::-1]}
    assert kept_for("case", "11") == {1: HASH[::-1]}
    assert kept_for("case", 111) == {}


@pytest.mark.parametrize(
    "torn", [f"\ncase 1 2 {HASH[:30]}", "\ncase 1 x", "\ncase 1 ", f"\ncase 1 2 {HASH} 3"]
)
def test_a_line_torn_by_a_crash_is_passed_over(heads, torn):
    heads.write_text(f"\ncase 1 1 {HASH}{torn}")
    assert kept_for("case", 1) == {1: HASH}


def test_an_empty_file_knows_nothing_and_a_missing_one_is_no_file(heads, settings):
    heads.write_text("")
    assert kept_for("case", 1) == {}
    heads.unlink()
    assert kept_for("case", 1) is None
    settings.JOURNAL_HEADS = ""
    assert kept_for("case", 1) is None
