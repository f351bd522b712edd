"""A batch and its per-item answers, as the reference tells them (`cases.api.batches`)."""

from __future__ import annotations

from typing import Any

from atdemain.rest.reference.answers import FAULT
from atdemain.rest.reference.shapes import Shape, answered, asked, choice, many, maybe, named, text, whole
from cases.api.batches import MOST

STATUS = ("created", "updated", "unchanged", "rejected")


def batch(name: str, member: str, item: Shape) -> Shape:
    words = f"De 1 à {MOST} éléments ; chacun a sa réponse, à son rang."
    return named(name, asked(words, required=(member,), **{member: many(item, least=1, most=MOST)}))


def results(name: str, keys: tuple[str, ...], more: dict[str, Shape]) -> Shape:
    """`more`: what is told of an item that was taken, absent from one that was rejected."""
    item: dict[str, Any] = {
        "index": whole("Rang de l’élément dans la requête, depuis 0."),
        **{key: maybe(text("Tel qu’envoyé.")) for key in keys},
        "status": choice(STATUS, "Ce qu’il en est advenu."),
        "errors": many(FAULT, "Pourquoi il est rejeté (`rejected` seulement)."),
        **more,
    }
    shape = {"type": "object", "properties": item, "required": ["index", *keys, "status"]}
    counts = {status: whole(f"Combien de `{status}`.") for status in STATUS}
    return named(f"{name}Results", answered(**counts, items=many(named(f"{name}Result", shape))))
