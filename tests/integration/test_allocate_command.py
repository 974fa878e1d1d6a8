"""`samen allocate` on files: what it writes and says, what it exits with, and what it refuses."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from samen.adapters.allocation_file import digest, read_plan, write_instance
from samen.cli import allocate as command
from support.wrong_plans import the_case


def run(*arguments):
    return CliRunner().invoke(command.allocate, [*map(str, arguments)])


@pytest.fixture
def case():
    return the_case(4)


@pytest.fixture
def instance(case, tmp_path):
    path = tmp_path / "instance.json"
    path.write_bytes(write_instance(case.instance))
    return path


@pytest.fixture
def plan(case, tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes(case.text)
    return path


def a_wrong(plan):
    raw = json.loads(plan.read_text())
    raw["awards"].pop()
    plan.write_text(json.dumps(raw))


def test_what_is_solved_is_verified(instance, tmp_path):
    out = tmp_path / "out.json"

    solved = run("solve", instance, "--out", out, "--method", "greedy", "--budget", "0.1")
    verified = run("verify", instance, out)

    assert (solved.exit_code, verified.exit_code) == (0, 0)
    assert " of 16 wishes granted, by greedy with seed 1." in solved.stdout
    assert verified.stdout == f"{out}: right\n"
    assert read_plan(out.read_bytes()).instance_sha256 == digest(instance.read_bytes())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["instance.json", "out.json"]


def test_the_same_seed_gives_the_same_awards_and_the_object_tells_of_the_plan(
    instance, tmp_path, monkeypatch
):
    # Only deterministic time passes.
    monkeypatch.setattr(command, "time", SimpleNamespace(monotonic=lambda: 0.0))
    asked = ("--method", "greedy", "--budget", "0.1", "--seed", "7", "--json")

    one, other = (run("solve", instance, "--out", tmp_path / name, *asked) for name in ("a", "b"))

    told = json.loads(one.stdout)
    plans = [read_plan((tmp_path / name).read_bytes()) for name in ("a", "b")]
    assert plans[0].awards == plans[1].awards
    assert (told["awards"], told["refusals"], told["seed"]) == (
        len(plans[0].awards),
        len(plans[0].refusals),
        7,
    )
    assert told["min_satisfaction"] == plans[0].metrics.min_satisfaction
    assert json.loads(other.stdout)["plan"] == str(tmp_path / "b")


def test_a_wrong_plan_is_a_no_with_every_reason(instance, plan):
    a_wrong(plan)

    plain, as_object = run("verify", instance, plan), run("verify", instance, plan, "--json")

    assert (plain.exit_code, as_object.exit_code) == (1, 1)
    assert "has 0 answers and not one" in plain.stdout
    assert plain.stderr.startswith(f"Error: {plan}: wrong, ")
    told = json.loads(as_object.stdout)
    assert (told["right"], told["faults"]) == (False, plain.stdout.splitlines())


def test_a_bundle_is_verified_from_itself_alone(instance, plan, tmp_path):
    bundle = tmp_path / "bundle.zip"

    made = run("bundle", instance, plan, "--out", bundle)
    for path in (instance, plan):
        path.unlink()

    assert made.stdout == f"{bundle}: SHA-256 {digest(bundle.read_bytes())}\n"
    assert run("verify", bundle).stdout == f"{bundle}: right\n"
    assert json.loads(run("verify", bundle, "--json").stdout) == {"right": True, "faults": []}


def test_a_wrong_plan_is_neither_bundled_nor_explained(instance, plan, tmp_path):
    a_wrong(plan)

    bundled = run("bundle", instance, plan, "--out", tmp_path / "bundle.zip")
    explained = run("explain", instance, plan, "--request", "w1")

    assert (bundled.exit_code, explained.exit_code) == (1, 1)
    assert not (tmp_path / "bundle.zip").exists()


def test_a_refusal_is_explained_without_names_where_none_are_to_be_told(case, instance, plan):
    blocked = next(one for one in case.plan.refusals if one.blocked_by)
    other = case.instance.request_of[blocked.blocked_by[0]]

    sentences = run("explain", instance, plan, "--request", blocked.request)
    told = run("explain", instance, plan, "--request", blocked.request, "--names", "none", "--json")

    assert sentences.stdout.startswith(f"{blocked.request} of ")
    assert other.id in sentences.stdout
    assert json.loads(told.stdout)["reason"] == blocked.reason
    assert f'"{other.id}"' not in told.stdout


def test_each_tenant_is_told_beside_first_come_first_served(case, instance, plan):
    told, as_object = run("report", instance, plan), run("report", instance, plan, "--json")

    found = json.loads(as_object.output)
    assert (told.exit_code, as_object.exit_code) == (0, 0)
    assert "In brackets: first come, first served." in told.output
    granted = sum(one["plan"]["granted_hours"] for one in found["tenants"])
    assert granted == pytest.approx(found["plan"]["granted_hours"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("solve", "missing", "--out", "out"), "missing: No such file or directory"),
        (("solve", "plan", "--out", "out"), "plan: weeks: Missing data for required field."),
        (("solve", "instance", "--out", "nowhere/out"), "--out: nowhere/out: no place for a plan"),
        (("solve", "instance", "--out", "instance"), "--out: instance: no place for a plan"),
        (("solve", "instance", "--out", "out", "--budget", "nan"), "--budget: nan seconds are too few"),
        (("solve", "instance", "--out", "."), "--out: .: no place for a plan"),
        (("verify", "instance"), "instance: is no bundle"),
        (("verify", "missing"), "missing: No such file or directory"),
        (("verify", "instance", "missing"), "missing: No such file or directory"),
        (("verify", "plan", "plan"), "plan: weeks: Missing data"),
        (("verify", "instance", "garbage"), "garbage: not JSON: "),
        (("verify", "zip"), "zip: no bundle"),
        (("explain", "instance", "plan", "--request", "w99"), "--request: instance: no request w99"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line(instance, plan, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    instance.rename("instance")
    plan.rename("plan")
    (tmp_path / "garbage").write_bytes(b"{]")
    (tmp_path / "zip").write_bytes(b"PK\x05\x06" + bytes(18))

    answer = run(*arguments)

    assert answer.exit_code == 2
    assert answer.stderr.startswith(f"Error: {told}")
    assert answer.stderr.count("\n") == 1


def test_a_full_disk_ends_the_search_and_is_told(instance, tmp_path, monkeypatch):
    def is_full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "write_whole", is_full)
    answer = run("solve", instance, "--out", tmp_path / "out.json", "--method", "greedy", "--budget", "0.1")

    assert answer.exit_code == 2
    assert answer.stderr.endswith("out.json: No space left on device\n")


def test_a_solver_that_is_not_there_is_told(instance, tmp_path, monkeypatch):
    def propose(*_):
        raise ImportError("No module named 'ortools'", name="ortools")

    monkeypatch.setattr(command, "propose", propose)
    answer = run("solve", instance, "--out", tmp_path / "out.json", "--method", "cpsat")

    assert (answer.exit_code, (tmp_path / "out.json").exists()) == (2, False)
    assert "--method: cpsat needs the package ortools" in answer.stderr
