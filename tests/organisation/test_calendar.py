"""Business time (domain.md §3.4, §11): the written vectors, the edges, the reasons a day is closed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from atdemain.organisation.calendar import BusinessCalendar, InvalidHours, NeverOpen, parse_weekly_hours

WEEK = [[["08:00", "20:00"]]] * 6 + [[]]
PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


def calendar(zone="metropole", tz="Europe/Paris", week=WEEK, exceptions=()):
    return BusinessCalendar.build(tz=tz, holiday_zone=zone, weekly_hours=week, exceptions=exceptions)


def local(text, tz=PARIS):
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=tz)


@pytest.mark.parametrize(
    ("start", "minutes", "expected", "zone", "tz"),
    [
        ("10/11/2018 19:50", 30, "12/11/2018 08:20", "metropole", "Europe/Paris"),
        ("31/10/2018 19:45", 30, "02/11/2018 08:15", "metropole", "Europe/Paris"),
        ("24/12/2018 19:50", 30, "26/12/2018 08:20", "metropole", "Europe/Paris"),
        ("24/12/2018 19:50", 30, "27/12/2018 08:20", "alsace_moselle", "Europe/Paris"),
        ("19/12/2018 19:50", 30, "21/12/2018 08:20", "reunion", "Indian/Reunion"),
        ("11/11/2018 15:00", 120, "12/11/2018 10:00", "metropole", "Europe/Paris"),
        ("29/03/2018 19:00", 120, "31/03/2018 09:00", "alsace_moselle", "Europe/Paris"),
        ("31/03/2018 19:30", 60, "03/04/2018 08:30", "metropole", "Europe/Paris"),
    ],
)
def test_add_minutes_from_the_written_vectors_gives_the_written_answer(start, minutes, expected, zone, tz):
    clock = ZoneInfo(tz)
    answer = calendar(zone, tz).add_minutes(local(start, clock), minutes)
    assert answer.tzinfo is UTC
    assert answer.astimezone(clock) == local(expected, clock)


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("12/11/2018 19:30", 30, "12/11/2018 20:00"),  # lands on closing time
        ("12/11/2018 08:00", 720, "12/11/2018 20:00"),
        ("12/11/2018 19:30", 31, "13/11/2018 08:01"),
        ("12/11/2018 20:00", 0, "13/11/2018 08:00"),  # closing time is outside
        ("12/11/2018 19:59", 0, "12/11/2018 19:59"),
        ("12/11/2018 07:00", 0, "12/11/2018 08:00"),
        ("12/11/2018 07:00", 10, "12/11/2018 08:10"),
        ("10/11/2018 21:00", 0, "12/11/2018 08:00"),  # Saturday night, then Armistice Sunday
        ("12/11/2018 20:00", 720, "13/11/2018 20:00"),
    ],
)
def test_add_minutes_at_the_edges_of_a_day(start, minutes, expected):
    assert calendar().add_minutes(local(start), minutes) == local(expected)


def test_add_minutes_keeps_the_seconds():
    start = local("12/11/2018 19:50") + timedelta(seconds=40)
    assert calendar().add_minutes(start, 30) == local("13/11/2018 08:20") + timedelta(seconds=40)


def test_add_minutes_below_zero_is_refused():
    with pytest.raises(ValueError, match="négatives"):
        calendar().add_minutes(local("12/11/2018 10:00"), -1)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="fuseau"):
        calendar().add_minutes(datetime(2018, 11, 12, 10), 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "minutes", "expected"),
    [
        ("25/03/2018 01:30", 60, "25/03/2018 03:30"),  # 02:00–03:00 does not exist
        ("28/10/2018 01:30", 120, "28/10/2018 02:30"),  # 02:00–03:00 happens twice
    ],
)
def test_add_minutes_across_a_clock_change_counts_elapsed_minutes(start, minutes, expected):
    always = calendar(week=[[["00:00", "24:00"]]] * 7)
    answer = always.add_minutes(local(start), minutes)
    assert answer - local(start).astimezone(UTC) == timedelta(minutes=minutes)
    assert answer.astimezone(PARIS).strftime("%d/%m/%Y %H:%M") == expected


@pytest.mark.parametrize(("day", "hours"), [((2018, 3, 25), 23), ((2018, 10, 28), 25), ((2018, 6, 5), 24)])
def test_a_day_open_round_the_clock_lasts_what_it_lasts(day, hours):
    [(opens, closes)] = calendar(week=[[["00:00", "24:00"]]] * 7).hours_on(date(*day))
    assert closes - opens == timedelta(hours=hours)


def test_minutes_between_two_paris_times_is_counted_in_utc():
    always = calendar(week=[[["00:00", "24:00"]]] * 7)
    assert always.minutes_between(local("28/10/2018 00:00"), local("29/10/2018 00:00")) == 25 * 60


def test_opening_inside_the_missing_hour_is_the_end_of_the_gap():
    night = calendar(week=[[["02:30", "04:00"]]] * 7)
    [(opens, closes)] = night.hours_on(date(2018, 3, 25))
    assert opens == datetime(2018, 3, 25, 1, 0, tzinfo=UTC)
    assert closes == datetime(2018, 3, 25, 2, 0, tzinfo=UTC)


def test_opening_wholly_inside_the_missing_hour_does_not_open():
    assert calendar(week=[[["02:10", "02:50"]]] * 7).hours_on(date(2018, 3, 25)) == ()


def test_minutes_between_is_negative_backwards_and_zero_over_a_closed_span():
    cal = calendar()
    a, b = local("09/11/2018 19:00"), local("12/11/2018 09:00")
    assert cal.minutes_between(a, b) == 60 + 720 + 60
    assert cal.minutes_between(b, a) == -840
    assert cal.minutes_between(local("10/11/2018 20:00"), local("12/11/2018 08:00")) == 0
    assert cal.minutes_between(a, a) == 0


def test_is_open_at_opening_and_not_at_closing():
    cal = calendar()
    assert cal.is_open(local("12/11/2018 08:00"))
    assert cal.is_open(local("12/11/2018 19:59"))
    assert not cal.is_open(local("12/11/2018 20:00"))
    assert not cal.is_open(local("12/11/2018 07:59"))
    assert not cal.is_open(local("11/11/2018 10:00"))


def test_next_opening_is_the_instant_itself_when_open():
    cal = calendar()
    assert cal.next_opening(local("12/11/2018 10:07")) == local("12/11/2018 10:07")
    assert cal.next_opening(local("12/11/2018 20:00")) == local("13/11/2018 08:00")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("12/11/2018 10:00", "12/11/2018 11:00", True),
        ("12/11/2018 19:00", "12/11/2018 20:00", True),
        ("12/11/2018 19:30", "12/11/2018 20:30", False),
        ("12/11/2018 07:30", "12/11/2018 08:30", False),
        ("12/11/2018 19:00", "13/11/2018 09:00", False),
        ("11/11/2018 10:00", "11/11/2018 11:00", False),
        ("12/11/2018 10:00", "12/11/2018 10:00", False),
        ("12/11/2018 11:00", "12/11/2018 10:00", False),
    ],
)
def test_covers_asks_for_the_whole_window_in_one_day(start, end, expected):
    assert calendar().covers(local(start), local(end)) is expected


def test_covers_refuses_a_window_over_a_lunch_break():
    split = calendar(week=[[["08:00", "12:00"], ["14:00", "18:00"]]] * 5 + [[], []])
    assert not split.covers(local("12/11/2018 11:30"), local("12/11/2018 14:30"))
    assert split.covers(local("12/11/2018 14:00"), local("12/11/2018 15:00"))
    assert split.add_minutes(local("12/11/2018 11:50"), 20) == local("12/11/2018 14:10")


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("09/11/2018 10:00", 1, "10/11/2018 20:00"),  # Friday → Saturday
        ("09/11/2018 10:00", 2, "12/11/2018 20:00"),  # Sunday 11 November skipped
        ("11/11/2018 10:00", 1, "12/11/2018 20:00"),
        ("30/03/2018 10:00", 2, "03/04/2018 20:00"),  # Easter Monday skipped
    ],
)
def test_add_business_days_is_the_closing_time_of_the_nth_later_open_day(start, n, expected):
    assert calendar().add_business_days(local(start), n) == local(expected)


def test_add_business_days_under_one_is_refused():
    with pytest.raises(ValueError, match="au moins un jour"):
        calendar().add_business_days(local("12/11/2018 10:00"), 0)


def test_an_exception_replaces_the_hours_of_a_holiday():
    worked = calendar(exceptions=[(date(2018, 5, 21), "09:00", "17:00", "Lundi de Pentecôte travaillé")])
    assert worked.hours_on(date(2018, 5, 21)) == (
        (datetime(2018, 5, 21, 7, tzinfo=UTC), datetime(2018, 5, 21, 15, tzinfo=UTC)),
    )
    assert calendar().hours_on(date(2018, 5, 21)) == ()


def test_a_closed_exception_closes_the_whole_day_whatever_else_is_written():
    closed = calendar(exceptions=[(date(2018, 11, 12), "08:00", "12:00"), (date(2018, 11, 12), "", "")])
    assert closed.hours_on(date(2018, 11, 12)) == ()
    assert closed.add_minutes(local("10/11/2018 19:50"), 30) == local("13/11/2018 08:20")


def test_two_exceptions_of_a_day_are_two_openings():
    split = calendar(
        exceptions=[(date(2018, 11, 12), "14:00", "16:00"), (date(2018, 11, 12), "08:00", "10:00")]
    )
    assert split.minutes_between(local("12/11/2018 00:00"), local("13/11/2018 00:00")) == 240


def test_exceptions_that_overlap_are_refused_naming_the_day():
    with pytest.raises(InvalidHours, match="12/11/2018"):
        calendar(exceptions=[(date(2018, 11, 12), "08:00", "12:00"), (date(2018, 11, 12), "11:00", "14:00")])


def test_closed_reason_says_holiday_closed_or_the_reason_of_the_exception():
    cal = calendar(
        exceptions=[
            (date(2018, 11, 14), "", "", "Inventaire"),
            (date(2018, 11, 15), "", ""),
            (date(2018, 11, 16), "10:00", "12:00", "Matinée réduite"),
        ]
    )
    assert cal.closed_reason(date(2018, 11, 1)) == "Férié"
    assert cal.closed_reason(date(2018, 11, 18)) == "Fermé"
    assert cal.closed_reason(date(2018, 11, 14)) == "Inventaire"
    assert cal.closed_reason(date(2018, 11, 15)) == "Fermé"
    assert cal.closed_reason(date(2018, 11, 16)) == ""
    assert cal.closed_reason(date(2018, 11, 13)) == ""


def test_local_date_follows_the_zone_of_the_unit():
    late = datetime(2018, 11, 12, 21, 30, tzinfo=UTC)
    assert calendar().local_date(late) == date(2018, 11, 12)
    assert calendar("reunion", "Indian/Reunion").local_date(late) == date(2018, 11, 13)


@pytest.mark.parametrize("call", ["next_opening", "add_minutes", "add_business_days"])
def test_a_unit_never_open_raises_a_clear_error_instead_of_looping(call):
    never = calendar(week=[[]] * 7, exceptions=[(date(2018, 1, 1), "08:00", "09:00")])
    arguments = () if call == "next_opening" else (10,)
    with pytest.raises(NeverOpen, match="Aucune ouverture"):
        getattr(never, call)(local("12/11/2018 10:00"), *arguments)


def test_a_unit_open_on_exceptions_only_finds_them():
    rare = calendar(week=[[]] * 7, exceptions=[(date(2019, 2, 3), "08:00", "09:00")])
    assert rare.next_opening(local("12/11/2018 10:00")) == local("03/02/2019 08:00")
    with pytest.raises(NeverOpen):
        rare.add_minutes(local("12/11/2018 10:00"), 61)


@pytest.mark.parametrize(
    "at", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)], ids=["year 1", "year 9999"]
)
def test_the_ends_of_the_calendar_raise_a_clear_error_or_answer(at):
    tz = "America/Martinique" if at.year == 1 else "Europe/Paris"
    cal = calendar("martinique" if at.year == 1 else "metropole", tz, [[["00:00", "24:00"]]] * 7)
    with pytest.raises(NeverOpen):
        cal.next_opening(at)


@pytest.mark.parametrize(
    ("week", "message"),
    [
        ("lundi", "sept jours"),
        ([[]] * 6, "sept jours"),
        ([["08:00"]] + [[]] * 6, "Lundi : chaque ouverture"),
        ([[]] + [8] + [[]] * 5, "Mardi : donnez une liste"),
        ([[["8h", "20:00"]]] + [[]] * 6, "« 8h » n’est pas une heure"),
        ([[["08:00", "25:00"]]] + [[]] * 6, "« 25:00 » n’est pas une heure entre"),
        ([[["08:60", "20:00"]]] + [[]] * 6, "« 08:60 » n’est pas une heure entre"),
        ([[["24:00", "24:00"]]] + [[]] * 6, "24:00 est une heure de fermeture"),
        ([[["20:00", "08:00"]]] + [[]] * 6, r"la fermeture \(08:00\) vient après l’ouverture \(20:00\)"),
        ([[["08:00", "08:00"]]] + [[]] * 6, "vient après"),
        ([[["08:00", "12:00"], ["11:00", "18:00"]]] + [[]] * 6, "se chevauchent à 11:00"),
        ([[[None, "20:00"]]] + [[]] * 6, "n’est pas une heure"),
    ],
)
def test_unreadable_hours_are_refused_in_french(week, message):
    with pytest.raises(InvalidHours, match=message):
        parse_weekly_hours(week)


def test_hours_are_read_as_minutes_in_order():
    week = parse_weekly_hours([[["14:00", "24:00"], ["8:30", "12:00"]]] + [[]] * 6)
    assert week == (((510, 720), (840, 1440)), (), (), (), (), (), ())


def test_an_unknown_holiday_zone_is_refused():
    with pytest.raises(ValueError, match="Zone de jours fériés inconnue"):
        calendar("corse")


def test_a_long_delay_reads_days_and_never_walks_minutes():
    """Ten business days, or a thousand hours, cost a few dictionary reads: day after day, not minute."""
    asked = []

    class Counting(BusinessCalendar):
        def hours_on(self, day):
            asked.append(day)
            return super().hours_on(day)

    counting = Counting.build(tz="Europe/Paris", holiday_zone="metropole", weekly_hours=WEEK)
    counting.add_business_days(local("12/11/2018 10:00"), 10)
    assert len(asked) <= 12
    asked.clear()
    counting.add_minutes(local("12/11/2018 10:00"), 1_000 * 60)
    assert len(asked) <= 110


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        ([(date(2018, 11, 13), "08:00", "24:00")], "13/11/2018 23:30"),
        (
            [(date(2018, 11, 13), "00:00", "24:00"), (date(2018, 11, 14), "00:00", "24:00")],
            "13/11/2018 12:00",
        ),
        ([(date(2018, 11, 13), "", "")], "15/11/2018 11:30"),
    ],
)
def test_exceptions_up_to_midnight_and_closed_days_move_the_end(exceptions, expected):
    """From Monday 12/11 19:30: half an hour is left that day."""
    assert calendar(exceptions=exceptions).add_minutes(
        local("12/11/2018 19:30"), _minutes(exceptions)
    ) == local(expected)


def _minutes(exceptions):
    """Half an hour on Monday, then 15 h 30, twelve hours, or a whole Wednesday and 3 h 30."""
    if exceptions[0][1] == "08:00":
        return 30 + 15 * 60 + 30
    return 30 + 12 * 60 if exceptions[0][1] == "00:00" else 30 + 12 * 60 + 3 * 60 + 30


def test_two_days_open_round_the_clock_join_at_midnight():
    always = calendar(week=[[["00:00", "24:00"]]] * 7, exceptions=[])
    assert always.add_minutes(local("13/11/2018 23:50"), 20) == local("14/11/2018 00:10")
    assert always.add_minutes(local("13/11/2018 23:50"), 10) == local("14/11/2018 00:00")
    assert not always.covers(local("13/11/2018 23:50"), local("14/11/2018 00:10"))
