"""The watchdog's keeper, told by a clock that the test holds."""

from node_parts.ground import a_folder, raises, write

from samen_node import about
from samen_node.about import last_words
from samen_node.hal.desktop import Board
from samen_node.life import Life


class LifeBoard:
    """A board with nothing but what a Life asks of it; `fed` counts the watchdog's meals."""

    hardware = chip = "desk"

    def __init__(self, flash=None):
        self.flash = flash or a_folder()
        self.now = 0
        self.fed = 0
        self.heap = 50000
        self.cause = "watchdog"
        self.clock = self.wifi = self
        self.index = 1

    def up(self):
        return self.now

    def watchdog(self):
        return self

    def feed(self):
        self.fed += 1

    def rssi(self):
        return -61

    def reset_cause(self):
        return self.cause

    def free_heap(self):
        return self.heap


TASKS = ("link", "live", "backlog", "converse", "ntp")


def a_life(board, mode="normal", healthy=None):
    return Life(board, {}, mode, healthy)


def pass_time(board, life, seconds, silent=None):
    """Let a loop look each second while all tasks report, but this one."""
    for _ in range(seconds):
        board.now += 1
        for task in [task for task in TASKS if task != silent]:
            life.alive(task)
        life.tick(board.now)


def test_the_watchdog_is_fed_while_every_task_reports():
    board = LifeBoard()
    life = a_life(board)

    pass_time(board, life, 1000)

    assert board.fed == 1000


def test_a_task_that_does_not_report_is_named_and_the_watchdog_starves():
    board = LifeBoard()
    life = a_life(board)

    stalled = raises(RuntimeError, pass_time, board, life, 1000, "backlog")

    assert stalled.args == ("silent: backlog",)
    assert board.fed == 180


def test_a_task_that_reported_once_has_to_go_on():
    board = LifeBoard()
    life = a_life(board)
    pass_time(board, life, 10)

    stalled = raises(RuntimeError, pass_time, board, life, 1000, "ntp")

    assert (stalled.args, board.now) == (("silent: ntp",), 191)


def test_a_loop_that_stood_still_blames_no_task():
    board = LifeBoard()
    life = a_life(board)

    board.now += 4000
    life.tick(board.now)

    assert board.fed == 1


def test_health_is_noted_once_the_broker_has_answered_and_the_start_is_survived():
    board = LifeBoard()
    noted = []
    life = a_life(board, healthy=lambda: not noted.append(board.now))

    pass_time(board, life, 40)
    assert noted == []
    life.met_broker()
    pass_time(board, life, 100)

    assert noted == [41]


def test_a_greeting_is_no_proof_of_health_yet():
    board = LifeBoard()
    noted = []
    life = a_life(board, healthy=lambda: noted.append(board.now))

    life.met_broker()
    pass_time(board, life, 29)

    assert noted == []


def test_without_a_broker_a_start_that_lasts_is_healthy_and_a_trial_is_not():
    noted = {}
    for mode in ("normal", "trial"):
        board = LifeBoard()
        life = a_life(board, mode, lambda mode=mode, board=board: not noted.update({mode: board.now}))
        pass_time(board, life, 1000)

    assert noted == {"normal": 300}


def test_health_that_could_not_be_noted_is_noted_a_minute_later():
    board = LifeBoard()
    tried = []

    def note():
        tried.append(board.now)
        return len(tried) == 3

    life = a_life(board, healthy=note)
    life.met_broker()
    pass_time(board, life, 300)

    assert tried == [30, 90, 150]


def test_safe_mode_ends_after_an_hour_and_normal_mode_does_not():
    board = LifeBoard()
    safe, normal = a_life(board, "safe"), a_life(board)

    pass_time(board, safe, 3599)
    before = safe.ending
    pass_time(board, safe, 1)
    normal.tick(board.now)

    assert (before, safe.ending, normal.ending) == (False, True, False)


def told(board, life):
    meta = about.meta({}, board, "0.1.0", ["climate"], life)
    return meta["reset"], meta["mode"], meta.get("crash")


def safe_mode_lasts(board):
    """Seconds in safe mode of a node that meets its broker at once."""
    life = a_life(board, "safe", lambda: True)
    told(board, life)
    life.met_broker()
    while not life.ending:
        pass_time(board, life, 1)
    return board.now


def test_safe_mode_is_short_where_only_power_came_and_went():
    flickered, stuck, failed = LifeBoard(), LifeBoard(), LifeBoard()
    flickered.cause = failed.cause = "power_on"
    write(failed.flash + "/crash", b"KeyError: 'radar'")

    assert safe_mode_lasts(flickered) <= 31
    assert (safe_mode_lasts(stuck), safe_mode_lasts(failed)) == (3600, 3600)


def test_without_a_broker_a_failure_is_not_forgotten():
    flickered, failed = LifeBoard(), LifeBoard()
    flickered.cause = failed.cause = "power_on"
    write(failed.flash + "/crash", b"KeyError: 'radar'")
    lives = [a_life(board, "safe", lambda: True) for board in (flickered, failed)]
    for life in lives:
        pass_time(life._board, life, 600)

    assert [life.ending for life in lives] == [True, False]


def test_a_restart_leaves_time_for_its_answer():
    board = LifeBoard()
    life = a_life(board)

    life.end_at = 2
    life.tick(0)
    before = life.ending
    pass_time(board, life, 2)

    assert (before, life.ending) == (False, True)


def test_why_the_node_failed_is_told_until_a_broker_has_heard_it():
    board = LifeBoard()
    write(board.flash + "/crash", b"Traceback:\n\x00KeyError: 'radar'\n")

    life = a_life(board)
    first = told(board, life)
    life.met_broker()
    again = told(board, life)

    assert first == again == ("watchdog", "normal", "Traceback:  KeyError: 'radar'")
    assert told(board, a_life(board)) == ("watchdog", "normal", None)


def test_a_damaged_account_of_a_failure_stops_nobody():
    board = LifeBoard()
    for noise in (b"", b"\xff\xfe\x80", b"\n\n", b"x" * 5000):
        write(board.flash + "/crash", noise)
        assert len(last_words(board.flash)) <= 200


def test_a_desktop_that_is_not_fed_for_a_minute_ends_as_a_chip_would():
    board = Board({"folder": a_folder()})
    board.clock = clock = LifeBoard()
    board.watchdog()

    clock.now = 60
    before = board.stopped()
    clock.now = 61

    assert (before, raises(SystemExit, board.stopped).args) == (False, (4,))


def test_what_runs_short_is_told():
    board = LifeBoard()
    life = a_life(board)

    well = life.diag()
    board.heap = 4000
    short = life.diag()

    assert (well["low"], short["low"]) == ([], ["heap"])
    assert (well["net"], well["reset"], well["flash"] > 65536) == (1, "watchdog", True)
