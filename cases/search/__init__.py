"""One box: a reference, a number in any writing, a ticket, or a name without accents in any order of words."""

from .finding import Hit, Results, search
from .identifiers import identified
from .names import Found, named
from .reading import Asked, understand

__all__ = ["Asked", "Found", "Hit", "Results", "identified", "named", "search", "understand"]
