"""How sure a share is (domain.md M16, L53). Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The 97.5th centile of the normal law: 95 % on both sides.
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `total`: shares of 1, with the bounds of Wilson's 95 % interval."""

    count: int
    total: int
    value: float
    low: float
    high: float

    @property
    def percent(self) -> float:
        return 100 * self.value

    @property
    def low_percent(self) -> float:
        return 100 * self.low

    @property
    def high_percent(self) -> float:
        return 100 * self.high


def wilson(k: int, n: int, z: float = Z95) -> tuple[float, float]:
    """Wilson's score interval of k successes in n, as shares of 1: 69/150 → (0.382…, 0.540…).

    Raises ValueError when 0 ≤ k ≤ n and n ≥ 1 do not hold.
    """
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"no share of {k} in {n}")
    p, z2 = k / n, z * z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(k: int, n: int) -> Share | None:
    """None of nothing."""
    if n < 1:
        return None
    low, high = wilson(k, n)
    return Share(k, n, k / n, low, high)
