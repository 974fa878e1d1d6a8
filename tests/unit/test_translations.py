"""Every sentence that a reader sees exists in all three languages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "dashboards" / "templates").rglob("*.html"))
LANGUAGES = ("fr", "nl", "en")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
# The same in every language: the name of the thing, units, a key.
UNTRANSLATED = {"Samen", "kWh", "kW", "Enter", "CO₂", "SHA", "PDF", "JSON", "ZIP"}
SPOKEN = {"aria-label", "title", "alt", "placeholder"}
# Blocks and macros that give attributes, outside of any tag.
MARKUP_ALONE = (
    r"\{% block page_class %\}.*?\{% endblock %\}|\{% macro (?:invalid|described).*?\{% endmacro %\}"
)
NOTHING = "\N{WHITE SQUARE}"


@pytest.fixture(scope="module")
def sentences() -> set[str | tuple[str, str]]:
    """Every sentence that code and templates ask to have translated."""
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)
    keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
    found = extract_from_dir(ROOT, methods, options, keywords=keywords)
    return {message for _file, _line, message, _comments, _context in found}


def catalogue(language: str) -> Catalog:
    path = ROOT / "server" / "samen" / "locale" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_none_is_left_over(language, sentences):
    known = {message.id for message in messages(language)}

    assert known == sentences, "make the catalogues match: pybabel extract, pybabel update"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_empty_or_a_guess(language):
    doubtful = [message.id for message in messages(language) if message.fuzzy or not all(forms(message))]

    assert doubtful == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_places_to_fill(language):
    broken = [message.id for message in messages(language) if not same_places(message)]

    assert broken == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_holds_no_words_of_its_own(template):
    texts = Words(template.read_text(encoding="utf-8")).found

    assert [text for text in texts if letters(text) - UNTRANSLATED] == []


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def same_places(message: Message) -> bool:
    """One may do without its number ("Every day"), in every language alike."""
    asked = (message.id,) if isinstance(message.id, str) else message.id
    return [sorted(PLACEHOLDER.findall(form)) for form in forms(message)] == [
        sorted(PLACEHOLDER.findall(form)) for form in asked
    ]


def letters(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{2,}", text))


class Words(HTMLParser):
    """What a template says outside of its expressions: texts, and attributes that are read aloud."""

    def __init__(self, template: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0
        for aside in (MARKUP_ALONE, r"\{#.*?#\}|\{%.*?%\}"):
            template = re.sub(aside, "", template, flags=re.DOTALL)
        self.feed(re.sub(r"\{\{.*?\}\}", NOTHING, template, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        self.found += self._spoken(attrs)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data.strip())

    def _spoken(self, attrs: list[tuple[str, str | None]]) -> Iterator[str]:
        return (value for name, value in attrs if name in SPOKEN and value)
