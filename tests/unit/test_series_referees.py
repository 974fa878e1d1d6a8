"""Random rules, judged by two that do not know our code: the RFC's table worked by hand, and dateutil.

The table (RFC 5545, 3.3.10) is worked naively: list the days of a period, and let each part in its turn pick
from the list. dateutil is asked where it reads rules as the RFC does (ADR 14).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from samen.domain.series import cut_before, expand, rest_from

BRUSSELS = ZoneInfo("Europe/Brussels")
DAY = timedelta(days=1)
NAMES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
# How many years are looked at: enough for leap days and week 53, few enough to be slow over.
WINDOW = {"DAILY": 2, "WEEKLY": 3, "MONTHLY": 5, "YEARLY": 13}


def text_of(parts):
    return ";".join(f"{name}={','.join(map(str, values))}" for name, values in parts.items())


def named(listed, numbers):
    """Those in the list that the numbers name, from the front or from the back."""
    found = [listed[n - 1] if n > 0 else listed[n] for n in numbers if abs(n) <= len(listed)]
    return [one for one in listed if one in found]


def days_of_year(year):
    return [date(year, 1, 1) + n * DAY for n in range(366) if (date(year, 1, 1) + n * DAY).year == year]


def days_of_month(year, month):
    return [date(year, month, n + 1) for n in range(monthrange(year, month)[1])]


def weeks_of_year(year, first_weekday):
    """The weeks with four days in the year, each a list of days."""
    mondays = [day for day in days_of_year(year) if day.weekday() == first_weekday]
    weeks = [[start + n * DAY for n in range(7)] for start in (mondays[0] - 7 * DAY, *mondays)]
    return [week for week in weeks if sum(day.year == year for day in week) >= 4]


def period_of(freq, day, first_weekday):
    """The days of the period that the day is in, and the period's number."""
    if freq == "DAILY":
        return [day], day.toordinal()
    if freq == "WEEKLY":
        start = next(day - n * DAY for n in range(7) if (day - n * DAY).weekday() == first_weekday)
        return [start + n * DAY for n in range(7)], start.toordinal() // 7
    if freq == "MONTHLY":
        return days_of_month(day.year, day.month), day.year * 12 + day.month
    return days_of_year(day.year), day.year


def days_by_weekday(freq, parts, year, period):
    """The days that BYDAY names: an ordinal counts in the month where there is one, else in the year."""
    if freq == "YEARLY" and "BYMONTH" not in parts:
        spans = [days_of_year(year)]
    elif freq in {"MONTHLY", "YEARLY"}:
        spans = [days_of_month(year, month) for month in {day.month for day in period}]
    else:
        spans = [period]
    for span, text in product(spans, parts["BYDAY"]):
        those = [day for day in span if NAMES[day.weekday()] == text[-2:]]
        yield from named(those, [int(text[:-2])]) if text[:-2] else those


def from_the_first_date(freq, parts, first):
    """The parts, with what the RFC takes from DTSTART."""
    given_days = parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}
    if freq == "DAILY" or given_days:
        return parts
    if freq == "WEEKLY" or "BYWEEKNO" in parts:
        return parts | {"BYDAY": [NAMES[first.weekday()]]}
    if freq == "YEARLY" and "BYMONTH" not in parts:
        return parts | {"BYMONTH": [first.month], "BYMONTHDAY": [first.day]}
    return parts | {"BYMONTHDAY": [first.day]}


def chosen_days(freq, parts, period, first_weekday):
    years = {day.year for day in period}
    if "BYMONTH" in parts:
        period = [day for day in period if day.month in parts["BYMONTH"]]
    if "BYWEEKNO" in parts:
        near = range(min(years) - 1, max(years) + 2)
        weeks = [
            week for year in near for week in named(weeks_of_year(year, first_weekday), parts["BYWEEKNO"])
        ]
        period = [day for day in period if any(day in week for week in weeks)]
    if "BYYEARDAY" in parts:
        named_days = [day for year in years for day in named(days_of_year(year), parts["BYYEARDAY"])]
        period = [day for day in period if day in named_days]
    if "BYMONTHDAY" in parts:
        period = [
            day for day in period if day in named(days_of_month(day.year, day.month), parts["BYMONTHDAY"])
        ]
    if "BYDAY" in parts and period:
        named_days = list(days_by_weekday(freq, parts, period[0].year, period))
        period = [day for day in period if day in named_days]
    return period


def worked_by_hand(parts, first, last):
    """Every wall time of the rule from the first to the day `last`."""
    freq, first_weekday = parts["FREQ"][0], NAMES.index(parts.get("WKST", ["MO"])[0])
    asked = from_the_first_date(freq, parts, first)
    origin = period_of(freq, first.date(), first_weekday)[1]
    day, walls = first.date(), []
    while day <= last:
        period, number = period_of(freq, day, first_weekday)
        if (number - origin) % parts.get("INTERVAL", [1])[0] == 0:
            days = chosen_days(freq, asked, period, first_weekday)
            times = product(asked.get("BYHOUR", [first.hour]), asked.get("BYMINUTE", [first.minute]))
            made = sorted(datetime(d.year, d.month, d.day, *at) for d, at in product(days, times))  # noqa: DTZ001
            walls += named(made, parts["BYSETPOS"]) if "BYSETPOS" in parts else made
        day = period[-1] + DAY
    there = [wall for wall in walls if wall >= first and wall.date() <= last and not in_the_spring_gap(wall)]
    return there[: parts["COUNT"][0]] if "COUNT" in parts else there


def in_the_spring_gap(wall):
    """Brussels, since 1996: from 2:00 to 3:00 on the last Sunday of March."""
    sundays = [day for day in days_of_month(wall.year, 3) if day.weekday() == 6]
    return wall.date() == sundays[-1] and wall.hour == 2


def some(*values, most=3):
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(sorted)


def numbers(most):
    """Numbers up to `most`, from both ends, the far ones often."""
    return some(*{n * sign for n in (1, 2, 5, most // 2, most - 1, most) for sign in (1, -1)})


PLAIN_DAYS = some(*NAMES)
NUMBERED_DAYS = some(*(f"{n}{day}" for n in (1, 2, 4, 5, -1, -5) for day in ("MO", "FR", "SU")), "TU", "SA")
YEARLY_DAYS = some(*(f"{n}{day}" for n in (1, 20, 53, -1, -53) for day in ("MO", "FR", "SU")), "TU")
TIMES = {"BYHOUR": some(2, 9, 17), "BYMINUTE": some(0, 30)}
MAY_HAVE = {
    "DAILY": {"BYMONTH": some(*range(1, 13)), "BYMONTHDAY": numbers(31), "BYDAY": PLAIN_DAYS},
    "WEEKLY": {"BYMONTH": some(*range(1, 13)), "BYDAY": PLAIN_DAYS},
    "MONTHLY": {"BYMONTH": some(*range(1, 13)), "BYMONTHDAY": numbers(31), "BYDAY": NUMBERED_DAYS},
    "YEARLY": {
        "BYMONTH": some(*range(1, 13)),
        "BYWEEKNO": numbers(53),
        "BYYEARDAY": numbers(366),
        "BYMONTHDAY": numbers(31),
        "BYDAY": YEARLY_DAYS,
    },
}


@st.composite
def rules(draw):
    """Any rule the RFC allows, as its parts."""
    freq = draw(st.sampled_from(sorted(MAY_HAVE)))
    parts = {"FREQ": [freq]}
    for name, values in (MAY_HAVE[freq] | TIMES).items():
        if draw(st.integers(0, 2)) == 0:
            parts[name] = draw(PLAIN_DAYS if name == "BYDAY" and "BYWEEKNO" in parts else values)
    if len(parts) > 1 and draw(st.booleans()):
        parts["BYSETPOS"] = draw(some(1, 2, 3, -1, -2))
    for name, values in {"INTERVAL": st.integers(1, 4), "WKST": st.sampled_from(NAMES)}.items():
        if draw(st.booleans()):
            parts[name] = [draw(values)]
    if draw(st.booleans()):
        parts["COUNT"] = [draw(st.integers(1, 20))]
    return parts


FIRST_DATES = st.sampled_from(
    [date(2027, 1, 31), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2029, 12, 31)]
) | st.dates(date(2019, 1, 1), date(2031, 1, 1))
FIRST_TIMES = st.sampled_from([9, 2]).flatmap(
    lambda hour: FIRST_DATES.map(lambda day: datetime(day.year, day.month, day.day, hour))  # noqa: DTZ001
)


@settings(max_examples=300, deadline=None)
@given(rules(), FIRST_TIMES)
def test_the_table_worked_by_hand_gives_the_same_dates(parts, first):
    last = date(first.year + WINDOW[parts["FREQ"][0]], 12, 31)
    end_of_window = datetime(last.year + 1, 1, 1, tzinfo=BRUSSELS).astimezone(UTC) - timedelta(seconds=1)

    starts = expand(first, text_of(parts), BRUSSELS, limit=50_000, until=end_of_window).starts

    assert [start.replace(tzinfo=None) for start in starts] == worked_by_hand(parts, first, last)


@settings(max_examples=150, deadline=None)
@given(rules(), FIRST_TIMES, st.integers(0, 9))
def test_the_two_halves_of_a_cut_rule_are_the_whole(parts, first, place):
    rrule, until = text_of(parts), datetime(first.year + 6, 1, 1, tzinfo=UTC)
    whole = expand(first, rrule, BRUSSELS, limit=100, until=until).starts
    assume(whole)
    at = whole[min(place, len(whole) - 1)]

    before = expand(first, cut_before(rrule, first, BRUSSELS, at), BRUSSELS).starts
    rest = rest_from(rrule, first, BRUSSELS, at)
    after = expand(at.replace(tzinfo=None), rest, BRUSSELS, limit=100 - len(before), until=until).starts

    assert before + after == whole


@settings(max_examples=50, deadline=None)
@given(numbers(53), PLAIN_DAYS)
def test_weeks_are_those_of_the_iso_calendar(weeks, days):
    rrule = text_of({"FREQ": ["YEARLY"], "BYWEEKNO": weeks, "BYDAY": days, "UNTIL": ["20401231"]})

    starts = expand(datetime(2019, 1, 1, 9), rrule, BRUSSELS, limit=50_000).starts  # noqa: DTZ001

    assert [start.date() for start in starts] == list(days_of_iso_weeks(weeks, days))


def days_of_iso_weeks(weeks, days):
    for ordinal in range(date(2019, 1, 1).toordinal(), date(2041, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        last_week = date(day.isocalendar().year, 12, 28).isocalendar().week
        in_week = {day.isocalendar().week, day.isocalendar().week - last_week - 1} & set(weeks)
        if in_week and NAMES[day.weekday()] in days:
            yield day


NINE_OCLOCK = FIRST_DATES.map(lambda day: datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001


@st.composite
def agreed_rules(draw):
    """Rules on whose dates the library and the RFC agree."""
    freq = draw(st.sampled_from(sorted(MAY_HAVE)))
    parts = {"FREQ": [freq], "INTERVAL": [draw(st.integers(1, 4))], "WKST": [draw(st.sampled_from(NAMES))]}
    if draw(st.booleans()):
        parts["BYMONTH"] = draw(st.lists(st.integers(1, 12), min_size=2, max_size=4, unique=True))
    if freq in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts["BYMONTHDAY"] = draw(some(1, 13, 28, 31, -1, -5))
    elif draw(st.booleans()):
        nth = draw(st.sampled_from(["", "1", "2", "-1"])) if freq in {"MONTHLY", "YEARLY"} else ""
        parts["BYDAY"] = [nth + day for day in draw(PLAIN_DAYS)]
    return parts


@settings(max_examples=100, deadline=None)
@given(agreed_rules(), NINE_OCLOCK)
def test_the_library_gives_the_same_dates_where_it_reads_the_rule_as_the_rfc_does(parts, first):
    theirs = [at for at in islice(rrulestr(text_of(parts), dtstart=first), 8) if at.year < 2090]

    starts = expand(first, text_of(parts), BRUSSELS, limit=8).starts

    assert [start.replace(tzinfo=None) for start in starts if start.year < 2090] == theirs
