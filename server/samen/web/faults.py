"""What is wrong with the fields of a request, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext

from samen.web.wording import N_

# What validation says, marshmallow's own sentences among it. A sentence that is not here stays as it is.
SENTENCES = (
    N_("A period comes once."),
    N_("A space or a tenant is named, a person is not."),
    N_("A weekday comes once."),
    N_("At most %(days)s days after the start."),
    N_("At most %(days)s days with this step."),
    N_("Field may not be null."),
    N_("Given more than once."),
    N_("Holds characters that are none."),
    N_("Invalid JSON body."),
    N_("Invalid input type."),
    N_("Invalid type."),
    N_("Invalid value."),
    N_("Length must be between %(min)s and %(max)s."),
    N_("Longer than maximum length %(max)s."),
    N_("Missing data for required field."),
    N_("Must be greater than or equal to %(min)s and less than or equal to %(max)s."),
    N_("Must be one of: %(choices)s."),
    N_("Must come after the start."),
    N_("Needs `opening` and `closing`, or null for both."),
    N_("Needs `space`, `start` and `end`, or none of them."),
    N_("Needs `tenant`, `role` or both."),
    N_("Nested too deeply."),
    N_("Not JSON: send it as application/json."),
    N_("Not a valid %(kind)s."),
    N_("Number too large."),
    N_("Special numeric values (nan or infinity) are not permitted."),
    N_("String does not match expected pattern."),
    N_("The file cannot be read: %(fault)s."),
    N_("The file holds more than %(most)s events."),
    N_("There is no such site, or the space is not there."),
    N_("Unknown field."),
)


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.*)", re.escape(sentence)), re.DOTALL)


def patterns(sentences: Iterable[str]) -> dict[str, re.Pattern[str]]:
    """What `translated` looks through, in this order."""
    return {sentence: _pattern(sentence) for sentence in sentences}


PATTERNS = patterns(SENTENCES)


def in_words(found: Any) -> Any:  # noqa: ANN401
    """The same tree of places, fields and sentences, with each sentence translated."""
    if isinstance(found, Mapping):
        return {str(place): in_words(inner) for place, inner in found.items()}
    if isinstance(found, list | tuple):
        return [in_words(inner) for inner in found]
    return translated(found, PATTERNS) if isinstance(found, str) else found


def translated(said: str, among: Mapping[str, re.Pattern[str]]) -> str:
    """The sentence in the reader's language; as it is where none fits."""
    for sentence, pattern in among.items():
        if fits := pattern.fullmatch(said):
            return str(gettext(sentence)) % fits.groupdict()
    return said
