"""How a band is drawn and told: lit segments and a word, never a figure of somebody else's."""

from __future__ import annotations

from typing import Any

from routing import load
from routing.enums import Band
from routing.policy import Policy

#: Lit segments, colour class and words of each band (design.md: segments + word).
BANDS: dict[str, tuple[int, str, str]] = {
    Band.GREEN: (1, "vert", "Vert, moins de {orange}"),
    Band.ORANGE: (2, "orange", "Orange, {orange} à {red}"),
    Band.RED: (3, "rouge", "Rouge, {red} à 100"),
    Band.SATURATED: (4, "rouge", "Saturé"),
}


def band_of(points: int, cap: int, policy: Policy, *, plain: bool = True) -> dict[str, Any]:
    """What the segments and the word of a band are drawn from; `plain`: the word alone, without its bounds."""
    band = load.band(points, cap, policy)
    lit, tone, words = BANDS[band]
    if plain:
        words = Band(band).label
    return {
        "lit": lit,
        "tone": tone,
        "segments": [(x, rank < lit) for rank, x in enumerate((0, 11, 22, 33))],
        "words": words.format(orange=policy.band_orange_pct, red=policy.band_red_pct),
    }
