"""The light at a door: what it shows, through an outage and a restart."""

from node_parts.ground import a_folder, write

from samen_node import contract
from samen_node.lights import DoorLight

NINE = 1795420800  # whatever hour it is: the plan counts from here
HOUR = 3600


class Lamp:
    """Both colours, and how often one was switched."""

    def __init__(self):
        self.on = set()
        self.switched = 0

    def show(self, name, on):
        self.switched += 1
        (self.on.add if on else self.on.discard)(name)


def plan(*hours, until=None):
    """A `next` message: taken from and until these hours after nine."""
    message = {
        "v": 1,
        "items": [{"start": NINE + a * HOUR, "end": NINE + b * HOUR, "state": "booked"} for a, b in hours],
    }
    if until is not None:
        message["until"] = NINE + until * HOUR
    return contract.encode(message)


def a_light(payload=None, path=None):
    lamp = Lamp()
    light = DoorLight(lamp.show, path or a_folder() + "/next")
    if payload:
        light.plan(contract.decode("next", payload), payload)
    return light, lamp


def shown(light, lamp, hour):
    light.shine(NINE + int(hour * HOUR))
    return sorted(lamp.on)


def test_it_follows_the_plan_by_the_clock():
    light, lamp = a_light(plan((1, 2), (2, 3), (5, 6)))

    assert [shown(light, lamp, hour) for hour in (0, 1, 1.9, 2, 2.9, 3, 5.5, 6)] == [
        ["free"], ["busy"], ["busy"], ["busy"], ["busy"], ["free"], ["busy"], ["free"],
    ]  # fmt: skip


def test_it_is_switched_only_when_something_changes():
    light, lamp = a_light(plan((1, 2)))

    for minute in range(0, 120):
        shown(light, lamp, minute / 60)

    assert lamp.switched == 4  # both at the start, both at the change


def test_it_is_dark_without_a_plan_and_without_a_clock():
    light, lamp = a_light()
    assert shown(light, lamp, 0) == []

    light, lamp = a_light(plan((0, 1)))
    light.shine(None)
    assert not lamp.on


def test_it_is_dark_once_the_plan_has_run_out():
    light, lamp = a_light(plan((1, 2), until=24))

    assert shown(light, lamp, 23.9) == ["free"]
    assert shown(light, lamp, 24) == []


def test_it_goes_on_after_a_restart_without_network():
    path = a_folder() + "/next"
    a_light(plan((1, 2)), path)

    light, lamp = a_light(path=path)

    assert shown(light, lamp, 1.5) == ["busy"]


def test_a_newer_plan_replaces_the_older():
    light, lamp = a_light(plan((0, 1)))
    assert shown(light, lamp, 0.5) == ["busy"]
    payload = plan()

    light.plan(contract.decode("next", payload), payload)

    assert shown(light, lamp, 0.5) == ["free"]


def test_a_kept_plan_that_is_illegible_leaves_it_dark():
    path = a_folder() + "/next"
    a_light(plan((0, 1)), path)
    write(path, b"\xff" * 60)

    light, lamp = a_light(path=path)

    assert shown(light, lamp, 0.5) == []


def test_a_flash_that_is_full_does_not_put_it_out():
    light, lamp = a_light(path=a_folder() + "/no/such/folder/next")
    payload = plan((0, 1))

    light.plan(contract.decode("next", payload), payload)

    assert shown(light, lamp, 0.5) == ["busy"]
