"""Meters as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from samen.adapters.db.models import (
    EventKind,
    IndexDecrease,
    IndexReading,
    Meter,
    MeterEvent,
    MeterKind,
    Register,
    Unit,
)
from samen.domain.evaluation import Period
from samen.domain.interval import next_month
from samen.domain.metering import TYPED_GEN, is_injection
from samen.domain.prices import GridTerm
from samen.services import calorific, meter_events, typed_readings
from samen.services import meters as services
from samen.services.energy import SHOWN_UNIT, MonthPeak, month_peaks
from samen.services.meters import RegisterState, Source
from samen.services.prices import price_book
from samen.web import i18n
from samen.web.meter_form import index_text, typed_text

MONTHS_SHOWN = 13
TARIFFS = {"0": "", "1": "1", "2": "2"}


def kind_word(kind: MeterKind) -> str:
    words: dict[MeterKind, str] = {
        MeterKind.ELECTRICITY: _("electricity"),
        MeterKind.GAS: _("gas"),
        MeterKind.WATER: _("water"),
        MeterKind.HEAT: _("heat"),
    }
    return words[kind]


def source_word(source: Source | None) -> str:
    words: dict[Source | None, str] = {
        Source.SENSOR: _("by sensor"),
        Source.FILE: _("from a file"),
        Source.TYPED: _("read by hand"),
        None: _("never read"),
    }
    return words[source]


def event_word(kind: EventKind) -> str:
    words: dict[EventKind, str] = {
        EventKind.REPLACED: _("Meter replaced"),
        EventKind.ROLLED_OVER: _("Rolled over"),
        EventKind.RESET: _("Reset"),
    }
    return words[kind]


def register_name(register: Register) -> str:
    """`use`, `use, tariff 1`, `injection, tariff 2`; the code where that says more."""
    tail = register.code.rpartition(":")[2]
    if not tail.startswith(("1.8.", "2.8.")):
        return register.code
    way: str = _("injection") if is_injection(register.code) else _("use")
    tariff = TARIFFS.get(tail[4:], tail[4:])
    return f"{way}, " + _("tariff %(number)s", number=tariff) if tariff else way


def listed_meters(
    session: Session, meters: Sequence[Meter], now: datetime, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Meters with the newest of their registers."""
    states = services.states_of(session, [register for meter in meters for register in meter.registers])
    return [_listed(meter, states, now, zone) for meter in meters]


def _listed(
    meter: Meter, states: Mapping[int, RegisterState], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    return {
        "slug": meter.slug,
        "name": meter.name,
        "kind": kind_word(meter.kind),
        "above": meter.main.name if meter.main is not None else None,
        "registers": [_register(states[register.id], now, zone) for register in meter.registers],
    }


def _register(state: RegisterState, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    register = state.register
    return {
        "code": register.code,
        "name": register_name(register),
        "unit": SHOWN_UNIT[register.unit],
        "index": index_text(state.index, register) if state.index is not None else None,
        "when": i18n.ago(state.at, now) if state.at is not None else None,
        "source": source_word(state.source),
        "sensor": register.device.name if register.device is not None else None,
        "silent": state.silent(now),
        "typed": i18n.moment_long(state.typed_at, zone) if state.typed_at is not None else None,
        "digits": register.digits,
    }


def shown_falls(session: Session, falls: Sequence[IndexDecrease], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Falls of an index, with what to fill the answers in with."""
    return [_fall(session, fall, zone) for fall in falls]


def _fall(session: Session, fall: IndexDecrease, zone: ZoneInfo) -> dict[str, Any]:
    register = fall.register
    middle = (fall.since_at + (fall.at - fall.since_at) / 2).astimezone(zone)
    return {
        "meter": register.meter.name,
        "slug": register.meter.slug,
        "register": register.code,
        "unit": SHOWN_UNIT[register.unit],
        "text": _(
            "From %(before)s on %(since)s to %(after)s on %(at)s",
            before=index_text(fall.before, register),
            since=i18n.moment_long(fall.since_at, zone),
            after=index_text(fall.after, register),
            at=i18n.moment_long(fall.at, zone),
        ),
        "at": f"{middle:%Y-%m-%dT%H:%M:%S}",
        "final": typed_text(fall.before),
        "first": "0",
        "typed": [_typed(reading, register, zone) for reading in _typed_beside(session, fall)],
    }


def _typed_beside(session: Session, fall: IndexDecrease) -> Sequence[IndexReading]:
    query = select(IndexReading).where(
        IndexReading.register_id == fall.register_id,
        IndexReading.at.in_([fall.since_at, fall.at]),
        IndexReading.gen == TYPED_GEN,
    )
    return session.scalars(query.order_by(IndexReading.at)).all()


def _typed(reading: IndexReading, register: Register, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": reading.id,
        "index": index_text(reading.index, register),
        "when": i18n.moment_long(reading.at, zone),
        "register": register_name(register),
        "source": source_word(services.source_of(reading.gen)),
        "mine": reading.gen == TYPED_GEN,
    }


def meter_page(session: Session, meter: Meter, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """All that the page of a meter shows."""
    falls = [
        fall for fall in meter_events.to_explain(session, meter.site_id) if fall.register.meter_id == meter.id
    ]
    demand = services.demand_of(session, meter)
    return {
        "meter": listed_meters(session, [meter], now, zone)[0],
        "typeable": [one for one in meter.registers if one.device_id is None],
        "register_names": {one.code: register_name(one) for one in meter.registers},
        "event_words": {kind.value: event_word(kind) for kind in EventKind},
        "local_now": f"{now.astimezone(zone):%Y-%m-%dT%H:%M}",
        "falls": shown_falls(session, falls, zone),
        "readings": [_typed(one, of, zone) for one, of in typed_readings.history(session, meter)],
        "events": [_event(one, zone) for one in meter_events.events_of(session, meter)],
        "demand": i18n.number(demand.w / 1000, 2) if demand is not None else None,
        **_power_peaks(session, meter, now, zone),
        **_gas(session, meter, now, zone),
    }


def _event(event: MeterEvent, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": event.id,
        "what": event_word(event.kind),
        "when": i18n.moment_long(event.at, zone),
        "register": register_name(event.register),
        "final": index_text(event.final_index, event.register),
        "first": index_text(event.first_index, event.register),
        "note": event.note,
    }


def _power_peaks(session: Session, meter: Meter, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The months' peaks, newest first, and whether the grid is billed by them."""
    today = now.astimezone(zone).date()
    first = date(today.year - 1, today.month, 1)
    peaks = month_peaks(session, meter, Period(first, next_month(today)), zone)
    shown = [_peak(one, zone) for one in reversed(peaks[-MONTHS_SHOWN:])]
    term = price_book(session, meter.site).grid_term(meter.kind.value, today)
    is_billed = meter.main_id is None and term is not None
    return {"peaks": shown, "grid": _grid(term, peaks) if is_billed and term else None}


def _grid(term: GridTerm, peaks: Sequence[MonthPeak]) -> str | None:
    """How the grid's operator bills power; what the meter itself says counts before our own quarters."""
    if term.basis == "connection_kva":
        return str(_("The grid is billed here by the power of the connection: these peaks do not count."))
    known = [peak.told_w if peak.told_w is not None else peak.w for peak in peaks]
    kw = term.billed_kw([watts / 1000 for watts in known if watts is not None])
    if kw is None or term.eur_per_kw_year is None:
        return None
    said: str = _(
        "The grid is billed here by the mean of the last twelve monthly peaks, each of %(least)s kW at least:"
        " %(kw)s kW now, some %(eur)s a year.",
        least=i18n.number(term.least_kw),
        kw=i18n.number(kw, 2),
        eur=i18n.whole_euros(kw * term.eur_per_kw_year),
    )
    return said


def _peak(peak: MonthPeak, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "month": i18n.month_title(peak.month_on),
        "kw": i18n.number(peak.w / 1000, 2) if peak.w is not None else None,
        "at": i18n.moment_long(peak.at, zone) if peak.at is not None else None,
        "told_kw": i18n.number(peak.told_w / 1000, 2) if peak.told_w is not None else None,
        "told_at": i18n.moment_long(peak.told_at, zone) if peak.told_at is not None else None,
    }


def _gas(session: Session, meter: Meter, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The factor of today and those that bills stated; nothing for a meter that counts no m³ of gas."""
    if meter.kind is not MeterKind.GAS or not any(one.unit is Unit.LITRE for one in meter.registers):
        return {"factor": None, "factors": []}
    today = now.astimezone(zone).date()
    return {
        "factor": i18n.number(calorific.factor_of(session, meter)(today), 3),
        "factors": [
            {"on": i18n.day_long(on), "value": i18n.number(value, 3)}
            for on, value in calorific.factors_of(session, meter)
        ],
    }
