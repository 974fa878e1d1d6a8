"""Managers who make one round final at once, and somebody who books in its midst."""

from functools import partial

import pytest
from sqlalchemy import func, select

from faults import racing
from faults.test_race import OVERLAPS
from samen.adapters.db.models import Series
from samen.domain.access import Role
from samen.domain.interval import Interval
from samen.services import awards, booking, round_final, rounds
from samen.services.booking import Ask
from samen.services.round_final import Finalised
from support.building import NOW, a_member
from support.rounds import CLOSED, LATER, SEASON, House, instant

MANAGERS = 8


class Race(racing.Start):
    """A round in which one wish gets Iris on Monday evenings."""

    def __init__(self, database):
        super().__init__(database)
        self.house = House(database)
        self.managers = [a_member(database, f"m{n}@x", role=Role.MANAGER) for n in range(MANAGERS)]
        self.round = self.house.open()
        self.house.file(self.round, spaces=frozenset({"iris"}))

    def booked(self):
        """How many series there are, and how many claims overlap."""
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Series)), session.scalar(OVERLAPS)


@pytest.fixture
def race(database):
    return Race(database)


def publish(race):
    """Every manager shows the plan at once; how many did."""
    closed = race.house.closed(race.round)
    solve = race.house.solved(closed)
    shown = race.at_once(
        *(
            partial(
                awards.publish_preview,
                round_id=closed.id,
                version=closed.version,
                solve_id=solve.id,
                objections_until_at=LATER,
                viewer=manager,
                now=CLOSED,
            )
            for manager in race.managers
        )
    )
    return [answer for answer in shown if answer != rounds.CHANGED]


def finalise(race, *others):
    """Every manager makes it final at once, beside what others do; what became of it."""
    shown = race.house.preview(race.round)
    steps = (
        partial(
            round_final.finalise,
            round_id=shown.id,
            version=shown.version,
            viewer=manager,
            now=CLOSED,
            skip_clashes=True,
        )
        for manager in race.managers
    )
    return race.at_once(*steps, *others)


def books_the_third_monday(race):
    on = SEASON.from_on.replace(day=18)
    during = Interval(
        instant(on.year, on.month, on.day, "19:00"), instant(on.year, on.month, on.day, "21:00")
    )
    ask = Ask("iris", during, "Réunion", 4, race.house.lea)
    return lambda session: booking.request(session, ask, NOW)


def test_of_many_managers_one_shows_the_preview_and_the_others_are_told(race):
    shown = publish(race)

    assert [one.id for one in shown] == [race.round.id]
    assert race.told()["round_preview"] == MANAGERS + 3


def test_of_many_managers_one_makes_it_final_and_the_others_lose_cleanly(race):
    answers = finalise(race)

    won = [one for one in answers if isinstance(one, Finalised)]
    assert len(won) == 1
    assert all(one.refusal == rounds.CHANGED for one in answers if one not in won)
    assert race.booked() == (1, 0)


def test_a_booking_in_its_midst_has_its_time_or_hears_no(race):
    *answers, booked = finalise(race, books_the_third_monday(race))

    (won,) = (one for one in answers if isinstance(one, Finalised))
    clashes = sum(len(clash.dates) for clash in won.clashes)
    assert clashes == isinstance(booked, booking.Booked)
    assert race.booked() == (1 + clashes, 0)


def test_the_same_catches_rounds_without_turns_and_versions(race, monkeypatch):
    with racing.unguarded(race, monkeypatch):
        finalise(race, books_the_third_monday(race))
        series, overlaps = race.booked()

    assert series > 2
    assert overlaps > 0
