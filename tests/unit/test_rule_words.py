"""How a booking repeats, said in each language."""

from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from samen.web import i18n
from samen.web.repeat import in_words

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture(scope="module")
def app():
    app = Flask("test")
    i18n.register(app)
    return app


@pytest.mark.parametrize(
    ("language", "rule", "words"),
    [
        ("fr", "FREQ=MONTHLY;BYDAY=-1MO", "Chaque mois le dernier lundi"),
        ("nl", "FREQ=MONTHLY;BYDAY=-1MO", "Elke maand op de laatste maandag"),
        (
            "fr",
            "FREQ=MONTHLY;BYDAY=1TU;COUNT=5",
            "Chaque mois le mardi nº\N{NO-BREAK SPACE}1 du mois, 5 fois",
        ),
        ("nl", "FREQ=MONTHLY;BYDAY=1TU;COUNT=5", "Elke maand op de 1e dinsdag van de maand, 5 keer"),
        ("en", "FREQ=WEEKLY;BYDAY=MO,TH", "Every week on Monday and Thursday"),
        ("nl", "FREQ=DAILY;UNTIL=20270630T215900Z", "Elke dag, tot en met 30 juni 2027"),
    ],
)
def test_a_rule_reads_as_one_would_say_it(app, language, rule, words):
    with app.app_context(), force_locale(i18n.REGIONS[language]):
        assert in_words(rule, BRUSSELS) == words
