"""Every refusal that the code can give is worded."""

import re
from pathlib import Path

import samen
from samen.web.wording import SENTENCES

SOURCES = [
    *Path(samen.__file__).parent.glob("domain/*.py"),
    *Path(samen.__file__).parent.glob("services/*.py"),
]
# `services/devices.py` has a refusal of its own, told by its command.
GIVEN = {
    (code, facts)
    for source in SOURCES
    if source.name != "devices.py"
    for code, facts in re.findall(r'\bRefusal\("(\w+)"(?:, \{(.*?)\})?\)', source.read_text())
}


def test_every_code_has_a_sentence():
    assert {code for code, _ in GIVEN} <= set(SENTENCES)


def test_a_sentence_uses_only_facts_that_its_refusal_carries():
    for code, facts in GIVEN:
        named = set(re.findall(r"%\((\w+)\)s", SENTENCES[code]))
        assert named <= set(re.findall(r'"(\w+)":', facts)), code
