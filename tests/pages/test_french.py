"""Small words of the pages: French counts, spans of whole days."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from atdemain.pages.times import days_span

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 dossier rouge"),
        (1, "1 dossier rouge"),
        (1.5, "1.5 dossier rouge"),
        (2, "2 dossiers rouges"),
        (None, "None dossier rouge"),
    ],
)
def test_plural_begins_at_two(value: float | None, words: str) -> None:
    page = Template(
        "{% load french %}{{ n|safe }} dossier{{ n|pluralize }} {{ n|pluralize:'rouge,rouges' }}",
    )
    assert page.render(Context({"n": value}, use_l10n=False)) == words


def test_plural_of_a_list_is_of_its_length() -> None:
    page = Template("{% load french %}{{ all|pluralize }}|{{ all|length|pluralize:',nt' }}")
    assert page.render(Context({"all": []})) == "|"
    assert page.render(Context({"all": [1, 2]})) == "s|nt"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ((12, 3, 0), (12, 4, 0), "le 03/12"),
        ((12, 3, 0), (12, 5, 0), "du 03/12 au 04/12"),
        ((12, 3, 9), (12, 5, 0), "du 03/12 09:00 au 04/12"),
        ((12, 3, 9), (12, 3, 17), "du 03/12 09:00 au 03/12 17:00"),
    ],
)
def test_midnight_is_a_whole_day(start: tuple[int, ...], end: tuple[int, ...], words: str) -> None:
    first, last = (datetime(2026, *at, tzinfo=PARIS) for at in (start, end))  # type: ignore[misc]
    assert days_span(first, last, PARIS, 2026).replace("\u00a0", " ") == words
