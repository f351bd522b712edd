"""Under which version a day is checked: the one whose period holds it, an amendment before what it amends."""

from __future__ import annotations

from datetime import date

import pytest

from recognition.eligibility import version_on
from recognition.models import SchemeVersion

FIRST_HALF = (date(2026, 1, 1), date(2026, 6, 30))
SECOND_HALF = (date(2026, 7, 1), date(2026, 12, 31))


def version(number, period):
    return SchemeVersion(number=number, period_start=period[0], period_end=period[1])


KNOWN = [version(1, FIRST_HALF), version(3, FIRST_HALF), version(2, SECOND_HALF)]


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), 3),
        (date(2026, 6, 30), 3),
        (date(2026, 7, 1), 2),
        (date(2027, 2, 1), 2),
    ],
)
def test_version_of_a_day(day, number):
    found = version_on(KNOWN, day)

    assert (found.number if found else None) == number


def test_version_of_a_day_without_any_version_is_none():
    assert version_on([], date(2026, 1, 1)) is None
