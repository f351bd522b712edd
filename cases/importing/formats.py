"""Does a profile's format read a date, a time? Asked when the profile is loaded, not at every row.

A sample is written with the format and read back with it: what Python does not know, what is stray, what is
given twice and what is left out all show. The same locale writes and reads: none is assumed.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .errors import ProfileRefused
from .values import PER_SECOND

#: No two parts are alike, and the hour is past noon: « %I » alone would read 5.
SAMPLE = datetime(2001, 11, 28, 17, 46, 39, tzinfo=UTC)
NAMED = ("iso", "epoch", "epoch_ms")
_EXPECTED = {
    "format": "une date et une heure, par exemple %d/%m/%Y %H:%M, ou iso, epoch, epoch_ms",
    "date_format": "un jour entier, année comprise, par exemple %d/%m/%Y",
    "time_format": "une heure, par exemple %H:%M",
}


def check_formats(table: Mapping[str, Any], where: str, *, is_time: bool, is_duration: bool) -> None:
    """Raises ProfileRefused, naming the key and the format that reads nothing of the kind."""
    for key in _EXPECTED:
        found = table.get(key, [])
        for form in map(str, found if isinstance(found, list) else [found]):
            if is_time and not _reads(form, key):
                raise ProfileRefused(f"{where} {key} : « {form} » ne lit pas {_EXPECTED[key]}.")
            if is_duration and form not in PER_SECOND:
                raise ProfileRefused(
                    f"{where} {key} : « {form} » n’est pas une unité de durée ({', '.join(PER_SECOND)})."
                )


def _reads(form: str, key: str) -> bool:
    if key == "format" and form in NAMED:
        return True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # « a day without its year »: refused below
            read = datetime.strptime(SAMPLE.strftime(form), form)  # noqa: DTZ007 – compared by its parts
    except (ValueError, OverflowError, re.error, IndexError):
        return False
    if key != "time_format" and read.date() != SAMPLE.date():
        return False
    # A source may give the day alone (midnight), or the hour without minutes; never another hour.
    return read.hour == SAMPLE.hour or (key != "time_format" and read.hour == 0)
