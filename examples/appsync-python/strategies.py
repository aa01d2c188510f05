"""Conflict strategies: which of two versions is kept. Each answers "local" or "server"."""

from __future__ import annotations

from typing import Callable

from objects import Object

Strategy = Callable[[Object, Object], str]


def server_priority(local: Object, server: Object) -> str:
    """The page: "the client will choose the object version from the server"."""
    return "server"


def client_priority(local: Object, server: Object) -> str:
    """The page: "the client will choose its own object version"."""
    return "local"


def timestamp_priority(local: Object, server: Object) -> str:
    """The later change is kept. equal-timestamps=client: of two equal stamps the local one."""
    return "server" if server.timestamp_lastupdate > local.timestamp_lastupdate else "local"


STRATEGIES: dict[str, Strategy] = {
    "server-priority": server_priority,
    "client-priority": client_priority,
    "timestamp-priority": timestamp_priority,
}
