"""Whatever is put in an address, a form or a file of the energy pages, nothing breaks, and they say no."""

import gzip
import io
import re

import pytest
from sqlalchemy import func, select

from samen.adapters.db.models import IndexReading, Meter, MeterKind, OutdoorHour, Register, Site, Unit
from support.measured_house import enter, fill
from support.sharing import billed, booked, decided, settled, stands, used

AREA = re.compile(r"/energy|/findings|/api/v1/(energy|findings|savings|statements|weather|zones)\b")
HUGE = "9" * 5000
NUMBERS = ("−12,50", "1e9", "1e400", "sNaN", HUGE, f"0,{HUGE}", "²", str(2**31), f"-{2**63}")
DAYS = ("0001-01-02", "9999-12-31", "2026-02-30", "0001-01-01/9999-12-31")
TIMES = ("0001-01-02T00:00", "9999-12-31T23:59:59+23:59", "2026-03-29T02:30")
TEXTS = ("🔥" * 300, "x" * 20_000, "a\r\nb: c")
VALUES = (*NUMBERS, *DAYS, *TIMES, *TEXTS)
# What some reader takes, so that what lies behind it is reached: beside fields that are right.
TAKEN = ("0001-01-02", "9999-12-30", "٣٤")
# Fields without which a form is not read any further.
LEADING = {"register", "meter", "what", "kind", "to", "tenant", "do"}
# What stands for each part of an address.
PLACES = {
    "slug": "gas",
    "meter": "gas",
    "number": "1",
    "finding_id": "1",
    "zone": "ground",
    "name": "year",
    "table": "weeks",
    "token": "none",
    "digest": "none",
}
# The fields that each view reads of an address.
PERIODS = ("baseline_from", "baseline_until", "reporting_from", "reporting_until")
ASKED = {
    "energy.overview": ("year", "site", "meter"),
    "energy_span.page": ("from", "to"),
    "findings.index": ("state",),
    "meter_savings.read_savings": ("baseline", "reporting"),
    "meters.read_energy": ("from", "to", "step"),
    "reconciliation.index": ("kind",),
    "savings.table_csv": (*PERIODS, "meter"),
    "sharing.overview": ("replace",),
    "sharing_keys.index": ("area", "fixed", "basis", "kind"),
    "weather-readings.read_weather": ("from", "to", "step", "site"),
    "weather.hours_csv": ("year",),
    "weather.months_csv": ("form",),
    "weather.overview": ("year",),
    "zones.read_plan": ("site",),
}
# A form that each view takes. What changes too much for the next is left out: nothing, or another's number.
DAY = {"from": "2026-01-01"}
INTERVENTION = {"name": "Toit", "kind": "advice", "starts_on": "2026-01-01", "done_on": "", "touches": "gas"}
FORMS = {
    "dossier.sign": {"meter": "gas", **dict.fromkeys(PERIODS, "2026-01-01")},
    "findings.assign": {"member": "1"},
    "findings.change": {"to": "taken", "reason": "x", "done_on": "2026-11-01", "shown": "done"},
    "heating.save": {
        **dict.fromkeys(("comfort_deg_c", "setback_deg_c", "frost_deg_c", "hysteresis_k"), "5"),
        **dict.fromkeys(("vent_before_min", "vent_after_min", "coast_min"), "10"),
        "earliest": "05:00",
        "steering": "on",
        "idle_vent": "off",
    },
    "interventions.add": {**INTERVENTION, "cost": "100", "subsidy": "10", "note": ""},
    "interventions.change": INTERVENTION,
    "interventions.remove": {},
    "meter_files.send": {"unit": "kWh", "kind": "delta"},
    "meter_files.settle": {"do": "store"},
    "meter_pages.record_event": {
        "register": "gas",
        "kind": "replaced",
        "event_at": "2026-11-20T08:00",
        "sure": "1",
        "final": "100",
        "first": "0",
        "note": "",
    },
    "meter_pages.set_digits": {"register": "gas", "digits": "6"},
    "meter_pages.set_factor": {"from_on": "2026-01-01", "factor": "10.5"},
    "meter_pages.type_in": {"register": "gas", "at": "2026-11-20T08:00", "index": "100", "what": ""},
    "meter_pages.withdraw_event": {},
    "meter_pages.withdraw_reading": {},
    "sharing.enter": {
        "what": "water",
        "supplier": "V",
        "number": "9",
        "from": "2026-09-01",
        "last": "2026-09-30",
        "amount": "12,50",
        "fixed": "1",
        "used": "12",
        "note": "",
        "replaces": "",
    },
    "sharing.remove": {},
    "sharing.settle": {"note": "x"},
    "sharing_keys.decide": {
        "kind": "gas",
        "area": "50",
        "hours": "30",
        "heads": "20",
        "fixed": "0",
        "basis": "booked",
        "decided_by": "x",
        "decided_on": "2026-01-01",
        "decision": "y",
        **DAY,
    },
    "sharing_tenants.stand": {"tenant": "atelier-rue", "area_m2": "10", "persons": "3", **DAY},
    "weather.upload": {"column": "value", "unit": "degC", "replace": "1"},
}


@pytest.fixture(scope="module")
def furnished(shared):
    """Gas of two years, a settled bill, an intervention, a dossier, and a meter read by hand."""
    database, mounia = shared.database, shared.people["mounia"]
    fill(database)
    enter(database, mounia)
    used(database)
    booked(database, mounia, "09:00", "12:00")
    stands(database, mounia)
    decided(database, mounia)
    settled(database, mounia, billed(database, mounia, 124_00, used=130.2))
    with database.write() as session:
        site = session.scalars(select(Site.id)).one()
        meter = Meter(slug="typed", name="Gaz", kind=MeterKind.GAS, site_id=site, position=9)
        meter.registers = [Register(code="gas", unit=Unit.LITRE)]
        session.add(meter)
    assert manager(shared).post("/energy/savings/dossiers", {"meter": "gas"}).status_code == 303
    return shared


def manager(house):
    return house.browser("mounia")


def address(rule, **places):
    """The rule's path, with something that is there in each of its places."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: {**PLACES, **places}[found[1]], str(rule))


def rules(house, method):
    found = [rule for rule in house.app.url_map.iter_rules() if AREA.match(str(rule))]
    return [rule for rule in found if method in (rule.methods or ())]


def test_no_address_breaks_a_page(furnished):
    looking, broken = manager(furnished), []

    for rule in rules(furnished, "GET"):
        names = ASKED.get(rule.endpoint, ())
        for query in [{}, *(dict.fromkeys(names, value) for value in VALUES if names)]:
            answer = looking.get(address(rule), query_string=query)
            broken += [(rule.endpoint, query)] if answer.status_code >= 500 else []

    assert broken == []


def test_no_span_breaks_the_span_page(furnished):
    looking = manager(furnished)
    ends = (*DAYS, *TIMES, "253402300799", "2026-11-01")

    answers = {
        (start, end): looking.get("/energy/span", query_string={"from": start, "to": end}).status_code
        for start in ends
        for end in ends
    }

    assert set(answers.values()) == {200}


def test_no_field_breaks_a_form(furnished):
    sending, broken = manager(furnished), []

    for rule in rules(furnished, "POST"):
        form = FORMS[rule.endpoint]
        path = address(rule, slug="typed", number="99", finding_id="99")
        fields = [name for name in form if name not in LEADING]
        all_wrong = [{**form, **dict.fromkeys(fields, value)} for value in VALUES if fields]
        one_wrong = [{**form, name: value} for name in form for value in TAKEN]
        for one in [{}, *all_wrong, *one_wrong]:
            answer = sending.post(path, one)
            broken += [(rule.endpoint, one)] if answer.status_code >= 500 else []

    assert broken == []


def test_nothing_is_sent_without_the_forms_own_token(furnished):
    sending = manager(furnished).client

    answers = {rule.endpoint: sending.post(address(rule)).status_code for rule in rules(furnished, "POST")}

    assert set(answers.values()) == {400}


PLAIN = "/energy/meters/typed/files"
NO_FILE = {
    "another encoding": "time,value\n2026-01-01T00:00Z,1\n".encode("utf-16"),
    "a NUL": b"time,value\n2026-01-01T00:00Z,\0\n",
    "one long line": b"time" * 100_000,
    "a lone return in the header": b"time\rvalue,x\ry",
    "many columns": b"time," + b"x," * 200_000,
    "the first year": b"time,value\n0001-01-01T00:00,1\n0001-01-01T01:00,2\n",
    "the last year": b"time,value\n9999-12-31T22:00,1\n9999-12-31T23:00,2\n",
    "years beyond the zones": b"time,value\n0001-01-01T00:00+23:59,1\n9999-12-31T23:59-23:59,2\n",
    "a value beyond all": b"time,value\n2026-01-01T00:00Z,1e308\n2026-01-01T01:00Z,1e308\n",
    "no number": b"time,value\n2026-01-01T00:00Z,nan\n2026-01-01T01:00Z,nan\n",
    "below zero": b"time,value\n2026-01-01T00:00Z,-5\n2026-01-01T01:00Z,-1\n",
    "centuries apart": b"time,value\n1901-01-01T00:00Z,1\n2190-01-01T00:00Z,2\n",
    "still to come": b"time,value\n2190-01-01T00:00Z,1\n2190-01-01T01:00Z,2\n",
    "cut off gzip": gzip.compress(b"time,value\n")[:-6],
    "a gzip of far more": gzip.compress(bytes(80 * 1024 * 1024), 9),
    "rows without end": gzip.compress(b"time,value\n" + b"x\n" * 700_000, 1),
    "empty rows without end": gzip.compress(b"time,value\n" + b"\n" * 700_000, 1),
}
HEADER = "van (datum);van (tijdstip);tot (datum);tot (tijdstip);ean-code;register;volume;eenheid\n"
NO_FILE |= {
    f"an operator's {name}": (HEADER + rows).encode()
    for name, rows in {
        "first year": "01-01-0001;00:00:00;01-01-0001;00:15:00;1;Afname;1;m3\n",
        "last year": "31-12-9999;23:45:00;31-12-9999;23:59:00;1;Afname;1;m3\n",
        "year to come": "01-01-2190;00:00:00;01-01-2190;00:15:00;1;Afname;1;m3\n",
        "many connections": "".join(
            f"01-01-2026;00:00:00;01-01-2026;00:15:00;{n};Afname;1;m3\n" for n in range(5000)
        ),
        "huge volume": "01-01-2026;00:00:00;01-01-2026;00:15:00;1;Afname;1e308;m3\n",
    }.items()
}


NO_FILE["an operator's empty rows"] = gzip.compress(HEADER.encode() + b";\n" * 700_000)


def sent(browser, path, content, **form):
    return browser.post(path, {**form, "file": (io.BytesIO(content), "../../evil.csv")})


def stored(house, kind):
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(kind))


@pytest.mark.parametrize("kind", ["delta", "index"])
def test_no_file_of_readings_breaks_the_page_or_is_kept(furnished, kind):
    sending, before, answers = manager(furnished), stored(furnished, IndexReading), {}

    for name, content in NO_FILE.items():
        looked_at = sent(sending, PLAIN, content, unit="m3", kind=kind).headers["Location"]
        page, stores = sending.get(looked_at), sending.post(looked_at, {"do": "store"})
        answers[name] = (page.status_code, stores.status_code, len(page.data) < 60_000)

    assert answers == dict.fromkeys(NO_FILE, (422, 303, True))
    assert stored(furnished, IndexReading) == before


def test_no_file_of_temperatures_breaks_the_page_or_is_kept(furnished):
    sending, before = manager(furnished), stored(furnished, OutdoorHour)

    answers = {
        name: sent(sending, "/energy/weather", content).status_code
        for name, content in NO_FILE.items()
        if name != "below zero"
    }

    assert set(answers.values()) <= {409, 422}
    assert stored(furnished, OutdoorHour) == before


def test_a_file_takes_the_place_of_the_one_before(furnished):
    sending = manager(furnished)

    first, second = (sent(sending, PLAIN, b"x").headers["Location"] for _ in range(2))

    assert (sending.get(first).status_code, sending.get(second).status_code) == (404, 422)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("readings", {"register": "gas", "at": "0026-11-20T08:00", "index": "1"}),
        (
            "events",
            {"register": "gas", "kind": "reset", "event_at": "0026-11-20T08:00", "final": "1", "first": "0"},
        ),
    ],
)
def test_a_mistyped_year_is_refused_with_a_reason(furnished, path, form):
    answer = manager(furnished).post(f"/energy/meters/typed/{path}", form)

    assert answer.status_code == 422
    assert "vérifiez l’année" in answer.text
