"""Which copy of the node's code runs: the one beside this file, or what an update put into "a" or "b".

It stands outside the updated folders and imports nothing from them, so that no update can break the way
back. All it knows is one small file with its checksum, replaced as a whole: a power cut leaves the state
before or the state after.
"""

import json
import os
from binascii import crc32

FAILURES = 3  # starts in a row that never got healthy: a trial is over, a confirmed copy starts in safe mode
begun = False  # whether this start was counted by `begin`, so that a restart would heed a proposal
_trying = ""  # the folder that this very start tries


def begin(flash):
    """Count this start as not yet healthy and say what to run: (folder, mode).

    `folder` goes first on sys.path; None stands for the code beside main.py. Mode "trial": a new copy that
    has yet to meet the broker, given up after three such starts; "safe": the confirmed copy has failed
    three times; "normal": anything else.
    """
    global _trying, begun  # noqa: PLW0603 - a process starts once
    begun = True
    try:
        os.mkdir(flash)
    except OSError:
        pass  # it is there, or what follows finds that it is not
    state = read(flash)
    if state["trial"] and state["starts"] >= FAILURES:
        _forget_trial(state, "crashed")
    state["starts"] += 1
    # What cannot be counted is not tried: nothing would ever end it.
    _trying = state["trial"] if _write(flash, state) else ""
    if _trying:
        return _path(flash, _trying), "trial"
    return _path(flash, _surest(state)), ("safe" if state["starts"] > FAILURES else "normal")


def healthy(flash):
    """What runs has done its work: end the count, and confirm a trial. False where flash would not keep
    that; asking again costs nothing."""
    state = read(flash)
    if not state["starts"]:
        return True
    if state["trial"] and state["trial"] == _trying:
        state["current"], state["trial"], state["failed"], state["why"] = _trying, "", "", ""
    state["starts"] = 0
    return _write(flash, state)


def propose(flash, name, tag):
    """Try the copy in folder `name` ("a" or "b") from the next start on; whether flash has kept that.

    `tag` says what it is: it is what `read(flash)["failed"]` will name should the trial be given up.
    """
    state = read(flash)
    state["trial"], state["tag"], state["starts"] = name, tag, 0
    return _write(flash, state)


def give_up(flash, why):
    """End a trial from within: the copy before it runs from the next start on."""
    state = read(flash)
    if state["trial"]:
        _forget_trial(state, why)
        _write(flash, state)


def spare(flash):
    """While no trial runs, the folder that may be written to: it is not confirmed, and no longer proposed.
    None where flash would not keep that."""
    state = read(flash)
    proposed, state["trial"] = state["trial"], ""
    if proposed and not _write(flash, state):
        return None
    return "b" if state["current"] == "a" else "a"


def read(flash):
    """What is kept: `current` and `trial` ("" or a folder's name), the `tag` of what was tried last, the
    count of `starts`, and of the last trial given up its tag, `failed`, and `why`."""
    state = {"current": "", "trial": "", "tag": "", "starts": 0, "failed": "", "why": ""}
    try:
        with open(flash + "/slots", "rb") as file:
            content = file.read()
        if int(content[:8].decode(), 16) == crc32(content[8:]) & 0xFFFFFFFF:
            state.update(json.loads(content[8:].decode()))
    except (OSError, ValueError):
        pass  # the first start, or a worn flash: the code beside main.py is never written over
    return state


def _forget_trial(state, why):
    state["failed"], state["why"] = state["tag"], why
    state["trial"], state["starts"] = "", 0


def _surest(state):
    """The confirmed copy; one that fails even in safe mode takes turns with the code beside main.py."""
    failures = (state["starts"] - 1) // FAILURES
    return "" if failures >= 2 and failures % 2 == 0 else state["current"]


def _path(flash, name):
    return flash + "/" + name if name else None


def _write(flash, state):
    """Replace the file; whether flash has kept it."""
    body = json.dumps(state).encode()
    try:
        with open(flash + "/slots.new", "wb") as file:
            file.write(("%08x" % (crc32(body) & 0xFFFFFFFF)).encode() + body)
        os.rename(flash + "/slots.new", flash + "/slots")
    except OSError:
        return False
    return True
