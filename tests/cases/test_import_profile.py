"""A profile that cannot be right is refused before the first row, naming what to mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from cases.importing.errors import ProfileRefused
from cases.importing.toml import load, parse, parse_bytes, shipped
from tests.cases.import_files import SWITCH, read, switch, write


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[file", "TOML"),
        ("", "source_id"),
        ('[fields]\nsource_id = "a"', "arrived_at"),
        (SWITCH.replace("source_id", "sourceid"), "Vouliez-vous dire « source_id »"),
        (SWITCH.replace("separator", "separater"), "Vouliez-vous dire « separator »"),
        (SWITCH.replace('";"', '";;"'), "un seul caractère"),
        (SWITCH.replace("Europe/Paris", "Europe/Lutèce"), "fuseau"),
        (SWITCH.replace('name = "switch"', 'encoding = "klingon"'), "encodage"),
        (SWITCH.replace('name = "switch"', 'encoding = "base64"'), "encodage"),
        (SWITCH.replace('name = "switch"', 'header = "no"'), "true ou false"),
        (SWITCH.replace('name = "switch"', 'ambiguous = "last"'), "first ou second"),
        (SWITCH.replace('constant = "voice"', 'constant = "phone"'), "voice"),
        (SWITCH + 'wait_s = { column = "a", constant = 1 }', "une façon et une seule"),
        (SWITCH + 'wait_s = { constant = "bientôt" }', "durée"),
        (SWITCH + 'answered_at = { date = "a" }', "date et time"),
        (SWITCH + 'answered_at = { constant = "10:00" }', "clé inconnue « constant »"),
        (SWITCH + 'answered_at = { column = "a", map = { x = "y" } }', "map"),
        (SWITCH + '[[when]]\ncolumn = "Id"\nset = { direction = "out" }', "is"),
        (SWITCH + '[[when]]\ncolumn = "Id"\nis = "x"\nset = { direction = "up" }', "direction"),
        (SWITCH + '[[when]]\ncolumn = "Id"\nis = "x"\nset = { arrived_at = "" }', "arrived_at"),
        (SWITCH + '[unit]\ncode = "Unité du Sud"', "code"),
    ],
)
def test_profile_with_a_mistake_is_refused_naming_it(text: str, expected: str) -> None:
    with pytest.raises(ProfileRefused, match=expected):
        parse(text, name="essai")


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ('{ column = "Début", format = "%d%d" }', "format"),
        ('{ column = "Début", format = "%Q" }', "format"),
        ('{ column = "Début", format = "%" }', "format"),
        ('{ column = "Début", format = "%H:%M" }', "format"),
        ('{ column = "Début", format = "%d/%m/%Y %I:%M" }', "format"),
        ('{ column = "Début", format = ["%d/%m/%Y %H:%M", "JJ/MM/AAAA"] }', "format"),
        ('{ date = "a", time = "b", date_format = "%d/%m" }', "date_format"),
        ('{ date = "a", time = "b", date_format = "iso" }', "date_format"),
        ('{ date = "a", time = "b", time_format = "%d/%m/%Y" }', "time_format"),
        ('{ date = "a", time = "b", time_format = "%M:%S" }', "time_format"),
    ],
)
def test_format_that_reads_no_time_is_refused_naming_its_key(rule: str, key: str) -> None:
    with pytest.raises(ProfileRefused, match=rf"^\[fields\.answered_at\] {key} : «"):
        parse(SWITCH + f"answered_at = {rule}", name="essai")


@pytest.mark.parametrize(
    "rule",
    [
        '{ column = "a", format = ["iso", "epoch", "epoch_ms"] }',
        '{ column = "a", format = "%d/%m/%y %I:%M %p" }',
        '{ column = "a", format = "%Y-%m-%dT%H:%M:%S.%f%z" }',
        '{ column = "a", format = "%Y%m%d" }',
        '{ column = "a", format = "%a %d %b %Y %H.%M" }',
        '{ date = "a", time = "b", date_format = "%Y %j", time_format = ["%Hh%M", "%H"] }',
    ],
)
def test_format_that_reads_a_time_is_accepted(rule: str) -> None:
    assert parse(SWITCH + f"answered_at = {rule}", name="essai").fields["answered_at"]


def test_duration_in_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ProfileRefused, match="hours"):
        parse(SWITCH + 'wait_s = { column = "a", format = "hours" }', name="essai")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a =", "à la fin du texte, la valeur manque"),
        ("[file]\nname = x", "ligne 2, colonne 8, la valeur manque"),
        ('[file]\nname = "x', "à la fin du texte, un guillemet"),
        ("a = 1\na = 2", "cette clé est donnée deux fois"),
        ("[file", "ne se ferme pas par « ] »"),
        ("a 1", "il manque « = »"),
        ("a = " + "[" * 5_000, "l’une dans l’autre|ne se ferme pas"),
    ],
)
def test_profile_that_is_no_toml_says_where_and_what_in_french(text: str, expected: str) -> None:
    with pytest.raises(ProfileRefused, match=expected) as refusal:
        parse(text, name="essai")
    assert " at " not in str(refusal.value)


def test_encoding_is_named_as_the_reader_knows_it(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes("Début\n".encode("cp1252") * 50)
    with pytest.raises(ProfileRefused, match="en utf-8 :"):
        read(path, switch())


def test_profile_that_is_no_text_is_refused() -> None:
    with pytest.raises(ProfileRefused, match="UTF-8"):
        parse_bytes(b"\xff\xfe\x00", name="essai")


def test_profile_that_does_not_exist_is_refused_with_the_shipped_ones() -> None:
    with pytest.raises(ProfileRefused, match="anonymous-bank") as refusal:
        load("nulle-part.toml")
    assert "(aucun fichier ni dossier de ce nom)" in str(refusal.value)


@pytest.mark.parametrize("name", shipped())
def test_shipped_profile_loads_by_its_name(name: str) -> None:
    assert load(name).name == name


def test_profile_naming_columns_the_file_lacks_is_refused_with_all_of_them(tmp_path: Path) -> None:
    path = write(tmp_path, "1;01/09/2026 10:00;C1", header="Id;Debut;Client")
    with pytest.raises(ProfileRefused) as refusal:
        read(path, switch())
    assert "« Début » (le fichier a « Debut »)" in str(refusal.value)
    assert "« Durée »" in str(refusal.value)


def test_profile_naming_columns_of_a_file_without_header_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "1;2;3;4", header="")
    with pytest.raises(ProfileRefused, match="rang"):
        read(path, switch(file="header = false"))


def test_position_past_the_first_row_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "1;2;3", header="")
    text = '[file]\nseparator = ";"\nheader = false\n[fields]\nsource_id = 1\narrived_at = 9'
    with pytest.raises(ProfileRefused, match="n° 9"):
        read(path, parse(text, name="essai"))
