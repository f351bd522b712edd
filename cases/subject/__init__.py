"""What a client may ask of their data (domain.md §2.9): all that is held, or its erasure before the term."""

from .erasing import NotNow, erase
from .held import Column, Section, held
from .requests import register

__all__ = ["Column", "NotNow", "Section", "erase", "held", "register"]
