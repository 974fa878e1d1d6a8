"""The smart meter's telegram."""

from node_parts import wire

from samen_node import contract
from samen_node.drivers import p1

PEAKS = (
    "0-0:98.1.0(7)(1-0:1.6.0)(1-0:1.6.0)(231101000000W)(632525252525W)(00.000*kW)"
    "(260501000000S)(260413201500S)(02.508*kW)(260601000000S)(260525123000S)(02.567*kW)"
    "(260701000000S)(260606180000S)(02.918*kW)(260801000000S)(260726153000S)(03.743*kW)"
    "(260901000000S)(260811151500S)(04.563*kW)(261001000000S)(260911100000S)(03.271*kW)"
)
LINES = [
    "0-0:96.1.4(50217)",
    "0-0:96.1.1(3153414733313030373736353933)",
    "0-0:1.0.0(261026174629S)",
    "1-0:1.8.1(001209.869*kWh)",
    "1-0:1.8.2(123456.789*kWh)",
    "1-0:2.8.1(001040.710*kWh)",
    "1-0:2.8.2(000000.000*kWh)",
    "0-0:96.14.0(0001)",
    "1-0:1.4.0(00.160*kW)",
    "1-0:1.6.0(261014190000S)(03.506*kW)",
    PEAKS,
    "1-0:1.7.0(00.560*kW)",
    "1-0:2.7.0(00.000*kW)",
    "1-0:21.7.0(00.197*kW)",
    "1-0:32.7.0(229.7*V)",
    "1-0:31.7.0(001.05*A)",
    "0-0:96.13.0()",
    "1-0:99.97.0(1)(0-0:96.7.19)(260104180320W)(0000237126*s)",
    "0-1:24.1.0(003)",
    "0-1:96.1.1(37464C4F32313231313030383534)",
    "0-1:24.2.3(261026174556S)(03806.070*m3)",
    "0-2:24.1.0(007)",
    "0-2:24.2.1(261026174500S)(12345.678*m3)",
]
TELEGRAM = wire.of_telegram(LINES)


def read(*chunks):
    parser = p1.Parser()
    return [telegram for chunk in chunks for telegram in parser.feed(chunk)], parser.bad


def test_values_come_with_their_units():
    (telegram,), bad = read(TELEGRAM)

    values = telegram.values
    assert bad == 0
    assert values["1-0:1.8.1"] == (1209.869, "kWh")
    assert values["1-0:2.8.1"] == (1040.71, "kWh")
    assert values["1-0:32.7.0"] == (229.7, "V")
    assert values["0-0:96.14.0"] == ("0001", None)
    assert values["0-0:96.1.1"] == ("3153414733313030373736353933", None)
    assert values["0-0:96.13.0"] == ("", None)
    assert len(values) == len(LINES)


def test_gas_and_water_are_values_too():
    (telegram,), _ = read(TELEGRAM)

    assert telegram.values["0-1:24.2.3"] == (3806.07, "m3")
    assert telegram.values["0-2:24.2.1"] == (12345.678, "m3")


def test_peaks_of_the_quarter_the_month_and_of_months_past():
    (telegram,), _ = read(TELEGRAM)

    values = telegram.values
    assert values["1-0:1.4.0"] == (0.16, "kW")
    assert values["1-0:1.6.0"] == (3.506, "kW")
    assert values["0-0:98.1.0"][0].split(";")[1] == "260501000000S 260413201500S 02.508"
    assert values["0-0:98.1.0"][1] == "kW"


def test_the_reading_is_exact_in_whole_units_and_keeps_the_contract():
    (telegram,), _ = read(TELEGRAM)

    d = telegram.told()
    message = {"v": 1, "boot": 1, "seq": 1, "ts": None, "tq": "none", "up": 1, "d": d}
    assert contract.decode("t/p1", contract.encode(message))["d"] == d
    assert d["1-0:1.8.2"] == [123456789, "Wh"]
    assert d["1-0:1.7.0"] == [560, "W"]
    assert d["0-2:24.2.1"] == [12345678, "dm3"]
    assert d["1-0:1.6.0"] == ["261014190000S 03.506", "kW"]
    assert len(d["0-0:98.1.0"][0].split(";")) == 5
    assert d["0-0:98.1.0#2"][0].split(";")[1] == "261001000000S 260911100000S 03.271"


def test_the_reading_leaves_out_what_nobody_stores():
    (telegram,), _ = read(TELEGRAM)

    d = telegram.told(peaks=False)

    assert sorted(d) == sorted(
        ["1-0:1.8.1", "1-0:1.8.2", "1-0:2.8.1", "1-0:2.8.2", "1-0:1.4.0", "1-0:1.6.0"]
        + ["1-0:1.7.0", "1-0:2.7.0", "0-1:24.2.3", "0-2:24.2.1", "0-1:24.1.0", "0-2:24.1.0"]
    )
    assert (d["0-1:24.1.0"], d["0-2:24.1.0"]) == ([3, None], [7, None])  # gas and water


def test_a_telegram_comes_in_any_pieces():
    one_by_one, bad = read(*[TELEGRAM[n : n + 1] for n in range(len(TELEGRAM))])

    assert [telegram.values for telegram in one_by_one] == [read(TELEGRAM)[0][0].values]
    assert bad == 0


def test_a_wrong_crc_is_counted_and_the_next_telegram_is_read():
    damaged = TELEGRAM.replace(b"001209.869", b"001209.868")

    telegrams, bad = read(damaged, TELEGRAM)

    assert ([telegram.body for telegram in telegrams], bad) == ([TELEGRAM[:-6]], 1)


def test_a_telegram_without_a_crc_is_refused():
    assert read(TELEGRAM[:-6] + b"\r\n", TELEGRAM[:-6] + b"\r\n/") == ([], 2)


def test_a_telegram_cut_off_by_the_next_costs_itself_only():
    for cut in range(1, len(TELEGRAM) - 6, 37):
        telegrams, bad = read(TELEGRAM[:cut], TELEGRAM)

        assert (len(telegrams), bad) == (1, 1)


def test_a_telegram_without_end_fills_no_memory():
    parser = p1.Parser()
    parser.feed(b"/FLU")
    for _ in range(100):
        parser.feed(b"1-0:1.8.1(001209.869*kWh)\r\n" * 10)

    assert parser._text is None
    assert parser.bad == 1
    assert len(parser.feed(TELEGRAM)) == 1


def test_lines_that_are_no_objects_are_passed_over():
    odd = [
        "",
        "1-0:1.8.1",
        "1-0:1.8.1(",
        "(1*kWh)",
        "no code(1*kWh)",
        "1-0:2.8.1(0x1f*kWh)",
        "1-0:2.8.2(1_0*kWh)",
    ]

    (telegram,), _ = read(wire.of_telegram(odd + ["1-0:1.8.2(000001.000*kWh)"]))

    assert telegram.told() == {"1-0:1.8.2": [1000, "Wh"]}
    assert telegram.values["1-0:2.8.1"] == ("0x1f", "kWh")
