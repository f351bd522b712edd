"""Any CSV or TSV: separators, encodings, columns, times, maps and conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.importing.profile import Profile
from cases.importing.toml import load, parse
from tests.cases.import_files import HEADER, calls, one, read, switch, words, write

ROW = "7;12/11/2026 10:05;C1;75"
AT = datetime(2026, 11, 12, 9, 5, tzinfo=UTC)
BANK = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,q_start,q_exit,q_time,"
    "outcome,ser_start,ser_exit,ser_time,server"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "latin-1"])
def test_file_in_any_encoding_reads_its_accents(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "é7;12/11/2026 10:05;Café;75", encoding=encoding)
    said = one(path, switch(file=f'encoding = "{encoding}"'))
    assert (said["source_id"], said["client_ref"], said["arrived_at"]) == ("é7", "Café", AT)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_file_with_any_line_end_reads_the_same(tmp_path: Path, end: str) -> None:
    path = write(tmp_path, ROW, ROW.replace("7", "8", 1))
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert [row["source_id"] for row in read(path, switch())[0]] == ["7", "8"]


def test_tab_separated_file_without_header_reads_by_position(tmp_path: Path) -> None:
    text = """
[file]
separator = "tab"
header = false
[fields]
source_id = 2
client_ref = 3
arrived_at = { column = 1, format = "iso" }
"""
    path = write(tmp_path, "2026-11-12T10:05:00+01:00\tA1\tC1", header="")
    said = one(path, parse(text, name="tsv"))
    assert (said["source_id"], said["client_ref"], said["arrived_at"]) == ("A1", "C1", AT)


def test_duplicate_header_is_read_by_its_rank(tmp_path: Path) -> None:
    profile = switch(fields='handler_ref = "Agent#2"')
    path = write(tmp_path, ROW + ";un;deux", header=HEADER + ";Agent;Agent")
    assert one(path, profile)["handler_ref"] == "deux"


def test_lines_above_the_header_are_skipped_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "7;x;C1;75", header="Export du 12/11\n")
    _said, refused = read(path, switch(file="skip = 1"))
    assert words(refused) == [(4, "Début")]


def test_template_joins_columns_and_needs_each_of_them_for_the_identifier(tmp_path: Path) -> None:
    text = switch().text.replace('source_id = "Id"', 'source_id = { template = "{Client}/{Id}" }')
    profile = parse(text, name="t")
    path = write(tmp_path, ROW, "8;12/11/2026 10:05;;75")
    said, refused = read(path, profile)
    assert said[0]["source_id"] == "C1/7"
    assert words(refused) == [(3, "Client, Id")]
    assert "Client est vide" in refused[0].reason


def test_first_column_that_holds_something_is_taken(tmp_path: Path) -> None:
    profile = switch(fields='handler_ref = { column = ["Nom", "Matricule"], empty = ["?"] }')
    header = HEADER + ";Nom;Matricule"
    path = write(tmp_path, ROW + ";?;M1", "8" + ROW[1:] + ";Nom;M2", "9" + ROW[1:] + ";?;", header=header)
    assert [row.get("handler_ref") for row in read(path, profile)[0]] == ["M1", "Nom", None]


def test_map_default_and_condition_decide_the_value(tmp_path: Path) -> None:
    fields = 'client_priority = { column = "Rang", map = { "2" = true }, default = false }'
    rest = """
[[when]]
column = "Type"
is = ["TT", "RP"]
set = { direction = "out" }
[[when]]
column = "Type"
is_not = "PS"
set = { talk_s = "", nature = "internal" }
"""
    profile = switch(fields=fields, rest=rest)
    path = write(tmp_path, ROW + ";2;PS", "8" + ROW[1:] + ";9;TT", header=HEADER + ";Rang;Type")
    first, second = read(path, profile)[0]
    assert (first["client_priority"], first["direction"], first["talk_s"]) == (True, "in", 75)
    assert "nature" not in first
    assert (second["client_priority"], second["direction"], second["nature"]) == (False, "out", "internal")
    assert "talk_s" not in second


def test_value_the_map_does_not_know_rejects_the_row_naming_it(tmp_path: Path) -> None:
    text = switch().text.replace(
        'outcome = { constant = "handled" }', 'outcome = { column = "Issue", map = { OK = "handled" } }'
    )
    path = write(tmp_path, ROW + ";KO", header=HEADER + ";Issue")
    _said, refused = read(path, parse(text, name="t"))
    assert words(refused) == [(2, "Issue")]
    assert "« KO »" in refused[0].reason


@pytest.mark.parametrize(
    ("text", "seconds"), [("75", 75), ("75.4", 75), ("75,6", 76), ("1:15", 75), ("0:01:15", 75), ("-3", -3)]
)
def test_duration_reads_in_any_writing(tmp_path: Path, text: str, seconds: int) -> None:
    assert one(write(tmp_path, f"7;12/11/2026 10:05;C1;{text}"), switch())["talk_s"] == seconds


def test_duration_in_milliseconds_or_minutes_is_turned_into_seconds(tmp_path: Path) -> None:
    fields = (
        'wait_s = { column = "A", format = "milliseconds" }\nhold_s = { column = "B", format = "minutes" }'
    )
    path = write(tmp_path, ROW + ";2600;1,5", header=HEADER + ";A;B")
    said = one(path, switch(fields=fields))
    assert (said["wait_s"], said["hold_s"]) == (3, 90)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ('"iso"', "2026-11-12 10:05"),
        ('"epoch"', str(int(AT.timestamp()))),
        ('"epoch_ms"', str(int(AT.timestamp()) * 1000)),
        ('["%d/%m/%y %H:%M:%S", "%d/%m/%y %H:%M"]', "12/11/26 10:05"),
        ('"%d/%m/%Y %H:%M %z"', "12/11/2026 13:05 +0400"),
    ],
)
def test_time_in_any_format_is_the_same_instant(tmp_path: Path, form: str, text: str) -> None:
    profile = parse(switch().text.replace('"%d/%m/%Y %H:%M"', form), name="t")
    assert one(write(tmp_path, f"7;{text};C1;75"), profile)["arrived_at"] == AT


def test_time_of_an_overseas_file_is_read_in_its_zone(tmp_path: Path) -> None:
    profile = parse(switch().text.replace("Europe/Paris", "Indian/Reunion"), name="t")
    assert one(write(tmp_path, ROW), profile)["arrived_at"] == AT - timedelta(hours=3)


def test_time_that_the_clock_skips_rejects_the_row(tmp_path: Path) -> None:
    _said, refused = read(write(tmp_path, "7;28/03/2027 02:30;C1;75"), switch())
    assert words(refused) == [(2, "Début")]
    assert "n’existe pas" in refused[0].reason


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_time_that_comes_twice_is_the_one_the_profile_says(tmp_path: Path, which: str, hour: int) -> None:
    path = write(tmp_path, "7;25/10/2026 02:30;C1;75")
    said = one(path, switch(file=f'ambiguous = "{which}"'))
    assert said["arrived_at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def split(more: str = "") -> Profile:
    return switch(
        fields='answered_at = { date = "Jour", time = ["Pris", "Sonné"], date_format = "%d/%m/%Y", '
        f"zero = true, next_day = true{more} }}"
    )


@pytest.mark.parametrize(
    ("arrival", "answer", "expected"),
    [
        ("12/11/2026 10:05", "10:06:00;0:00:00", datetime(2026, 11, 12, 9, 6, tzinfo=UTC)),
        ("12/11/2026 10:05", "0:00:00;10:07:00", datetime(2026, 11, 12, 9, 7, tzinfo=UTC)),
        ("12/11/2026 10:05", "0:00:00;0:00:00", None),
        ("12/11/2026 23:59", "0:01:00;0:00:00", datetime(2026, 11, 12, 23, 1, tzinfo=UTC)),
        # The clock goes back at 03:00: 02:10 after 02:50 is the second 02:10, not tomorrow's.
        ("25/10/2026 02:50", "2:10:00;0:00:00", datetime(2026, 10, 25, 1, 10, tzinfo=UTC)),
    ],
)
def test_split_time_joins_its_date_and_follows_the_arrival(
    tmp_path: Path, arrival: str, answer: str, expected: datetime | None
) -> None:
    day = arrival.split()[0]
    path = write(tmp_path, f"7;{arrival};C1;75;{day};{answer}", header=HEADER + ";Jour;Pris;Sonné")
    assert one(path, split()).get("answered_at") == expected


def test_time_too_far_from_the_arrival_is_not_known(tmp_path: Path) -> None:
    path = write(
        tmp_path, "7;12/11/2026 10:05;C1;75;12/11/2026;10:04:20;0:00:00", header=HEADER + ";Jour;Pris;Sonné"
    )
    assert "answered_at" not in one(path, split(", within_hours = 12"))


def test_quoted_field_may_hold_separators_quotes_and_lines(tmp_path: Path) -> None:
    profile = switch(fields='summary = "Note"')
    path = write(
        tmp_path, ROW + ';"dit ""non"";\nrappelle"', "8" + ROW[1:] + ';5" de neige', header=HEADER + ";Note"
    )
    said, refused = read(path, profile)
    assert [row["summary"] for row in said] == ['dit "non";\nrappelle', '5" de neige']
    assert refused == []


def test_line_numbers_after_a_row_of_several_lines_are_the_files_own(tmp_path: Path) -> None:
    profile = switch(fields='summary = "Note"')
    path = write(tmp_path, ROW + ';"a\nb\nc"', "8;hier;C1;75;x", header=HEADER + ";Note")
    assert words(read(path, profile)[1]) == [(5, "Début")]


def test_phone_number_is_kept_as_e164_and_withheld_as_nothing(tmp_path: Path) -> None:
    profile = switch(fields='caller_number = "Tél"')
    path = write(tmp_path, ROW + ";01 99 00 41 27", "8" + ROW[1:] + ";anonyme", header=HEADER + ";Tél")
    assert [row["caller_number"] for row in read(path, profile)[0]] == ["+33199004127", ""]


def test_row_empty_but_for_separators_is_no_row(tmp_path: Path) -> None:
    said, refused = read(write(tmp_path, *calls("C1", [1]), ";;;", "", "  "), switch())
    assert (len(said), refused) == (1, [])


# -- the shipped profile ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "AA01,1,C9,2,PS,990105,9:00:00,9:00:08,8,9:00:08,9:01:00,52,AGENT,9:01:00,9:03:00,120,A01",
            {
                "source_id": "990105-AA01-1", "client_ref": "C9", "client_priority": True, "direction": "in",
                "outcome": "handled", "wait_s": 52, "talk_s": 120, "handler_ref": "A01", "channel": "voice",
                "arrived_at": datetime(1999, 1, 5, 8, 0, tzinfo=UTC),
                "answered_at": datetime(1999, 1, 5, 8, 1, tzinfo=UTC),
                "ended_at": datetime(1999, 1, 5, 8, 3, tzinfo=UTC),
            },
        ),
        (
            "AA01,2,0,0,TT,990105,9:00:00,9:00:08,8,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER",
            {"client_ref": None, "direction": "out", "outcome": "abandoned", "handler_ref": None,
             "answered_at": None, "talk_s": None, "ended_at": datetime(1999, 1, 5, 8, 0, 8, tzinfo=UTC)},
        ),
        (
            "AA01,3,,0,PS,990105,9:00:00,9:00:08,8,0:00:00,0:00:00,0,PHANTOM,0:00:00,0:00:00,0,NO_SERVER",
            {"client_ref": None, "nature": "test"},
        ),
        (
            "AA01,4,C9,1,NE,990105,9:00:00,9:00:08,8,0:00:00,0:00:00,0,AGENT,0:00:00,0:00:00,0,A02",
            {"outcome": "handled", "talk_s": 0, "answered_at": None, "client_priority": False},
        ),
        (  # over midnight
            "AA01,5,C9,1,PS,990105,23:59:57,23:59:59,2,0:00:00,0:00:00,0,AGENT,0:00:14,0:02:21,127,A02",
            {"answered_at": datetime(1999, 1, 5, 23, 0, 14, tzinfo=UTC),
             "ended_at": datetime(1999, 1, 5, 23, 2, 21, tzinfo=UTC)},
        ),
        (  # the menu's clock runs backwards: an unknown end, not tomorrow's
            "AA01,6,C9,1,PS,990105,9:00:40,9:00:00,-40,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER",
            {"ended_at": None},
        ),
    ],
)  # fmt: skip
def test_shipped_profile_reads_a_call(tmp_path: Path, row: str, expected: dict) -> None:
    said = one(write(tmp_path, row, header=BANK), load("anonymous-bank"))
    assert {name: said.get(name) for name in expected} == expected
    assert "has_answer_times" not in said
