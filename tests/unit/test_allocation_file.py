"""Allocation files: read as they were written, and each fault told with its place."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings

from samen.adapters.allocation_file import (
    AllocationFileFault,
    read_instance,
    read_plan,
    write_instance,
    write_plan,
)
from samen.domain.allocation.instance import Policy
from samen.domain.allocation.verifier import faults
from support.allocating import crowded_rounds
from support.small_rounds import small_rounds
from support.wrong_plans import a_season, the_case


@given(small_rounds() | crowded_rounds())
@settings(max_examples=30)
def test_an_instance_is_read_as_it_was_written(instance):
    text = write_instance(instance)

    assert read_instance(text) == instance
    assert write_instance(read_instance(text)) == text


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_is_read_as_it_was_written(seed):
    plan = the_case(seed).plan

    assert read_plan(write_plan(plan)) == plan


def test_what_may_be_left_out_is_as_usual():
    raw = json.loads(write_instance(a_season(1)))
    for key in ("closures", "held", "previous", "conflicts", "policy"):
        del raw[key]

    instance = read_instance(json.dumps(raw).encode())

    assert (instance.closures, instance.held, instance.conflicts) == ((), (), ())
    assert instance.policy == Policy()


FAULTS = (
    (("weeks",), 0, "weeks: Must be greater than or equal to 1"),
    (("slot_minutes",), "30", "slot_minutes: Not a valid integer."),
    (("version",), 2, "version: Must be equal to 1."),
    (("spaces",), [], "spaces: Shorter than minimum length 1."),
    (("spaces", 1, "id"), "hall", "spaces: hall is there twice"),
    (("tenants", 0, "entitlement"), 0, "tenants.0.entitlement: Must be greater than 0."),
    (("requests", 3, "tenant"), "nobody", "requests.3.tenant: no tenant nobody"),
    (("requests", 3, "weeks"), [0, 2], "requests.3.weeks: no week 2"),
    (("requests", 3, "weeks"), [], "requests.3.weeks: Shorter than minimum length 1."),
    (("requests", 3, "slots"), 0, "requests.3.slots: Must be greater than or equal to 1."),
    (("requests", 3, "priority"), 4, "requests.3.priority: Must be greater than or equal to 1 and less"),
    (("requests", 3, "filed_at"), "2027-01-05T10:00:00", "requests.3.filed_at: Not a valid aware datetime."),
    (("requests", 3, "options", 0, "day"), 2, "requests.3.options.0: day 2, slots"),
    (("requests", 3, "spaces"), ["cellar"], "requests.3.spaces: no space cellar"),
    (("closures", 1, "slots"), 9, "closures.1: day 1, slots 4 to 13 are not on the grid"),
    (("closures", 1, "space"), "cellar", "closures.1.space: no space cellar"),
    (("held", 0, "request"), "w99", "held.0.request: no request w99"),
    (("held", 0, "start"), -1, "held.0: day"),
    (("conflicts", 0), ["w0", "w99"], "conflicts.0: no request w99"),
    (("conflicts", 0), ["w0", "w0"], "conflicts.0: w0 cannot be in conflict with itself"),
    (("conflicts", 0), ["w0"], "conflicts.0: Length must be 2."),
    (("policy", "tolerance"), 1.5, "policy.tolerance: Must be greater than or equal to 0 and less than"),
)


@pytest.mark.parametrize(("path", "value", "told"), FAULTS)
def test_a_fault_of_an_instance_is_told_with_its_place(path, value, told):
    raw = json.loads(write_instance(a_season(1)))
    whole = raw
    for part in path[:-1]:
        whole = whole[part]
    whole[path[-1]] = value

    with pytest.raises(AllocationFileFault) as fault:
        read_instance(json.dumps(raw).encode())

    assert any(line.startswith(told) for line in str(fault.value).splitlines()), str(fault.value)


def test_awards_that_are_held_and_cannot_all_stand_are_a_fault():
    raw = json.loads(write_instance(a_season(1)))
    first = raw["held"][0]
    other = next(one["id"] for one in raw["requests"] if one["id"] != first["request"])
    for request in raw["requests"]:
        request |= {"slots": 1, "weeks": [0]}
    raw["held"] = [first, first | {"request": other}]

    with pytest.raises(AllocationFileFault, match=r"held\.1: another held award has"):
        read_instance(json.dumps(raw).encode())


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b"null", b"[]", b'{"weeks": 1, "weeks": 2}', b"[NaN]"]
)
def test_what_is_no_file_of_ours_is_a_fault(text):
    with pytest.raises(AllocationFileFault):
        read_instance(text)
    with pytest.raises(AllocationFileFault):
        read_plan(text)


def test_the_example_that_people_read_is_right():
    page = Path(__file__).parents[2] / "docs" / "allocation.md"

    instance, plan = re.findall(r"```json\n(.*?)\n```", page.read_text(), re.DOTALL)

    assert read_instance(instance.encode()).policy == Policy()
    assert read_plan(plan.encode()).refusals
    assert faults(instance.encode(), plan.encode()) == []
