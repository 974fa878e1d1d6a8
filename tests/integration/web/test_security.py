"""Headers, cookies, CSRF, redirects, limits."""

import pytest

from samen.config import Settings
from samen.web.app import create_app
from samen.web.security import local_path
from support.building import at
from support.web import settings_for

PAGES = ["/sign-in", "/invitation/nothing", "/nothing-here", "/members", "/api/v1/spaces", "/healthz"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(house, path):
    headers = house.browser("ada").get(path).headers

    assert headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert "'unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_over_https_browsers_are_told_to_stay_there(sqlite_database):
    secure = settings_for(sqlite_database.url, SAMEN_BASE_URL="https://bota75.example")
    app = create_app(secure, sqlite_database)

    answer = app.test_client().get("/healthz")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-samen"


def test_plain_http_is_for_this_machine_only(sqlite_database):
    near = create_app(settings_for(sqlite_database.url), sqlite_database)
    far = create_app(settings_for(sqlite_database.url, SAMEN_BASE_URL="http://192.0.2.7"), sqlite_database)

    assert not near.config["SESSION_COOKIE_SECURE"]
    assert far.config["SESSION_COOKIE_SECURE"]


def test_a_form_without_its_token_is_refused(house):
    browser = house.browser("ada")

    bare = browser.client.post("/members/invitations", data={"email": "new@rue.test", "role": "member"})

    assert bare.status_code == 400
    assert (
        browser.post("/members/invitations", {"email": "new@rue.test", "role": "member"}).status_code == 303
    )


def test_the_api_takes_a_browser_only_with_its_csrf_header(house):
    browser = house.browser("an")
    body = {"space": "iris", "start": at("10:00").isoformat(), "end": at("11:00").isoformat(), "title": "T"}

    bare = browser.client.post("/api/v1/bookings", json=body)
    with_header = browser.client.post("/api/v1/bookings", json=body, headers={"X-CSRFToken": browser.csrf()})

    assert (bare.status_code, bare.mimetype) == (400, "application/problem+json")
    assert with_header.status_code == 201


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "/a\nb",
        "evil",
    ],
)
def test_a_redirect_never_leaves_this_site(wanted):
    assert local_path(wanted, "/home") == "/home"


def test_a_redirect_keeps_a_path_of_this_site():
    assert local_path("/members?page=2#top") == "/members?page=2#top"


def test_after_signing_in_one_comes_to_a_page_of_this_site(with_password):
    outward = with_password.browser().sign_in("an@rue.test", wanted="https://evil.test/")
    inward = with_password.browser().sign_in("an@rue.test", wanted="/members")

    assert outward.headers["Location"] == "/"
    assert inward.headers["Location"] == "/members"


def test_a_large_request_is_refused(house):
    body = {"title": "x" * 70_000}

    answer = house.program("an").call("POST", "/api/v1/bookings", json=body)

    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/book?gap=%00", 400), ("/day/%00", 404), ("/api/v1/occurrences?space=%00", 422)],
)
def test_a_nul_goes_no_further(house, path, status):
    assert house.browser("an").get(path).status_code == status


def test_answers_are_compressed_for_who_takes_it(house):
    plain = house.browser("an").get("/api/v1/spaces")
    packed = house.browser("an").get("/api/v1/spaces", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2


def test_an_address_from_a_proxy_header_is_believed_only_when_a_proxy_is_configured():
    assert Settings.from_env({}).trusted_proxies == 0
    assert Settings.from_env({"SAMEN_TRUSTED_PROXIES": "1"}).trusted_proxies == 1
