"""Cents as a French reader writes them. Pure."""

from __future__ import annotations

from atdemain.pages.typography import NNBSP, number


def euros(cents: int) -> str:
    """40000 → « 400,00 € », with narrow no-break spaces; no float on the way."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{number(whole)},{rest:02d}{NNBSP}€"
