"""What is written: French counts, and a text without the white space around it."""

from __future__ import annotations

#: White space as the patterns of JSON Schema read it (ECMA-262); `str.strip` would take U+0085 and U+001C to U+001F too.
SPACES = "\t\n\x0b\x0c\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def bare(text: str) -> str:
    """Without the white space around it: a length asked of a text is that of this, in a page as in the API."""
    return text.strip(SPACES)


def count(n: int, words: str) -> str:
    """« 0 ligne », « 1 contact compté », « 2 contacts comptés »: zero is singular.

    The number and its words, given in the singular and all of which take an « s ».
    """
    return f"{n} {words}" if abs(n) < 2 else f"{n} {' '.join(f'{word}s' for word in words.split())}"
