"""Whether the node is well: the watchdog, which is fed only while every task reports, the first proof of
health after a start, why it started, what runs short, and when it had better start again."""

import gc
import os

from samen_node.store import log


class Life:
    """`mode`: "normal", "trial" or "safe". `healthy()`, or None, is called once the broker has answered and
    the node has worked for healthy_s, and without a broker, but not of a trial, after lasted_s; it gives
    False where that could not be noted. `words`: of the
    failure before this start, once `about` has read them. `end_at`: when the node is to start again, or None;
    `ending`: whether it is to now."""

    def __init__(self, board, config, mode, healthy):
        self._board = board
        self._config = config
        self._healthy = healthy
        self._watchdog = board.watchdog()
        self._up = board.clock.up
        self._reported = dict.fromkeys(("link", "live", "backlog", "converse"), self._up())
        self._looked_at = now = self._up()
        # A house without network must not have its nodes taken for broken: three flickers of the power would
        # stop them measuring. Of a new copy only the broker's answer shows that it can be replaced again.
        self._healthy_at = None if mode == "trial" else now + config.get("lasted_s", 300)
        # In safe mode an hour: what made the node fail may have gone, and the whole of it is tried again.
        self.end_at = now + 3600 if mode == "safe" else None
        self.ending = False
        self.mode = mode
        self.words = None

    def alive(self, task):
        """Every task calls this with its name again and again, at the latest after silent_s seconds."""
        self._reported[task] = self._up()

    def tick(self, now):
        """Feed the watchdog while every task reports; RuntimeError names one that does not. Whether health
        was noted just now."""
        stood, self._looked_at = now - self._looked_at, now
        silent_s = self._config.get("silent_s", 180)  # longer than any task waits for anything
        for task, at in self._reported.items():
            if stood > 5:
                self._reported[task] = at + stood  # the loop stood still: nobody could have reported
            elif now - at > silent_s:
                raise RuntimeError("silent: " + task)
        self._watchdog.feed()
        self.ending = self.end_at is not None and now >= self.end_at
        if not self._healthy or self._healthy_at is None or now < self._healthy_at:
            return False
        self._healthy_at = now + 60  # a flash that is full is not asked ten times a second
        noted = self._healthy()
        if noted:
            self._healthy = None
            if self.end_at and not self._has_failed() and self._board.reset_cause() != "watchdog":
                # Nothing failed: power came and went a few times, and nothing need be spared.
                self.end_at = now
        return noted

    def _has_failed(self):
        from samen_node.about import last_words

        return bool(self.words or last_words(self._board.flash))  # no broker may have heard of it yet

    def met_broker(self):
        """The broker has answered, and was told what this start says of itself."""
        # A node that falls over soon after its greeting is not healthy.
        soon = self._config.get("healthy_s", 30)
        if self._healthy_at is None or self._healthy_at > soon:
            self._healthy_at = soon
        log.erase(self._board.flash + "/crash")

    def diag(self):
        """What `diag` tells of the node's means; `low` names what runs short."""
        gc.collect()
        board = self._board
        heap, blocks = board.free_heap(), os.statvfs(board.flash)
        flash = min(blocks[1] * blocks[4], 2147483647)
        low = ["heap"] if heap < 6144 else []
        if flash < 65536:  # sixteen erase blocks of 4 KiB
            low.append("flash")
        told = {"up": int(self._up()), "rssi": board.rssi(), "reset": board.reset_cause(), "heap": heap}
        told.update({"flash": flash, "low": low, "net": board.wifi.index})
        return told
