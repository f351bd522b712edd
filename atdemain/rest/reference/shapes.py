"""Pieces of JSON Schema (draft 2020-12, that of OpenAPI 3.1), and the named ones that the document shares. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Shape = dict[str, Any]

BIGGEST = 2**63 - 1
#: Named shapes: what `$ref` leads to.
COMPONENTS: dict[str, Shape] = {}


def text(words: str = "", *, least: int = 0, most: int | None = None, **more: Any) -> Shape:
    """`least`: characters beside the spaces around, as `Reader.text` counts them."""
    found: Shape = {"type": "string"}
    if least:
        inner = rf"\S[\s\S]{{{least - 2},}}\S" if least > 1 else r"\S"
        found |= {"minLength": least, "pattern": inner}
    if most is not None:
        found["maxLength"] = most
    return _said(found | more, words)


def choice(values: Iterable[str], words: str = "", **more: Any) -> Shape:
    return _said({"type": "string", "enum": list(values), **more}, words)


def moment(words: str = "", **more: Any) -> Shape:
    return _said({"type": "string", "format": "date-time", **more}, words)


def day(words: str = "") -> Shape:
    return _said({"type": "string", "format": "date"}, words)


def whole(words: str = "", *, least: int = 0, most: int = BIGGEST, **more: Any) -> Shape:
    return _said({"type": "integer", "format": "int64", "minimum": least, "maximum": most, **more}, words)


def number(words: str = "", **more: Any) -> Shape:
    return _said({"type": "number", **more}, words)


def flag(words: str = "", **more: Any) -> Shape:
    return _said({"type": "boolean", **more}, words)


def many(of: Shape, words: str = "", *, least: int = 0, most: int | None = None) -> Shape:
    found: Shape = {"type": "array", "items": of}
    if least:
        found["minItems"] = least
    if most is not None:
        found["maxItems"] = most
    return _said(found, words)


def maybe(shape: Shape) -> Shape:
    """Or null; a choice and a reference stand beside it, so that a generated client has a plain name for them."""
    if "$ref" in shape or "enum" in shape:
        words = shape.get("description", "")
        plain = {key: value for key, value in shape.items() if key != "description"}
        return _said({"oneOf": [plain, {"type": "null"}]}, words)
    return {**shape, "type": [shape["type"], "null"]}


def answered(words: str = "", /, **members: Shape) -> Shape:
    """An object that we tell: every member is always there. Others may be added one day."""
    return _said({"type": "object", "properties": members, "required": list(members)}, words)


def asked(words: str = "", /, *, required: Iterable[str] = (), **members: Shape) -> Shape:
    """An object that we read: what it does not know is refused; null says the same as nothing."""
    needed = list(required)
    told = {name: shape if name in needed else maybe(shape) for name, shape in members.items()}
    found: Shape = {"type": "object", "properties": told, "additionalProperties": False}
    return _said(found | ({"required": needed} if needed else {}), words)


def named(name: str, shape: Shape) -> Shape:
    """The reference to this shape, kept under its name."""
    if COMPONENTS.setdefault(name, shape) != shape:
        raise ValueError(f"Two shapes are called {name}.")
    return {"$ref": f"#/components/schemas/{name}"}


def _said(shape: Shape, words: str) -> Shape:
    return {**shape, "description": words} if words else shape


#: The body of what needs none.
NOTHING = named("Nothing", asked("Rien à dire : un objet vide, ou pas de corps."))
