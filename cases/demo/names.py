"""Invented French names: common first and last names drawn at random, no real person."""

from __future__ import annotations

from pathlib import Path
from random import Random

HERE = Path(__file__).parent
FIRST_NAMES = (HERE / "first_names.txt").read_text(encoding="utf-8").split()
LAST_NAMES = (HERE / "last_names.txt").read_text(encoding="utf-8").split()
COMPANIES = [
    "Boulangerie", "Garage", "Pharmacie", "Cabinet", "Menuiserie", "Fleuriste", "Librairie", "Auto-école",
    "Plomberie", "Hôtel", "Épicerie", "Imprimerie",
]  # fmt: skip


def person(random: Random) -> tuple[str, str]:
    """First name, last name."""
    return random.choice(FIRST_NAMES), random.choice(LAST_NAMES)


def client_name(random: Random, *, pro: bool) -> str:
    """« Jeanne Morel », or « Garage Morel » for a professional."""
    first, last = person(random)
    return f"{random.choice(COMPANIES)} {last}" if pro else f"{first} {last}"
