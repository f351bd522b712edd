"""The seven holiday zones (domain.md §3.4, §11)."""

from datetime import date

import pytest

from atdemain.organisation.enums import HolidayZone
from atdemain.organisation.public_holidays import public_holidays

METROPOLE_2026 = {
    date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14),
    date(2026, 5, 25), date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11),
    date(2026, 12, 25),
}  # fmt: skip
MORE_2026 = {
    HolidayZone.METROPOLE: set(),
    HolidayZone.ALSACE_MOSELLE: {date(2026, 4, 3), date(2026, 12, 26)},
    HolidayZone.GUADELOUPE: {date(2026, 5, 27)},
    HolidayZone.MARTINIQUE: {date(2026, 5, 22)},
    HolidayZone.GUYANE: {date(2026, 6, 10)},
    HolidayZone.REUNION: {date(2026, 12, 20)},
    HolidayZone.MAYOTTE: {date(2026, 4, 27)},
}


@pytest.mark.parametrize("zone", HolidayZone)
def test_a_zone_has_the_national_days_and_its_own(zone):
    assert public_holidays(zone, 2026) == METROPOLE_2026 | MORE_2026[zone]


@pytest.mark.parametrize("zone", HolidayZone)
@pytest.mark.parametrize("year", range(2018, 2031))
def test_every_year_of_the_period_has_eleven_national_days_and_those_of_the_zone(zone, year):
    days = public_holidays(zone, year)
    own = days - public_holidays("metropole", year)
    together = zone == HolidayZone.GUYANE and year in (2019, 2030)  # 10 June is Whit Monday
    assert len(public_holidays("metropole", year)) == 11
    assert len(own) == (0 if together else len(MORE_2026[zone]))
    assert len(days) == 11 + len(own)


@pytest.mark.parametrize("zone", [HolidayZone.GUADELOUPE, HolidayZone.MARTINIQUE])
def test_the_customary_days_of_the_antilles_are_ordinary_days(zone):
    good_friday, mid_lent = date(2018, 3, 30), date(2018, 3, 8)
    assert not {good_friday, mid_lent, date(2018, 7, 21)} & public_holidays(zone, 2018)
