"""The savings page, its figures, the API, and signed dossiers that can be computed again."""

import csv
import hashlib
import io
import json
import shlex
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from samen.adapters.db.models import Site
from samen.cli.savings import savings
from samen.web.dossier_words import facts
from support.measured_house import DAYS, FIRST, HALFWAY, TODAY, bill, enter, fill, insulation, people_come

PAGE = "/energy/savings"


def english(house, who):
    """Somebody's browser, with pages in English."""
    browser = house.browser(who)
    browser.client.set_cookie("samen_language", "en")
    return browser


@pytest.fixture
def measured(house):
    """Two years of gas of which a fifth is saved, and two interventions."""
    fill(house.database, gone={TODAY - timedelta(days=n): "unknown" for n in (40, 41)})
    manager = house.people["mounia"]
    enter(house.database, manager, insulation(done_on=HALFWAY + timedelta(days=11)))
    later = HALFWAY + timedelta(days=150)
    enter(house.database, manager, insulation(name='Vannes; "O\'Hara" = 2', starts_on=later))
    return house


def test_the_verdict_comes_first_with_the_raw_change_beside_it(measured):
    page = english(measured, "axel").get(PAGE).get_data(as_text=True)

    assert "Proved: 2" in page
    assert "less gas than the same weather would have asked before" in page
    assert "Compared as they are, the periods say −" in page
    assert "Works: Isolation du toit" in page
    assert "Not measured" in page


def test_a_tenant_sees_nothing_of_it(measured):
    for path in (PAGE, f"{PAGE}/weeks.csv", "/energy/interventions"):
        assert measured.browser("ada").get(path).status_code == 403
    assert measured.program("ada").get("/api/v1/savings?meter=gas").status_code == 403


def test_periods_stand_in_the_address(measured):
    chosen = {
        "meter": "gas",
        "baseline_from": FIRST.isoformat(),
        "baseline_until": "2025-10-31",
        "reporting_from": "2026-01-01",
        "reporting_until": "2026-06-30",
    }

    page = english(measured, "axel").get(PAGE, query_string=chosen).get_data(as_text=True)

    assert "Compared with it: 1 January 2026 – 30 June 2026." in page
    assert "The baseline has 343 days, and a year (365) is needed." in page


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("baseline_from=2025-01-01", "Write both dates of the period."),
        ("baseline_from=x&baseline_until=y", "Write both dates of the period."),
        ("reporting_from=2026-02-01&reporting_until=2026-01-01", "It must end after it starts."),
        ("reporting_from=2025-02-01&reporting_until=2025-03-01", "begins before the baseline ends"),
        ("baseline_from=0001-01-01&baseline_until=9999-12-31", "It must end after it starts."),
        ("meter=main", "Nothing was measured yet."),
        ("meter=keuken-circuit", "Nothing was measured yet."),
    ],
)
def test_what_cannot_be_compared_is_told(measured, chosen, said):
    answer = english(measured, "axel").get(f"{PAGE}?{chosen}")

    assert answer.status_code == 200
    assert said in answer.get_data(as_text=True)


def test_a_building_that_has_measured_nothing_says_so(house):
    answer = english(house, "axel").get(PAGE)

    assert "Nothing was measured yet." in answer.get_data(as_text=True)
    assert house.browser("axel").get(f"{PAGE}?meter=nothing").status_code == 404
    assert house.browser("axel").get(f"{PAGE}/weeks.csv").status_code == 404


def test_the_figures_behind_each_chart_come_as_plain_numbers(measured):
    browser = english(measured, "axel")

    rows = {
        name: list(csv.DictReader(io.StringIO(browser.get(f"{PAGE}/{name}.csv").get_data(as_text=True))))
        for name in ("weeks", "cumulative", "days", "interventions")
    }

    saved = sum(float(row["saved_kwh"]) for row in rows["weeks"])
    assert float(rows["cumulative"][-1]["saved_kwh"]) == pytest.approx(saved)
    assert len(rows["days"]) == 365 + 365 - 12 - 2
    assert rows["interventions"][0]["name"] == "Isolation du toit"
    assert browser.get(f"{PAGE}/nothing.csv").status_code == 404


def test_a_dossiers_command_gives_the_same_figures_again(measured, tmp_path, monkeypatch):
    people_come(measured.database, {on: 2.0 + on.toordinal() % 5 for on in DAYS})

    report = report_of(measured, tmp_path)

    (command,) = report["commands"]
    assert "--occupied-hours" in command
    monkeypatch.chdir(tmp_path)
    assert said_again(command) == report["evaluation"]
    for name, told in report["files"].items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == told["sha256"]


def test_a_dossier_of_later_days_holds_the_command_since_the_baseline_too(measured, tmp_path, monkeypatch):
    report = report_of(measured, tmp_path, reporting_from="2026-03-01", reporting_until="2026-10-31")

    monkeypatch.chdir(tmp_path)
    assert [said_again(one) for one in report["commands"]] == [report["evaluation"], report["since_baseline"]]


def test_a_dossier_of_bills_can_be_computed_again(house, tmp_path, monkeypatch):
    bill(house.database, house.people["mounia"])
    enter(house.database, house.people["mounia"], insulation(starts_on=HALFWAY + timedelta(days=5)))

    report = report_of(house, tmp_path)

    page = english(house, "axel").get(f"{PAGE}?meter=gas").get_data(as_text=True)
    assert "Told by the bills" in page
    monkeypatch.chdir(tmp_path)
    assert said_again(report["commands"][0]) == report["evaluation"]


def report_of(house, folder, **periods):
    """A dossier that the manager signs, its files unpacked."""
    manager = english(house, "mounia")
    assert manager.post(f"{PAGE}/dossiers", {"meter": "gas", **periods}).status_code == 303
    zipfile.ZipFile(io.BytesIO(manager.get(f"{PAGE}/dossiers/1.zip").data)).extractall(folder)
    assert manager.get(f"{PAGE}/dossiers/1.pdf").data.startswith(b"%PDF-")
    return json.loads((folder / "dossier.json").read_text())


def said_again(command):
    """What the command prints, run as a shell would."""
    words = shlex.split(command)
    assert words[:2] == ["samen", "savings"]
    answer = CliRunner().invoke(savings, words[2:])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_the_api_says_what_the_command_says(measured):
    english(measured, "mounia").post(f"{PAGE}/dossiers", {"meter": "gas"})
    report = english(measured, "axel").get(f"{PAGE}/dossiers/1.json").json

    told = measured.program("axel").get("/api/v1/savings?meter=gas").json
    chosen = measured.program("axel").get(
        f"/api/v1/savings?meter=gas&baseline={FIRST}/{HALFWAY}&reporting={HALFWAY}/{TODAY}"
    )

    assert told == chosen.json == report["evaluation"]


@pytest.mark.parametrize("wrong", ["baseline=2025", "baseline=2025-01-01/2024-01-01", "reporting=a/b"])
def test_the_api_refuses_periods_that_are_none(measured, wrong):
    assert measured.program("axel").get(f"/api/v1/savings?meter=gas&{wrong}").status_code == 422


def test_the_api_says_why_nothing_can_be_said(measured):
    answer = measured.program("axel").get("/api/v1/savings?meter=main")

    assert answer.status_code == 409
    assert answer.json["refusals"][0]["code"] == "nothing_measured"


def test_a_dossier_says_who_signed_and_what_it_supersedes(measured):
    manager = english(measured, "mounia")
    for _ in range(2):
        manager.post(f"{PAGE}/dossiers", {"meter": "gas"})
        measured.clock.now += timedelta(hours=1)

    first, second = (manager.get(f"{PAGE}/dossiers/{number}.json") for number in (1, 2))

    assert first.json["signed"] == {"by": "Mounia", "at": "2026-11-23T07:00:00+00:00"}
    assert first.json["supersedes_sha256"] is None
    assert second.json["supersedes_sha256"] == hashlib.sha256(first.data).hexdigest()
    page = manager.get(PAGE).get_data(as_text=True)
    assert page.count("superseded by a later one") == 1
    assert hashlib.sha256(second.data).hexdigest() in page


def test_a_demonstrations_dossier_says_that_it_is_one(measured):
    with measured.database.write() as session:
        session.scalars(select(Site)).one().simulated_until = datetime(2026, 11, 20, 12, tzinfo=UTC)
    english(measured, "mounia").post(f"{PAGE}/dossiers", {"meter": "gas"})

    told = english(measured, "mounia").get(f"{PAGE}/dossiers/1.json").json

    with measured.app.test_request_context():
        printed = facts(told, "0" * 64)
    assert told["site"]["simulated_until"] == "2026-11-20T12:00:00+00:00"
    assert any("20 novembre 2026" in one for one in printed["doubts"])


def test_a_dossier_stays_as_it_was_signed_whatever_the_meters_say_later(measured):
    manager = english(measured, "mounia")
    manager.post(f"{PAGE}/dossiers", {"meter": "gas"})
    before = [manager.get(f"{PAGE}/dossiers/1.{kind}").data for kind in ("json", "zip", "pdf")]

    manager.post("/energy/interventions/1/remove")
    measured.clock.now += timedelta(days=5)

    assert [manager.get(f"{PAGE}/dossiers/1.{kind}").data for kind in ("json", "zip", "pdf")] == before


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_a_dossier_is_printed_in_each_language(measured, language):
    manager = english(measured, "mounia")
    manager.post(f"{PAGE}/dossiers", {"meter": "gas"})
    manager.client.set_cookie("samen_language", language)

    answer = manager.get(f"{PAGE}/dossiers/1.pdf")

    assert answer.content_type == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert 'filename="dossier-gas-2026-11-23-1.pdf"' in answer.headers["Content-Disposition"]


def test_only_a_manager_signs_and_only_what_can_be_judged(measured):
    refused = english(measured, "axel").post(f"{PAGE}/dossiers", {"meter": "gas"})
    empty = english(measured, "mounia").post(f"{PAGE}/dossiers", {"meter": "main"}, follow_redirects=True)

    assert refused.status_code == 403
    assert english(measured, "mounia").get(f"{PAGE}/dossiers/1.json").status_code == 404
    assert empty.status_code == 200
    assert measured.browser("ada").get(f"{PAGE}/dossiers/1.json").status_code == 403
