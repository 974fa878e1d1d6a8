"""Runs a file of plain test functions on MicroPython: micropython micropython_runner.py NAME."""

import sys

HERE = __file__.rsplit("/", 1)[0]
sys.path.insert(1, HERE + "/both")
sys.path.insert(1, HERE)

module = __import__(sys.argv[1])
failed = ran = 0
for name in sorted(dir(module)):
    if name.startswith("test_"):
        ran += 1
        try:
            getattr(module, name)()
        except Exception as error:  # noqa: BLE001 - a test may fail in any way
            failed += 1
            print("FAILED", name)
            sys.print_exception(error)
print("%d ran, %d failed" % (ran, failed))
sys.exit(1 if failed or not ran else 0)
