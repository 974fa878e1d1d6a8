"""Audit bundles: the same bytes again, checked from themselves alone, with Samen or without."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

from samen.adapters.allocation_bundle import BundleFault, check_bundle, make_bundle
from samen.adapters.allocation_file import digest, write_instance
from support.wrong_plans import the_case

CASE = the_case(2)
INSTANCE = write_instance(CASE.instance)
BUNDLE = make_bundle(INSTANCE, CASE.text)


def unpacked(bundle):
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_bundle_holds_all_that_it_takes_and_comes_out_the_same_again():
    files = unpacked(BUNDLE)

    manifest = json.loads(files["bundle.json"])

    assert (files["instance.json"], files["plan.json"]) == (INSTANCE, CASE.text)
    assert manifest["verdict"] == {"right": True, "faults": []}
    assert (manifest["seed"], manifest["policy"]["start_hours"]) == (1, 0.5)
    assert manifest["sha256"]["plan.json"] == digest(CASE.text)
    assert make_bundle(INSTANCE, CASE.text) == BUNDLE


def test_a_right_bundle_is_right_also_when_it_was_packed_anew():
    assert check_bundle(BUNDLE) == []
    assert check_bundle(packed(unpacked(BUNDLE))) == []


def test_it_is_checked_without_samen(tmp_path):
    with zipfile.ZipFile(io.BytesIO(BUNDLE)) as archive:
        archive.extractall(tmp_path)

    # Isolated, and without what is installed: what is not in the bundle is not there.
    bare = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import check"]
    right = subprocess.run([*bare], capture_output=True, text=True)
    plan = CASE.raw() | {"awards": CASE.raw()["awards"][1:]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    wrong = subprocess.run([*bare], capture_output=True, text=True)

    assert (right.returncode, right.stdout) == (0, "right\n"), right.stderr
    assert wrong.returncode == 1
    assert "has 0 answers and not one" in wrong.stdout


@pytest.mark.parametrize("name", sorted(unpacked(BUNDLE)))
def test_nothing_in_it_can_be_altered_unseen(name):
    files = unpacked(BUNDLE)
    changed = files | {name: files[name].replace(b"right", b"wrong").replace(b'"seed": 1', b'"seed": 2')}
    files.pop(name)

    assert changed[name] == unpacked(BUNDLE)[name] or check_bundle(packed(changed))
    if name in {"bundle.json", "instance.json", "plan.json"}:
        with pytest.raises(BundleFault):
            check_bundle(packed(files))
    else:
        assert check_bundle(packed(files)) == [f"{name}: missing"]


def test_a_wrong_plan_is_wrong_though_the_bundle_says_otherwise():
    wrong = json.dumps(CASE.raw() | {"awards": []}).encode()
    files = unpacked(make_bundle(INSTANCE, wrong))
    manifest = json.loads(files["bundle.json"])
    assert not manifest["verdict"]["right"]
    manifest["verdict"] = {"right": True, "faults": []}

    found = check_bundle(packed(files | {"bundle.json": json.dumps(manifest)}))

    assert any("has 0 answers" in fault for fault in found)


def test_weights_that_are_not_those_of_the_instance_are_told():
    files = unpacked(BUNDLE)
    manifest = json.loads(files["bundle.json"])
    manifest["policy"]["tolerance"] = 0.5

    found = check_bundle(packed(files | {"bundle.json": json.dumps(manifest)}))

    assert [fault.partition(" is")[0] for fault in found] == ["bundle.json: policy"]


NO_SEASON = packed(
    unpacked(BUNDLE) | {"instance.json": INSTANCE.replace(b'entitlement": 2', b'entitlement": 0')}
)


@pytest.mark.parametrize(
    "text", [b"", b"PK", BUNDLE[:-30], BUNDLE[200:], packed({}), packed({"a": b"b"}), NO_SEASON]
)
def test_what_is_no_bundle_is_told(text):
    with pytest.raises(BundleFault):
        check_bundle(text)
