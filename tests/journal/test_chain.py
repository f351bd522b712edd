"""Whoever rewrites the journal is found, even after dropping the triggers first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from atdemain.journal import triggers
from atdemain.journal.actors import system
from atdemain.journal.chain import canonical, event_hash
from atdemain.journal.models import AuditEvent, AuditPayload, JournalHead
from atdemain.journal.record import record, record_many, refuse
from atdemain.journal.verify import Finding, read_heads, verify

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
ACTOR = system("test")


def write(number: int, object_id: str = "1") -> list[AuditEvent]:
    with transaction.atomic():
        return [
            record(
                "case",
                object_id,
                "note",
                actor=ACTOR,
                at=NOW + timedelta(minutes=rank),
                changes={"rank": [rank, rank + 1]},
                personal={"text": f"é « note » {rank}"},
                object_version=rank,
            )
            for rank in range(number)
        ]


def sql(query: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query, params)


@pytest.fixture
def unguarded(db):
    with triggers.without_triggers(connection):
        yield
        # rows the tests tampered with would only bother the reinstalled guards of the rollback


def kinds(outside=None) -> list[tuple[int, str]]:
    return [(finding.seq, finding.kind) for finding in verify(outside)]


@pytest.mark.django_db
class TestUntouched:
    def test_record_chains_each_object_by_itself(self) -> None:
        write(3)
        write(2, "2")
        rows = list(
            AuditEvent.objects.order_by("object_id", "seq").values_list(
                "object_id", "seq", "prev_hash", "hash"
            )
        )
        assert [(row[0], row[1]) for row in rows] == [("1", 1), ("1", 2), ("1", 3), ("2", 1), ("2", 2)]
        assert rows[1][2] == rows[0][3]
        assert rows[3][2] == ""
        assert list(verify()) == []

    def test_record_many_rows_of_one_object_chain_in_order_in_few_statements(
        self, django_assert_max_num_queries
    ) -> None:
        rows = [
            {
                "object_type": "case",
                "object_id": rank % 50,
                "action": "open",
                "actor": ACTOR,
                "at": NOW,
                "personal": {"n": "x"},
            }
            for rank in range(500)
        ]
        with transaction.atomic(), django_assert_max_num_queries(16):
            record_many(rows)
        assert JournalHead.objects.filter(seq=10).count() == 50
        assert list(verify()) == []

    def test_refuse_writes_a_refused_row(self) -> None:
        event = refuse("case", 7, "resolve", actor=ACTOR, at=NOW, reason_code="escalation_open")
        assert AuditEvent.objects.get(pk=event.pk).refused

    def test_record_refuses_a_float_so_that_both_databases_hash_alike(self) -> None:
        with pytest.raises(TypeError, match="floats"), transaction.atomic():
            record("case", 1, "x", actor=ACTOR, at=NOW, changes={"load": [0.5, 1]})

    def test_erased_payload_still_verifies(self) -> None:
        write(3)
        AuditPayload.objects.filter(event__seq=2).delete()
        assert list(verify()) == []

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal_auditevent SET action = 'x'",
            "DELETE FROM journal_auditevent",
            "UPDATE journal_auditpayload SET salt = 'x'",
        ],
    )
    def test_rewriting_is_refused_by_the_database(self, statement: str) -> None:
        write(2)
        with pytest.raises(DatabaseError, match="ne se réécrit pas"), transaction.atomic():
            sql(statement)
        assert list(verify()) == []

    def test_truncate_or_replace_is_refused_by_the_database(self, engine: str) -> None:
        write(2)
        if engine == "postgresql":
            sql("SET CONSTRAINTS ALL IMMEDIATE")
            statements = ["TRUNCATE journal_auditevent CASCADE", "TRUNCATE journal_auditpayload"]
        else:
            columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields)
            other_id = columns.replace('"id"', "id + 100")
            statements = [
                f"INSERT OR REPLACE INTO journal_auditevent ({columns}) SELECT {columns} FROM journal_auditevent",
                f"INSERT OR REPLACE INTO journal_auditevent ({columns}) SELECT {other_id} FROM journal_auditevent",
                f"INSERT OR REPLACE INTO journal_auditevent ({columns}) SELECT "
                + other_id.replace('"hash"', "'x' || hash")
                + " FROM journal_auditevent",
                "INSERT OR REPLACE INTO journal_auditpayload SELECT * FROM journal_auditpayload",
            ]
        for statement in statements:
            with pytest.raises(DatabaseError, match="ne se réécrit pas"), transaction.atomic():
                sql(statement)
        assert AuditEvent.objects.count() == 2


class TestTamperedWith:
    """Each with the triggers dropped first."""

    def test_edited_row_is_named(self, unguarded) -> None:
        write(4)
        sql("UPDATE journal_auditevent SET action = 'autre' WHERE seq = 2")
        assert kinds() == [(2, "edited")]

    def test_edited_personal_value_is_named(self, unguarded) -> None:
        event = write(4)[2]
        AuditPayload.objects.filter(event=event).update(body={"text": "autre chose"})
        assert kinds() == [(3, "edited")]

    def test_removed_row_is_named(self, unguarded) -> None:
        event = write(4)[1]
        AuditPayload.objects.filter(event=event).delete()
        AuditEvent.objects.filter(pk=event.pk).delete()
        assert kinds() == [(2, "removed")]

    def test_first_row_removed_is_named(self, unguarded) -> None:
        event = write(3)[0]
        AuditPayload.objects.filter(event=event).delete()
        AuditEvent.objects.filter(pk=event.pk).delete()
        assert kinds() == [(1, "removed")]

    def test_swapped_rows_are_named(self, unguarded) -> None:
        write(4)
        sql("UPDATE journal_auditevent SET seq = 99 WHERE seq = 2")
        sql("UPDATE journal_auditevent SET seq = 2 WHERE seq = 3")
        sql("UPDATE journal_auditevent SET seq = 3 WHERE seq = 99")
        assert kinds() == [(2, "swapped"), (3, "swapped")]

    def test_row_rewritten_with_its_own_new_hash_is_named(self, unguarded) -> None:
        event = write(4)[1]
        rewritten = self._rewrite(event, action="autre")
        assert kinds() == [(2, "replaced")]
        assert rewritten != event.hash

    def test_last_row_rewritten_with_its_own_new_hash_is_named(self, unguarded) -> None:
        self._rewrite(write(4)[3], action="autre")
        assert kinds() == [(4, "replaced")]

    def test_deleted_tail_is_named(self, unguarded) -> None:
        write(4)
        AuditPayload.objects.filter(event__seq__gte=3).delete()
        AuditEvent.objects.filter(seq__gte=3).delete()
        assert kinds() == [(4, "truncated")]

    def test_deleted_tail_with_the_head_adjusted_is_named_from_outside(self, unguarded) -> None:
        events = write(4)
        AuditPayload.objects.filter(event__seq__gte=3).delete()
        AuditEvent.objects.filter(seq__gte=3).delete()
        JournalHead.objects.update(seq=2, hash=events[1].hash)
        assert kinds() == []
        assert kinds({("case", "1"): {4: events[3].hash}}) == [(4, "truncated")]

    def test_whole_chain_deleted_is_named_from_outside(self, unguarded) -> None:
        events = write(2)
        AuditPayload.objects.all().delete()
        AuditEvent.objects.all().delete()
        JournalHead.objects.all().delete()
        assert list(verify({("case", "1"): {2: events[1].hash}})) == [Finding("case", "1", 2, "truncated")]

    def test_whole_chain_rewritten_with_heads_is_named_from_outside(self, unguarded) -> None:
        events = write(2)
        digest = self._rewrite(events[1], action="autre")
        JournalHead.objects.update(hash=digest)
        assert kinds() == []
        assert kinds({("case", "1"): {2: events[1].hash}}) == [(2, "replaced")]

    @staticmethod
    def _rewrite(event: AuditEvent, **fields: object) -> str:
        from atdemain.journal.chain import COLUMNS

        row = AuditEvent.objects.filter(pk=event.pk).values(*COLUMNS).get() | fields
        digest = event_hash(event.prev_hash, row)
        AuditEvent.objects.filter(pk=event.pk).update(hash=digest, **fields)
        return digest

    def test_command_prints_the_row_and_fails(self, unguarded, capsys) -> None:
        event = write(3)[1]
        sql("UPDATE journal_auditevent SET to_state = 'closed' WHERE seq = 2")
        with pytest.raises(CommandError):
            call_command("verify_journal")
        assert capsys.readouterr().out == f"case:1 2 {event.pk} edited\n"


@pytest.mark.django_db(transaction=True)
def test_heads_are_appended_after_the_commit_and_not_after_a_rollback(tmp_path, settings, capsys) -> None:
    settings.JOURNAL_HEADS = str(tmp_path / "heads.log")
    events = write(2)
    with transaction.atomic():
        record("case", 9, "open", actor=ACTOR, at=NOW)
        transaction.set_rollback(True)
    heads = read_heads(settings.JOURNAL_HEADS)
    assert heads == {("case", "1"): {1: events[0].hash, 2: events[1].hash}}
    call_command("verify_journal")


@pytest.mark.django_db(transaction=True)
def test_a_head_file_that_cannot_be_written_loses_nothing(tmp_path, settings) -> None:
    settings.JOURNAL_HEADS = str(tmp_path / "absent" / "heads.log")
    write(1)
    assert AuditEvent.objects.count() == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
def test_canonical_bytes_survive_a_round_trip(value) -> None:
    import json

    once = canonical(value)
    assert canonical(json.loads(once.decode("utf-8", "surrogatepass"))) == once


class TestForged:
    """What somebody adds who can compute hashes, with the triggers dropped first."""

    def test_row_added_at_the_end_is_named(self, unguarded) -> None:
        last = write(2)[1]
        forged = self._row(last, seq=3, prev_hash=last.hash)
        assert list(verify()) == [Finding("case", "1", 3, "replaced", forged.pk)]

    def test_row_added_before_the_first_is_named(self, unguarded) -> None:
        first = write(2)[0]
        self._row(first, seq=0, prev_hash="")
        assert kinds() == [(0, "replaced")]

    def test_row_added_at_a_far_rank_is_named_without_an_endless_list(self, unguarded) -> None:
        last = write(2)[1]
        self._row(last, seq=2_000_000_000, prev_hash=last.hash)
        found = kinds()
        assert found[-1] == (2_000_000_000, "replaced")
        assert len(found) <= 1_001

    def test_rank_edited_far_away_is_named_with_the_rank_that_is_missing(self, unguarded) -> None:
        write(4)
        sql("UPDATE journal_auditevent SET seq = 99 WHERE seq = 2")
        assert kinds() == [(2, "removed"), (99, "edited")]

    def test_three_rows_that_rotated_are_swapped(self, unguarded) -> None:
        write(6)
        for seq, place in ((2, 92), (3, 93), (4, 94), (92, 3), (93, 4), (94, 2)):
            sql("UPDATE journal_auditevent SET seq = %s WHERE seq = %s", place, seq)
        assert kinds() == [(2, "swapped"), (3, "swapped"), (4, "swapped")]

    def test_first_and_last_rows_exchanged_are_swapped(self, unguarded) -> None:
        write(3)
        for seq, place in ((1, 91), (3, 1), (91, 3)):
            sql("UPDATE journal_auditevent SET seq = %s WHERE seq = %s", place, seq)
        assert kinds() == [(1, "swapped"), (3, "swapped")]

    def test_a_long_chain_edited_everywhere_is_named_in_reasonable_time(self, unguarded) -> None:
        write(600)
        sql("UPDATE journal_auditevent SET action = 'autre'")
        assert kinds() == [(seq, "edited") for seq in range(1, 601)]

    def test_row_moved_to_another_object_is_named_on_both(self, unguarded) -> None:
        write(2)
        write(1, "2")
        sql("UPDATE journal_auditevent SET object_id = '2' WHERE object_id = '1' AND seq = 2")
        assert [(f.object_id, f.seq, f.kind) for f in verify()] == [("1", 2, "truncated"), ("2", 2, "edited")]

    def test_database_head_deleted_is_named(self, unguarded) -> None:
        write(2)
        JournalHead.objects.all().delete()
        assert kinds() == [(2, "truncated")]

    def test_personal_value_put_where_there_was_none_is_named(self, unguarded) -> None:
        with transaction.atomic():
            event = record("case", 1, "note", actor=ACTOR, at=NOW)
        AuditPayload.objects.create(event=event, salt="", body={"text": "inventé"})
        assert kinds() == [(1, "edited")]

    @staticmethod
    def _row(like: AuditEvent, **fields: object) -> AuditEvent:
        from atdemain.journal.chain import COLUMNS

        columns = AuditEvent.objects.filter(pk=like.pk).values(*COLUMNS).get() | {"payload_hash": ""}
        prev_hash = str(fields.pop("prev_hash"))
        columns |= fields
        return AuditEvent.objects.create(**columns, prev_hash=prev_hash, hash=event_hash(prev_hash, columns))
