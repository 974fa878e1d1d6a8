"""Stands in for the board's own slots.py: counts starts in the file `starts`, and gives no folder."""

import os


def begin(flash):
    starts = _read(flash) + 1
    _write(flash, starts)
    return None, ("safe" if starts > 3 else "normal")


def healthy(flash):
    _write(flash, 0)
    return True


def _read(flash):
    try:
        with open(flash + "/starts") as file:
            return int(file.read())
    except OSError:
        return 0


def _write(flash, starts):
    with open(flash + "/starts.new", "w") as file:
        file.write(str(starts))
    os.rename(flash + "/starts.new", flash + "/starts")
