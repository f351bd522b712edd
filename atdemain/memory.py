"""What a process keeps for its whole life, and what the collector of cycles need not walk through again."""

from __future__ import annotations

import gc


def settle() -> None:
    """Everything is loaded: no later collection walks through it. Once in a process, before its work."""
    gc.collect()
    gc.freeze()
