"""Folders and files for tests that run on both interpreters: no pathlib, no pytest."""

import os

HERE = __file__.rsplit("/", 2)[0]
GOLDEN = HERE + "/../contract"


def a_folder():
    """A new empty folder; SAMEN_TEST_FOLDER names its parent."""
    parent = os.getenv("SAMEN_TEST_FOLDER") or "/tmp"
    path = parent + "/node-" + "".join("%02x" % byte for byte in os.urandom(8))
    os.mkdir(path)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def raises(kind, act, *arguments):
    """The exception of this kind that the call raises."""
    try:
        act(*arguments)
    except kind as error:
        return error
    raise AssertionError("nothing was raised")
