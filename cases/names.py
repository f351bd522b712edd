"""Names for search and sorting (architecture.md §9). Pure."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^a-z0-9]+")

#: Signs that part two words and that no unaccenting keeps: apostrophes and dashes of every shape.
_APART = dict.fromkeys(map(ord, "’‘ʼ´`‐‑‒–—"), " ")


def name_key(name: str) -> str:
    """Lower case, unaccented, single spaces: « Éloïse D’Arc-Noël » → "eloise d arc noel"."""
    spaced = name.casefold().translate(_APART)
    plain = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode()
    return _NOT_WORD.sub(" ", plain).strip()
