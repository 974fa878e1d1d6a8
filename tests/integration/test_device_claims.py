"""Set-up codes: one board each, for a day, and what the board is told."""

import base64
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import Boot, Device, DeviceClaim, Reading, TimeQuality
from samen.config import NodeBroker
from samen.services import device_claims, devices
from samen.services.device_claims import Ask, Claimed, No
from support.building import NOW, load_demo
from support.setting_up import ClaimingBoard

BROKER = NodeBroker("mqtts://broker.rue.test:8883", authority=b"\x30\x82")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def building(database):
    load_demo(database)
    return database


def coded(database, slug="node-iris", now=NOW):
    with database.write() as session:
        return device_claims.make(session, slug, "member:1", now).text


def asked(database, board, now=LATER, **changed):
    question = board.question | changed
    with database.write() as session:
        ask = Ask(question["id"], question["nonce"], question["mac"])
        return device_claims.settle(session, ask, BROKER, now)


def device_of(database, slug="node-iris"):
    with database.read() as session:
        device = session.scalars(select(Device).where(Device.slug == slug)).one()
        session.expunge_all()
        return device


def test_a_board_with_the_code_becomes_the_device(building):
    board = ClaimingBoard(coded(building))

    claimed = asked(building, board)

    said = board.understands(claimed.answer)
    assert {name: said[name] for name in ("site", "device", "mqtt_url")} == {
        "site": "bota75",
        "device": "node-iris",
        "mqtt_url": "mqtts://broker.rue.test:8883",
    }
    assert base64.b64decode(said["ca"]) == b"\x30\x82"
    assert said["streams"] == device_of(building).streams
    assert board.password(claimed.answer) == claimed.password
    assert devices.knows(device_of(building), claimed.password)


def test_a_code_reads_in_groups_and_is_kept_nowhere_else(building):
    code = coded(building)

    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert coded(building) != code
    with building.read() as session:
        assert session.scalar(select(func.count()).select_from(DeviceClaim)) == 1


def test_a_board_whose_answer_was_lost_gets_it_again(building):
    board = ClaimingBoard(coded(building))
    first = asked(building, board)

    again = asked(building, board, LATER + timedelta(minutes=5))

    assert again == first
    assert devices.knows(device_of(building), first.password)


def test_a_second_board_gets_nothing(building):
    code = coded(building)
    asked(building, ClaimingBoard(code))

    assert asked(building, ClaimingBoard(code, "f" * 32)) is No.USED


def test_of_many_boards_at_once_one_becomes_the_device(building):
    code = coded(building)
    boards = [ClaimingBoard(code, f"{number:032x}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda board: asked(building, board), boards))

    claimed = [answer for answer in answers if isinstance(answer, Claimed)]
    assert len(claimed) == 1
    assert [answer for answer in answers if answer is not claimed[0]] == [No.USED] * 7
    assert devices.knows(device_of(building), claimed[0].password)


def test_a_code_is_good_for_a_day(building):
    board = ClaimingBoard(coded(building))

    assert asked(building, board, NOW + timedelta(hours=24)) is No.EXPIRED
    assert isinstance(asked(building, board, NOW + timedelta(hours=23, minutes=59)), Claimed)


def test_who_only_heard_a_question_cannot_ask_another(building):
    board = ClaimingBoard(coded(building))

    assert asked(building, board, nonce="f" * 32) is No.UNKNOWN
    assert asked(building, board, mac="0" * 64) is No.UNKNOWN
    assert asked(building, ClaimingBoard("0000-0000-0000-0000")) is No.UNKNOWN
    assert isinstance(asked(building, board), Claimed)


def test_a_newer_code_ends_the_older(building):
    older = ClaimingBoard(coded(building))
    newer = ClaimingBoard(coded(building))

    assert asked(building, older) is No.UNKNOWN
    assert isinstance(asked(building, newer), Claimed)


@pytest.mark.parametrize("deed", [devices.revoke, devices.rotate])
def test_what_ended_the_secret_ends_the_code_too(building, deed):
    board = ClaimingBoard(coded(building))
    claimed = asked(building, board)

    with building.write() as session:
        deed(session, "node-iris", "cli", LATER)

    assert asked(building, board) is No.UNKNOWN
    assert not devices.knows(device_of(building), claimed.password)


@pytest.mark.parametrize(("slug", "code"), [("nobody", "unknown_device"), ("node-iris", "revoked")])
def test_there_is_no_code_for_a_device_that_is_not_there(building, slug, code):
    with building.write() as session:
        devices.revoke(session, "node-iris", "cli", NOW)

    with pytest.raises(devices.Refusal) as refusal:
        coded(building, slug)

    assert refusal.value.code == code


def test_a_board_in_anothers_place_uses_none_of_its_numbers(building):
    device = device_of(building)
    with building.write() as session:
        session.add(Boot(device_id=device.id, boot=3, up=1, utc=NOW))
        session.add(a_reading(device, boot=17))
    board = ClaimingBoard(coded(building))

    said = board.understands(asked(building, board).answer)

    assert said["boot"] >= 17


def a_reading(device, boot):
    return Reading(
        device_id=device.id,
        boot=boot,
        seq=0,
        stream="climate",
        at=NOW,
        quality=TimeQuality.NTP,
        up=1,
        received_at=NOW,
        body={"t": 20},
    )


def test_old_codes_go_when_a_new_one_is_made(building):
    coded(building, "node-canal")

    coded(building, "node-iris", NOW + timedelta(days=2))

    with building.read() as session:
        assert len(session.scalars(select(DeviceClaim)).all()) == 1
