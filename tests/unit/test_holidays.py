"""The ten legal holidays of Belgium."""

from datetime import date, timedelta

from dateutil.easter import easter as dateutils_easter

from samen.domain.holidays import Holiday, easter, holiday_on

IN_2027 = {
    date(2027, 1, 1): Holiday.NEW_YEAR,
    date(2027, 3, 29): Holiday.EASTER_MONDAY,
    date(2027, 5, 1): Holiday.LABOUR_DAY,
    date(2027, 5, 6): Holiday.ASCENSION,
    date(2027, 5, 17): Holiday.WHIT_MONDAY,
    date(2027, 7, 21): Holiday.NATIONAL_DAY,
    date(2027, 8, 15): Holiday.ASSUMPTION,
    date(2027, 11, 1): Holiday.ALL_SAINTS,
    date(2027, 11, 11): Holiday.ARMISTICE,
    date(2027, 12, 25): Holiday.CHRISTMAS,
}


def test_a_year_has_its_ten_and_no_other():
    days = (date(2027, 1, 1) + timedelta(days=n) for n in range(365))

    assert {on: found for on in days if (found := holiday_on(on))} == IN_2027


def test_easter_agrees_with_another_reckoning():
    assert [easter(year) for year in range(1900, 2200)] == [
        dateutils_easter(year) for year in range(1900, 2200)
    ]


def test_of_two_holidays_on_one_day_the_moving_one_is_named():
    assert holiday_on(date(2008, 5, 1)) is Holiday.ASCENSION
