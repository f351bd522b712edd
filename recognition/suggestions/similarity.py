"""Which suggestions say the same: words in common, the rare ones weighing more. Pure, accent-insensitive.

No extension of the database: the words are those of `cases.names.name_key`, kept with each suggestion, and a few
thousand are compared in a few hundredths of a second.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cases.names import name_key

SHORTEST = 3
#: Under this share of what both say, two suggestions merely share a subject.
ALIKE = 0.34
#: Words that a suggestion of this site cannot do without, and that tell nothing of it.
_SAID = (
    "les des une pour dans sur que qui est pas par avec plus nous vous aux son ses leur leurs ont car mais "
    "tout tous toute toutes cette ces quand lors lorsque afin sans entre chaque etre avoir fait faire peut "
    "doit faut cela comme aussi bien encore meme trop tres proposition idee mettre ajouter"
)
_EMPTY = frozenset(_SAID.split())


def words(text: str) -> frozenset[str]:
    """The words that say something, without accents or plural marks."""
    return frozenset(
        _singular(word) for word in name_key(text).split() if len(word) >= SHORTEST and word not in _EMPTY
    )


def key(title: str, text: str) -> str:
    """What is kept with a suggestion, to be compared: the title counts whatever the text says."""
    return f"{' '.join(sorted(words(title)))}|{' '.join(sorted(words(text)))}"


@dataclass(frozen=True, slots=True)
class Alike:
    pk: int
    share: float


def closest(title: str, text: str, known: Iterable[tuple[int, str]], limit: int = 5) -> list[Alike]:
    """The known (pk, key) that say the same, the closest first; none under two words in common."""
    rows = [(pk, *map(frozenset, _parts(kept))) for pk, kept in known]
    asked_title, asked = words(title), words(title) | words(text)
    if not asked:
        return []
    spread: Counter[str] = Counter()
    for _pk, in_title, in_text in rows:
        spread.update((in_title | in_text) & asked)
    weights = {word: math.log(1 + (len(rows) + 1) / (1 + spread[word])) for word in asked}
    common = math.log(2)

    def weight(some: Iterable[str]) -> float:
        return sum(weights.get(word, common) for word in some)

    found = []
    for pk, in_title, in_text in rows:
        whole = in_title | in_text
        shares = [_share(asked, whole, weight)]
        if asked_title:
            shares.append(_share(asked_title, in_title, weight))
        if len(asked & whole) >= min(2, len(asked)) and max(shares) >= ALIKE:
            found.append(Alike(pk, max(shares)))
    return sorted(found, key=lambda one: (-one.share, -one.pk))[:limit]


def _share(one: frozenset[str], other: frozenset[str], weight: Callable[[frozenset[str]], float]) -> float:
    both = weight(one & other)
    return 2 * both / (weight(one) + weight(other)) if both else 0.0


def _parts(kept: str) -> tuple[list[str], list[str]]:
    title, _, text = kept.partition("|")
    return title.split(), text.split()


def _singular(word: str) -> str:
    return word[:-1] if len(word) > SHORTEST and word[-1] in "sx" else word
