"""Bulk import with detection: `cases.intake.receive_batch()` beside a raw batch of the same rows.

The floor: COPY to a temporary table, each client's count in its window, INSERT … ON CONFLICT, a verdict row
for each third contact. Ours writes the same, and judges each contact with `repeat.evaluate()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from atdemain.journal.actors import importer
from cases.intake import SHADOW, IncomingContact, receive_batch

from .bench_intake import incoming
from .contacts import at_of, build_base, clear_stream, client_of, reference_ids
from .measuring import Measure, here, resident_mib, total
from .report import Line

ROUNDS = 2
PARCEL = 5_000  # contacts per transaction
TARGET_RATIO, AIM_RATIO, TARGET_CPU_US, TARGET_GROWTH_MIB = 0.50, 0.75, 100, 24

STAGED = """
CREATE TEMPORARY TABLE IF NOT EXISTS staged (source_id text, client_ref text, at timestamptz) ON COMMIT DELETE ROWS
"""
FLOOR = """
WITH counted AS MATERIALIZED (SELECT s.source_id, cl.id AS client_id, s.at, stored.n
    + count(*) OVER (PARTITION BY cl.id ORDER BY s.at RANGE BETWEEN interval '168 hours' PRECEDING AND CURRENT ROW) AS n
  FROM staged s JOIN cases_client cl ON cl.client_ref = s.client_ref,
  LATERAL (SELECT count(*) AS n FROM cases_contact c WHERE c.client_id = cl.id AND c.exclusion_code = ''
    AND c.arrived_at > s.at - interval '168 hours' AND c.arrived_at <= s.at) stored),
contact AS (INSERT INTO cases_contact (source_system, source_id, nature, client_id, unit_id, identification,
  caller_number, interaction_id, leg_no, channel, direction, arrived_at, answered_at, ended_at,
  has_answer_times, wait_s, talk_s, hold_s, outcome, reason_id, handler_ref, conflictual, summary,
  exclusion_code, n_in_window, content_hash, received_at)
  SELECT 'stream', source_id, 'client', client_id, %(unit)s, 'certain', '', '', 1, 'voice', 'in', at, at, at,
  true, 20, 280, 0, 'handled', %(reason)s, 'agent1', false, '', '', n, md5(source_id), at FROM counted
  ON CONFLICT (source_system, source_id) DO NOTHING RETURNING id, client_id, n_in_window, arrived_at)
INSERT INTO cases_repeatverdict (contact_id, rule_id, identity_key, count, window_start, contact_ids, verdict,
  mode, computed_at) SELECT id, %(rule)s, 'client:' || client_id, n_in_window, arrived_at - interval '168 hours',
  '[]', 'rd3plus', 'shadow', arrived_at FROM contact WHERE n_in_window >= 3
"""


class Floor:
    def __init__(self, clients: int) -> None:
        self.clients, self.constants = clients, reference_ids()

    def __call__(self, parcels: list[range]) -> None:
        for parcel in parcels:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(STAGED)
                with cursor.copy("COPY staged FROM STDIN") as copy:
                    for index in parcel:
                        copy.write_row(
                            (f"s{index}", f"B{client_of(index, self.clients)}", at_of(index).isoformat())
                        )
                cursor.execute(FLOOR, self.constants)


class Product:
    """Contacts are made parcel by parcel, as a file is read: what they cost in memory must stay flat."""

    def __init__(self, clients: int) -> None:
        self.clients = clients
        self.resident: list[float] = []

    def __call__(self, parcels: list[range]) -> None:
        actor = importer("bench")
        for parcel in parcels:
            said = list(self._read(parcel))
            done = receive_batch(said, actor=actor, now=at_of(parcel[-1]), mode=SHADOW)
            assert done.created == len(parcel), done
            self.resident.append(resident_mib())

    def _read(self, parcel: range) -> Iterator[IncomingContact]:
        for index in parcel:
            yield incoming(index, self.clients)


def run(options: Any) -> list[Line]:
    size = options.sizes[-1]
    build_base(size)
    clients = size // 10
    floor, product = Floor(clients), Product(clients)
    floors, ours = [], []
    for _ in range(ROUNDS):
        floors.append(_from_the_same_base(floor, options.batch))
        ours.append(_from_the_same_base(product, options.batch))
    return [_speed(size, total(floors), total(ours)), _memory(product)]


def _from_the_same_base(work: Any, contacts: int) -> Measure:
    with connection.cursor() as cursor:
        clear_stream(cursor)
    parcels = [range(start, start + PARCEL) for start in range(1, contacts + 1, PARCEL)]
    return here(lambda: work(parcels), PARCEL * len(parcels))


def _speed(size: int, floor: Measure, ours: Measure) -> Line:
    ratio, cpu = ours.per_second / floor.per_second, 1000 * ours.cpu_ms
    return Line(
        "import",
        f"bulk with detection, base {size:,}, {cpu:.0f} µs CPU",
        "contacts/s",
        floor.per_second,
        ours.per_second,
        ratio,
        f"≥ {TARGET_RATIO} (aim {AIM_RATIO}), ≤ {TARGET_CPU_US} µs CPU",
        ratio >= TARGET_RATIO and cpu <= TARGET_CPU_US,
        {"floor": floor.parts, "ours": ours.parts, "cpu_ratio": floor.cpu_ms / ours.cpu_ms},
    )


def _memory(product: Product) -> Line:
    """After the first parcels have filled the caches, nothing more is kept."""
    first, last = max(product.resident[:2]), product.resident[-1]
    return Line(
        "import",
        f"memory of the process, {len(product.resident) * PARCEL:,} contacts",
        "MiB",
        first,
        last,
        None,
        f"grows by ≤ {TARGET_GROWTH_MIB} MiB",
        last - first <= TARGET_GROWTH_MIB,
        {"resident_mib": [round(mib, 1) for mib in product.resident]},
    )
