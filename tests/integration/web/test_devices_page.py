"""The devices page and its API: how far a node has come with its update."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

import samen_node
from samen.adapters.db.models import Device, DeviceUpdate, UpdateState
from samen.adapters.firmware import Release
from samen.domain.access import Scope
from samen.services import devices, updates
from samen.web.update_words import REASONS, STATES
from support.building import NOW

NODE = "node-hall"


@pytest.fixture
def asked(house):
    """A node that was asked to run 9.1.0; called with what it says of that."""
    with house.database.write() as session:
        updates.keep(session, Release("9.1.0", {}), NOW)
        devices.add(session, NODE, "zenne-noord", ["occupancy"], "test", NOW)
        updates.ask(session, [NODE], "9.1.0", "test", NOW)

    def says(state, detail=""):
        with house.database.write() as session:
            device = session.scalars(select(Device).where(Device.slug == NODE)).one()
            device.meta = {"fw": "0.1.0"}
            row = session.get_one(DeviceUpdate, device.id)
            row.state, row.detail = state, detail

    return says


def page_in(house, who, language):
    browser = house.browser(who)
    browser.client.set_cookie("samen_language", language)
    return browser.get("/devices").text


def test_the_page_tells_what_became_of_an_update_and_why(house, asked):
    asked(UpdateState.ROLLED_BACK, "no_broker")

    page = page_in(house, "mounia", "en")

    assert "9.1.0: failed, the version before runs again" in page
    assert "It did not reach the server in time." in page


def test_the_page_says_it_in_the_reader_s_language(house, asked):
    asked(UpdateState.CONFIRMED)

    assert "9.1.0\u00a0: installée" in page_in(house, "axel", "fr")
    assert "9.1.0: geïnstalleerd" in page_in(house, "axel", "nl")


def test_the_api_tells_it_too(house, asked):
    asked(UpdateState.TRIAL)

    rows = {row["id"]: row for row in house.program("mounia", Scope.DEVICES).get("/api/v1/devices").json}

    assert rows[NODE]["firmware"] == "0.1.0"
    assert rows[NODE]["update"] == {"version": "9.1.0", "state": "trial", "detail": ""}
    assert rows["node-iris"]["update"] is None


def test_every_state_and_every_reason_that_a_node_can_give_has_words():
    firmware = Path(str(samen_node.__file__)).parents[1]
    sources = ("samen_node/ota.py", "samen_node/wishes.py", "slots.py")
    code = r'(?:"refused", |_No\(|give_up\(.*?, |_forget_trial\(state, |return )"([a-z]+_?[a-z]+)"'
    given = {word for name in sources for word in re.findall(code, (firmware / name).read_text())}

    assert set(STATES) == set(UpdateState)
    assert given == set(REASONS)
