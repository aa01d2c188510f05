#!/usr/bin/env python3
"""Tries the files of examples/campaigns: they are read as their services read them, and their
commands are run with what those would set, so many shards on this machine.

    tests/campaigns/run.py BINARY [TEST …]

The last line is `N passed, N failed`. Exit codes: 0 all passed, 1 something failed, 77 what the
tests need is not installed.
"""
import sys
import unittest

try:
    import yaml  # noqa: F401
except ImportError:
    print("python3-yaml is not installed")
    sys.exit(77)

sys.dont_write_bytecode = True
import night  # noqa: E402


def main(binary, names):
    night.BINARY = binary
    loader = unittest.defaultTestLoader
    tests = loader.loadTestsFromNames(names or ["files_test", "machines_test"])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
