"""What the three import commands do with their files and how they end: exit codes and one French line."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from atdemain.words import count
from cases.importing import faults, runner
from cases.models import Contact, ImportRun
from routing.management.commands import import_planning
from tests.cases.import_files import calls, switch, write

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
FAULTS = "[fields]\nref = 1\nopened_at = 2\nsystem = { constant = 'oceane' }\n"
PRESENCES = "[fields]\nperson = 1\nkind = 2\nstarts_at = 3\nends_at = 4\n"
PROFILES = {"import_contacts": switch().text, "import_faults": FAULTS, "import_planning": PRESENCES}
#: What each command calls, to break it.
WORKERS = {
    "import_contacts": (runner, "receive_batch"),
    "import_faults": (faults, "upsert_many"),
    "import_planning": (import_planning, "import_table"),
}


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")


def command(name: str, *args: object) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(name, *map(str, args), stdout=out, stderr=err)
    except SystemExit as exit_:
        code = exit_.code
    return code, out.getvalue(), err.getvalue()


@pytest.fixture(params=list(PROFILES))
def files(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path, Path]:
    """(command, file with a row that each of them refuses, profile)."""
    profile = tmp_path / "profile.toml"
    profile.write_text(PROFILES[request.param], encoding="utf-8")
    header = "Id;Début;Client;Durée" if request.param == "import_contacts" else "a,b,c,d"
    return request.param, write(tmp_path, "x;y;z", header=header), profile


@pytest.mark.parametrize("other", ["itself", "dotted", "linked", "profile"])
def test_rejects_are_never_written_over_the_file_or_its_profile(
    files: tuple[str, Path, Path], tmp_path: Path, other: str
) -> None:
    name, path, profile = files
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.csv").symlink_to(path)
    rejects = {
        "itself": path, "dotted": tmp_path / "sub" / ".." / path.name, "linked": tmp_path / "link.csv",
        "profile": profile,
    }[other]  # fmt: skip
    before = (path.read_bytes(), profile.read_bytes())
    code, out, err = command(name, path, "--profile", profile, "--rejects", rejects)
    assert (code, out) == (2, "")
    assert "--rejects" in err
    assert "l’effaceraient" in err
    assert (path.read_bytes(), profile.read_bytes()) == before


def test_error_nobody_foresaw_exits_3_in_one_line_and_says_to_run_again(
    files: tuple[str, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, path, profile = files
    rows = {
        "import_contacts": "\n".join(calls("C1", [1, 2])),
        "import_faults": "F1,2026-09-01 10:00",
        "import_planning": "p,shift,2026-09-01 10:00,2026-09-01 12:00",
    }
    header = path.read_text(encoding="utf-8").splitlines()[0]
    if name == "import_faults":
        header = "a,b"
    path.write_text(f"{header}\n{rows[name]}\n", encoding="utf-8")

    def broken(*args: Any, **kwargs: Any) -> None:
        raise ValueError("no room\nfor this")

    monkeypatch.setattr(*WORKERS[name], broken)
    code, out, err = command(name, path, "--profile", profile)
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert "ValueError (no room for this)" in err
    assert "relancez la même commande" in err
    assert "Traceback" in command(name, path, "--profile", profile, "--traceback")[2]


def test_import_that_breaks_half_way_names_the_place_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "switch.toml"
    profile.write_text(switch().text, encoding="utf-8")
    path = write(tmp_path, *calls("C1", range(1, 7)))
    monkeypatch.setattr(runner, "BATCH", 2)
    monkeypatch.setattr(runner.time, "sleep", lambda seconds: None)
    whole = runner.receive_batch

    def tired(contacts: Any, **kwargs: Any) -> Any:
        if Contact.objects.count() == 4:
            raise OperationalError("the disk went away")
        return whole(contacts, **kwargs)

    monkeypatch.setattr(runner, "receive_batch", tired)
    code, _out, err = command("import_contacts", path, "--profile", profile)
    assert code == 3
    assert "après 4 contacts sur 6 par une erreur imprévue" in err
    assert ImportRun.objects.get().status == ImportRun.Status.INTERRUPTED
    monkeypatch.setattr(runner, "receive_batch", whole)
    code, out, _err = command("import_contacts", path, "--profile", profile, "--json")
    assert (code, json.loads(out)["created"], Contact.objects.count()) == (0, 6, 6)


def test_file_that_does_not_open_or_write_says_why_in_french(tmp_path: Path) -> None:
    profile = tmp_path / "switch.toml"
    profile.write_text(switch().text, encoding="utf-8")
    path = write(tmp_path, "x;hier;C1;60")
    _code, _out, err = command(
        "import_contacts", path, "--profile", profile, "--rejects", tmp_path / "nowhere" / "r.csv"
    )
    assert "ne s’écrit pas (aucun fichier ni dossier de ce nom)" in err


def test_counts_are_said_in_french(tmp_path: Path) -> None:
    profile = tmp_path / "switch.toml"
    profile.write_text(switch().text, encoding="utf-8")
    out = command("import_contacts", write(tmp_path, *calls("C1", [1])), "--profile", profile)[1]
    assert "1 ligne : 1 créé, 0 corrigé, 0 inchangé, 0 rejeté." in out
    assert "1 contact compté, 0 non compté (aucun)." in out
    assert "0 dossier ouvert." in out
    assert [count(n, "contact compté") for n in (0, 1, 2)] == [
        "0 contact compté", "1 contact compté", "2 contacts comptés",
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [0.15, 0.3, 0.6])
def test_interruption_while_django_loads_prints_no_traceback(tmp_path: Path, seconds: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_contacts", str(tmp_path / "x.csv"), "--profile", "x"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"DEBUG": "1", "VAR_DIR": str(tmp_path / "var")},
    )  # fmt: skip
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode in (1, 2)  # 2: it had ended already, the file does not exist
