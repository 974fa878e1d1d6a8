"""A flash whose power fails at the n-th change to it, for both interpreters.

What was done before the cut stays, the last write only by half; afterwards nothing can be done until the
power is back, so that no handler of the code under test can tidy up.
"""

import os

_open = open


class Cut(BaseException):
    """The power is gone: not even `except Exception` holds it."""


class Power:
    """While it is entered, `modules` change flash at most `changes` times; `failed` says it was cut."""

    def __init__(self, modules, changes):
        self._modules = modules
        self._left = changes
        self.failed = False

    def __enter__(self):
        for module in self._modules:
            module.open = self._file
            module.os = self
        return self

    def __exit__(self, kind, value, trace):
        for module in self._modules:
            del module.open
            module.os = os
        return kind is Cut

    def spend(self):
        """Before each change: whether it is the one that only half happens."""
        if self.failed:
            raise Cut()
        self._left -= 1
        self.failed = self._left < 0
        return self.failed

    def _file(self, path, mode="r"):
        if "w" in mode or "a" in mode:
            if self.spend():
                raise Cut()
            return _File(self, _open(path, mode))
        if self.failed:
            raise Cut()
        return _open(path, mode)

    def _change(self, act, arguments):
        if self.spend():
            raise Cut()
        return act(*arguments)

    def mkdir(self, *arguments):
        return self._change(os.mkdir, arguments)

    def rename(self, *arguments):
        return self._change(os.rename, arguments)

    def remove(self, *arguments):
        return self._change(os.remove, arguments)

    def rmdir(self, *arguments):
        return self._change(os.rmdir, arguments)

    def listdir(self, path):
        return os.listdir(path)

    def stat(self, path):
        return os.stat(path)

    def statvfs(self, path):
        return os.statvfs(path)


class _File:
    def __init__(self, power, file):
        self._power = power
        self._file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def close(self):
        self._file.close()

    def write(self, data):
        if self._power.spend():
            self._file.write(data[: len(data) // 2])
            raise Cut()
        return self._file.write(data)


def at_every_change(modules, prepare, act, check):
    """Cut the power at the first change, the second, … until `act` is through; how often that was.

    `prepare()` gives what `act` and, after the power is back, `check` are called with.
    """
    cuts = 0
    while True:
        ground = prepare()
        with Power(modules, cuts) as power:
            act(ground)
        check(ground)
        if not power.failed:
            return cuts
        cuts += 1
