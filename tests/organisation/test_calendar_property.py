"""Business time against a naive walk, minute by minute, that knows nothing of the real one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import HolidayZone

ZONES = {
    "metropole": "Europe/Paris",
    "alsace_moselle": "Europe/Paris",
    "guadeloupe": "America/Guadeloupe",
    "martinique": "America/Martinique",
    "guyane": "America/Cayenne",
    "reunion": "Indian/Reunion",
    "mayotte": "Indian/Mayotte",
}
WEEKS = [
    [[["08:00", "20:00"]]] * 6 + [[]],
    [[["08:00", "12:00"], ["13:30", "18:15"]]] * 5 + [[], []],
    [[["00:00", "24:00"]]] * 7,
    [[["22:00", "24:00"]], [["00:00", "06:00"], ["22:00", "24:00"]]]
    + [[["09:00", "10:00"]]] * 4
    + [[["01:00", "05:00"]]],
]
ABOLITION = {
    "guadeloupe": (5, 27),
    "martinique": (5, 22),
    "guyane": (6, 10),
    "reunion": (12, 20),
    "mayotte": (4, 27),
}
FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
CLOCK_CHANGES = [date(2018, 3, 25), date(2021, 10, 31), date(2026, 3, 29), date(2026, 10, 25)]


def easter(year: int) -> date:
    """The Gregorian computus (Meeus), so that the walk does not read the library under test."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741
    m = (a + 11 * h + 19 * l) // 433
    month = (h + l - 7 * m + 90) // 25
    return date(year, month, (h + l - 7 * m + 33 * month + 19) % 32)


def is_holiday(zone: str, day: date) -> bool:
    offset = (day - easter(day.year)).days
    if (day.month, day.day) in FIXED or offset in (1, 39, 50):
        return True
    if zone == "alsace_moselle":
        return offset == -2 or (day.month, day.day) == (12, 26)
    return ABOLITION.get(zone) == (day.month, day.day)


def wall_hours(zone: str, week: list, exceptions: dict, day: date) -> list[tuple[int, int]]:
    if day in exceptions:
        pairs = exceptions[day]
    elif is_holiday(zone, day):
        pairs = []
    else:
        pairs = week[day.weekday()]
    return [tuple(int(t[:2]) * 60 + int(t[3:]) for t in pair) for pair in pairs]


def open_minute(zone: str, tz: ZoneInfo, week: list, exceptions: dict, at: datetime) -> bool:
    wall = at.astimezone(tz)
    minute = wall.hour * 60 + wall.minute
    return any(o <= minute < c for o, c in wall_hours(zone, week, exceptions, wall.date()))


def walk(zone: str, tz: ZoneInfo, week: list, exceptions: dict, start: datetime, minutes: int) -> datetime:
    """Minute by minute: the end of the `minutes`-th open minute, or the first open one for 0."""
    at, left = start, minutes
    for _ in range(60 * 24 * 40):
        if open_minute(zone, tz, week, exceptions, at):
            if left == 0:
                return at
            left -= 1
            if left == 0:
                return at + timedelta(minutes=1)
        at += timedelta(minutes=1)
    raise AssertionError("the walk found no opening in forty days")


HOURS = st.sampled_from(
    [[], [["00:00", "24:00"]], [["09:00", "17:00"]], [["06:00", "09:30"], ["20:00", "24:00"]]]
)
ANY_DAY = st.dates(date(2018, 1, 1), date(2030, 12, 24))
NEAR_A_CHANGE = st.builds(
    lambda day, shift: day + timedelta(days=shift), st.sampled_from(CLOCK_CHANGES), st.integers(-1, 1)
)
HOLIDAYS = st.builds(
    lambda year, month_day, shift: date(year, *month_day) + timedelta(days=shift),
    st.integers(2018, 2030),
    st.sampled_from(sorted(FIXED - {(12, 25)} | set(ABOLITION.values()))),
    st.integers(-1, 1),
).filter(lambda day: day.year >= 2018)


@st.composite
def situations(draw):
    zone = draw(st.sampled_from([z.value for z in HolidayZone]))
    week = draw(st.sampled_from(WEEKS))
    day = draw(st.one_of(ANY_DAY, NEAR_A_CHANGE, HOLIDAYS))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 1439)))
    shifts = draw(st.dictionaries(st.integers(-1, 4), HOURS, max_size=3))
    exceptions = {day + timedelta(days=shift): hours for shift, hours in shifts.items()}
    rows = [
        row
        for when, pairs in exceptions.items()
        for row in ([(when, o, c) for o, c in pairs] or [(when, "", "")])
    ]
    tz = ZONES[zone]
    calendar = BusinessCalendar.build(tz=tz, holiday_zone=zone, weekly_hours=week, exceptions=rows)
    return zone, ZoneInfo(tz), week, exceptions, calendar, start


@settings(max_examples=150, deadline=None, derandomize=True)
@given(situations(), st.integers(0, 1_500))
def test_add_minutes_agrees_with_a_walk_minute_by_minute(situation, minutes):
    zone, tz, week, exceptions, calendar, start = situation
    expected = walk(zone, tz, week, exceptions, start, minutes)
    assert calendar.add_minutes(start, minutes) == expected
    assert calendar.minutes_between(start, expected) == minutes


@settings(max_examples=150, deadline=None, derandomize=True)
@given(situations(), st.integers(-3_000, 3_000))
def test_minutes_between_agrees_with_a_walk_minute_by_minute(situation, gap):
    zone, tz, week, exceptions, calendar, start = situation
    low, high = min(0, gap), max(0, gap)
    count = sum(
        open_minute(zone, tz, week, exceptions, start + timedelta(minutes=m)) for m in range(low, high)
    )
    assert calendar.minutes_between(start, start + timedelta(minutes=gap)) == (count if gap >= 0 else -count)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(situations())
def test_is_open_agrees_with_the_clock_on_the_wall(situation):
    zone, tz, week, exceptions, calendar, start = situation
    for minute in range(0, 2_880, 17):
        at = start + timedelta(minutes=minute)
        assert calendar.is_open(at) is open_minute(zone, tz, week, exceptions, at)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(situations(), st.integers(0, 4_000), st.integers(0, 4_000))
def test_adding_in_two_steps_is_adding_once(situation, first, second):
    *_, calendar, start = situation
    in_steps = calendar.add_minutes(calendar.add_minutes(start, first), second)
    at_once = calendar.add_minutes(start, first + second)
    assert in_steps == at_once or (second == 0 and in_steps == calendar.next_opening(at_once))


@pytest.mark.parametrize("year", [2018, 2019, 2020, 2024, 2026, 2030])
def test_the_computus_of_this_test_gives_easter_sunday(year):
    known = {2018: (4, 1), 2019: (4, 21), 2020: (4, 12), 2024: (3, 31), 2026: (4, 5), 2030: (4, 21)}
    assert (easter(year).month, easter(year).day) == known[year]


@settings(max_examples=100, deadline=None, derandomize=True)
@given(situations(), st.integers(1, 6))
def test_add_business_days_agrees_with_counting_the_open_dates(situation, n):
    """Five minutes by five minutes: all the hours drawn above fall on such a step."""
    zone, tz, week, exceptions, calendar, start = situation
    day, left, step = start.astimezone(tz).date(), n, timedelta(minutes=5)
    while left:
        day += timedelta(days=1)
        midnight = datetime(day.year, day.month, day.day, tzinfo=tz).astimezone(UTC)
        ends = [
            at + step
            for at in (midnight + number * step for number in range(25 * 12))
            if at.astimezone(tz).date() == day and open_minute(zone, tz, week, exceptions, at)
        ]
        left -= bool(ends)
    assert calendar.add_business_days(start, n) == ends[-1]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(situations())
def test_next_opening_agrees_with_a_walk_minute_by_minute(situation):
    zone, tz, week, exceptions, calendar, start = situation
    assert calendar.next_opening(start) == walk(zone, tz, week, exceptions, start, 0)
