"""`samen allocate` with a solver that finds another plan at every instant, until it is stopped.

`hasty` before the arguments is the broken control: it writes over the plan that is there.
"""

import sys
from itertools import count, takewhile

from samen.cli import allocate as command
from samen.domain.allocation.board import Board
from samen.domain.allocation.propose import complete
from samen.domain.allocation.shadow import first_come


def restless(instance, sha256, method, seed, budget, told):
    board = Board(instance)
    for found in takewhile(lambda _: not budget.is_cancelled(), count(seed)):
        plan = complete(board, sha256, found, first_come(board))
        told(plan)
    return plan


def over_what_is_there(path, content):
    with path.open("wb", buffering=0) as file:
        for line in content.splitlines(keepends=True):
            file.write(line)


if __name__ == "__main__":
    command.propose = restless
    if sys.argv[1] == "hasty":
        del sys.argv[1]
        command.write_whole = over_what_is_there
    command.allocate()
