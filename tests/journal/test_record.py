"""Writing in the journal: together with the change, whoever else writes, whatever the text holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from atdemain.journal import record as record_module
from atdemain.journal.actors import system
from atdemain.journal.chain import plain
from atdemain.journal.erasure import erase_personal
from atdemain.journal.models import AuditEvent, AuditPayload, JournalHead
from atdemain.journal.record import record, record_many, refuse
from atdemain.journal.verify import Summary, verify
from atdemain.organisation.models import Unit

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
ACTOR = system("test")
THREADS = 50


def write(object_id: str | int = 1, **fields: object) -> AuditEvent:
    with transaction.atomic():
        return record("case", object_id, "note", actor=ACTOR, at=NOW, **fields)


# -- with the change --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record("case", 1, "note", actor=ACTOR, at=NOW)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_record_rolled_back_with_its_change_leaves_neither_row_nor_head() -> None:
    with transaction.atomic():
        Unit.objects.create(code="uat-test", name="UAT Test")
        record("unit", 1, "created", actor=ACTOR, at=NOW)
        transaction.set_rollback(True)
    assert not Unit.objects.exists()
    assert not AuditEvent.objects.exists()
    assert not JournalHead.objects.exists()
    with transaction.atomic():
        assert record("unit", 1, "created", actor=ACTOR, at=NOW).seq == 1


@pytest.mark.django_db(transaction=True)
def test_refuse_after_the_rollback_is_kept() -> None:
    with transaction.atomic():
        Unit.objects.create(code="uat-test", name="UAT Test")
        transaction.set_rollback(True)
    refuse("unit", 1, "created", actor=ACTOR, at=NOW, reason_code="guard")
    assert AuditEvent.objects.get().refused
    assert not Unit.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_refuse_inside_a_transaction_is_a_programming_error() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        refuse("unit", 1, "created", actor=ACTOR, at=NOW)


# -- together ---------------------------------------------------------------------------------------------


def _all_at_once(work) -> list[object]:
    """What each of fifty threads answered or raised, each on a connection of its own."""

    def one(number: int) -> object:
        try:
            return work(number)
        except IntegrityError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


@pytest.mark.postgres
@pytest.mark.crowd
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("begun", [True, False], ids=["a chain that exists", "a chain that begins"])
def test_fifty_writers_of_one_chain_leave_it_contiguous(begun: bool) -> None:
    if begun:
        write()
    answers = _all_at_once(lambda number: write(changes={"n": [None, number]}).seq)
    assert sorted(answers) == list(range(1 + begun, THREADS + 1 + begun))
    assert AuditEvent.objects.count() == THREADS + begun
    assert list(verify()) == []


@pytest.mark.postgres
@pytest.mark.crowd
@pytest.mark.django_db(transaction=True)
def test_fifty_writers_without_the_lock_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: heads read without a lock, two writers take the same rank."""

    def unlocked(keys: set[tuple[str, str]]) -> dict:
        with connection.cursor() as cursor:
            cursor.execute("SELECT object_type, object_id, seq, hash FROM journal_journalhead")
            found = cursor.fetchall()
            cursor.execute("SELECT pg_sleep(0.02)")
        return {(row[0], row[1]): (row[2], row[3]) for row in found}

    write()
    monkeypatch.setattr(record_module, "_lock_heads", unlocked)
    answers = _all_at_once(lambda number: write().seq)
    assert any(isinstance(answer, IntegrityError) for answer in answers)


@pytest.mark.django_db
def test_record_many_chains_begun_and_new_together_cost_few_statements(
    django_assert_num_queries, engine: str
) -> None:
    write(1)
    rows = [
        {"object_type": "case", "object_id": number, "action": "note", "actor": ACTOR, "at": NOW}
        for number in (2, 1, 3, 1)
    ]
    with transaction.atomic(), django_assert_num_queries(4 if engine == "postgresql" else 3):
        events = record_many(rows)
    assert [(event.object_id, event.seq) for event in events] == [("2", 1), ("1", 2), ("3", 1), ("1", 3)]
    assert list(verify()) == []


# -- whatever the text ------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    ["avant\x00après", "\ud800 seul", "\udfff", "é\u2028\u0085 « » 😀", '{"a": "\\u0000"}', "x" * 50_000],
)
def test_record_any_text_is_kept_and_verifies(text: str) -> None:
    event = write(personal={"text": text, f"clé {text[:5]}": ["", text]}, changes={"code": [None, text[:30]]})
    kept = AuditPayload.objects.get(event=event).body["text"]
    assert kept == plain(text)
    assert len(kept) == len(text)
    assert list(verify()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("value", [0.5, object(), 1j, b"octets"])
def test_record_refuses_what_both_databases_do_not_keep_alike(value: object) -> None:
    with pytest.raises(TypeError):
        write(changes={"x": [None, value]})


# -- erasure ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_erase_personal_deletes_the_payloads_and_the_chain_still_verifies() -> None:
    for object_id in (1, 1, 2, 3):
        write(object_id, personal={"name": "Mme Inventée"})
    write(1)
    assert erase_personal("case", [1, 2], actor=ACTOR, at=NOW, reason_code="retention") == 3
    assert list(AuditPayload.objects.values_list("event__object_id", flat=True)) == ["3"]
    told = AuditEvent.objects.filter(action="personal_erased").order_by("object_id")
    assert [(event.object_id, event.seq, event.changes["payloads"]) for event in told] == [
        ("1", 4, [2, 0]),
        ("2", 2, [1, 0]),
    ]
    summary = Summary()
    assert list(verify(summary=summary)) == []
    assert summary.erased == 3


@pytest.mark.django_db
def test_erase_personal_twice_writes_nothing_more() -> None:
    write(personal={"name": "Mme Inventée"})
    assert erase_personal("case", [1], actor=ACTOR, at=NOW) == 1
    assert erase_personal("case", [1], actor=ACTOR, at=NOW) == 0
    assert AuditEvent.objects.count() == 2


@pytest.mark.django_db
def test_erase_personal_before_a_date_keeps_what_is_younger() -> None:
    with transaction.atomic():
        for days in (800, 10):
            at = NOW - timedelta(days=days)
            record("case", 1, "note", actor=ACTOR, at=at, personal={"text": f"{days}"})
    assert erase_personal("case", [1], actor=ACTOR, at=NOW, before=NOW - timedelta(days=730)) == 1
    assert AuditPayload.objects.get().body == {"text": "10"}


@pytest.mark.django_db
def test_verify_command_says_how_many_rows_were_erased(capsys) -> None:
    write(personal={"name": "Mme Inventée"})
    erase_personal("case", [1], actor=ACTOR, at=NOW)
    call_command("verify_journal")
    assert "1 ligne(s) dont les valeurs personnelles ont été effacées" in capsys.readouterr().err
