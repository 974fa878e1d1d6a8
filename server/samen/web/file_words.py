"""What is wrong with a CSV file, in the reader's language; what reads files says it in English."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from flask_babel import ngettext

from samen.web.faults import patterns, translated
from samen.web.wording import N_

PATTERNS = patterns(
    (
        N_("cannot be read: %(why)s"),
        N_("larger than %(size)s MB"),
        N_("not UTF-8 at byte %(place)s"),
        N_("not CSV: %(why)s"),
        N_("the header is time,%(column)s"),
        N_("there is no column %(column)s, only %(names)s"),
        N_("there is no column %(column)s"),
        N_("%(cells)s cells, expected at least %(least)s"),
        N_("%(cells)s cells are too few"),
        N_("%(time)s is not after the line before"),
        N_("%(text)s is not an ISO time"),
        N_("%(text)s is no day and time"),
        N_("%(time)s does not exist in %(zone)s: the clock skips it"),
        N_("%(time)s does not exist: the clock skips it"),
        N_("%(text)s is not a number"),
        N_("%(text)s is no amount"),
        N_("%(value)s is below zero"),
        N_("it ends before it begins"),
        N_("more than %(most)s rows: send a year at a time"),
        N_("no values"),
        N_("no values that this meter counts"),
        N_("a file with the header time,value says nothing of it"),
        N_("register %(register)s of %(meter)s counts %(unit)s"),
    )
)
AND_MORE = re.compile(r"(?P<first>.*) \(and (?P<more>\d+) more\)", re.DOTALL)
ON_A_LINE = re.compile(r"line (?P<line>\d+): (?P<fault>.*)", re.DOTALL)


def file_fault(what: object) -> str:
    """A fault of `adapters.csvfile` and of what reads files with it."""
    said = str(what)
    if several := AND_MORE.fullmatch(said):
        count = int(several["more"])
        first = file_fault(several["first"])
        return str(
            ngettext("%(first)s (and %(num)d more)", "%(first)s (and %(num)d more)", count, first=first)
        )
    if placed := ON_A_LINE.fullmatch(said):
        fault = translated(placed["fault"], PATTERNS)
        return str(_("line %(line)s: %(fault)s", line=placed["line"], fault=fault))
    return translated(said, PATTERNS)
