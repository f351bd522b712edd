"""The rows of one file on disk, in time order, each identifier once: memory stays flat, a run can resume.

A private SQLite file beside the uploads. It is built whole, then renamed into place: what exists is
complete. Every message of rejection is kept with the place it came from, so that a run killed between two
commits neither loses nor repeats one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from .errors import Interrupted, RowRejected
from .parsing import Parser, Said, to_contact
from .reading import Table

CHUNK = 2_000  # rows between two signs of life while reading
_TIMES = ("arrived_at", "answered_at", "ended_at")
_SCHEMA = """
CREATE TABLE rows (line INTEGER PRIMARY KEY, at INTEGER, system TEXT, sid TEXT, who TEXT, said TEXT);
CREATE TABLE rejects (line INTEGER, place INTEGER, name TEXT, reason TEXT);
CREATE TABLE identities (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
#: The same key twice: the first line is kept; identical ones are repeats, others are refused.
_FINISH = (
    "CREATE INDEX by_key ON rows (sid, system)",
    "CREATE TEMP TABLE twice AS SELECT sid, system, min(line) AS kept FROM rows "
    "GROUP BY sid, system HAVING count(*) > 1",
    "CREATE TEMP TABLE later AS SELECT r.line, r.sid, f.line AS kept, r.said = f.said AS same FROM twice t "
    "JOIN rows r ON r.sid = t.sid AND r.system = t.system AND r.line > t.kept JOIN rows f ON f.line = t.kept",
    "INSERT INTO rejects SELECT line, 0, :column, 'l’identifiant ' || substr(sid, 1, 60) || "
    "' figure déjà à la ligne ' || kept || ' avec un autre contenu.' FROM later WHERE NOT same",
    "CREATE TABLE facts AS SELECT :read + 0 AS read, (SELECT count(*) FROM later WHERE same) AS repeated",
    "DELETE FROM rows WHERE line IN (SELECT line FROM later)",
    "CREATE TABLE ordered (place INTEGER PRIMARY KEY, line INTEGER)",
    "INSERT INTO ordered (line) SELECT line FROM rows ORDER BY at, line",
    "CREATE INDEX rejected_line ON rejects (line)",
)


class Spooled(NamedTuple):
    line: int
    said: Said

    @property
    def key(self) -> tuple[str, str]:
        return self.said["source_system"], self.said["source_id"]


class Spool:
    """Open one with `Spool.at(path)`, or `Spool.build(...)` where there is none yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")  # survives a killed process; rebuilt after a power cut
        self.read, self.repeated = self._db.execute("SELECT read, repeated FROM facts").fetchone()
        (self.kept,) = self._db.execute("SELECT count(*) FROM ordered").fetchone()
        (self.rejected_in_reading,) = self._db.execute(
            "SELECT count(*) FROM rejects WHERE place = 0"
        ).fetchone()

    @classmethod
    def at(cls, path: Path) -> Spool | None:
        """The spool left by an earlier run of the same file, or None."""
        if not path.exists():
            return None
        try:
            return cls(path)
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            return None

    @classmethod
    def build(cls, path: Path, table: Table, parser: Parser, alive: Callable[[int, int], bool]) -> Spool:
        """Read the whole file. `alive(rows, bytes)` is called now and then; False raises Interrupted."""
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(part, isolation_level=None)) as db:
                db.execute("PRAGMA journal_mode = OFF")
                db.execute("PRAGMA synchronous = OFF")
                db.executescript(_SCHEMA)
                db.execute("BEGIN")
                read = _fill(db, table, parser, alive)
                label = parser.profile.label("source_id")
                for statement in _FINISH:
                    named = {"column": label, "read": read}
                    db.execute(statement, {name: named[name] for name in named if f":{name}" in statement})
                db.execute("COMMIT")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return cls(path)

    def close(self) -> None:
        self._db.close()

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)

    # -- rows ----------------------------------------------------------------------------------------------

    def after(self, place: int, count: int) -> list[Spooled]:
        """The next rows in time order, after the first `place` ones."""
        found = self._db.execute(
            "SELECT r.line, r.said FROM ordered o JOIN rows r ON r.line = o.line "
            "WHERE o.place > ? AND o.place <= ? ORDER BY o.place",
            (place, place + count),
        )
        return [Spooled(line, _said(text)) for line, text in found]

    def by_client(self, count: int) -> Iterator[list[Spooled]]:
        """Every row, by groups of about `count` in which each client is whole and in time order."""
        group: list[Spooled] = []
        last = ""
        for who, line, text in self._db.execute("SELECT who, line, said FROM rows ORDER BY who, at, line"):
            if len(group) >= count and (not who or who != last):
                yield group
                group = []
            group.append(Spooled(line, _said(text)))
            last = who
        if group:
            yield group

    def keys(self, count: int) -> Iterator[list[tuple[str, str]]]:
        """The keys of the rows that were not refused, by groups."""
        cursor = self._db.execute(
            "SELECT system, sid FROM rows WHERE line NOT IN (SELECT line FROM rejects) ORDER BY line"
        )
        while found := cursor.fetchmany(count):
            yield found

    # -- refusals ------------------------------------------------------------------------------------------

    def forget_rejects_after(self, place: int) -> None:
        """What a transaction refused and then did not commit."""
        self._db.execute("DELETE FROM rejects WHERE place > ?", (place,))

    def add_rejects(self, place: int, rejects: Iterable[RowRejected]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT INTO rejects VALUES (?, ?, ?, ?)",
            [(one.line, place, one.column, one.reason) for one in rejects],
        )
        self._db.execute("COMMIT")

    def rejects(self) -> Iterator[tuple[int, str, str]]:
        yield from self._db.execute("SELECT line, name, reason FROM rejects ORDER BY line")

    def reasons(self, most: int = 10) -> list[tuple[str, str, int, int]]:
        """The commonest refusals: column, an example of the reason, how many, the first line."""
        return self._db.execute(
            "SELECT name, min(reason), count(*), min(line) FROM rejects "
            "GROUP BY name, CASE WHEN instr(reason, '»') THEN substr(reason, instr(reason, '»')) "
            "ELSE substr(reason, 1, 15) END ORDER BY count(*) DESC, min(line) LIMIT ?",
            (most,),
        ).fetchall()

    # -- identities ----------------------------------------------------------------------------------------

    def add_identities(self, names: Iterable[str]) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR IGNORE INTO identities VALUES (?)", [(name,) for name in names])
        self._db.execute("COMMIT")

    def forget_identities(self) -> None:
        self._db.execute("DELETE FROM identities")

    def identities(self) -> int:
        return self._db.execute("SELECT count(*) FROM identities").fetchone()[0]


def _fill(db: sqlite3.Connection, table: Table, parser: Parser, alive: Callable[[int, int], bool]) -> int:
    """Answers the number of rows of the file, refused ones included."""
    rows: list[tuple] = []
    rejects: list[tuple] = []
    read = 0

    def flush() -> None:
        db.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)", rows)
        db.executemany("INSERT INTO rejects VALUES (?, 0, ?, ?)", rejects)
        rows.clear()
        rejects.clear()
        if not alive(read, table.position):
            raise Interrupted

    for row in table:
        read += 1
        try:
            if isinstance(row, RowRejected):
                raise row
            said = parser.parse(row)
            at = int(said["arrived_at"].timestamp() * 1_000_000)
            who = said.get("client_ref") or said.get("line_ref") or ""
            rows.append((row.line, at, said["source_system"], said["source_id"], who, _text(said)))
        except RowRejected as refusal:
            rejects.append((refusal.line, refusal.column, refusal.reason))
        if len(rows) + len(rejects) >= CHUNK:
            flush()
    flush()
    return read


#: The same content is the same text: two rows of one key are compared by it.
_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=datetime.isoformat).encode


def _said(text: str) -> Said:
    said: dict[str, Any] = json.loads(text)
    for name in _TIMES:
        if name in said:
            said[name] = datetime.fromisoformat(said[name])
    return said


def contacts(rows: Iterable[Spooled]) -> list:
    return [to_contact(row.said, row.line) for row in rows]
