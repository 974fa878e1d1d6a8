"""Printed pages are made of data, are accessible, and come out the same twice."""

import pytest

from samen.adapters import pdf as printing
from support.building import NOW

FACTS = {"lang": "fr", "author": "Bota 75", "foot": "Samen", "title": "Relevé", "said": "tout va bien"}


@pytest.fixture
def a_template(tmp_path, monkeypatch):
    house = (printing.TEMPLATES / "house.typ").read_text()
    (tmp_path / "house.typ").write_text(house)
    (tmp_path / "one.typ").write_text(
        '#import "house.typ": *\n#show: page-of.with(facts.title, [Sous-titre])\n#warning(facts.said)\n'
    )
    monkeypatch.setattr(printing, "TEMPLATES", tmp_path)


def test_the_same_facts_give_the_same_bytes(a_template):
    first, second = (printing.pdf("one", FACTS, NOW) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF-")


def test_a_page_says_that_it_is_accessible(a_template):
    assert b"pdfuaid:part" in printing.pdf("one", FACTS, NOW)


def test_text_that_looks_like_markup_is_only_text(a_template):
    harmless = printing.pdf("one", FACTS, NOW)

    hostile = printing.pdf("one", {**FACTS, "said": '#panic("gotcha") *bold* $x$ #read("/etc/passwd")'}, NOW)

    assert abs(len(hostile) - len(harmless)) < 20_000
