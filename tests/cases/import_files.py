"""Invented files and profiles for the tests of imports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cases.importing.errors import RowRejected
from cases.importing.parsing import Parser, Said
from cases.importing.profile import Profile
from cases.importing.reading import Table
from cases.importing.toml import parse

#: Semicolons, day first, to the minute: nothing like the shipped profile.
SWITCH = """
[file]
name = "switch"
separator = ";"
timezone = "Europe/Paris"

[fields]
source_id = "Id"
arrived_at = { column = "Début", format = "%d/%m/%Y %H:%M" }
client_ref = "Client"
talk_s = "Durée"
channel = { constant = "voice" }
direction = { constant = "in" }
outcome = { constant = "handled" }
"""
HEADER = "Id;Début;Client;Durée"


def switch(**more: str) -> Profile:
    """The profile above; `fields="…"` or `file="…"` adds lines to a table, `rest` after all."""
    text = SWITCH.replace("[fields]", f"{more.get('file', '')}\n[fields]")
    return parse(text + more.get("fields", "") + "\n" + more.get("rest", ""), name="switch")


def write(folder: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    path = folder / "calls.csv"
    path.write_bytes("\n".join([*([header] if header else []), *lines, ""]).encode(encoding))
    return path


def calls(client: str, days: Iterable[int], *, first: int = 0, seconds: int = 60) -> list[str]:
    """One call a day in September 2026 at 10:00, `Id` from `first` on."""
    return [f"{client}-{first + n};{day:02}/09/2026 10:00;{client};{seconds}" for n, day in enumerate(days)]


def read(path: Path, profile: Profile) -> tuple[list[Said], list[RowRejected]]:
    """What each row says, and what was refused."""
    said, refused = [], []
    with path.open("rb") as file:
        table = Table(file, profile)
        parser = Parser(profile, table.index)
        for row in table:
            try:
                if isinstance(row, RowRejected):
                    raise row
                said.append(parser.parse(row))
            except RowRejected as one:
                refused.append(one)
        table.close()
    return said, refused


def one(path: Path, profile: Profile) -> Said:
    said, refused = read(path, profile)
    assert not refused, [str(item) for item in refused]
    (only,) = said
    return only


def words(refused: Sequence[RowRejected]) -> list[tuple[int, str]]:
    return [(item.line, item.column) for item in refused]


KEYS = [
    "rows", "created", "updated", "unchanged", "rejected", "excluded", "countable", "verdicts_rd3plus",
    "identities_rd3plus", "cases_opened", "seconds",
]  # fmt: skip


def counts(tally: Any) -> dict[str, Any]:
    """Every figure but the time it took."""
    return {name: value for name, value in tally.as_json().items() if name != "seconds"}
