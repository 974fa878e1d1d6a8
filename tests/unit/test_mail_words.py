"""What people are told has words for every code, and reads well in every language."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from samen.domain.mail_address import as_written
from samen.services import notices
from samen.web import i18n
from samen.web.notice_words import NOTICES, told

BRUSSELS = ZoneInfo("Europe/Brussels")
OF_ROUNDS = {code for code in NOTICES if code.startswith(("round_", "objection_", "swap_"))}
OF_NO_SPACE = {"quota_nearly", "credit_decided", "credit_disputed"}
FACTS = {
    "space": "Iris",
    "title": "Fête",
    "start": datetime(2027, 3, 28, 12, 0, tzinfo=UTC).isoformat(),
    "end": "2027-03-28T15:30:00+02:00",
    "url": "/series/1",
}


@pytest.fixture
def say():
    """Words a notice in a language."""
    app = Flask("test")
    i18n.register(app)

    def words(code, language="fr", **more):
        with app.app_context(), force_locale(i18n.REGIONS[language]):
            return told(code, FACTS | more, BRUSSELS)

    return words


def test_all_that_can_be_told_has_words():
    assert set(NOTICES) == notices.CODES


@pytest.mark.parametrize("language", i18n.REGIONS)
@pytest.mark.parametrize("code", sorted(NOTICES))
def test_words_are_whole_sentences_with_their_facts_filled_in(say, code, language):
    notice = say(code, language, round="Spring 2027")

    assert notice.body.endswith(".")
    assert "%" not in notice.subject + notice.body + notice.action
    assert ("Iris" in notice.subject) == (code not in OF_NO_SPACE | OF_ROUNDS)
    assert ("Spring 2027" in notice.subject) == (code in OF_ROUNDS)


@pytest.mark.parametrize(
    ("language", "day"),
    [("fr", "dim 28 mars"), ("nl", "zo 28 mrt"), ("en", "Sun 28 Mar")],
)
def test_a_subject_says_when_in_short(say, language, day):
    assert say("booking_made", language).subject.endswith(f"{day}, 14:00–15:30")


def test_details_are_those_that_are_known(say):
    brief, full = (
        say("slot_offered", "en"),
        say("slot_offered", "en", until=FACTS["start"], dates=5, reason="Fair"),
    )

    assert [value for _, value in brief.details] == ["Fête", "Iris", "Sunday 28 March 2027, 14:00–15:30"]
    assert [value for _, value in full.details][3:] == ["5", "28 Mar 14:00", "Fair"]


def test_hours_read_as_the_language_writes_them(say):
    values = dict(say("quota_nearly", "nl", left=1.5, limit=40).details).values()

    assert {"1,5", "40,0"} <= set(values)


@pytest.mark.parametrize("url", ["//evil.test", "https://evil.test", "javascript:alert(1)", "/\\evil", None])
def test_a_link_never_leaves_the_site(say, url):
    assert say("booking_made", url=url).path == "/"


def test_a_notice_without_a_code_of_ours_cannot_be_told():
    with pytest.raises(ValueError, match="gossip"):
        notices.tell(None, [1], "gossip", FACTS, datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("an@rue.test", "an@rue.test"),
        ("An.De+Vos@rue.test", "An.De+Vos@rue.test"),
        ("an@café.be", "an@xn--caf-dma.be"),
        ("zoë@rue.test", None),
        ("a,b@rue.test", None),
        ("an@rue.test\nRCPT TO:<x@y.z>", None),
        ("<an@rue.test>", None),
        ("an@@rue.test", None),
        ("an@rue..test", None),
        ("an", None),
        ("x" * 250 + "@rue.test", None),
    ],
)
def test_only_an_address_that_smtp_understands_is_written_to(address, written):
    assert as_written(address) == written
