"""A body read strictly: I-JSON (RFC 7493), so that what we understood is what was sent. Pure.

Refused whole, with where: a name given twice, NaN and the like, a lone surrogate, U+0000, a whole number that no
database holds, nesting beyond `DEPTH`. Whatever passes can be stored as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import isinf
from typing import Any, NoReturn

from atdemain.rest.problems import Fault, Problem, pointer

MOST_BYTES = 2 * 1024 * 1024
DEPTH = 32
_BIGGEST = 2**63 - 1
_HALF = re.compile(r"\\u[dD]")


def _malformed(code: str, detail: str, where: str = "") -> NoReturn:
    raise Problem("malformed_json", errors=[Fault(code, detail, where)])


class _Twice(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _Twice(name)
            seen.add(name)
    return told


def _constant(word: str) -> NoReturn:
    _malformed("not_a_number", f"{word} n’existe pas en JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_constant)


def read(raw: bytes) -> Any:
    """The document. Raises Problem: `malformed_json` (400) with the place where it is known."""
    try:
        text = raw.decode("utf-8")
        document = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        _malformed("not_utf8", f"L’octet {error.start + 1} n’est pas de l’UTF-8.")
    except _Twice as twice:
        _malformed("duplicate_key", f"Le nom « {_readable(twice.name)} » est donné deux fois.")
    except json.JSONDecodeError as error:
        _malformed("syntax", f"Erreur de syntaxe à la ligne {error.lineno}, colonne {error.colno}.")
    except ValueError:  # Python reads no whole number of more than 4,300 digits: it would take minutes
        _too_big()
    except RecursionError:
        _too_deep()
    top = [document]
    _settle([top])
    (document,) = top
    if "\\u0000" in text or _HALF.search(text):
        _look_again(document)
    return document


def _settle(level: list[Any]) -> None:
    """Numbers that fit, « 150.0 » made the whole number it is for who has one kind of number, no container too deep.

    Level after level: a call for each of a million values would take seconds.
    """
    depth = 0
    while level:
        if depth > DEPTH:
            _too_deep()
        below = []
        for outer in level:
            for place, value in outer.items() if type(outer) is dict else enumerate(outer):
                kind = type(value)
                if kind is dict or kind is list:
                    below.append(value)
                elif kind is int and not -_BIGGEST - 1 <= value <= _BIGGEST:
                    _too_big(str(value))
                elif kind is float and isinf(value):
                    _too_big()
                elif kind is float and value.is_integer() and abs(value) < _BIGGEST:
                    outer[place] = int(value)
        level, depth = below, depth + 1


def _too_big(digits: str = "") -> NoReturn:
    told = f" : {digits[:20]}" if digits else ""
    _malformed("number_out_of_range", f"Un nombre est démesuré{told}. Un nombre entier tient sur 64 bits.")


def _too_deep() -> NoReturn:
    _malformed("too_deep", f"Le document a plus de {DEPTH} niveaux.")


def _look_again(document: Any) -> None:
    """Escapes may make what no text holds. In the order of the text, without a call for each value."""
    outer: list[str | int] = []
    walks: list[Iterator[tuple[str | int, Any]]] = [iter((("", document),))]
    while walks:
        for name, value in walks[-1]:
            for text in (name, value):
                if type(text) is str and (not text.isascii() or "\x00" in text):
                    _check(text, (*outer, name)[1:])
            kind = type(value)
            if kind is dict or kind is list:
                outer.append(name)
                walks.append(iter(value.items()) if kind is dict else enumerate(value))
                break
        else:
            walks.pop()
            if outer:
                outer.pop()


def _check(text: str, where: tuple[str | int, ...]) -> None:
    place = pointer(*map(_readable, where))
    if "\x00" in text:
        _malformed("nul", "Ce texte contient un caractère nul.", place)
    try:
        text.encode()
    except UnicodeEncodeError:
        _malformed("lone_surrogate", "Ce texte contient la moitié d’un caractère.", place)


def _readable(part: str | int) -> str:
    return str(part)[:80].encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
