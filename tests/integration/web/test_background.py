"""What a page fetches behind its reader's back takes nothing from them."""


def _booked(browser):
    form = {"space": "iris", "date": "2026-11-23", "start": "09:00", "end": "10:00", "title": "Réunion"}
    assert browser.post("/book", form).status_code == 303


def test_a_part_fetched_anew_leaves_the_message_for_the_page(house):
    browser = house.browser("an")
    _booked(browser)

    behind = browser.get("/day/2026-11-23", headers={"Samen-Refresh": "1"})
    page = browser.get("/day/2026-11-23")

    assert 'class="notices"' not in behind.text
    assert 'class="notices"' in page.text


def test_a_background_answer_sets_no_cookie(house):
    answer = house.browser("an").get("/day/2026-11-23", headers={"Samen-Refresh": "1"})

    assert "Set-Cookie" not in answer.headers
