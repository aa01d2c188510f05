#!/usr/bin/env python3
"""The appSync engine behind Tidemark's adapter protocol (docs/ADAPTERS.md).

Hosts the server and the clients of many worlds. Knows both languages, that of the adapter protocol
and that of the engine, and decides nothing.
"""

from __future__ import annotations

from typing import Iterable

from client import Client, Conflict
from json_lines import serve
from messages import (
    DownloadReply,
    DownloadRequest,
    Message,
    UploadAck,
    UploadRequest,
    decode,
    encode,
)
from objects import Change, Object
from server import Server
from strategies import STRATEGIES, Strategy

WORLDS = 64
KINDS = {
    DownloadRequest: "download-request",
    DownloadReply: "download-reply",
    UploadRequest: "upload-request",
    UploadAck: "upload-ack",
}


class World:
    """One server and its clients. Its methods answer the requests of the same names."""

    def __init__(self, clients: list[str], strategy: Strategy) -> None:
        self._strategy = strategy
        self._server = Server()
        self._saved = Server()
        self._clients = {name: Client(strategy) for name in clients}

    def change(self, request: dict) -> dict:
        change = Change(
            request["change"],
            request["guid"],
            request["value"],
            request.get("pk"),
            request.get("name"),
        )
        replica = self._replica(request)
        replica.change(change, request["now"])
        return _state(replica)

    def start(self, request: dict) -> dict:
        client = self._client(request)
        first = client.start_cycle(request["full"])
        return {"send": _send(first), **_marks(client)}

    def request(self, request: dict) -> dict:
        message = _message(request)
        if isinstance(message, DownloadRequest):  # changes nothing here, so there is no more to say
            return {"send": _send(self._server.sync_to_client(message))}
        ack, refused = self._server.sync_from_client(message, request["now"])
        return {"send": _send(ack), "refused": _versions(refused), **_state(self._server)}

    def answer(self, request: dict) -> dict:
        client = self._client(request)
        message = _message(request)
        if isinstance(message, UploadAck):  # changes marks, and no object
            return {"accepted": _versions(client.receive_ack(message)), **_marks(client)}
        upload, conflicts = client.receive_download(message, request["now"])
        return {
            "send": _send(upload),
            "decisions": [_decision(conflict) for conflict in conflicts],
            "told": [_told(conflict) for conflict in conflicts if conflict.kept == "server"],
            **_state(client),
        }

    def stale(self, request: dict) -> dict:
        return {}

    def end_exchange(self, request: dict) -> dict:
        self._client(request).end_exchange()
        return {}

    def reinstall(self, request: dict) -> dict:
        client = self._clients[request["at"]] = Client(self._strategy)
        return _state(client)

    def backup(self, request: dict) -> dict:
        self._saved = self._server.copy()
        return {}

    def restore(self, request: dict) -> dict:
        self._server = self._saved.copy()
        return _state(self._server)

    def save(self, request: dict) -> dict:
        return {"state": self._replica(request).save()}

    def load(self, request: dict) -> dict:
        self._replica(request).load(request["state"])
        return {}

    def _replica(self, request: dict) -> Server | Client:
        return self._server if request["at"] == "S" else self._client(request)

    def _client(self, request: dict) -> Client:
        return self._clients[request["at"]]


OPERATIONS = {
    "change": World.change,
    "start": World.start,
    "request": World.request,
    "answer": World.answer,
    "stale": World.stale,
    "give-up": World.end_exchange,
    "crash": World.end_exchange,
    "reinstall": World.reinstall,
    "backup": World.backup,
    "restore": World.restore,
    "save": World.save,
    "load": World.load,
}


class Adapter:
    """All worlds of one process, which share nothing but the strategy."""

    def __init__(self) -> None:
        self._strategy = STRATEGIES["server-priority"]
        self._worlds: dict[int, World] = {}

    def handle(self, request: dict) -> dict:
        op = request["op"]
        if op == "hello":
            return self._hello(request.get("strategy", "server-priority"))
        if op == "begin":
            self._worlds[request["world"]] = World(request["clients"], self._strategy)
            return {}
        if op not in OPERATIONS:
            raise ValueError(f"'{op}' is no request, expected one of: {', '.join(OPERATIONS)}")
        return OPERATIONS[op](self._worlds[request["world"]], request)

    def _hello(self, strategy: str) -> dict:
        if strategy not in STRATEGIES:
            names = ", ".join(STRATEGIES)
            raise ValueError(f"'{strategy}' is no strategy, expected one of: {names}")
        self._strategy = STRATEGIES[strategy]
        return {
            "tidemark": 1,
            "name": "appsync-python",
            "version": "1.0",
            "worlds": WORLDS,
            "strategy": strategy,
            "decisions": "reported",
            "snapshot": True,
        }


# ---- From the words of the engine to those of the adapter protocol, and back.


def _state(replica: Server | Client) -> dict:
    """All that a replica holds, and its counters."""
    marks = {} if isinstance(replica, Server) else _marks(replica)
    holds = [_holding(record.object) for record in replica.records]
    return {"holds": holds, "counter": replica.counter, **marks}


def _marks(client: Client) -> dict:
    return {
        "counter_lastsync": client.counter_lastsync,
        "servercounter_lastsync": client.servercounter_lastsync,
    }


def _holding(held: Object) -> dict:
    return {
        "guid": held.guid,
        "pk": held.pk,
        "name": held.name,
        "value": held.value,
        "isdeleted": held.isdeleted,
    }


def _send(message: Message) -> dict:
    carried = getattr(message, "objects", [])
    return {
        "kind": KINDS[type(message)],
        "body": encode(message),
        "objects": [
            {"guid": each.guid, "value": each.value, "isdeleted": each.isdeleted}
            for each in carried
        ],
    }


def _message(request: dict) -> Message:
    return decode(request["message"]["kind"], request["message"]["body"])


def _versions(objects: Iterable[Object]) -> list[dict]:
    return [{"guid": each.guid, "value": each.value} for each in objects]


def _decision(conflict: Conflict) -> dict:
    local, server, kept = conflict
    decision = {"guid": local.guid, "local": local.value, "server": server.value, "kept": kept}
    if server.guid != local.guid:
        decision["server_guid"] = server.guid
    return decision


def _told(conflict: Conflict) -> dict:
    """What the app hears of its own version that was overwritten."""
    local, server, _ = conflict
    return {
        "guid": local.guid,
        "value": local.value,
        "kept_guid": server.guid,
        "kept": server.value,
        "merged": False,
    }


if __name__ == "__main__":
    serve(Adapter().handle)
