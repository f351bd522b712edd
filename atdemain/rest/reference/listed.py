"""A list by pieces, as every one of them is told (`atdemain.rest.paging`)."""

from __future__ import annotations

from atdemain.rest.paging import DEFAULT, MOST
from atdemain.rest.reference.shapes import Shape, answered, many, maybe, named, text

LIST_PARAMETERS: dict[str, Shape] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST,
        "default": DEFAULT,
        "description": "Nombre d’éléments par page.",
    },
    "cursor": text("Où reprendre : il vient de `next`, ou de l’en-tête `Link`, de la page précédente."),
}


def listed(name: str, item: Shape) -> Shape:
    following = maybe(text("Adresse de la page suivante ; null sur la dernière.", format="uri"))
    return named(name, answered(items=many(item), next=following))
