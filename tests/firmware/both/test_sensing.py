"""Sensors on a desktop's wires, which carry real bytes, through the real drivers to readings."""

from node_parts.ground import a_folder

from samen_node import telemetry
from samen_node.hal.desktop import Board
from samen_node.sensing import Sensing
from samen_node.settings import Settings

SETTINGS = {"occupancy_s": 300, "climate_s": 60, "energy_s": 60, "p1_s": 60, "hold_s": 30, "debounce_s": 0}
RADAR = {"driver": "ld2410", "uart": "radar"}
AIR = {"driver": "scd4x", "i2c": "air"}
STREAMS = ["occupancy", "climate", "energy", "p1"]


class FakeClock:
    quality = "ntp"

    def __init__(self):
        self.now = 0.0

    def up(self):
        return self.now

    def utc(self):
        return 1795378504 + int(self.now)


class Quiet(Board):
    """A desktop whose time is the test's."""

    def __init__(self, settings):
        Board.__init__(self, settings)
        self.clock = FakeClock()
        self.told = []

    def tell(self, event):
        self.told.append(event)


class Node:
    """Senses by a script: `readings` as (second, stream, d)."""

    def __init__(self, sensors, script=(), folder=None, streams=STREAMS, **more):
        self.folder = folder or a_folder()
        moments = [{"at": -1, "radar": "none", "w": {}}] + list(script)
        config = {"folder": self.folder, "sensors": sensors, "streams": streams, "script": moments}
        config.update(SETTINGS)
        config.update(more)
        self.board = self.make_board(config)
        self.sensing = Sensing(config, self.board, Settings(self.folder + "/settings", config), 7)
        self.readings = []

    def make_board(self, config):
        return Quiet(config)

    def live(self, seconds, step=0.1):
        clock = self.board.clock
        end = clock.now + seconds
        while clock.now < end:
            clock.now = round(clock.now + step, 1)
            for stream, d in self.sensing.poll(clock.now):
                telemetry.write(stream, len(self.readings), (clock.utc(), "ntp", int(clock.now)), d)
                self.readings.append((clock.now, stream, d))
        return self

    def of(self, stream):
        return [d for _, name, d in self.readings if name == stream]

    def states(self):
        return [d["state"] for d in self.of("occupancy")]


A_VISIT = [{"at": 5, "radar": "moving"}, {"at": 8, "radar": "still"}, {"at": 60, "radar": "none"}]


def test_a_visit_is_seen_by_either_radar_and_kept_by_a_still_target():
    for driver in ("ld2410", "ld2450"):
        node = Node([{"driver": driver, "uart": "radar"}], A_VISIT).live(120)

        assert node.states() == ["empty", "entering", "occupied", "hold", "empty"]
        assert node.of("occupancy")[2]["ev"] == ["radar_move"]


def test_a_reading_follows_within_a_poll_of_the_radars_edge():
    node = Node([RADAR], A_VISIT).live(10)

    entering = [at for at, _, d in node.readings if d["state"] == "entering"]
    assert entering == [5.0] or entering == [5.1]


def test_a_silent_radar_makes_the_room_unknown():
    script = [{"at": 5, "radar": "moving"}, {"at": 10, "radar": "silent"}]

    node = Node([RADAR], script).live(60)

    assert node.states()[-1] == "unknown"


def test_one_silent_sensor_of_two_makes_the_room_unknown():
    class Deaf(Node):
        def make_board(self, config):
            board = Quiet(config)
            board.pin = lambda name: lambda: True
            return board

    node = Deaf([RADAR, {"driver": "pir", "pin": "pir"}], [{"at": 40, "radar": "silent"}]).live(100)

    assert node.states()[:1] == ["unknown"]  # a PIR that has just got power knows nothing yet
    assert "occupied" in node.states()
    assert node.states()[-1] == "unknown"


def test_air_becomes_climate_and_speaks_of_people():
    node = Node([RADAR, AIR], [{"at": 0, "t": 20.4, "rh": 41, "co2": 640}]).live(70)

    first, second = node.of("climate")
    assert first == second == {"t": 20.4, "rh": 41.0, "co2": 640}


def test_a_ghost_is_let_go_when_the_air_clears():
    script = [{"at": 5, "radar": "moving"}, {"at": 8, "radar": "still"}]
    script += [{"at": 60 * n, "co2": 1400 - 15 * n} for n in range(60)]

    node = Node([RADAR, AIR], script).live(2400, step=1)

    assert node.states()[-1] == "empty"
    assert node.of("occupancy")[-1]["conf"] < 95


def test_a_sensor_that_is_not_there_gives_no_reading_and_is_counted():
    class Unwired(Node):
        def make_board(self, config):
            board = Quiet(config)
            board.i2c = lambda name: Nothing()
            return board

    node = Unwired([RADAR, AIR]).live(90)

    assert node.of("climate") == []
    assert node.sensing.bad()["scd4x"] > 0


class Nothing:
    def write(self, address, data):
        raise OSError(19)

    def read(self, address, size):
        raise OSError(19)


def test_a_wire_that_the_board_has_not_leaves_the_other_sensors_alone():
    class Small(Node):
        def make_board(self, config):
            board = Quiet(config)
            board.counter = {}.__getitem__
            return board

    meter = {"driver": "s0", "counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000}
    node = Small([meter, RADAR], A_VISIT).live(10)

    assert "occupied" in node.states()
    assert [event["event"] for event in node.board.told if event["event"] == "refused"] == ["refused"]


def test_pulses_become_an_index_and_power():
    meter = {"driver": "s0", "counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000}

    node = Node([meter], [{"at": 0, "w": {"1.8.0": 3600}}]).live(130)

    assert [d["wh"] // 10 for d in node.of("energy")] == [0, 5, 11]  # a pulse before each full minute
    assert 3500 < node.of("energy")[-1]["w"] < 3700


def test_pulses_since_the_last_reading_outlive_a_planned_end():
    meter = {"driver": "s0", "counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000}
    drawn = [{"at": 1, "w": {"1.8.0": 3600}}]
    node = Node([meter], drawn).live(100)
    told = node.of("energy")[-1]["wh"]

    node.sensing.save(node.board.clock.now)

    again = Node([meter], drawn, node.folder).live(0.2)
    assert again.of("energy")[0]["wh"] >= told + 30


def test_what_is_due_together_is_told_together():
    meter = {"driver": "s0", "counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000}
    node = Node([meter, AIR], [{"at": 0, "t": 20.5, "rh": 40, "co2": 600}]).live(400)

    energy, climate = [
        [at for at, stream, _ in node.readings if stream == name] for name in ("energy", "climate")
    ]
    assert len(climate) >= 6
    assert set(climate[1:]) <= set(energy)


def test_a_full_flash_costs_readings_but_no_pulse():
    meter = {"driver": "s0", "counter": "s0", "register": "1.8.0", "pulses_per_kwh": 1000}
    node = Node([meter], [{"at": 0, "w": {"1.8.0": 3600}}])
    index = node.sensing._meters[0]._index
    path, index._path = index._path, node.folder + "/no/such/folder/meter"

    assert node.live(70).of("energy") == []

    index._path = path
    assert 69 <= node.live(1).of("energy")[0]["wh"] <= 71


def test_meters_on_one_line_take_turns():
    sensors = [
        {
            "driver": "sdm",
            "uart": "modbus",
            "address": 1,
            "model": 120,
            "register": "1.8.0",
            "export": "2.8.0",
        },
        {"driver": "sdm", "uart": "modbus", "address": 2, "model": 630, "register": "s.2"},
        {"driver": "pzem", "uart": "modbus", "address": 3, "register": "s.3"},
    ]
    script = [{"at": 0, "w": {"1.8.0": 3600, "s.2": 720, "s.3": 1800}}]

    node = Node(sensors, script).live(122)

    last = {d["r"]: d for d in node.of("energy")}
    assert sorted(last) == ["1.8.0", "2.8.0", "s.2", "s.3"]
    assert [last[r]["w"] for r in sorted(last)] == [3600, 0, 720, 1800]
    assert 110 <= last["1.8.0"]["wh"] <= 122
    assert last["2.8.0"]["wh"] == 0
    assert node.sensing.bad() == {"sdm": 0, "pzem": 0}


def test_a_meter_that_does_not_answer_is_not_told_and_does_not_hold_up_the_others():
    sensors = [
        {"driver": "pzem", "uart": "modbus", "address": 9, "register": "s.9"},
        {"driver": "pzem", "uart": "modbus", "address": 3, "register": "s.3"},
    ]

    class HalfWired(Node):
        def make_board(self, config):
            board = Quiet(config)
            board._sensors = config["sensors"][1:]
            return board

    node = HalfWired(sensors, [{"at": 0, "w": {"s.3": 100}}]).live(130)

    assert {d["r"] for d in node.of("energy")} == {"s.3"}


def test_a_node_that_starts_again_goes_on_with_its_meter():
    meter = {"driver": "pzem", "uart": "modbus", "address": 1, "register": "1.8.0"}
    script = [{"at": 0, "w": {"1.8.0": 36000}}]
    first = Node([meter], script).live(70)
    again = Node([meter], script, folder=first.folder).live(70)

    told = first.of("energy") + again.of("energy")
    assert [d["wh"] for d in told] == sorted(d["wh"] for d in told)
    assert {d["gen"] for d in told} == {7}


def test_a_telegram_becomes_a_reading_in_whole_units():
    node = Node([{"driver": "p1", "uart": "p1"}], [{"at": 0, "w": {"p1": 3600}}]).live(100)

    first, second = node.of("p1")
    assert first["1-0:1.8.1"][1] == "Wh"
    assert 45 <= second["1-0:1.8.1"][0] - first["1-0:1.8.1"][0] <= 61  # the first as soon as there is one
    assert second["1-0:1.7.0"] == [3600, "W"]
    assert second["1-0:1.6.0"] == ["261103181500W 04.212", "kW"]
    assert second["0-1:24.2.3"] == [3806070, "dm3"]
    assert "0-0:98.1.0" in first
    assert "0-0:98.1.0" not in second


def test_a_port_that_falls_silent_is_not_told_again():
    class Cut(Node):
        def make_board(self, config):
            board = Quiet(config)
            uart = Board.uart

            def wire(name, baud, inverted=False):
                port = uart(board, name, baud, inverted)
                read = port.read
                port.read = lambda: read() if board.clock.now < 30 else b""
                return port

            board.uart = wire
            return board

    node = Cut([{"driver": "p1", "uart": "p1"}]).live(200)

    assert len(node.of("p1")) == 1  # what came at once; a minute later the newest is too old


def test_only_what_the_streams_need_is_attached():
    node = Node([RADAR, AIR, {"driver": "p1", "uart": "p1"}], A_VISIT, streams=["climate"]).live(20)

    assert {stream for _, stream, _ in node.readings} == {"climate"}
    assert sorted(node.sensing.bad()) == ["scd4x"]


def test_a_node_without_sensors_says_that_it_does_not_know():
    node = Node([], streams=["occupancy"]).live(10)

    assert node.states() == ["unknown"]


def test_heads_are_counted_only_where_the_room_is_measured():
    assert Node([RADAR, AIR]).sensing._heads is None
    assert Node([RADAR, AIR], volume_m3=150).sensing._heads is not None


def test_changed_settings_hold_at_once_and_everything_is_told_again():
    node = Node([RADAR, AIR], A_VISIT).live(20)
    before = len(node.readings)
    node.sensing._settings.apply(2, {"hold_s": 5})

    node.sensing.refresh()
    node.live(0.2)

    assert node.sensing.room.hold_s == 5
    assert [stream for _, stream, _ in node.readings[before:]] == ["climate", "occupancy"]


def test_noise_on_every_wire_costs_readings_and_nothing_else():
    class Noisy(Node):
        def make_board(self, config):
            board = Quiet(config)
            uart = Board.uart
            board.uart = lambda name, baud, inverted=False: Noise(uart(board, name, baud, inverted))
            return board

    sensors = [
        RADAR,
        {"driver": "pzem", "uart": "modbus", "register": "1.8.0"},
        {"driver": "p1", "uart": "p1"},
    ]
    node = Noisy(sensors, A_VISIT + [{"at": 0, "w": {"1.8.0": 1000, "p1": 1000}}]).live(300)

    bad = node.sensing.bad()
    assert bad["p1"] > 0
    assert "occupied" in node.states()
    index = [d["wh"] for d in node.of("energy")]
    assert index == sorted(index)
    assert all(0 <= d["1-0:1.8.1"][0] < 200 for d in node.of("p1"))


class Noise:
    """Spoils every third answer: a byte lost, changed or made up."""

    def __init__(self, wire):
        self._wire = wire
        self._count = 0

    def write(self, data):
        self._wire.write(data)

    def read(self):
        data = self._wire.read()
        if not data:
            return data
        self._count += 1
        at = len(data) // 2 + self._count % 5
        spoilt = (
            data,
            data,
            data[:at] + data[at + 1 :],
            data,
            data[:at] + b"\xf4\xaa" + data[at:],
            data[:at],
        )
        return spoilt[self._count % 6]
