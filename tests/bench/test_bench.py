"""The bench's own frame: what it may drop, what it prints, what it understands."""

from __future__ import annotations

import json

import pytest

from tests.bench import database
from tests.bench.__main__ import FIGURES, counts, options_of
from tests.bench.measuring import Measure, best, total
from tests.bench.report import Line, table, write_json

LINE = Line("intake", "one contact", "contacts/s", 1500.0, 750.0, 0.5, "≥ 0.25", True)


@pytest.mark.parametrize(
    ("named", "used"),
    [
        ("postgres://me:secret@db:5433/site", "postgres://me:secret@db:5433/site_bench"),
        ("postgresql://db/site_bench?sslmode=require", "postgres://db/site_bench?sslmode=require"),
        ("postgres://db", "postgres://db/atdemain_bench"),
    ],
)
def test_bench_only_ever_makes_and_drops_a_database_of_its_own_name(monkeypatch, named, used):
    monkeypatch.setenv("BENCH_DATABASE_URL", named)
    assert database.choose() == used


def test_bench_refuses_another_engine_and_says_which_variable_to_set(monkeypatch):
    monkeypatch.setenv("BENCH_DATABASE_URL", "sqlite:///site.sqlite3")
    with pytest.raises(SystemExit, match="BENCH_DATABASE_URL"):
        database.choose()


def test_bench_without_a_server_says_where_it_looked(monkeypatch):
    with pytest.raises(SystemExit, match=r"No PostgreSQL answers at 127\.0\.0\.1:1 "):
        database.create("postgres://nobody@127.0.0.1:1/site_bench", keep=False)


def test_bench_sizes_are_read_with_their_units():
    assert counts("1M,10k,250") == [250, 10_000, 1_000_000]


def test_bench_refuses_a_figure_it_does_not_have(capsys):
    with pytest.raises(SystemExit):
        options_of(["--only", "intake,moon"])
    assert "moon" in capsys.readouterr().err


def test_bench_quick_runs_every_figure_on_small_sizes_and_keeps_what_is_asked():
    options = options_of(["--quick", "--contacts", "500"])
    assert options.only == list(FIGURES)
    assert max(options.sizes) <= 100_000
    assert options.contacts == 500


def test_bench_table_shows_floor_ours_ratio_target_and_verdict():
    drawn = table([LINE, Line("sweep", "T06", "cases/s", None, 90.0, None, "≥ 150/s", False)])
    _headings, _rule, kept, missed = drawn.splitlines()
    assert kept.split()[-5:] == ["750", "0.5", "≥", "0.25", "ok"]
    assert missed.endswith("MISSED")


def test_bench_json_holds_the_lines_and_the_command(tmp_path):
    told = json.loads(write_json([LINE], tmp_path, ["bench"]).read_text())
    assert told["command"] == ["bench"]
    assert told["lines"][0]["ours"] == 750.0


def test_bench_measures_add_up_and_the_least_disturbed_is_the_best():
    quiet, noisy = Measure(10, 1.0, 0.02, 0.01), Measure(10, 3.0, 0.05, 0.03)
    assert best([noisy, quiet]) is quiet
    assert total([quiet, noisy]).cpu_ms == pytest.approx(5.5)
