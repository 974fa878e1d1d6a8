"""School holidays: what Flemish ones follow from Easter and the calendar."""

from datetime import date

import pytest

from samen.domain.school_holidays import Schools, closed_on

# As schools announced them; first and last day.
ANNOUNCED = [
    ("2022-10-31", "2022-11-06"),
    ("2022-12-26", "2023-01-08"),
    ("2023-02-20", "2023-02-26"),
    ("2023-04-03", "2023-04-16"),
    ("2023-12-25", "2024-01-07"),
    ("2024-02-12", "2024-02-18"),
    ("2024-04-01", "2024-04-14"),
    ("2025-10-27", "2025-11-02"),
    ("2025-12-22", "2026-01-04"),
    ("2026-02-16", "2026-02-22"),
    ("2026-04-06", "2026-04-19"),
    ("2027-11-01", "2027-11-07"),
    ("2027-12-27", "2028-01-09"),
    ("2028-02-28", "2028-03-05"),
]


@pytest.mark.parametrize(("first", "last"), ANNOUNCED)
def test_schools_that_teach_in_dutch_are_closed_from_the_first_day_to_the_last(first, last):
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    around = [date.fromordinal(begins.toordinal() - 1), begins, ends, date.fromordinal(ends.toordinal() + 1)]

    closed = [Schools.DUTCH in closed_on(on) for on in around]

    assert closed == [False, True, True, False]


def test_the_two_communities_have_weeks_of_their_own():
    both, french, neither = date(2026, 12, 28), date(2026, 3, 2 - 1), date(2026, 11, 23)

    assert closed_on(both) == {Schools.FRENCH, Schools.DUTCH}
    assert closed_on(french) == {Schools.FRENCH}
    assert closed_on(neither) == set()
