"""An import run: once, twice, stopped half-way by a signal or a kill; modes, counts, rejects, the command."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import Unit, UnitParticipation
from cases.enums import Mode
from cases.importing import runner
from cases.importing.dry_run import dry_run
from cases.importing.errors import Interrupted
from cases.importing.runner import Import, find_or_start
from cases.importing.toml import parse
from cases.models import Case, Contact, ImportRun, RepeatRule, RepeatVerdict, Timer
from cases.reference import ensure_reference
from tests.cases.import_files import KEYS, calls, counts, switch, write

TAKES_PART = '[unit]\ncode = "archives"\nname = "Archives"\nparticipates = true\n'
#: Three clients reach three calls in seven days, one of them five; another calls twice; one is unknown.
ROWS = [
    *calls("C1", [1, 2, 3]),
    *calls("C2", [10, 4, 12, 11, 13]),  # not in time order
    *calls("C3", [1, 3, 5]),
    *calls("C4", [1, 20]),
    *calls("C5", [7], seconds=5),
    ";02/09/2026 10:00;C6;60",
    "anonyme;02/09/2026 10:00;;60",
]
EXPECTED = {
    "rows": 16, "created": 15, "updated": 0, "unchanged": 0, "rejected": 1,
    "excluded": {"short": 1, "unidentified": 1}, "countable": 13, "verdicts_rd3plus": 4,
    "identities_rd3plus": 3, "cases_opened": 0,
}  # fmt: skip


def start(path: Path, mode: str = "shadow", **more: Any) -> Import:
    profile = switch(**more)
    return Import(find_or_start(path, profile, mode, now=datetime.now(UTC)), path, profile)


def finish(path: Path, mode: str = "shadow", **more: Any) -> dict[str, Any]:
    work = start(path, mode, **more)
    tally = counts(work.work())
    work.spool.discard()
    return tally


def stop_after(work: Import, batches: int) -> None:
    """Ask to stop once so many transactions are committed."""
    done = []
    commit = work._commit

    def counted(rows: Any) -> None:
        commit(rows)
        done.append(len(rows))

    work._commit = counted
    work.stop = lambda: len(done) >= batches


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "BATCH", 4)
    monkeypatch.setattr(runner, "OPENING_BATCH", 4)


@pytest.mark.django_db
def test_import_counts_contacts_and_says_each_figure(tmp_path: Path) -> None:
    assert finish(write(tmp_path, *ROWS)) == EXPECTED
    assert Contact.objects.count() == 15


@pytest.mark.django_db
def test_import_again_changes_nothing_and_counts_the_same_contacts(tmp_path: Path) -> None:
    path = write(tmp_path, *ROWS)
    finish(path)
    before = list(Contact.objects.order_by("pk").values())
    assert finish(path) == EXPECTED | {"created": 0, "unchanged": 15}
    assert list(Contact.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_import_of_a_corrected_file_updates_what_changed(tmp_path: Path) -> None:
    finish(write(tmp_path, *ROWS))
    again = finish(write(tmp_path, *(row.replace("C5;5", "C5;50") for row in ROWS)))
    assert (again["updated"], again["unchanged"], again["excluded"]) == (1, 14, {"unidentified": 1})


@pytest.mark.django_db
def test_import_verdicts_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    assert finish(write(tmp_path, *reversed(ROWS)), "replay", rest=TAKES_PART) == EXPECTED | {
        "cases_opened": 3
    }


@pytest.mark.django_db
def test_import_writes_one_journal_row_for_the_run(tmp_path: Path) -> None:
    finish(write(tmp_path, *ROWS))
    ((action, changes),) = AuditEvent.objects.filter(object_type="import_run").values_list(
        "action", "changes"
    )
    assert (action, changes["counts"][1]["created"]) == ("imported", 15)
    assert not AuditEvent.objects.filter(object_type="contact").exists()


# -- modes -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_replay_opens_cases_at_each_contacts_own_time_and_sends_nothing(tmp_path: Path) -> None:
    assert finish(write(tmp_path, *ROWS), "replay", rest=TAKES_PART) == EXPECTED | {"cases_opened": 3}
    opened = Case.objects.order_by("opened_at").values_list("client__client_ref", "opened_at")
    paris = timedelta(hours=2)
    assert [(ref, (at + paris).day) for ref, at in opened] == [("C1", 3), ("C3", 5), ("C2", 12)]
    assert Timer.objects.count() == 0


@pytest.mark.django_db
def test_shadow_opens_no_case_even_where_the_rule_is_active(tmp_path: Path) -> None:
    ensure_reference(mode=Mode.LIVE)
    assert finish(write(tmp_path, *ROWS), "shadow", rest=TAKES_PART)["cases_opened"] == 0
    assert set(RepeatVerdict.objects.order_by().values_list("mode", flat=True)) == {"shadow"}


@pytest.mark.django_db
def test_live_opens_for_fresh_contacts_only(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    rows = [
        f"{client}{n};{now - timedelta(hours=hours + n):%Y-%m-%dT%H:%M}+00:00;{client};60"
        for client, hours in (("FRESH", 100), ("OLD", 169))
        for n in range(3)
    ]
    text = switch(rest=TAKES_PART).text.replace('"%d/%m/%Y %H:%M"', '"iso"')
    profile = parse(text, name="t")
    path = write(tmp_path, *rows)
    tally = Import(find_or_start(path, profile, "live", now=now), path, profile).work()
    assert (tally.identities_rd3plus, tally.cases_opened) == (2, 1)
    assert Case.objects.get().client.client_ref == "FRESH"


@pytest.mark.django_db
def test_import_on_a_new_site_makes_the_default_rules_and_says_so(tmp_path: Path) -> None:
    work = start(write(tmp_path, *ROWS), rest=TAKES_PART)
    work.work()
    assert RepeatRule.objects.filter(mode=Mode.SHADOW).count() == RepeatRule.objects.count() > 0
    assert Unit.objects.get().participations.get().participates
    assert any("init_reference" in note for note in work.notes)
    assert any("Archives" in note for note in work.notes)


@pytest.mark.django_db
def test_import_changes_neither_rules_nor_unit_that_exist(tmp_path: Path) -> None:
    ensure_reference(mode=Mode.SHADOW)
    Unit.objects.create(code="archives", name="Notre unité")
    work = start(write(tmp_path, *ROWS), "replay", rest=TAKES_PART)
    assert work.work().cases_opened == 0
    assert Unit.objects.get().name == "Notre unité"
    assert not UnitParticipation.objects.exists()
    assert any("Aucun dossier ne s’ouvrira" in note for note in work.notes)


@pytest.mark.django_db
@pytest.mark.parametrize("mode", runner.MODES)
def test_dry_run_gives_the_figures_of_the_import_and_writes_nothing(
    tmp_path: Path, mode: str, small_batches: None
) -> None:
    path = write(tmp_path, *ROWS)
    profile = switch(rest=TAKES_PART)
    tally, spool, notes = dry_run(path, profile, mode)
    assert (Contact.objects.count(), Case.objects.count(), RepeatRule.objects.count()) == (0, 0, 0)
    assert (Unit.objects.count(), ImportRun.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)
    assert [line for line, _column, _reason in spool.rejects()] == [16]
    assert notes
    spool.discard()
    assert counts(tally) == finish(path, mode, rest=TAKES_PART)


# -- stopped and taken up again --------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("batches", [0, 1, 3])
@pytest.mark.parametrize("keeps_spool", [True, False])
def test_stopped_import_goes_on_to_the_same_totals(
    tmp_path: Path, small_batches: None, batches: int, keeps_spool: bool
) -> None:
    path = write(tmp_path, *ROWS)
    work = start(path, "replay", rest=TAKES_PART)
    stop_after(work, batches)
    with pytest.raises(Interrupted):
        work.work()
    assert Contact.objects.count() == 4 * batches
    if work.spool is not None and not keeps_spool:
        work.spool.discard()
    assert finish(path, "replay", rest=TAKES_PART) == EXPECTED | {"cases_opened": 3}
    assert ImportRun.objects.get().status == ImportRun.Status.FINISHED
    assert AuditEvent.objects.filter(object_type="import_run").count() == 1


@pytest.mark.django_db
def test_rejects_of_before_the_stop_are_still_in_the_file_once_each(
    tmp_path: Path, small_batches: None
) -> None:
    path = write(tmp_path, "x;01/09/2026 10:00;C9;-1", *ROWS, "y;29/09/2026 10:00;C9;-1")
    work = start(path)
    stop_after(work, 2)
    with pytest.raises(Interrupted):
        work.work()
    work.spool.close()
    again = start(path)
    tally = again.work()
    assert [line for line, *_ in again.spool.rejects()] == [2, 17, 19]
    assert tally.rejected == 3


@pytest.mark.django_db
def test_refusals_of_a_transaction_that_did_not_commit_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "x;01/09/2026 10:00;C9;-1", *ROWS)
    work = start(path)
    monkeypatch.setattr(runner.Tally, "as_json", _failing_once(runner.Tally.as_json))
    with pytest.raises(RuntimeError):
        work.work()
    monkeypatch.undo()
    work.spool.close()
    again = start(path)
    assert again.work().rejected == 2
    assert len(list(again.spool.rejects())) == 2


def _failing_once(real: Callable) -> Callable:
    calls_left = [2]

    def wrapped(self: Any) -> Any:
        calls_left[0] -= 1
        if not calls_left[0]:
            raise RuntimeError("killed between the spool and the commit")
        return real(self)

    return wrapped


@pytest.mark.django_db
def test_two_processes_on_one_run_the_second_stops_and_the_first_goes_on(
    tmp_path: Path, small_batches: None
) -> None:
    path = write(tmp_path, *ROWS)
    first, second = start(path), start(path)
    assert first.run.pk == second.run.pk
    stop_after(first, 2)
    with pytest.raises(Interrupted):
        first.work()
    with pytest.raises(Interrupted):
        second.work()  # it still believes that nothing is done
    assert Contact.objects.count() == 8
    first.stop = lambda: False
    first.spool.close()
    assert counts(first.work()) == EXPECTED


# -- the command -----------------------------------------------------------------------------------------


def command(*args: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("import_contacts", *map(str, args), stdout=out, stderr=err)
    except SystemExit as exit_:
        code = exit_.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def profile_file(tmp_path: Path) -> Path:
    path = tmp_path / "switch.toml"
    path.write_text(switch().text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_command_prints_one_json_object_with_the_keys_in_order(tmp_path: Path, profile_file: Path) -> None:
    code, out, _err = command(write(tmp_path, *ROWS), "--profile", profile_file, "--json")
    found = json.loads(out)
    assert code == 0
    assert list(found) == KEYS
    assert {name: found[name] for name in KEYS if name != "seconds"} == EXPECTED


@pytest.mark.django_db
def test_command_writes_the_rejects_beside_the_file(tmp_path: Path, profile_file: Path) -> None:
    path = write(tmp_path, *ROWS)
    assert command(path, "--profile", profile_file)[0] == 0
    with Path(f"{path}.rejects.csv").open(newline="", encoding="utf-8") as file:
        header, row = csv.reader(file)
    assert header == ["line", "column", "reason"]
    assert row[:2] == ["16", "Id"]
    elsewhere = tmp_path / "elsewhere.csv"
    command(path, "--profile", profile_file, "--rejects", elsewhere)
    assert elsewhere.read_text(encoding="utf-8") == Path(f"{path}.rejects.csv").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_command_without_rejects_leaves_no_file_and_empties_an_old_one(
    tmp_path: Path, profile_file: Path
) -> None:
    path = write(tmp_path, *calls("C1", [1]))
    command(path, "--profile", profile_file)
    beside = Path(f"{path}.rejects.csv")
    assert not beside.exists()
    beside.write_text("line,column,reason\n2,x,y\n", encoding="utf-8")
    command(path, "--profile", profile_file)
    assert beside.read_text(encoding="utf-8").split() == ["line,column,reason"]


@pytest.mark.django_db
def test_command_refuses_a_profile_that_does_not_fit_with_2_and_nothing_on_stdout(
    tmp_path: Path, profile_file: Path
) -> None:
    path = write(tmp_path, "a;b", header="Id;Fin")
    code, out, err = command(path, "--profile", profile_file, "--json")
    assert (code, out) == (2, "")
    assert "« Début »" in err
    assert command(tmp_path / "none.csv", "--profile", profile_file)[0] == 2
    assert command(tmp_path, "--profile", profile_file)[0] == 2
    assert command(path, "--profile", tmp_path / "none.toml")[0] == 2
    assert not ImportRun.objects.exists()


@pytest.mark.django_db
def test_command_dry_run_writes_nothing_but_the_rejects(tmp_path: Path, profile_file: Path) -> None:
    path = write(tmp_path, *ROWS)
    code, out, _err = command(path, "--profile", profile_file, "--dry-run", "--json")
    assert (code, json.loads(out)["created"], Contact.objects.count()) == (0, 15, 0)
    assert Path(f"{path}.rejects.csv").exists()


@pytest.mark.django_db
def test_command_keeps_no_row_of_the_file_on_the_disk(tmp_path: Path, profile_file: Path) -> None:
    command(write(tmp_path, *ROWS), "--profile", profile_file)
    assert [path for path in runner.directory().iterdir() if path.suffix in {".rows", ".part"}] == []


class Terminal(io.StringIO):
    def __init__(self, watched: bool) -> None:
        super().__init__()
        self.watched = watched

    def isatty(self) -> bool:
        return self.watched


@pytest.mark.django_db
@pytest.mark.parametrize("watched", [True, False])
def test_command_shows_its_progress_on_a_terminal_only(
    tmp_path: Path, profile_file: Path, monkeypatch: pytest.MonkeyPatch, watched: bool
) -> None:
    screen = Terminal(watched)
    monkeypatch.setattr(sys, "stderr", screen)
    _code, out, _err = command(write(tmp_path, *ROWS), "--profile", profile_file, "--json")
    assert list(json.loads(out)) == KEYS
    assert ("Import" in screen.getvalue()) is watched


# -- real processes --------------------------------------------------------------------------------------


def _process(path: Path, profile: Path, folder: Path) -> subprocess.Popen:
    """The command on the test database, one contact per transaction so that there is time to hit it."""
    database = connection.settings_dict
    if connection.vendor == "postgresql":
        where = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        url = f"{where}/{database['NAME']}"
    else:
        url = f"sqlite:///{database['NAME']}"
    code = (
        "import sys, os\n"
        "from django.core.management import execute_from_command_line as run\n"
        "import django; django.setup()\n"
        "from cases.importing import runner\n"
        "runner.BATCH = 5\n"
        "run(['manage.py', 'import_contacts', *sys.argv[1:]])\n"
    )
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "atdemain.settings", "DEBUG": "1",
                        "VAR_DIR": str(folder / "var"), "JOURNAL_HEADS": ""}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path), "--profile", str(profile), "--json"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_import_hit_by_a_signal_half_way_goes_on_to_the_same_totals(
    tmp_path: Path, profile_file: Path, number: signal.Signals
) -> None:
    rows = [row for n in range(100) for row in calls(f"C{n}", [1, 2, 3])]
    path = write(tmp_path, *rows)
    process = _process(path, profile_file, tmp_path)
    deadline = time.monotonic() + 60
    while not Contact.objects.exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    half = Contact.objects.count()
    assert 0 < half < 300, err
    assert process.returncode == (1 if number == signal.SIGINT else -signal.SIGKILL)
    assert out == ""
    again = _process(path, profile_file, tmp_path)
    out, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    found = json.loads(out)
    assert (found["created"], found["unchanged"], found["verdicts_rd3plus"]) == (300, 0, 100)
    assert (Contact.objects.count(), ImportRun.objects.count()) == (300, 1)
    assert RepeatVerdict.objects.filter(superseded_at=None).count() == 100
    connections.close_all()
