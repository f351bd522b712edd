"""`manage.py backfill`: by period and unit, dry by default, resumable, idempotent, counted (§4.6)."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from atdemain.journal.actors import Actor, importer
from atdemain.journal.models import AuditEvent
from atdemain.organisation.enums import Role
from cases import backfill, workflow
from cases.models import BackfillRun, Case, RepeatRule
from tests.cases.intake_cast import Site, current_verdicts, everything, ns, paris

pytestmark = pytest.mark.django_db

NOW = paris("12/11 09:00")
ACTOR = importer("backfill")
DAYS = ["--from", "2018-11-01", "--to", "2018-11-30"]


@pytest.fixture
def site():
    return Site.build()


def history(site: Site, clients: int = 5, prefix: str = "C", **said) -> list:
    """Three counted calls per client, observed only: verdicts in shadow, no case."""
    calls = [
        site.call(f"0{day}/11 10:00", client_ref=f"{prefix}{i}", **said)
        for i in range(clients)
        for day in (6, 7, 8)
    ]
    site.post(calls, "batch", now=NOW, mode="shadow")
    return calls


def told(capsys, *options) -> dict:
    with time_machine.travel(NOW, tick=False):
        call_command("backfill", *DAYS, "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_backfill_counts_only_unless_told_to_write(site, capsys):
    history(site)
    RepeatRule.objects.update(threshold=2)
    before = everything()
    counts = told(capsys)
    assert (counts["clients"], counts["contacts"], counts["countable"]) == (5, 15, 15)
    assert (counts["verdicts_rd3plus"], counts["verdicts_written"]) == (10, 5)
    assert everything() == before
    assert not BackfillRun.objects.exists()


def test_backfill_twice_gives_the_same_counts_and_writes_nothing_more(site, capsys):
    history(site)
    RepeatRule.objects.update(threshold=2)
    first = told(capsys, "--apply")
    rows, stored = len(current_verdicts()), everything()
    second = told(capsys, "--apply")
    assert {name: first[name] for name in backfill.STATE} == {name: second[name] for name in backfill.STATE}
    assert first["excluded"] == second["excluded"]
    assert (second["changed"], second["verdicts_written"]) == (0, 0)
    assert (len(current_verdicts()), everything()) == (rows, stored)
    assert not Case.objects.exists()  # observation by default
    assert AuditEvent.objects.filter(object_type="backfill").count() == 4


def test_backfill_live_opens_for_contacts_under_168_hours_only(site, capsys):
    old = [site.call(f"0{day}/11 10:00", client_ref="OLD") for day in (1, 2, 3)]
    site.post(old, "batch", now=NOW, mode="shadow")
    calls = history(site, 2)
    counts = told(capsys, "--apply", "--live")
    assert (counts["cases_opened"], counts["verdicts_rd3plus"]) == (2, 3)
    assert set(Case.objects.values_list("client__client_ref", flat=True)) == {"C0", "C1"}
    assert set(Case.objects.values_list("detected_late", flat=True)) == {True}
    assert current_verdicts()[calls[2].source_id] == ("rd3plus", 3, "live")
    again = told(capsys, "--apply", "--live")
    assert (again["cases_opened"], Case.objects.count()) == (0, 2)


def test_backfill_live_does_not_open_again_a_case_that_was_cancelled(site, capsys):
    history(site, 1)
    told(capsys, "--apply", "--live")
    workflow.perform(
        Case.objects.get().pk,
        "cancel",
        actor=Actor.of_user(site.person("manon", Role.MANAGER)),
        expected_version=None,
        now=NOW,
        cancel_reason="client_withdrew",
        reason="Le client ne veut plus être rappelé.",
    )
    told(capsys, "--apply", "--live")
    assert Case.objects.count() == 1


def test_backfill_interrupted_goes_on_from_its_cursor(site, monkeypatch):
    history(site)
    monkeypatch.setattr(backfill, "CLIENTS", 2)
    monkeypatch.setattr(backfill.clients_after, "__defaults__", (2,))
    request = backfill.Request(paris("01/11 00:00"), paris("01/12 00:00"))
    seen: list[int] = []
    kept = backfill.run(request, actor=ACTOR, now=NOW, progress=seen.append, stop=lambda: len(seen) == 2)
    assert kept.finished_at is None
    assert backfill.unfinished(request) == kept
    again = backfill.run(request, actor=ACTOR, now=NOW, progress=seen.append)
    assert (again.pk, seen) == (kept.pk, [2, 2, 1])
    assert again.finished_at == NOW
    report = backfill.report(again)
    assert (report["clients"], report["contacts"]) == (5, 15)


def test_backfill_killed_in_a_chunk_keeps_the_finished_ones(site, monkeypatch):
    history(site)
    monkeypatch.setattr(backfill.clients_after, "__defaults__", (2,))
    request = backfill.Request(paris("01/11 00:00"), paris("01/12 00:00"))
    evaluate_again, chunks = backfill.evaluate_again, []

    def dies(*args, **options):
        chunks.append(args)
        if len(chunks) == 2:
            raise KeyboardInterrupt
        return evaluate_again(*args, **options)

    monkeypatch.setattr(backfill, "evaluate_again", dies)
    with pytest.raises(KeyboardInterrupt):
        backfill.run(request, actor=ACTOR, now=NOW)
    kept = BackfillRun.objects.get()
    assert (kept.counts["clients"], kept.finished_at) == (2, None)
    monkeypatch.setattr(backfill, "evaluate_again", evaluate_again)
    assert backfill.report(backfill.run(request, actor=ACTOR, now=NOW))["clients"] == 5


def test_backfill_is_limited_to_a_unit_and_a_period(site, capsys):
    calls = history(site, 2)
    history(site, 3, "IDF", unit_code="idf")
    counts = told(capsys, "--unit", "idf")
    assert (counts["clients"], counts["contacts"]) == (3, 9)
    with time_machine.travel(NOW, tick=False):
        call_command("backfill", "--from", "2018-11-06", "--to", "2018-11-06", "--unit", "lyon", "--json")
    counts = json.loads(capsys.readouterr().out)
    assert (counts["clients"], counts["contacts"]) == (2, 2)
    assert ns(calls) == [1, 2, 3] * 2


def test_backfill_after_a_change_of_rule_rewrites_the_verdicts_of_the_period(site, capsys):
    calls = history(site, 1, channel="chat")
    RepeatRule.objects.update(channels=["voice"])
    counts = told(capsys, "--apply")
    assert counts["excluded"] == {"channel": 3}
    assert ns(calls) == [None] * 3
    assert current_verdicts()[calls[2].source_id][0] == "excluded"


def test_backfill_says_in_words_what_it_would_do(site, capsys):
    history(site, 1)
    with time_machine.travel(NOW, tick=False):
        call_command("backfill", *DAYS)
    out = capsys.readouterr().out
    assert "Rien n’est écrit" in out
    assert "identités RD3+" in out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "2018-02-30", "--to", "2018-03-01"], "2018-02-30"),
        (["--from", "9999-01-01", "--to", "9999-01-02"], "calendrier"),
        (["--from", "2018-11-02", "--to", "2018-11-01"], "précède"),
        ([*DAYS, "--unit", "nulle-part"], "nulle-part"),
    ],
)
def test_backfill_refuses_a_request_it_cannot_read(site, options, said):
    with pytest.raises(CommandError, match=said):
        call_command("backfill", *options)


def test_backfill_covers_the_last_day_whole_in_the_units_own_time(site, capsys):
    last = site.call(paris("30/11 23:30"))
    site.post([last, site.call(paris("01/12 00:00"))], "batch", now=paris("05/12 10:00"), mode="shadow")
    with time_machine.travel(NOW + timedelta(days=30), tick=False):
        call_command("backfill", *DAYS, "--json")
    assert json.loads(capsys.readouterr().out)["contacts"] == 1
