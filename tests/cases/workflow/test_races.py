"""Fifty clicks at once on one case: one wins, the others are told who (PostgreSQL, real connections).

The negative controls take the version guard away and must see what it prevents.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, connections, transaction
from django.db.models import QuerySet

from atdemain.journal.actors import Actor, system
from atdemain.organisation.enums import Role
from cases import workflow
from cases.models import Case, Escalation, Promise
from cases.workflow import Conflict, Done, Refused, door

from .cast import NOW, REASON, TOMORROW, Stage, journal, sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.crowd]

CLICKS = 50


@pytest.fixture
def stage(transactional_db) -> Stage:
    return Stage.set()


def together(acts: list[Callable[[], Done]]) -> list[Done | Exception]:
    """Every act in its own thread and connection, all let go at the same instant."""
    gate = threading.Barrier(len(acts))
    results: list[Done | Exception] = [RuntimeError("never ran")] * len(acts)

    def run(rank: int) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            results[rank] = acts[rank]()
        except Exception as error:
            results[rank] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def clicks(case: Case, name: str, who: list, shown: int | None, **data) -> list[Callable[[], Done]]:
    """One click per account on the page that showed `shown`."""
    return [
        lambda user=user: workflow.perform(
            case.pk, name, actor=Actor.of_user(user), expected_version=shown, now=NOW, **data
        )
        for user in who
    ]


def colleagues(stage: Stage, number: int) -> list:
    """Advisors who take part, with their roles already read: the threads only act."""
    names = [f"advisor-{rank}" for rank in range(number)]
    stage.hire(stage.unit, **dict.fromkeys(names, Role.ADVISOR))
    for name in names:
        stage.join(stage.people[name])
    people = [stage.person(name) for name in names]
    assert all(person.roles for person in people)
    return people


def sorts(results: list) -> Counter:
    return Counter(type(result).__name__ for result in results)


def test_fifty_transitions_on_one_case_one_wins_and_49_are_told_who(stage):
    case = stage.at("opened")
    people = [stage.person("owner"), stage.person("manager")]
    assert all(person.roles for person in people)
    who = [people[rank % 2] for rank in range(CLICKS)]

    results = together(
        clicks(case, "promise_callback", who, case.version, on_behalf="Absente ce matin, urgent.", **TOMORROW)
    )

    winners = [r for r in results if isinstance(r, Done) and not r.already]
    assert len(winners) == 1
    winner = winners[0].event.actor_id
    names = {person.pk: person.short_name for person in people}
    for result, person in zip(results, who, strict=True):
        if person.pk == winner:
            assert isinstance(result, Done)  # the same account's second click: already done
        else:
            assert isinstance(result, Conflict)
            assert (result.by, result.version, result.state) == (
                names[winner],
                case.version + 1,
                "callback_due",
            )
    assert Promise.objects.count() == 1
    assert [row.action for row in journal(case)].count("promise_callback") == 1
    assert stage.again(case).version == case.version + 1
    assert sound() == []


def test_fifty_different_accounts_one_wins_and_49_conflict(stage):
    case = stage.at("opened")
    names = [f"manager-{rank}" for rank in range(CLICKS)]
    stage.hire(stage.unit, **dict.fromkeys(names, Role.MANAGER))
    who = [stage.person(name) for name in names]
    assert all(person.roles for person in who)

    results = together(clicks(case, "cancel", who, case.version, cancel_reason="test", reason=REASON))

    assert sorts(results) == Counter(Done=1, Conflict=CLICKS - 1)
    (winner,) = [r for r in results if isinstance(r, Done)]
    said = next(person.short_name for person in who if person.pk == winner.event.actor_id)
    assert {r.by for r in results if isinstance(r, Conflict)} == {said}
    assert len(journal(case, refused=True)) == CLICKS - 1
    assert sound() == []


def test_without_the_version_guard_more_than_one_wins(stage, monkeypatch):
    """Negative control: the same fifty clicks, no lock and no version check."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    monkeypatch.setattr(door, "_as_it_was_read", lambda pk, version: Case.objects.filter(pk=pk))
    case = stage.at("opened")
    people = colleagues(stage, 20)
    acts = [
        lambda user=user: workflow.perform(
            case.pk,
            "add_note",
            actor=Actor.of_user(user),
            expected_version=case.version,
            now=NOW,
            text="Essai.",
        )
        for user in people
    ]

    results = together(acts)

    done = [r for r in results if isinstance(r, Done)]
    assert len(done) > 1 or any(not isinstance(r, (Done, Conflict)) for r in results)


def test_with_the_version_guard_and_no_row_lock_one_still_wins(stage, monkeypatch):
    """The version is the truth, the lock is comfort (architecture.md §3)."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    case = stage.at("opened")
    people = colleagues(stage, 20)

    results = together(clicks(case, "add_note", people, case.version, text="Essai."))

    assert [r for r in results if isinstance(r, Done)] != []
    assert case.notes.count() == len([r for r in results if isinstance(r, Done)]) == 1


def test_two_advisors_claim_one_gets_it_and_the_other_is_told_who(stage):
    for _ in range(5):
        case = stage.open(owner=None)
        people = [stage.person("owner"), stage.person("colleague")]
        assert all(person.roles for person in people)

        results = together(clicks(case, "claim", people, case.version))

        assert sorts(results) == Counter(Done=1, Refused=1)
        (winner,) = [r for r in results if isinstance(r, Done)]
        (loser,) = [r for r in results if isinstance(r, Refused)]
        owner = stage.again(case).owner.user
        assert winner.case.owner_id == owner.pk
        assert loser.reasons[0].code == "taken"
        assert owner.short_name in loser.reasons[0].text


def test_thirty_advisors_claim_one_case_and_one_has_it(stage):
    case = stage.open(owner=None)

    results = together(clicks(case, "claim", colleagues(stage, 30), case.version))

    assert sorts(results) == Counter(Done=1, Refused=29)
    assert [row.action for row in journal(case)].count("claim") == 1
    assert sound() == []


def test_two_answers_of_one_escalation_are_one(stage):
    case = stage.at("escalated")
    pk = Escalation.objects.get().pk
    shown = stage.again(case).version
    people = [stage.person("specialist"), stage.person("manager")]
    assert all(person.roles for person in people)

    results = together(
        clicks(
            case,
            "answer_escalation",
            people,
            shown,
            escalation=pk,
            answer_code="fixed",
            answer_text="Câble refait au point de concentration.",
            named_contact=stage.named.pk,
        )
    )

    assert sorts(results) == Counter(Done=1, Conflict=1)
    assert Escalation.objects.get().version == 2


def test_two_merges_that_cross_do_not_wait_for_each_other(stage):
    for _ in range(5):
        client = stage.client()
        first = stage.open(client=client, identity_key="line:1")
        second = stage.open(client=client, identity_key="line:2")
        owner = stage.person("owner")
        assert owner.roles

        results = together(
            clicks(first, "merge", [owner], None, target=second.pk, reason=REASON)
            + clicks(second, "merge", [owner], None, target=first.pk, reason=REASON)
        )

        assert sorts(results) == Counter(Done=1, Refused=1)
        assert sorted(Case.objects.filter(client=client).values_list("state", flat=True)) == [
            "closed",
            "opened",
        ]
        assert sound() == []
        for case in (first, second):
            QuerySet.update(Case.objects.filter(pk=case.pk), identity_key=f"client:{case.pk}")


def test_fifty_third_contacts_open_one_case(stage):
    client = stage.client()

    def opening() -> Done:
        with transaction.atomic():
            case = workflow.open_case(
                client_id=client.pk,
                line_id=None,
                identity_key=f"client:{client.pk}",
                reason_family="no_sync",
                origin="rd3plus",
                unit_id=stage.unit.pk,
                actor=system("intake"),
                now=NOW,
            )
        return Done(case, None)

    results = together([opening] * CLICKS)

    assert sorts(results) == Counter(Done=CLICKS)
    assert Case.objects.filter(client=client).count() == 1
    assert {r.case.pk for r in results if isinstance(r, Done)} == {Case.objects.get().pk}
