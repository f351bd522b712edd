"""Days into cents, exactly (domain.md §6.5, §6.6, §11). Pure integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recognition.findings import Interval, Segment


def prorated(base_cents: int, days: int, period_days: int) -> int:
    """base × days / period in cents, rounded half up."""
    if period_days <= 0:
        raise ValueError("A period lasts one day at least.")
    return (2 * base_cents * days + period_days) // (2 * period_days)


def segments(
    intervals: Sequence[Interval],
    neutralised_days: int,
    period_days: int,
    bases: Mapping[str, tuple[str, int]],
) -> tuple[Segment, ...]:
    """One segment per interval, each rounded by itself; `bases`: role → (level, cents).

    Neutralised days go to the last one, capped so that nobody counts more days than the period has.
    """
    ordered = sorted(intervals, key=lambda one: (one.first, one.last, one.role))
    room = max(0, period_days - sum(one.days for one in ordered))
    added = min(max(0, neutralised_days), room)
    found = []
    for rank, one in enumerate(ordered, start=1):
        level, base = bases.get(one.role, ("", 0))
        extra = added if rank == len(ordered) else 0
        amount = prorated(base, one.days + extra, period_days)
        found.append(Segment(one.role, one.first, one.last, one.days, extra, level, base, amount))
    return tuple(found)


def share_out(amounts: Mapping[str, int], limit: int) -> dict[str, int]:
    """`scale`: in proportion, largest remainder, exact to the cent; ties by employee number (§6.6, §11).

    `amounts`: employee number → cents. Under the limit nothing changes; above it the sum is the limit exactly.
    """
    total = sum(amounts.values())
    if total <= limit:
        return dict(amounts)
    limit = max(0, limit)
    shares = {number: divmod(amount * limit, total) for number, amount in amounts.items()}
    given = {number: whole for number, (whole, _) in shares.items()}
    left = limit - sum(given.values())
    for number in sorted(shares, key=lambda one: (-shares[one][1], one))[:left]:
        given[number] += 1
    return given
