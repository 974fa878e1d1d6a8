"""What a node tells of its own troubles, on the devices page."""

from sqlalchemy import select

from samen.adapters.db.models import Device
from samen.services import devices
from support.building import NOW


def the_page_once_a_node_told(house, meta, diag):
    with house.database.write() as session:
        device = session.scalars(select(Device)).first()
        devices.hear(device, "meta", {"v": 1, **meta}, NOW)
        devices.hear(device, "diag", {"v": 1, **diag}, NOW)
    return house.browser("mounia").get("/devices").text


def test_the_devices_page_says_what_ails_a_node(house):
    page = the_page_once_a_node_told(
        house,
        {"mode": "safe", "crash": "KeyError: <radar>"},
        {"low": ["heap", "flash"], "net": 1},
    )

    assert "mode sans échec" in page
    assert "KeyError: &lt;radar&gt;" in page
    assert "mémoire vive" in page
    assert "mémoire flash" in page
    assert "second réseau Wi-Fi" in page


def test_of_a_node_that_is_well_nothing_is_said(house):
    page = the_page_once_a_node_told(house, {"mode": "normal"}, {"low": [], "net": 0})

    assert "note-warn" not in page
