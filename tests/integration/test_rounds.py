"""Season rounds from draft to bookings, on both engines."""

import pytest
from sqlalchemy import select

from samen.adapters.db.models import Occurrence, RoundState, Series
from samen.services import awards
from samen.services.round_final import Finalised
from support.rounds import MONDAY_EVENING, House


@pytest.fixture
def house(database):
    return House(database)


def occurrences(house, series_id):
    with house.database.read() as session:
        query = select(Occurrence).where(Occurrence.series_id == series_id).order_by(Occurrence.starts_at)
        return session.scalars(query).all()


def test_a_round_goes_from_draft_to_bookings(house):
    opened = house.open()
    wish = house.file(opened)
    house.preview(opened)

    done = house.finalise(opened)

    assert isinstance(done, Finalised)
    assert house.now(opened).state is RoundState.FINAL
    with house.database.read() as session:
        award = awards.awards_of(session, opened, house.an)[0]
        assert (award.wish_id, award.day, award.start) == (wish.id, *MONDAY_EVENING[:2])
        series = session.get_one(Series, award.series_id)
        assert (series.title, series.booked_by_id, len(series.occurrences)) == (
            "Choir",
            house.an.member_id,
            13,
        )
