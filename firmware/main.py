"""What a board runs after its boot: choose the copy of the node's code, run it, and start again if it fails.

This file and slots.py stand outside the folders that an update replaces and import nothing from them, so
that no update can break the way back. On a desktop, give it a configuration.
"""

import gc
import io
import json
import os
import sys
import time

import slots

_REST_S = 5  # after a failure: time for a Ctrl-C, and no flash write each second


def main(path):
    """Run the node by the configuration at `path`. What fails is kept in the flash folder's file `crash`, and
    the node starts again; on a desktop the process exits with code 3 for whoever may start it anew."""
    flash = _flash(path)
    folder, mode = slots.begin(flash)
    if folder:
        sys.path.insert(0, folder)
    try:
        _watch(mode)
        from samen_node import run

        run.main(path, mode)
    except Exception as error:  # noqa: BLE001 - whatever a new copy may raise, the old one comes back
        _keep(flash, _words(error))
        _start_again()


def _watch(mode):
    """A new copy may hang before it feeds a watchdog of its own, and is to be given back all the same."""
    if mode == "trial" and sys.platform == "esp32":
        import machine  # not through hal: that is in the copy which is tried

        machine.WDT(timeout=60000)


def _flash(path):
    """The folder that outlives every update."""
    flash = "/samen"
    try:
        with open(path) as file:
            flash = json.load(file).get("folder", flash)
    except (OSError, ValueError):
        pass  # no configuration yet
    try:
        os.mkdir(flash)
    except OSError:
        pass  # it is there
    return flash


def _words(error):
    """The end of the traceback, which names what failed and where."""
    gc.collect()
    if not hasattr(sys, "print_exception"):
        return repr(error)  # CPython, on a desktop
    text = io.StringIO()
    sys.print_exception(error, text)
    return text.getvalue()[-400:]


def _keep(flash, words):
    print(words)
    try:
        with open(flash + "/crash", "w") as file:
            file.write(words)
    except OSError:
        pass  # a full flash must not keep the node from starting again


def _start_again():
    if sys.platform != "esp32":
        sys.exit(3)
    import machine  # not through hal: that is in the copy which failed

    time.sleep(_REST_S)
    machine.reset()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "config.json")
