"""The words of the weather page: forms, sources, and what went wrong."""

from __future__ import annotations

from flask_babel import gettext as _

from samen.domain.degree_days import Form
from samen.domain.outdoor import WeatherSource
from samen.web import i18n


def form_name(form: Form) -> str:
    """`15/15`, `16,5/16,5`, and the gas sector's two by who publishes them."""
    warm = i18n.number(16.5)
    names: dict[Form, str] = {
        Form.BASE_15: "15/15",
        Form.BASE_16_5: f"{warm}/{warm}",
        Form.SYNERGRID: _("equivalent (Synergrid)"),
        Form.GAS_BE: _("equivalent (gas.be)"),
    }
    return names[form]


def form_sentence(form: Form) -> str:
    """What the form counts."""
    sentences: dict[Form, str] = {
        Form.BASE_15: _(
            "Each day counts by how many degrees its mean stays below 15 °C. This is what IRM publishes."
        ),
        Form.BASE_16_5: _("Each day counts by how many degrees its mean stays below 16.5 °C."),
        Form.SYNERGRID: _(
            "Base 16.5 °C. A building stays cold for a while: a day counts for 60 %, the day before for "
            "30 %, the one before that for 10 % of their degree-days. This is what Synergrid publishes."
        ),
        Form.GAS_BE: _(
            "Base 16.5 °C. The temperatures of three days are weighed first (60 %, 30 %, 10 %), then their "
            "degrees below the base counted. This is gas.be's way."
        ),
    }
    return sentences[form]


def source_name(source: WeatherSource) -> str:
    """Where a temperature comes from."""
    names: dict[WeatherSource, str] = {
        WeatherSource.SENSOR: _("outdoor sensor"),
        WeatherSource.CSV: _("imported file"),
        WeatherSource.ARCHIVE: _("weather archive"),
    }
    return names[source]


def archive_problem(problem: str) -> str:
    """Why the archive's last answer could not be used."""
    code = problem.partition(":")[0]
    words: dict[str, str] = {
        "unreachable": _("nobody answers there"),
        "slow": _("it took too long"),
        "refused": _("it refused the question"),
        "too_large": _("its answer was too large"),
        "garbled": _("its answer could not be read"),
        "wrong_hours": _("it answered for other hours"),
    }
    return words.get(code, code)


def refusal_sentence(code: str, detail: str) -> str:
    """Why a line of a file was refused."""
    words: dict[str, str] = {
        "impossible": _("air is never that warm or cold (%(detail)s)", detail=detail),
        "not_over": _("this hour is not over yet"),
        "differs": _("another file said otherwise (%(detail)s)", detail=detail),
    }
    return words[code]
