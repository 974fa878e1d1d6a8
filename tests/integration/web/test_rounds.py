"""Season rounds on managers' pages and through the API."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from samen.adapters.allocation_bundle import check_bundle
from samen.adapters.db.models import HandAward, NamesShown, Objection, Round, RoundState, Solve
from samen.services import objections, wishes
from support.rounds import CLOSED, MONDAY_EVENING, TUESDAY_EVENING, Season, carry_through

FORM = {
    "name": "Printemps 2027",
    "from": "2027-01-04",
    "weeks": "13",
    "weekday": ["0", "1", "2", "3", "4"],
    "day_start": "08:00",
    "day_end": "22:00",
    "slot_minutes": "30",
    "space": ["iris", "canal"],
    "opens": "2026-11-24T09:00",
    "closes": "2026-12-10T22:00",
    "owed": "share",
    "weight_2": "1,5",
    "weight_3": "2",
    "penalty_weight": "0,2",
    "start_hours": "1",
    "tolerance": "2,5",
    "names_shown": "tenants",
    "priority_points": "3",
    "most_skipped": "2",
    "counts_used": "1",
}


@pytest.fixture
def season(house):
    return Season(house)


@pytest.fixture
def mounia(house):
    return house.browser("mounia")


def plain(answer):
    """As people read it: any kind of space is one."""
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def the_round(season):
    return season.do(lambda session: session.scalars(select(Round)).one())


def a_closed_round(season):
    """Two associations want Monday evening in the only kitchen, and each had rather it than Tuesday."""
    opened = season.open()
    kitchen = {"features": frozenset({"kitchen"})}
    season.file(opened, title="Couscous", options=(MONDAY_EVENING, TUESDAY_EVENING), **kitchen)
    season.file(opened, season.lea, title="Soupe", **kitchen)
    season.file(opened, season.lea, title="Ragoût", now=CLOSED - timedelta(days=9), **kitchen)
    return season.closed(opened)


def test_a_round_is_made_from_a_form_and_read_as_sentences(season, mounia):
    made = mounia.post("/rounds/new", FORM)

    page = plain(mounia.get(made.headers["Location"]))
    one = the_round(season)
    assert (one.state, one.names_shown, one.weekdays) == (
        RoundState.DRAFT,
        NamesShown.TENANTS,
        [0, 1, 2, 3, 4],
    )
    assert one.policy["priority_weights"] == [1.0, 1.5, 2.0]
    assert (one.policy["tolerance"], one.policy["entitlements_bind"]) == (0.025, True)
    for sentence in (
        "tout ce qu’elle a demandé, jusqu’à sa part du bâtiment",
        "d’un important pour 1,5, d’un très important pour 2",
        "mettre une zone en chauffe compte autant que la chauffer 1 h",
        "peut diminuer de 2,5 %",
        "Les raisons nomment l’association",
    ):
        assert sentence in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"weeks": "60"}, "weeks"),
        ({"weekday": []}, "weekday"),
        ({"day_end": "07:00"}, "day_end"),
        ({"day_start": "08:10"}, "day_end"),
        ({"space": []}, "space"),
        ({"space": ["zenne", "zenne-noord"]}, "space"),
        ({"space": ["atlantis"]}, "space"),
        ({"closes": "2026-11-20T09:00"}, "closes"),
        ({"opens": "soon"}, "opens"),
        ({"weight_2": "-1"}, "weight_2"),
        ({"tolerance": "200"}, "tolerance"),
        ({"names_shown": "all"}, "names_shown"),
        ({"priority_points": "1000"}, "priority_points"),
    ],
)
def test_what_is_wrong_with_a_form_stands_at_its_field(mounia, season, wrong, field):
    answer = mounia.post("/rounds/new", FORM | wrong)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with season.database.read() as session:
        assert session.scalars(select(Round)).all() == []


def test_an_open_round_keeps_its_dates_and_may_change_how_it_is_shared_out(season, mounia):
    opened = season.open()

    page = mounia.get(f"/rounds/{opened.id}/edit").text
    mounia.post(f"/rounds/{opened.id}/edit", FORM | {"version": opened.version, "name": "Other"})

    one = season.now(opened)
    assert 'name="weeks"' not in page
    assert (one.name, one.policy["start_hours"]) == (opened.name, 1.0)


def test_a_round_page_sets_hours_asked_beside_shares_and_says_where_wishes_clash(season, mounia):
    closed = a_closed_round(season)

    page = plain(mounia.get(f"/rounds/{closed.id}"))

    assert "3 souhaits." in page
    assert '2 souhaits</td><td class="num">52 h' in page
    assert "3 souhaits, 5 salles" in page


def test_who_is_no_manager_reads_no_draft_and_changes_nothing(season, house):
    closed = a_closed_round(season)
    solve = season.solved(closed)
    pages = ("drafts", f"drafts/{solve.id}", "sandbox", "final", f"drafts/{solve.id}/audit.zip")

    tenant, auditor = house.browser("an"), house.browser("axel")

    assert {tenant.get(f"/rounds/{closed.id}/{page}").status_code for page in pages} == {403}
    assert {auditor.get(f"/rounds/{closed.id}/{page}").status_code for page in pages} == {200}
    deeds = ("close", "cancel", "drafts", "sandbox", "preview", "final")
    assert {auditor.post(f"/rounds/{closed.id}/{deed}").status_code for deed in deeds} == {403}
    assert tenant.get(f"/rounds/{closed.id}").headers["Location"] == f"/rounds/{closed.id}/mine"


def test_a_draft_says_who_wins_and_what_is_refused_and_why(season, mounia):
    closed = a_closed_round(season)
    solve = season.solved(closed)

    page = plain(mounia.get(f"/rounds/{closed.id}/drafts/{solve.id}"))

    assert "La moins bien servie reçoit 50,0 % de ce qui lui revient." in page
    assert "1 souhait ne reçoit rien." in page
    assert "Pris par :" in page
    assert "premier arrivé, premier servi" in page
    assert "lundi 18:00–20:00" in page
    assert 'class="tint-' in page


def test_an_unfinished_run_shows_how_far_it_is_and_can_be_stopped(season, mounia):
    closed = a_closed_round(season)
    drafts = f"/rounds/{closed.id}/drafts"
    mounia.post(drafts, {"method": "greedy", "seconds": "5", "seed": "1", "name": "Premier"})
    (run,) = season.do(lambda session: session.scalars(select(Solve)).all())

    page = mounia.get(drafts).text
    again = mounia.post(drafts, {"method": "greedy", "seconds": "5", "seed": "1"})
    mounia.post(f"{drafts}/{run.id}/stop")

    assert "data-under-way" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert again.status_code == 409
    assert "arrêté à la main" in mounia.get(drafts).text


@pytest.mark.parametrize(("field", "text"), [("method", "magic"), ("seconds", "0"), ("seed", "x")])
def test_what_is_wrong_with_a_run_stands_at_its_field(season, mounia, field, text):
    closed = a_closed_round(season)
    run = {"method": "greedy", "seconds": "5", "seed": "1"} | {field: text}

    answers = [mounia.post(f"/rounds/{closed.id}/drafts", run)]
    answers.append(mounia.post(f"/rounds/{closed.id}/sandbox", FORM | run))

    assert [answer.status_code for answer in answers] == [422, 422]
    assert all(f'id="{field}-error"' in answer.text for answer in answers)


def test_trials_stand_side_by_side_with_what_their_rules_change(season, mounia):
    closed = a_closed_round(season)
    season.solved(closed)
    run = {"method": "greedy", "seconds": "5", "seed": "1", "name": "Parts"}
    mounia.post(f"/rounds/{closed.id}/sandbox", FORM | run)
    carry_through(season.database, CLOSED)

    page = plain(mounia.get(f"/rounds/{closed.id}/sandbox"))

    assert "Côte à côte" in page
    assert "Rien : les règles de la saison." in page
    assert "jusqu’à sa part du bâtiment. Puis le plus d’heures possible" in page


def test_a_place_is_given_by_hand_and_let_go_again(season, mounia):
    closed = a_closed_round(season)
    wish = season.do(lambda session: wishes.wishes_of(session, closed, season.lea)[0])
    place = f"/rounds/{closed.id}/place/{wish.id}"
    form = {"space": "keuken", "day": "1", "start": "20", "version": closed.version}

    taken = mounia.post(place, form | {"space": "iris"})
    given = mounia.post(place, form)
    shown = plain(mounia.get(f"/rounds/{closed.id}/drafts"))
    let_go = mounia.post(f"{place}/unlock", {"version": closed.version + 1})

    assert (taken.status_code, given.status_code, let_go.status_code) == (409, 303, 303)
    assert "est trop petit, manque de quelque chose" in plain(taken) or "iris" in plain(taken)
    assert "mardi 18:00–20:00, Keuken" in shown
    assert season.do(lambda session: session.scalars(select(HandAward)).all()) == []


def test_a_draft_becomes_the_preview_then_bookings_and_is_only_read_after(season, mounia):
    closed = a_closed_round(season)
    solve = season.solved(closed)
    shown = {"draft": str(solve.id), "until": "2026-12-20T22:00", "version": closed.version}

    mounia.post(f"/rounds/{closed.id}/preview", shown)
    before = plain(mounia.get(f"/rounds/{closed.id}/final"))
    mounia.post(f"/rounds/{closed.id}/final", {"version": season.now(closed).version})
    after = plain(mounia.get(f"/rounds/{closed.id}/final"))

    assert "Dans l’état actuel, toutes ses dates sont libres." in before
    assert "Définitif depuis le" in after
    assert "2 réservations hebdomadaires figurent au calendrier." in after
    assert 'method="post" action="/rounds' not in after


def test_what_was_booked_meanwhile_is_listed_and_left_out_only_when_asked_for(season, mounia, house):
    one = season.preview_of(a_closed_round(season))
    booked = house.program("mounia").book(*a_monday_evening(), "keuken")
    final = f"/rounds/{one.id}/final"

    refused = mounia.post(final, {"version": one.version})
    done = mounia.post(final, {"version": one.version, "skip": "1"})

    assert (booked.status_code, refused.status_code, done.status_code) == (201, 409, 303)
    assert "1 date" in plain(refused)
    # Easter Monday is the other one.
    assert "2 dates ont été laissées de côté" in plain(mounia.get(final))


def test_the_second_manager_reads_that_it_lost_and_what_stands(season, mounia, house):
    one = season.preview_of(a_closed_round(season))
    form = {"version": one.version}
    mounia.post(f"/rounds/{one.id}/final", form)

    second = house.browser("mounia").post(f"/rounds/{one.id}/final", form)

    page = plain(second)
    assert second.status_code == 409
    assert "Rien n’a changé" in page
    assert "l’a rendu définitif le" in page
    assert "Où on en est : définitif." in page
    with season.database.read() as session:
        assert session.get_one(Round, one.id).state is RoundState.FINAL


def test_an_objection_is_answered(season, mounia):
    one = season.preview_of(a_closed_round(season))
    wish = season.do(lambda session: wishes.wishes_of(session, one, season.lea)[0])
    made = season.do(objections.object_to, wish.id, "Depuis dix ans !", season.lea, CLOSED)

    asked = plain(mounia.get(f"/rounds/{one.id}/final"))
    mounia.post(f"/rounds/{one.id}/objections/{made.id}", {"answer": "Le comité en parle."})

    assert "Depuis dix ans !" in asked
    with season.database.read() as session:
        assert session.get_one(Objection, made.id).answer == "Le comité en parle."


def test_the_audit_bundle_of_a_draft_holds_up_by_itself(season, mounia):
    closed = a_closed_round(season)
    solve = season.solved(closed)

    answer = mounia.get(f"/rounds/{closed.id}/drafts/{solve.id}/audit.zip")

    assert check_bundle(answer.data) == []
    assert "plan.json" in zipfile.ZipFile(io.BytesIO(answer.data)).namelist()
    assert mounia.get(f"/rounds/{closed.id}/drafts/{solve.id}/plan.json").json["method"] == "greedy"


def test_a_round_is_not_at_an_address_of_another_ones(season, mounia):
    closed = a_closed_round(season)
    solve = season.solved(closed)
    other = season.draft()

    answers = [mounia.get(f"/rounds/{other.id}/drafts/{solve.id}{end}") for end in ("", "/plan.json")]

    assert {answer.status_code for answer in answers} == {404}


def test_a_managers_script_solves_previews_and_publishes(season, house):
    closed = a_closed_round(season)
    script, tenant = house.program("mounia"), house.program("an")
    path = f"/api/v1/rounds/{closed.id}"

    asked = script.call("POST", f"{path}/solve", json={"method": "greedy", "budget_s": 5})
    carry_through(season.database, CLOSED)
    until = (CLOSED + timedelta(days=7)).isoformat()
    shown = script.call(
        "POST",
        f"{path}/preview",
        json={"version": closed.version, "run": asked.json["id"], "objections_until_at": until},
    )
    version = {"version": shown.json["version"]}
    done, again = (script.call("POST", f"{path}/publish", json=version) for _ in range(2))

    assert (asked.status_code, shown.json["state"], done.json["series"]) == (202, "preview", 2)
    assert (again.status_code, again.json["refusals"][0]["code"]) == (409, "round_changed")
    assert script.get(f"{path}/plan").json["method"] == "greedy"
    assert [run["preview"] for run in script.get(path).json["runs"]] == [True]
    assert (tenant.get(path).json["runs"], tenant.get(f"{path}/plan").status_code) == ([], 403)


def a_monday_evening():
    """One of the season's Mondays, while the kitchen is given away."""
    start = CLOSED.replace(year=2027, month=3, day=22, hour=17, minute=30, second=0)
    return start, start + timedelta(hours=1)
