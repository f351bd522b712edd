"""`import_planning`: presences of a file, by a profile (issue 3, item 1)."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.importing.errors import ProfileRefused
from cases.importing.toml import load, parse
from routing.models import Presence
from routing.planning_import import PRESENCE
from tests.office import Office

pytestmark = pytest.mark.django_db
HEAD = "Matricule;Jour;Début;Fin;Activité"


@pytest.fixture
def run(tmp_path: Path, capsys):
    """Import these lines; answers (counts, rejects)."""

    def work(*lines: str, dry: bool = False, profile: str = "planning-hebdo") -> tuple[dict, list[list[str]]]:
        path = tmp_path / "planning.csv"
        path.write_text("\n".join((HEAD, *lines)), encoding="utf-8")
        capsys.readouterr()
        call_command("import_planning", str(path), profile=profile, json=True, dry_run=dry)
        counts = json.loads(capsys.readouterr().out)
        counts.pop("seconds")
        found = Path(f"{path}.rejects.csv")
        return counts, _rows(found)

    return work


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:] if path.exists() else []


WEEK = (
    "T000;09/11/2026;08:00;16:00;Service",
    "T000;09/11/2026;12:00;12:45;Pause",
    "colleague;09/11/2026;22:00;06:00;Service",
)


def counts(
    rows: int, created: int = 0, updated: int = 0, unchanged: int = 0, rejected: int = 0, people: int = 0
) -> dict:
    return {
        "rows": rows, "created": created, "updated": updated, "unchanged": unchanged, "rejected": rejected,
        "people": people,
    }  # fmt: skip


def test_file_becomes_presences_and_the_same_file_again_changes_nothing(office: Office, run):
    assert run(*WEEK, dry=True)[0] == counts(3, created=3, people=2)
    assert not Presence.objects.exists()
    assert run(*WEEK)[0] == counts(3, created=3, people=2)
    night = Presence.objects.get(user=office.people["colleague"])
    assert (night.starts_at, night.ends_at) == (
        datetime(2026, 11, 9, 21, tzinfo=UTC), datetime(2026, 11, 10, 5, tzinfo=UTC),
    )  # fmt: skip
    assert run(*WEEK)[0] == counts(3, unchanged=3, people=2)


def test_line_that_begins_as_before_corrects_it(office, run):
    run(*WEEK)
    assert run("T000;09/11/2026;08:00;17:00;Service")[0] == counts(1, updated=1, people=1)
    assert Presence.objects.get(user=office.people["advisor"], kind="shift").ends_at.hour == 16


def test_night_shift_across_the_clock_change_keeps_its_length(office, run):
    run("T000;24/10/2026;22:00;06:00;Service", "T001;27/03/2027;22:00;06:00;Service")
    hours = {
        row.user.username: (row.ends_at - row.starts_at).seconds // 3600
        for row in Presence.objects.order_by("pk")
    }
    assert hours == {"advisor": 9, "colleague": 7}


def test_bad_lines_are_rejected_each_with_its_line_column_and_reason(office, run):
    found, rejects = run(
        *WEEK,
        "X999;09/11/2026;08:00;16:00;Service",
        "T000;09/11/2026;15:00;19:00;Service",
        "T000;31/11/2026;08:00;16:00;Service",
        "T000;28/03/2027;02:30;06:00;Service",
        "T000;10/11/2026;08:00;16:00;Sieste",
        "T000;10/11/2026;08:00",
        "T000;;08:00;16:00;Service",
    )
    assert found == counts(10, created=3, rejected=7, people=2)
    said = {int(line): (column, reason) for line, column, reason in rejects}
    assert said[5] == ("Matricule", "« X999 » n’est le matricule ni l’identifiant d’aucun compte.")
    assert said[6][1].startswith("chevauche « en service » du 09/11/2026 08:00 au 09/11/2026 16:00")
    assert said[7][0] == "Jour, Début"
    assert "n’est pas une date" in said[7][1]
    assert "n’existe pas" in said[8][1]
    assert said[9] == ("Activité", "« Sieste » n’est pas prévu par le profil pour « kind ».")
    assert "un champ manque" in said[10][1]
    assert "la valeur manque" in said[11][1]
    assert list(said) == sorted(said)


def test_unit_of_another_zone_asks_for_a_profile_of_its_own(office, run):
    office.units["lyon"].tz = "Indian/Reunion"
    office.units["lyon"].save()
    found, rejects = run(WEEK[0])
    assert found["rejected"] == 1
    assert "donnez un fichier et un profil par fuseau" in rejects[0][2]


def test_file_of_another_kind_is_refused_before_its_first_line(tmp_path, capsys):
    path = tmp_path / "contacts.csv"
    path.write_text("id;heure\n1;2\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        call_command("import_planning", str(path), profile="planning-hebdo")
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "« Matricule »" in said.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[fields]\nperson = "A"\nkind = "B"\nstarts_at = "C"\n', "« ends_at », qui est nécessaire"),
        ('[fields]\nstart = "A"\n', "Vouliez-vous dire « starts_at »"),
        ('[fields]\nclient_ref = "A"\n', "clé inconnue « client_ref »"),
        ('[unit]\ncode = "x"\n', "clé inconnue « unit »"),
        (
            '[fields]\nkind = { column = "A", map = { S = "service" } }\n',
            "n’est pas une valeur de kind (shift",
        ),
    ],
)
def test_wrong_profile_is_refused_naming_the_key(text, words):
    with pytest.raises(ProfileRefused) as refused:
        parse(text, name="essai", shape=PRESENCE)
    assert words in str(refused.value)


def test_profile_of_contacts_is_not_one_of_planning():
    with pytest.raises(ProfileRefused):
        load("anonymous-bank", PRESENCE)
