"""Fairness figures, each with its formula (domain.md §5.4, §11). Pure."""

from __future__ import annotations

from collections.abc import Sequence


def jain(values: Sequence[float]) -> float:
    """(Σx)² / (n Σx²); 1 when all are equal, and for all zeros or nobody."""
    squares = sum(value * value for value in values)
    if not squares:
        return 1.0
    return sum(values) ** 2 / (len(values) * squares)


def origin_ratio(rd3_originated: int, rd3_total: int, handled: int, handled_total: int) -> float | None:
    """Share of the RD3+ a partner originates ÷ share of the contacts it handles; None without contacts.

    180/600 RD3+ for 2,000/10,000 contacts → 1.50 (domain.md L40).
    """
    if not (rd3_total and handled and handled_total):
        return None
    return (rd3_originated / rd3_total) / (handled / handled_total)


def compensation_balance(absorbed: int, ratio: float, delivered: int) -> tuple[float, float]:
    """(owed, balance) in standard contacts: 100 RD3+ × 4 = 400 owed; 310 delivered → 90 (L42)."""
    owed = absorbed * ratio
    return owed, owed - delivered
