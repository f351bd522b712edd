"""Names for search and sorting (architecture.md §9). Pure."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")

#: Signs that part two words and that no unaccenting keeps: apostrophes and dashes of every shape.
_APART = dict.fromkeys(map(ord, "’‘ʼ´`‐‑‒–—"), " ")

#: Every shape of dash that a copied reference may hold, as the one it was written with.
DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")


def name_key(name: str) -> str:
    """Lower case, unaccented, single spaces: « Éloïse D’Arc-Noël » → "eloise d arc noel"."""
    spaced = name.casefold().translate(_APART)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", plain).strip()


def person_key(last: str, first: str) -> tuple[str, str]:
    """The order of people in a list: « Éric » among the E, whatever the database collates."""
    return name_key(last), name_key(first)
