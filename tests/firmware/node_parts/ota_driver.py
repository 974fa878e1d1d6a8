"""Updates itself again and again until it is killed: micropython ota_driver.py FLASH [hasty].

At each start it tells what it was given to run, whether that is whole, and its version; then it gets
healthy, loads the next version and starts once more. A second argument makes it the control, which
writes over the copy that runs.
"""

import json
import os
import sys

HERE = __file__.rsplit("/", 2)[0]
sys.path.insert(1, HERE)

import slots
from node_parts.ota_release import Fed, Release

from samen_node import ota


def release(number):
    """Version 1.0.number; each has files of other lengths."""
    files = {}
    for name, times in (("app", 40), ("net/mqtt", 25), ("drivers/pir", 1)):
        files["samen_node/%s.mpy" % name] = ("%s of %d " % (name, number)).encode() * (times + number % 3)
    return Release("1.0.%d" % number, files)


def number_in(folder):
    """Which release a folder holds: 0 for the code beside main.py, -1 where nobody could say."""
    if folder is None:
        return 0
    try:
        with open(folder + "/samen_node/app.mpy", "rb") as file:
            return int(file.read().split()[2])
    except (OSError, ValueError, IndexError):
        return -1


def tell(event):
    print(json.dumps(event))
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


def main():
    flash = sys.argv[1]
    while True:
        folder, mode = slots.begin(flash)
        running = number_in(folder)
        whole = folder is None or release(running).is_whole_in(folder)
        tell({"event": "start", "mode": mode, "whole": whole, "runs": running})
        ota.FIRMWARE = "1.0.%d" % running
        following = release(running + 1)
        node = Fed(flash, following, mode)
        if mode == "update":
            node.loads()
        elif slots.healthy(flash):
            tell({"event": "healthy", "runs": running})
            node.wishes.confirmed()
            # A trial that kills have ended is a new attempt the next time.
            node.hears(following.wish(attempt=os.urandom(1)[0]))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        slots.spare = lambda flash: slots.read(flash)["current"] or "a"
    main()
