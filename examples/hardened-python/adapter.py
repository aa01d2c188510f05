#!/usr/bin/env python3
"""The face towards Tidemark: JSON Lines on standard input and output, as in docs/ADAPTERS.md."""

import json
import sys
import traceback

from client import Client
from server import Server
from strategies import STRATEGIES

DEFAULT_STRATEGY = "server-priority"
SERVER_NAME = "S"


class World:
    """One server with its clients. A method answers the requests of its name.

    The methods give the part of the answer that is theirs; `handle` adds the state of the replica.
    """

    def __init__(self, strategy, clients, ids):
        self.strategy = strategy
        self.replicas = {SERVER_NAME: Server(ids[SERVER_NAME])}
        for name in clients:
            self.replicas[name] = Client(ids[name], strategy)
        self.saved = None
        self.reported = {name: [] for name in self.replicas}  # what Tidemark knows each to hold

    def handle(self, request):
        replica = request["at"]
        answer = OPERATIONS[request["op"]](self, self.replicas[replica], request)
        self._add_state(answer, replica)
        return answer

    def change(self, replica, request):
        replica.change(
            request["change"],
            request["guid"],
            request["value"],
            request["now"],
            request.get("pk"),
            request.get("name"),
        )
        return {}

    def start(self, client, request):
        return {"send": message("download-request", client.start(request["full"]))}

    def request(self, server, request):
        body = request["message"]["body"]
        if request["message"]["kind"] == "download-request":
            return {"send": message("download-reply", server.download(body))}
        ack, refused = server.upload(body)
        return {"send": message("upload-ack", ack), "refused": named_all(refused)}

    def answer(self, client, request):
        body = request["message"]["body"]
        if request["message"]["kind"] == "upload-ack":
            return outcome_fields(client.receive_ack(body))
        answer = outcome_fields(client.receive_download(body))
        upload = client.build_upload()
        if upload:
            answer["send"] = message("upload-request", upload)
        return answer

    def stale(self, client, request):
        """The link knows to which request an answer belongs, and keeps this one from the client."""
        return {}

    def end_exchange(self, client, request):
        client.end_exchange()
        return {}

    def reinstall(self, client, request):
        self.replicas[request["at"]] = Client(request["id"], self.strategy)
        return {}

    def backup(self, server, request):
        self.saved = server.backup()
        return {}

    def restore(self, server, request):
        server.restore(self.saved, request["id"])
        self.reported[request["at"]] = None  # the answer must say it, also if it is the same
        return {}

    def save(self, replica, request):
        return {"state": replica.save()}

    def load(self, replica, request):
        replica.load(request["state"])
        return {}

    def _add_state(self, answer, name):
        """The numbers always, the objects where they are others than in the last answer."""
        replica = self.replicas[name]
        answer["counter"] = replica.counter
        if name != SERVER_NAME:
            answer["servercounter_lastsync"] = replica.servercounter_lastsync
        objects = list(replica.objects.values())
        if objects != self.reported[name]:
            self.reported[name] = objects
            answer["holds"] = [held(each) for each in objects]


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


def message(kind, body):
    """A message, with the versions that it carries named for Tidemark."""
    carried = [
        {"guid": wire["guid"], "value": wire["value"], "isdeleted": wire["isdeleted"] == 1}
        for wire in body.get("objects", ())
    ]
    return {"kind": kind, "body": body, "objects": carried}


def held(each):
    return {
        "guid": each.guid,
        "pk": each.pk,
        "name": each.name,
        "value": each.value,
        "isdeleted": each.isdeleted,
    }


def named_all(objects):
    """A tombstone that sync made has the value of the version it was made of: say which it is."""
    return [
        {"guid": each.guid, "value": each.value, "isdeleted": each.isdeleted} for each in objects
    ]


def outcome_fields(outcome):
    return {
        "accepted": named_all(outcome.accepted),
        "decisions": [decision_fields(each) for each in outcome.decisions],
        "told": [told_fields(each) for each in outcome.told],
    }


def decision_fields(decision):
    local, server, kept = decision
    fields = {"guid": local.guid, "local": local.value, "server": server.value, "kept": kept}
    if server.guid != local.guid:
        fields["server_guid"] = server.guid
    return fields


def told_fields(told):
    return {
        "guid": told.given_up.guid,
        "value": told.given_up.value,
        "kept_guid": told.kept.guid,
        "kept": told.kept.value,
        "merged": False,
    }


class Adapter:
    """All worlds of one process."""

    def __init__(self):
        self.strategy = None
        self.worlds = {}

    def handle(self, request):
        if request["op"] == "hello":
            return self._hello(request.get("strategy", DEFAULT_STRATEGY))
        if request["op"] == "begin":
            world = World(self.strategy, request["clients"], request["ids"])
            self.worlds[request["world"]] = world
            return {}
        return self.worlds[request["world"]].handle(request)

    def _hello(self, strategy):
        if strategy not in STRATEGIES:
            return {"error": f"no such strategy here: {strategy}"}
        self.strategy = STRATEGIES[strategy]
        return {
            "tidemark": 1,
            "name": "hardened-python",
            "version": "1.0",
            "worlds": 64,
            "strategy": strategy,
            "decisions": "reported",
            "snapshot": True,
        }


def main():
    adapter = Adapter()
    encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
    for line in sys.stdin.buffer:
        try:
            answer = adapter.handle(json.loads(line))
        except Exception as error:  # whatever it was, Tidemark is to hear of it and go on
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.buffer.write(encode(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
