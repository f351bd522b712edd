"""What a process keeps for its whole life: what no collection walks through again, and room for its calls."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def settle() -> None:
    """Everything is loaded: no later collection walks through it. Once in a process, before its work."""
    gc.collect()
    gc.freeze()


#: Words that a frame claims on the interpreter's stack: with what is left of the block they are in, 256 kB.
_CLAIMED = 17_000


def with_room(work: Callable[..., T]) -> Callable[..., T]:
    """`work`, called where the interpreter's stack has room for all it calls.

    Python 3.11 to 3.13 keep frames in blocks of 16 kB, ask the system for the next one at the call that crosses
    its edge, and give it back at the return: where that call is in a loop, each turn costs two system calls and
    a page fault, up to half the time of a page. A frame that claims more than half of a large block leaves the
    other half to everything under it.
    """

    def called(*args: Any, **kwargs: Any) -> T:
        return work(*args, **kwargs)

    called.__code__ = called.__code__.replace(co_stacksize=_CLAIMED)
    return called
