"""How a figure is measured: wall time, CPU of this process and of its PostgreSQL backends, memory."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.db import connection

WARM_UP = 20


@dataclass(frozen=True)
class Measure:
    """What `count` pieces of work cost: wall seconds, CPU seconds of Python and of the backends."""

    count: int
    seconds: float
    python_cpu: float
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU of both sides per piece, in ms."""
        return 1000 * (self.python_cpu + self.postgres_cpu) / self.count

    @property
    def parts(self) -> dict[str, float]:
        """What goes in the JSON beside the line."""
        return {
            "count": self.count,
            "per_second": round(self.per_second, 1),
            "cpu_ms": round(self.cpu_ms, 4),
            "python_cpu_ms": round(1000 * self.python_cpu / self.count, 4),
            "postgres_cpu_ms": round(1000 * self.postgres_cpu / self.count, 4),
        }

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            self.count + other.count,
            self.seconds + other.seconds,
            self.python_cpu + other.python_cpu,
            self.postgres_cpu + other.postgres_cpu,
        )


def best(measures: Sequence[Measure]) -> Measure:
    """The round that was least disturbed: what else runs on the machine only ever adds CPU."""
    return min(measures, key=lambda measure: measure.cpu_ms)


def total(measures: Sequence[Measure]) -> Measure:
    return sum(measures[1:], measures[0])


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def backend_cpu(pid: int) -> float:
    """Seconds of CPU of a PostgreSQL backend of this machine (0 where it runs elsewhere)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def here(work: Callable[[], Any], count: int) -> Measure:
    """Run `work`, which does `count` pieces, in this process and on its connection."""
    pid = backend_pid()
    gc.collect()
    python, database, started = time.process_time(), backend_cpu(pid), time.perf_counter()
    work()
    ended = time.perf_counter()
    return Measure(count, ended - started, time.process_time() - python, backend_cpu(pid) - database)


def shared(work: Callable[[Sequence[int]], Any], indexes: Sequence[int], connections: int) -> Measure:
    """Run `work` over the indexes, shared between that many processes, each with its own connection.

    Each process warms up on its first indexes, then all start together.
    """
    parts = [part for part, _ in _together(work, indexes, connections)]
    started, ended = min(p[0] for p in parts), max(p[1] for p in parts)
    return Measure(
        sum(p[4] for p in parts), ended - started, sum(p[2] for p in parts), sum(p[3] for p in parts)
    )


def each(
    work: Callable[[Sequence[int]], list[float]], indexes: Sequence[int], connections: int
) -> list[float]:
    """As `shared`, for work that answers a figure for each index: all of them, but those that warmed up."""
    return [figure for _, found in _together(work, indexes, connections) for figure in found]


def _together(
    work: Callable, indexes: Sequence[int], connections: int
) -> list[tuple[tuple[float, ...], Any]]:
    connection.close()
    context = get_context("fork")
    barrier, queue = context.Barrier(connections), context.Queue()
    processes = [
        context.Process(target=_one, args=(work, indexes[i::connections], barrier, queue))
        for i in range(connections)
    ]
    for process in processes:
        process.start()
    parts = [queue.get(timeout=900) for _ in processes]
    for process in processes:
        process.join()
    failures = [part for part in parts if isinstance(part, str)]
    if failures:
        raise RuntimeError(failures[0])
    return parts


def _one(work: Callable, indexes: Sequence[int], barrier: Any, queue: Any) -> None:
    try:
        pid = backend_pid()
        warm, rest = indexes[:WARM_UP], indexes[WARM_UP:]
        work(warm)
        gc.collect()
        barrier.wait()
        python, database, started = time.process_time(), backend_cpu(pid), time.time()
        found = work(rest)
        ended = time.time()
        spent = (started, ended, time.process_time() - python, backend_cpu(pid) - database, len(rest))
        queue.put((spent, found))
    except BaseException as error:
        barrier.abort()
        queue.put(f"{type(error).__name__}: {error}")
        raise


def resident_mib() -> float:
    """Memory of this process that is in RAM, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
