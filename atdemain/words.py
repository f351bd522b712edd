"""French counts: « 0 ligne », « 1 contact compté », « 2 contacts comptés ». Zero is singular."""

from __future__ import annotations


def count(n: int, words: str) -> str:
    """The number and its words, given in the singular and all of which take an « s »."""
    return f"{n} {words}" if abs(n) < 2 else f"{n} {' '.join(f'{word}s' for word in words.split())}"
