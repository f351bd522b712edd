"""A batch of a partner's: from 1 to 500 items under one name, each answered at its rank. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atdemain.rest.problems import MOST_FAULTS, Fault, Problem, invalid, pointer

MOST = 500
REJECTED = "rejected"


def items_of(data: Any, name: str) -> list[Any]:
    """Raises Problem: 422 for what is no batch, 413 beyond `MOST`."""
    if not isinstance(data, dict) or set(data) != {name}:
        raise invalid([Fault("not_a_batch", f"Envoyez un objet avec un seul champ, « {name} ».", "")])
    items = data[name]
    if not isinstance(items, list) or not items:
        raise invalid([Fault("not_a_list", f"Donnez de 1 à {MOST} éléments.", pointer(name))])
    if len(items) > MOST:
        words = f"{len(items)} éléments : {MOST} au plus par requête."
        raise Problem("too_many_items", words, more={"limit_items": MOST})
    return items


def head(item: Any, index: int, keys: Iterable[str]) -> dict[str, Any]:
    """What tells the sender which one it is."""
    own = item if isinstance(item, dict) else {}
    said = {name: own.get(name) for name in keys}
    return {
        "index": index,
        **{name: value if isinstance(value, str) else None for name, value in said.items()},
    }


def rejected(item: Any, index: int, keys: Iterable[str], faults: list[Fault]) -> dict[str, Any]:
    return {
        **head(item, index, keys),
        "status": REJECTED,
        "errors": [fault.as_dict() for fault in faults[:MOST_FAULTS]],
    }


def counted(results: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The whole answer: how many of each, then each."""
    items = list(results)
    counts = dict.fromkeys(("created", "updated", "unchanged", REJECTED), 0)
    for item in items:
        counts[item["status"]] += 1
    return {**counts, "items": items}
