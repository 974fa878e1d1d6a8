"""Which copy of the node's code runs: the one beside this file, or what an update put into "a" or "b".

It stands outside the updated folders and imports nothing from them, so that no update can break the way
back. All it knows is one small file with its checksum, replaced as a whole: a power cut leaves the state
before or the state after.
"""

import json
import os
from binascii import crc32

FAILURES = 3  # starts in a row that never got healthy: a trial is over, a confirmed copy starts in safe mode
_GIVEN_BACK = ("crashed", "no_broker")
_trying = ""  # the folder that this very start tries


def begin(flash):
    """Count this start as not yet healthy and say what to run: (folder, mode).

    `folder` goes first on sys.path; None stands for the code beside main.py. Mode "trial": a new copy that
    has yet to meet the broker, given up after three such starts; "update": a wish waits, and this start is to
    load it; "safe": the confirmed copy has failed three times; "normal": anything else.
    """
    global _trying  # noqa: PLW0603 - a process starts once
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
    if state["starts"] > FAILURES:
        return _path(flash, _surest(state)), "safe"
    return _path(flash, state["current"]), ("update" if state["waits"] else "normal")


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


def wish(flash, text):
    """Keep an ota/desired for a start of its own; whether it waits for that.

    Not so one that has come to its end: the broker sends it again with every connect.
    """
    state = read(flash)
    if state["wish"] != text:
        state["wish"], state["waits"] = text, True
        return _write(flash, state)
    return state["waits"]


def settle(flash):
    """The wish waits no more."""
    state = read(flash)
    state["waits"] = False
    _write(flash, state)


def propose(flash, name, tag):
    """Try the copy in folder `name` ("a" or "b") from the next start on; whether flash has kept that.

    `tag` is its version, a space and the attempt: what `read(flash)["failed"]` will name should the trial be
    given up.
    """
    state = read(flash)
    state["trial"], state["tag"], state["starts"], state["waits"] = name, tag, 0, False
    return _write(flash, state)


def give_up(flash, why):
    """End a trial from within: the copy before it runs from the next start on."""
    state = read(flash)
    if state["trial"]:
        _forget_trial(state, why)
        _write(flash, state)


def refuse(flash, tag, why):
    """Keep why the wish was not even tried; whether flash has kept that."""
    state = read(flash)
    state["tag"], state["failed"], state["why"], state["starts"], state["waits"] = tag, tag, why, 0, False
    return _write(flash, state)


def fate(flash):
    """What became of the newest wish, as an ota/status; None where there never was one."""
    state = read(flash)
    if not state["tag"]:
        return None
    version, attempt = state["tag"].split()
    told = {"version": version, "attempt": int(attempt), "state": "trial" if state["trial"] else "confirmed"}
    if state["failed"] == state["tag"]:
        told["state"] = "rolled_back" if state["why"] in _GIVEN_BACK else "refused"
        told["detail"] = state["why"]
    return told


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
    count of `starts`, of what was given up or refused last its tag, `failed`, and `why`; the newest `wish`
    and whether it `waits`."""
    state = {"current": "", "trial": "", "tag": "", "starts": 0, "failed": "", "why": ""}
    state["wish"], state["waits"] = "", False
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
