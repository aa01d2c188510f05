"""The three strategies: each sees two versions in conflict and names the one that is kept.

The strategy is asked on a client. `local` is what the client had, `server` is what came.
"""

from lineage import rank

LOCAL = "local"
SERVER = "server"


def server_priority(local, server):
    return SERVER


def client_priority(local, server):
    return LOCAL


def timestamp_priority(local, server):
    """The later change. Of equal stamps it does not count who is local: clients must agree."""
    return SERVER if _recency(server) > _recency(local) else LOCAL


def _recency(each):
    return each.timestamp_lastupdate, rank(each.version)


STRATEGIES = {
    "server-priority": server_priority,
    "client-priority": client_priority,
    "timestamp-priority": timestamp_priority,
}
