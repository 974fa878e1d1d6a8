"""The devices page gives a set-up code; a board that has it is let in, with no cookie and no form."""

import re

import pytest

from support.setting_up import ClaimingBoard
from support.web import a_house

CODE = re.compile(r'value="((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})"')


@pytest.fixture
def house(sqlite_database, tmp_path):
    more = {
        "SAMEN_BASE_URL": "https://samen.rue.test",
        "SAMEN_MQTT_PASSWORD_FILE": str(tmp_path / "passwords"),
    }
    return a_house(sqlite_database, **more)


def shown_code(house, who="mounia"):
    browser = house.browser(who)
    browser.post("/devices/node-iris/code")
    return CODE.search(browser.get("/devices").get_data(as_text=True))[1]


def claimed(house, board, **changed):
    return house.app.test_client().post("/devices/claim", json=board.question | changed)


def test_the_code_is_shown_once_with_what_to_do(house):
    browser = house.browser("mounia")
    answer = browser.post("/devices/node-iris/code")

    page = browser.get(answer.location).get_data(as_text=True)
    again = browser.get("/devices").get_data(as_text=True)

    code = CODE.search(page)[1]
    assert f"http://192.168.4.1/?server=https%3A%2F%2Fsamen.rue.test&amp;code={code}" in page
    assert code not in again
    assert "SAMEN_BASE_URL" not in page


def test_who_runs_samen_on_this_machine_alone_is_told(sqlite_database):
    house = a_house(sqlite_database)
    browser = house.browser("mounia")
    browser.post("/devices/node-iris/code")

    assert "SAMEN_BASE_URL" in browser.get("/devices").get_data(as_text=True)


def test_a_new_node_gets_its_code_at_once(house):
    form = {"name": "node-hall", "place": "zenne-noord", "streams": ["occupancy", "climate"]}
    browser = house.browser("mounia")
    answer = browser.post("/devices", form)

    page = browser.get(answer.location).get_data(as_text=True)

    board = ClaimingBoard(CODE.search(page)[1])
    assert board.understands(claimed(house, board).json)["streams"] == ["occupancy", "climate"]


def test_a_node_may_hang_outdoors(house):
    browser = house.browser("mounia")

    answer = browser.post("/devices", {"name": "n", "place": "outdoors/bota75", "streams": ["climate"]})

    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "a/b"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "node-iris"}, "name"),
        ({"place": "attic"}, "place"),
        ({"place": "iris"}, "place"),
        ({"streams": []}, "streams"),
        ({"streams": ["smell"]}, "streams"),
        ({"place": "outdoors/bota75", "streams": ["energy"]}, "streams"),
        ({"place": "outdoors/nowhere"}, "place"),
    ],
)
def test_a_node_that_cannot_be_is_refused_beside_the_field(house, changed, field):
    form = {"name": "node-hall", "place": "zenne-noord", "streams": ["occupancy"], **changed}

    answer = house.browser("mounia").post("/devices", form)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)


def test_a_door_light_is_enrolled_and_said_to_report_nothing(house):
    browser = house.browser("mounia")
    form = {"name": "door-iris", "place": "iris", "streams": ["door"]}

    assert browser.post("/devices", form).status_code == 303

    assert re.search(r"<dd>rien\s: un voyant de porte</dd>", browser.get("/devices").get_data(as_text=True))


def test_only_a_manager_makes_codes(house):
    assert house.browser("axel").post("/devices/node-iris/code").status_code == 403
    assert house.browser("axel").post("/devices", {"name": "n"}).status_code == 403
    assert "/code" not in house.browser("axel").get("/devices").get_data(as_text=True)
    assert house.browser("mounia").post("/devices/nobody/code").status_code == 404


def test_a_board_is_let_in_by_its_code_alone(house, tmp_path):
    board = ClaimingBoard(shown_code(house))

    answer = claimed(house, board)

    assert answer.status_code == 200
    assert board.understands(answer.json)["device"] == "node-iris"
    assert "Set-Cookie" not in answer.headers
    passwords = (tmp_path / "passwords").read_text()
    assert passwords.startswith("node-iris:$7$")
    assert board.password(answer.json) not in passwords


@pytest.mark.parametrize(
    ("prepare", "status"),
    [
        (lambda house, board: claimed(house, ClaimingBoard(board.code, "f" * 32)), 409),
        (lambda house, board: shown_code(house), 404),
    ],
)
def test_a_board_that_comes_too_late_is_told_why(house, prepare, status):
    board = ClaimingBoard(shown_code(house))
    prepare(house, board)

    assert claimed(house, board).status_code == status


@pytest.mark.parametrize("changed", [{"nonce": 7}, {"nonce": "x" * 32}, {"mac": ""}, {"id": "\0" * 16}])
def test_what_is_no_question_is_refused(house, changed):
    assert claimed(house, ClaimingBoard("0" * 16), **changed).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"null"])
def test_noise_is_refused(house, body):
    answer = house.app.test_client().post("/devices/claim", data=body, content_type="application/json")

    assert answer.status_code == 400


def test_who_tries_too_often_waits(house):
    board = ClaimingBoard("0" * 16)

    statuses = [claimed(house, board).status_code for _ in range(31)]

    assert set(statuses[:30]) == {404}
    assert statuses[30] == 429
