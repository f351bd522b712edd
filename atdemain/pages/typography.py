"""French typography, in one place (narrow no-break space before ; ! ? % €, no-break before :). Pure."""

from __future__ import annotations

import re

NBSP = "\u00a0"
NNBSP = "\u202f"
#: Keeps « 16:00–16:30 » on one line.
WORD_JOINER = "\u2060"

_NARROW = re.compile(r"(?<=\S)[ \u00a0]([;!?%€])")
_COLON = re.compile(r"(?<=\S) :(?=\s|$|<)")
_OPEN_QUOTE = re.compile("« ?")
_CLOSE_QUOTE = re.compile(" ?»")
_TITLES = re.compile(r"\b(M\.|MM\.|Mme|Mmes|n°) (?=\S)")
_UNITS = re.compile(r"(\d) (?=(?:min|h|s|j|jours?|heures?|minutes?|Mo|Ko|Go)\b)")
_MARKUP = re.compile(
    r"({%.*?%}|{{.*?}}|{#.*?#}|<(?:script|style|svg)\b.*?</(?:script|style|svg)>|<[^>]*>)", re.S
)


def french(text: str) -> str:
    """Ordinary spaces of a French text become the no-break ones its punctuation and units call for.

    Idempotent; text that already holds the right spaces is left alone.
    """
    text = _OPEN_QUOTE.sub("«" + NBSP, text.replace("«" + NBSP, "«"))
    text = _CLOSE_QUOTE.sub(NBSP + "»", text.replace(NBSP + "»", "»"))
    text = _NARROW.sub(NNBSP + r"\1", text)
    text = _COLON.sub(NBSP + ":", text)
    text = _TITLES.sub(r"\1" + NBSP, text)
    return _UNITS.sub(r"\1" + NBSP, text)


def french_template(source: str) -> str:
    """The same for a template's own words: tags, variables, comments and markup are left alone."""
    parts = _MARKUP.split(source)
    for index in range(0, len(parts), 2):
        if parts[index] and not parts[index].isspace():
            before = parts[index - 1][-1:] if index else ""
            parts[index] = _after_markup(french(parts[index]), before)
    return "".join(parts)


def _after_markup(text: str, before: str) -> str:
    """A text that follows a tag or a variable may begin with the space before its punctuation."""
    if before in (">", "}"):
        text = re.sub(r"^[ \u00a0]([;!?%€])", NNBSP + r"\1", text)
        text = re.sub(r"^ :(?=\s|$)", NBSP + ":", text)
    if before == "}":
        text = re.sub(r"^ (?=(?:min|h|s|jours?|Mo|Ko)\b)", NBSP, text)
    return text


def number(value: int | float, decimals: int = 0) -> str:
    """1234.5 → « 1 234,5 » with narrow no-break spaces."""
    return f"{value:,.{decimals}f}".replace(",", NNBSP).replace(".", ",")


def duration(minutes: int) -> str:
    """Whole minutes as « 12 min », « 1 h », « 9 h 30 »; days past 48 h are for `clock.distance`."""
    hours, rest = divmod(abs(minutes), 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"


def in_sentence(label: str) -> str:
    """A label inside a sentence: « Débit lent » → « débit lent »; « RD3+ », « TV », « Wi-Fi faible » stay."""
    first = label.partition(" ")[0]
    return label[:1].lower() + label[1:] if first[1:] == first[1:].lower() else label
