"""Does the journal still tell what was written? (architecture.md §4)

Reads every chain in order and names each row that is off: `edited` (its bytes or its personal values are
not those it was hashed from), `removed` (a rank is missing), `swapped` (rows that exchanged places),
`replaced` (a row consistent with itself, but not with what follows it or with the head kept for it),
`truncated` (the end of a chain is gone). Safe while others write.
`verify` reads the whole journal, `verify_object` one chain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from django.db.models import QuerySet

from atdemain.journal.chain import COLUMNS, event_hash, payload_hash
from atdemain.journal.models import AuditEvent, JournalHead

Key = tuple[str, str]
Outside = dict[Key, dict[int, str]]
Row = dict
#: Missing ranks named one by one in a single gap; a forged rank of two billion is not an endless list.
NAMED_GAP = 1_000


class Finding(NamedTuple):
    object_type: str
    object_id: str
    seq: int
    kind: str
    row_id: int | None = None  # None: the row is no longer there

    def __str__(self) -> str:
        """« object seq id kind »."""
        return f"{self.object_type}:{self.object_id} {self.seq} {self.row_id or '-'} {self.kind}"


@dataclass
class Summary:
    """What was read, beside the findings. `uncovered`: chains of which the heads' file says nothing;
    `ahead`: chains whose last rows it does not have yet; `erased`: payloads that were erased."""

    rows: int = 0
    chains: int = 0
    uncovered: int = 0
    ahead: int = 0
    erased: int = 0


def read_heads(*paths: str | Path) -> Outside:
    """Every (rank, hash) these files kept, per object. A line torn by a crash is passed over."""
    heads: Outside = {}
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                kind, _, rest = line.rstrip("\n").partition(" ")
                parts = rest.rsplit(" ", 2)
                if len(parts) == 3 and parts[1].isdecimal() and len(parts[2]) == 64:
                    heads.setdefault((kind, parts[0]), {})[int(parts[1])] = parts[2]
    return heads


@dataclass
class Chain:
    """One object's chain as it was read: its rows by rank, what is off, and what the heads' file says of it."""

    rows: list[Row]
    findings: list[Finding]
    summary: Summary = field(default_factory=Summary)

    @property
    def holds(self) -> bool:
        return not self.findings


def verify_object(object_type: str, object_id: str, outside: dict[int, str] | None = None) -> Chain:
    """One object, in two queries. `outside`: the heads kept for it in a file (`heads.kept_for`)."""
    key, kept = (object_type, str(object_id)), outside or {}
    head = JournalHead.objects.filter(object_type=key[0], object_id=key[1]).values_list("seq", "hash").first()
    rows = list(_rows().filter(object_type=key[0], object_id=key[1]))
    chain = Chain(rows, [])
    if rows:
        _count(chain.summary, rows, kept)
        chain.findings += _verify_chain(key, rows, head, kept)
    elif last := max(head[0] if head else 0, *kept, 0):
        chain.findings.append(Finding(*key, last, "truncated"))
    return chain


def verify(outside: Outside | None = None, summary: Summary | None = None) -> Iterator[Finding]:
    """Every finding, chain by chain. `outside`: the heads kept in a file, read before this call; the only
    trace of a tail deleted together with the database's own head."""
    outside = outside if outside is not None else {}
    summary = summary if summary is not None else Summary()
    # Heads first, rows after: a chain that grows meanwhile is longer than its head, never shorter.
    heads = JournalHead.objects.values_list("object_type", "object_id", "seq", "hash")
    inside = {(row[0], row[1]): (row[2], row[3]) for row in heads.iterator()}
    seen: set[Key] = set()
    for key, rows in _chains():
        seen.add(key)
        kept = outside.get(key, {})
        _count(summary, rows, kept)
        yield from _verify_chain(key, rows, inside.get(key), kept)
    for key in sorted((set(inside) | set(outside)) - seen):
        last = max([inside.get(key, (0, ""))[0], *outside.get(key, {})])
        if last:
            yield Finding(*key, last, "truncated")


def _count(summary: Summary, rows: list[Row], kept: dict[int, str]) -> None:
    summary.chains += 1
    summary.rows += len(rows)
    summary.uncovered += not kept
    summary.ahead += bool(kept) and rows[-1]["seq"] > max(kept)
    summary.erased += sum(bool(row["payload_hash"]) and row["payload__event_id"] is None for row in rows)


def _chains() -> Iterator[tuple[Key, list[Row]]]:
    """Rows grouped by object, streamed in key and rank order."""
    rows = _rows().iterator(chunk_size=2000)
    current: Key | None = None
    chain: list[Row] = []
    for row in rows:
        key = (row["object_type"], row["object_id"])
        if key != current:
            if current is not None:
                yield current, chain
            current, chain = key, []
        chain.append(row)
    if current is not None:
        yield current, chain


def _rows() -> QuerySet[AuditEvent, Row]:
    """What a chain is judged from."""
    return AuditEvent.objects.order_by("object_type", "object_id", "seq", "pk").values(
        "pk", "hash", "prev_hash", "payload__salt", "payload__body", "payload__event_id", *COLUMNS
    )


def _verify_chain(
    key: Key, rows: list[Row], head: tuple[int, str] | None, outside: dict[int, str]
) -> Iterable[Finding]:
    found: dict[int, str] = {}
    _see_rows(rows, found, max(head[0] if head else 0, *outside, 0))
    for row in rows:
        if outside.get(row["seq"], row["hash"]) != row["hash"]:
            found.setdefault(row["seq"], "replaced")
    _see_swaps(rows, found)
    _see_end(key, rows, found, head, outside)
    ids = {row["seq"]: row["pk"] for row in rows}
    return [Finding(*key, seq, kind, ids.get(seq)) for seq, kind in sorted(found.items())]


def _see_rows(rows: list[Row], found: dict[int, str], known: int) -> None:
    """Each row against its own hash and against the row before; `known` is the last rank a head tells."""
    expected, prev_hash = 1, ""
    for row in rows:
        seq = row["seq"]
        whole = event_hash(row["prev_hash"], {name: row[name] for name in COLUMNS}) == row["hash"]
        if not whole or not _payload_holds(row):
            found[seq] = "edited"
        if seq < 1:  # no row has this rank: it was put there
            found.setdefault(seq, "replaced")
            continue
        if seq > expected:
            upto = seq if whole else min(seq, known + 1)  # an edited rank proves no gap
            found.update(dict.fromkeys(range(expected, min(upto, expected + NAMED_GAP)), "removed"))
            prev_hash = ""
        if seq in found:
            pass
        elif seq > 1 and prev_hash and row["prev_hash"] != prev_hash:
            # this row is whole, so it is the one before that is no longer the row it followed
            found.setdefault(seq - 1, "replaced")
        elif seq == 1 and row["prev_hash"]:
            found[seq] = "replaced"
        expected, prev_hash = seq + 1, row["hash"]


def _see_end(
    key: Key, rows: list[Row], found: dict[int, str], head: tuple[int, str] | None, outside: dict[int, str]
) -> None:
    """The end of the chain against the heads kept for it, in the database and outside."""
    last = rows[-1]["seq"]
    if head is None or head[0] < last:  # the chain grew since the heads were read, or says so falsely
        fresh = JournalHead.objects.filter(object_type=key[0], object_id=key[1]).order_by("pk")
        head = fresh.values_list("seq", "hash").first()
    hashes = {row["seq"]: row["hash"] for row in rows}
    end, end_hash = head or (last, "")
    known = max(end, *outside, 0)
    if known not in hashes and known >= last:
        found[known] = "truncated"
    elif head is None:
        found.setdefault(last, "truncated")  # the database no longer says where this chain ended
    elif hashes.get(end, end_hash) != end_hash:
        found.setdefault(end, "replaced")
    for seq in hashes:
        if seq > known:
            found.setdefault(seq, "replaced")  # no head was ever moved to it: not the product's writing


def _payload_holds(row: Row) -> bool:
    """Present: it is what was hashed. Absent: erased, which is allowed; but none appears from nowhere."""
    if row["payload__event_id"] is None:
        return True
    return payload_hash(row["payload__salt"], row["payload__body"]) == row["payload_hash"]


def _see_swaps(rows: list[Row], found: dict[int, str]) -> None:
    """Rows found edited whose bytes hold at each other's rank changed places."""
    off = {row["seq"]: row for row in rows if found.get(row["seq"]) == "edited"}
    if len(off) < 2:
        return
    places = _places(rows, off)
    for seq, row in off.items():
        place = places.get(row["hash"], seq)
        if place != seq and place in off and _holds_as(row, place):
            found[seq] = "swapped"


def _places(rows: list[Row], off: dict[int, Row]) -> dict[str, int]:
    """The rank that the links give to each row, by its hash, from the rows that are where they were."""
    places = {"": 0} | {row["hash"]: row["seq"] for row in rows if row["seq"] not in off}
    after = {row["prev_hash"]: row["hash"] for row in off.values()}
    before = {row["hash"]: row["prev_hash"] for row in off.values()}
    for start, rank in list(places.items()):
        step, here = 1, after.get(start)
        while here is not None and here not in places:
            places[here], here, step = rank + step, after.get(here), step + 1
    for row in rows:
        rank, here = row["seq"] - 1, row["prev_hash"]
        while row["seq"] not in off and here in before and here not in places:
            places[here], here, rank = rank, before[here], rank - 1
    return places


def _holds_as(row: Row, seq: int) -> bool:
    columns = {name: row[name] for name in COLUMNS} | {"seq": seq}
    return event_hash(row["prev_hash"], columns) == row["hash"]
