#!/usr/bin/env python3
"""The quick check of docs/FINDINGS.md sees what is planted there, and nothing where nothing is.

    tests/documents/drift_test.py BINARY

Exit codes: 0 all is right, 1 something is not.
"""
import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))
import make_findings  # pylint: disable=wrong-import-position

ECHO = "page-no-lost-update-1bc3b545b687.trace"


def text_with(pattern, replacement):
    def plant(text, _):
        changed, count = re.subn(pattern, replacement, text, count=1)
        assert count == 1, f"there is no place to plant in: {pattern}"
        return changed
    return plant


def trace_with(pattern, replacement):
    def plant(text, folder):
        path = folder / ECHO
        changed, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
        assert count == 1, f"there is no place to plant in: {pattern}"
        path.write_text(changed, encoding="utf-8")
        return text
    return plant


def trace_is_gone(text, folder):
    (folder / ECHO).unlink()
    return text


def trace_is_new(text, folder):
    shutil.copy(folder / ECHO, folder / "page-told-000000000000.trace")
    return text


# What is planted, and what is said of it.
PLANTED = (
    (text_with(r"(\| page \| server-priority \|) \d+ ", r"\1 1 "), "this would be written now"),
    (text_with(r"in \*\*3\*\*,\n  \[1-echo", "in **4**,\n  [1-echo"), "this would be written now"),
    (text_with(rf"\[3\]\((\.\./tests/traces/findings/{ECHO})", r"[2](\1"), "a table says 2"),
    (text_with(r"`create A o1 · sync A · edit A o1`\\\n(?=  A's)", "`create A o1`\\\\\n"), "other steps than are told"),
    (trace_with(r"expect no-lost-update violated", "expect no-lost-update holds"), "does not show what it expects"),
    (trace_with(r"edit A o1", "edit A o1\nsync A"), "other steps than are told"),
    (trace_is_gone, f"{ECHO}: is not there"),
    (trace_is_new, "is not told of"),
)


def main():
    tidemark = make_findings.Tidemark(sys.argv[1])
    page = make_findings.Page(tidemark)
    page.search(dict.fromkeys(make_findings.PROTOCOLS, "ab"))
    text = make_findings.PAGE.read_text(encoding="utf-8")
    failed = 0
    for plant, said in ((lambda text, _: text, None), *PLANTED):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "findings"
            shutil.copytree(make_findings.FOLDER, folder)
            planted = plant(text, folder)
            drift = [*make_findings.drift_of_page(page, planted, folder),
                     *make_findings.drift_of_traces(tidemark, planted, folder)]
            if bool(drift) != bool(said) or (said and not any(said in each for each in drift)):
                print(f"expected {said or 'nothing'}, it says: {drift}")
                failed += 1
    print(f"{len(PLANTED) + 1 - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
