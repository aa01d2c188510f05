"""JSON Lines over standard input and output: one request a line, one answer a line."""

from __future__ import annotations

import json
import sys
import traceback
from typing import Callable

CHUNK_BYTES = 1 << 16


def serve(handle: Callable[[dict], dict]) -> None:
    """Answers each line with what `handle` makes of it, in order, until standard input ends.

    The answers to all lines that are there leave in one write: requests of several worlds come at
    once, and a write for each would cost more than the engine does. No answer waits for a line
    that has not come.
    """
    unfinished = b""
    while chunk := sys.stdin.buffer.read1(CHUNK_BYTES):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        sys.stdout.buffer.write(b"".join(_answer(handle, line) for line in lines))
        sys.stdout.buffer.flush()


def _answer(handle: Callable[[dict], dict], line: bytes) -> bytes:
    try:
        answer = handle(json.loads(line))
    except Exception as error:
        traceback.print_exc()
        answer = {"error": f"{type(error).__name__}: {error}"}
    return json.dumps(answer).encode() + b"\n"
