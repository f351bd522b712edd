"""The lines of Ma journée, drawn fifty at a time on the page that everybody keeps open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from cases.day import Line

register = template.Library()

#: What differs from line to line; the rest is a line's shape, of which there are a few dozen.
TEXTS = ("key", "ref", "title", "client", "when", "left", "owed", "meta", "mark", "start", "end")
_drawn: dict[tuple, str] = {}


@register.simple_tag
def day_lines(lines: Iterable[Line]) -> SafeString:
    """Each line as components/_line.html draws its shape (once in a process), filled with its texts."""
    return SafeString("".join(map(_filled, lines)))  # every text is escaped


def _filled(line: Line) -> str:
    shape = (line.colour, line.action, line.tone, line.primary, line.worked, bool(line.start), bool(line.end))
    if shape not in _drawn:
        _drawn[shape] = _draw(line)
    return _drawn[shape] % {name: escape(getattr(line, name)) for name in TEXTS}


def _draw(line: Line) -> str:
    """The shape of this line, a mark `%(name)s` where each text goes."""
    marks = {name: f"\0{name}\0" for name in TEXTS if getattr(line, name)}
    drawn = render_to_string("components/_line.html", {"line": replace(line, **marks)})
    drawn = drawn.strip().replace("%", "%%")
    for name, mark in marks.items():
        drawn = drawn.replace(mark, f"%({name})s")
    return drawn
