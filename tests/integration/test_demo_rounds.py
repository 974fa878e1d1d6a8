"""The demo's rounds: one that is over, and one to file wishes in."""

from sqlalchemy import func, select

from samen.adapters.db.models import Notice, Objection, Round, RoundState, Site
from samen.domain.access import Role
from samen.services import awards, demo_rounds, solves
from support.building import NOW, a_member, load_demo

PEOPLE = (
    ("manager@", "atelier-rue", Role.MANAGER),
    ("an@", "atelier-rue", Role.MEMBER),
    ("lea@", "collectif-senne", Role.TENANT_ADMIN),
    ("sam@", "radio-pixel", Role.MEMBER),
    ("tom@", "jeugdhuis-nova", Role.MEMBER),
)


def test_the_demo_has_a_round_that_is_final_and_one_that_is_open(sqlite_database):
    load_demo(sqlite_database)
    viewers = {who: a_member(sqlite_database, f"{who}x", tenant, role) for who, tenant, role in PEOPLE}

    with sqlite_database.write() as session:
        demo_rounds.seed_rounds(session, session.scalars(select(Site)).one(), viewers, NOW)

    with sqlite_database.read() as session:
        final, opened = session.scalars(select(Round).order_by(Round.from_on)).all()
        plan = solves.plan_of(solves.chosen(session, final))
        given = awards.awards_of(session, final, viewers["manager@"])
        assert (final.state, opened.state) == (RoundState.FINAL, RoundState.OPEN)
        assert all(award.series_id for award in given)
        assert len(plan.refusals) >= 2
        assert session.scalar(select(func.count()).select_from(Objection)) == 1
        assert session.scalar(select(func.count()).where(Notice.read_at.is_(None))) == 0
