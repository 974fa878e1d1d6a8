"""The register's pages: written by managers, read by auditors too, and no place for hostile pictures."""

import io
from datetime import timedelta

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from samen.domain.picture import MOST_BYTES
from support.measured_house import HALFWAY, enter, fill, insulation
from support.pictures import GPS, exif, jpeg, png

PAGE = "/energy/interventions"
FORM = {
    "name": "Isolation du toit",
    "kind": "insulation",
    "starts_on": HALFWAY.isoformat(),
    "touches": "all:gas",
    "cost": "12 000,50",
    "subsidy": "2000",
    "note": "Laine de bois",
}


def english(house, who):
    """Somebody's browser, with pages in English."""
    browser = house.browser(who)
    browser.client.set_cookie("samen_language", "en")
    return browser


@pytest.fixture
def manager(house):
    return english(house, "mounia")


def sent(content, name="photo.jpg", kind="image/jpeg"):
    return {"picture": (io.BytesIO(content), name, kind)}


def post_all(browser, form):
    """A form of any size: the client would write a large one to a file, and leave that open."""
    file, name, of_type = form["picture"]
    picture = FileStorage(file, name, content_type=of_type)
    fields = {"csrf_token": browser.csrf(), **form, "picture": picture}
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.client.post(PAGE, data=body, content_type=kind)


def picture_of(browser):
    """The address of the only picture on the page."""
    page = browser.get(PAGE).get_data(as_text=True)
    return page.partition('class="measure-picture" src="')[2].partition('"')[0]


def test_a_manager_enters_one_and_reads_its_verdict(house, manager):
    fill(house.database)

    answer = manager.post(PAGE, FORM, follow_redirects=True)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Isolation du toit" in page
    assert "Proved" in page
    assert "of which subsidies €2,000" in page
    assert "Paid back in" in page


def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(house, manager):
    wrong = {**FORM, "name": "", "touches": "", "starts_on": "soon", "cost": "a lot", "subsidy": "9"}

    answer = manager.post(PAGE, wrong)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Write a date." in page
    assert "Write an amount" in page
    assert "Isolation" not in english(house, "axel").get(PAGE).get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": " "}, "Give it a name"),
        ({"touches": "all:nothing"}, "Choose a meter"),
        ({"done_on": (HALFWAY - timedelta(days=1)).isoformat()}, "end before they begin"),
        ({"subsidy": "12001"}, "at most what it cost"),
        ({"starts_on": "1066-10-14"}, "It can be from"),
        ({"kind": "magic"}, "Choose one of these."),
    ],
)
def test_each_thing_that_cannot_be_is_told(manager, change, said):
    answer = manager.post(PAGE, {**FORM, **change})

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_one_is_changed_and_taken_off(house, manager):
    number = enter(house.database, house.people["mounia"])

    changed = manager.post(f"{PAGE}/{number}", {**FORM, "name": "Toit vert"})
    page = manager.get(PAGE).get_data(as_text=True)
    removed = manager.post(f"{PAGE}/{number}/remove")

    assert (changed.status_code, removed.status_code) == (303, 303)
    assert "Toit vert" in page
    assert "Toit vert" not in manager.get(PAGE).get_data(as_text=True)
    assert manager.get(f"{PAGE}/{number}").status_code == 404


def test_an_auditor_reads_and_does_not_write(house):
    number = enter(house.database, house.people["mounia"])
    axel = house.browser("axel")

    page = axel.get(PAGE).get_data(as_text=True)

    assert "Isolation du toit" in page
    assert f"{PAGE}/{number}" not in page
    assert axel.post(PAGE, FORM).status_code == 403
    assert axel.post(f"{PAGE}/{number}/remove").status_code == 403


def test_a_picture_is_shown_without_where_it_was_taken_and_runs_nothing(house, manager):
    manager.post(PAGE, FORM | sent(jpeg(exif()), "evil.svg", "image/svg+xml"))

    answer = house.browser("axel").get(picture_of(manager))

    assert answer.status_code == 200
    assert answer.content_type == "image/jpeg"
    assert GPS not in answer.data
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"<!doctype html><script>alert(1)</script>",
        b"\xff\xd8\xff<script>alert(1)</script>",
        png(width=100_000, height=100_000),
        jpeg(width=65_000, height=65_000),
        png() + bytes(MOST_BYTES),
    ],
)
def test_what_is_no_picture_is_refused_with_the_rest_of_the_form_kept(house, manager, content):
    answer = post_all(manager, FORM | sent(content))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This is no JPEG, PNG or WebP picture" in page
    assert "Laine de bois" in page
    assert "Laine de bois" not in english(house, "axel").get(PAGE).get_data(as_text=True)


def test_a_picture_is_replaced_and_taken_away(house, manager):
    number = enter(house.database, house.people["mounia"])
    manager.post(f"{PAGE}/{number}", FORM | sent(jpeg()))
    first = picture_of(manager)

    manager.post(f"{PAGE}/{number}", FORM | sent(png()))
    second = picture_of(manager)
    manager.post(f"{PAGE}/{number}", {**FORM, "no_picture": "1"})

    assert first != second
    assert manager.get(first).status_code == 404
    assert picture_of(manager) == ""
    assert manager.get(second).status_code == 404


def test_a_picture_of_another_building_is_not_there(house, manager):
    enter(house.database, house.people["mounia"], insulation())

    assert manager.get(f"{PAGE}/1/picture/{'0' * 64}").status_code == 404
    assert manager.get(f"{PAGE}/{2**31}").status_code == 404


def test_nobody_sends_much_without_signing_in_or_to_another_page(house):
    much = {"note": "x" * 100_000}

    assert house.browser("mounia").post("/spaces/iris", much).status_code == 413
    assert house.browser().client.post(PAGE, data=sent(bytes(200_000))).status_code == 413


def test_a_form_that_is_larger_than_any_picture_is_cut_off(manager):
    assert post_all(manager, FORM | sent(bytes(13 * 1024 * 1024))).status_code == 413
