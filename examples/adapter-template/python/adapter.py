#!/usr/bin/env python3
"""A Tidemark adapter to copy: a small sync engine that speaks docs/ADAPTERS.md.

Replace HELLO, and World by calls into your engine; keep the loop at the end. Standard library only.
Try it as it is first:  tidemark fuzz --engine 'python3 adapter.py'
"""

import copy
import json
import sys
import traceback

# REPLACE: what your engine is and can do. It decides what is tried, and how that is judged.
HELLO = {
    "tidemark": 1,
    "name": "template-python",
    "version": "1.0",
    "worlds": 64,  # 1 if your worlds share anything: a file, a database, a global
    "strategy": "server-priority",  # "own" if it is none of Tidemark's three
    "decisions": "reported",  # "inferred" if your engine does not tell who won a conflict
    "lacks": ["shared-keys"],  # primary keys are stored here, but nothing looks at them
    "snapshot": True,  # without it you need neither save nor load, and cannot `tidemark explore`
}


# REPLACE: one server and its clients. A method answers the requests of its name. It takes the
# fields that it needs and passes over the others; draws no random number; and reads no clock,
# because that is what `now`, a field of most requests, is for.
#
# This engine: the server gives each object that changes the next number of its counter. A client
# downloads what has a higher number than its mark, then uploads what is pending. The server refuses
# an upload over a version above that mark. Its answer carries what else is above it, so that the
# mark can follow. Where a pending object meets another version, the server's version is kept.
class World:
    def __init__(self, clients, **_):  # the request is `begin`
        self.server = {"counter": 0, "objects": {}}  # each object with its own
        self.clients = {}
        for name in clients:
            self.reinstall(name)

    def change(self, at, change, guid, value, pk=None, name=None, **_):
        """The app on a client, or the web backend on the server, makes a change."""
        replica = self.server if at == "S" else self.clients[at]
        known = replica["objects"].get(guid, {"guid": guid, "pk": pk, "name": name})
        changed = {**known, "value": value, "isdeleted": change == "delete"}
        if at == "S":
            self._store_on_server(changed)
        else:
            replica["objects"][guid] = {**changed, "pending": True}
        return holds(replica)

    def start(self, at, full, **_):
        """A client starts a cycle. The body of a message is yours: any JSON, kept as it is now."""
        mark = 0 if full else self.clients[at]["mark"]
        return {"send": {"kind": "download-request", "body": {"mark": mark, "objects": []}}}

    def request(self, message, **_):
        """A request arrives at the server: it may come late, and twice."""
        mark, uploaded = message["body"]["mark"], message["body"]["objects"]
        refused = [each for each in uploaded if not self._take_upload(each, mark)]
        taken = [each["guid"] for each in uploaded if each not in refused]
        newer = [each for each in self.server["objects"].values() if each["counter"] > mark]
        objects = [travelling(each) for each in newer if each["guid"] not in taken]
        body = {"counter": self.server["counter"], "objects": objects, "taken": taken}
        kind = "upload-ack" if message["kind"] == "upload-request" else "download-reply"
        # Beside its body a message says which versions it carries. Tidemark judges that.
        send = {"kind": kind, "body": body, "objects": objects}
        return {"send": send, "refused": refused, **holds(self.server)}

    def answer(self, at, message, **_):
        """The answer that a client waits for arrives. With a `send` the exchange goes on."""
        client, body = self.clients[at], message["body"]
        accepted = [sent for sent in client["sent"] if sent["guid"] in body["taken"]]
        for sent in accepted:  # what the app changed again during the upload stays pending
            mine = client["objects"][sent["guid"]]
            mine["pending"] = mine["value"] != sent["value"]
        result = {"accepted": accepted, "decisions": [], "told": []}
        for incoming in body["objects"]:
            receive(client, incoming, result)
        client["mark"], client["sent"] = body["counter"], []
        mine = [travelling(each) for each in client["objects"].values() if each["pending"]]
        if mine and message["kind"] == "download-reply":
            client["sent"], upload = mine, {"mark": client["mark"], "objects": mine}
            result["send"] = {"kind": "upload-request", "body": upload, "objects": mine}
        return {**result, **holds(client)}

    def stale(self, **_):
        return {}  # an answer that nobody waits for any longer changes nothing

    def give_up(self, at, **_):
        self.clients[at]["sent"] = []  # whether the server got it is not known
        return {}

    crash = give_up  # only "sent" is not stored here; in your engine it may be more

    def reinstall(self, at, **_):
        self.clients[at] = {"mark": 0, "objects": {}, "sent": []}  # each object with "pending"
        return {}

    def backup(self, **_):
        self.saved = copy.deepcopy(self.server)
        return {}

    def restore(self, **_):
        self.server = copy.deepcopy(self.saved)
        return holds(self.server)

    def save(self, at, **_):
        """All that a replica knows, and no backup. Here replicas are JSON as they are."""
        return {"state": self.server if at == "S" else self.clients[at]}

    def load(self, at, state, **_):
        """The replica is as it was when this was saved. Others stay as they are."""
        if at == "S":
            self.server = state
        else:
            self.clients[at] = state
        return {}

    def _store_on_server(self, incoming):
        self.server["counter"] += 1
        self.server["objects"][incoming["guid"]] = {**incoming, "counter": self.server["counter"]}

    def _take_upload(self, incoming, mark):
        """Whether the server holds this version now. It may have taken it before."""
        known = self.server["objects"].get(incoming["guid"], {"counter": 0, "value": None})
        if known["counter"] <= mark:
            self._store_on_server(incoming)
        return known["counter"] <= mark or known["value"] == incoming["value"]


def travelling(known):
    return {field: known[field] for field in ("guid", "pk", "name", "value", "isdeleted")}


def receive(client, incoming, result):
    """Stores what the server sent. The app never loses a version of its own without being told."""
    guid, value = incoming["guid"], incoming["value"]
    mine = client["objects"].get(guid)
    client["objects"][guid] = {**incoming, "pending": False}
    if mine and mine["pending"] and mine["value"] != value:
        lost = {"guid": guid, "local": mine["value"], "server": value, "kept": "server"}
        result["decisions"].append(lost)
        told = {"guid": guid, "value": mine["value"], "kept": value, "merged": False}
        result["told"].append(told)


def holds(replica):
    """All that a replica holds. Fields that Tidemark does not know are passed over."""
    return {"holds": list(replica["objects"].values())}


# KEEP: the worlds, and the loop: one request a line, one answer a line, in the order of requests.
worlds = {}


def handle(request):
    op, world = request["op"], request.get("world")
    if op == "hello":
        return HELLO
    if op == "begin":
        worlds[world] = World(**request)
        return {}
    return getattr(worlds[world], op.replace("-", "_"))(**request)


def answer_line(line):
    """A request that fails is answered, too; Tidemark shows that, and the end of standard error."""
    try:
        answer = handle(json.loads(line))
    except Exception as error:
        traceback.print_exc()
        answer = {"error": f"{type(error).__name__}: {error}"}
    return json.dumps(answer).encode() + b"\n"


def main():
    """Answers all lines that are there with one write, which is fast, and waits for no other."""
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # where a stray print() does no harm
    unfinished = b""
    while chunk := sys.stdin.buffer.read1(1 << 16):
        *lines, unfinished = (unfinished + chunk).split(b"\n")
        answers.write(b"".join(map(answer_line, lines)))
        answers.flush()


if __name__ == "__main__":
    main()
