"""A client: its objects, its mark, and one exchange at a time. It does no input or output.

A cycle:  start -> download-request, receive_download, build_upload -> upload-request, receive_ack.
"""

from typing import NamedTuple

from lineage import version_id
from objects import (
    SyncObject,
    created,
    deletions_first,
    from_wire,
    guid_order,
    live_rival,
    load_all,
    save_all,
    to_wire,
)
from strategies import LOCAL


class Decision(NamedTuple):
    """A conflict that the strategy decided. Of two guids it is a primary-key conflict."""

    local: SyncObject
    server: SyncObject
    kept: str


class Told(NamedTuple):
    """The app hears that a version which it wrote here gave way to another one."""

    given_up: SyncObject
    kept: SyncObject


class Outcome:
    """What an answer of the server brought about."""

    def __init__(self):
        self.accepted = []  # the SyncObjects that the server took
        self.decisions = []
        self.told = []


class Client:
    def __init__(self, writer, strategy):
        self.writer = writer  # new with each installation
        self.strategy = strategy
        self.counter = 0
        self.epoch = None  # the one that the mark belongs to
        self.servercounter_lastsync = 0  # the mark
        self.objects = {}  # guid -> SyncObject
        self.pending = set()  # guids: the server is not known to hold this version
        self.unseen = set()  # guids: the app wrote this version here; not yet seen accepted
        self.sent = []  # the SyncObjects of the upload under way; the only thing not stored

    def change(self, change, guid, value, now, pk=None, name=None):
        """The app makes a change, at any time, also while an exchange is under way."""
        self.counter += 1
        version = version_id(self.writer, self.counter)
        if change == "create":
            self.objects[guid] = created(guid, pk, name, value, version, now)
        else:
            self.objects[guid] = self.objects[guid].written_over(change, value, version, now)
        self.pending.add(guid)
        self.unseen.add(guid)

    def start(self, full):
        """The download-request that begins a cycle."""
        if full:
            self.servercounter_lastsync, self.epoch = 0, None
        return {"servercounter": self.servercounter_lastsync, "epoch": self.epoch}

    def receive_download(self, reply):
        outcome = Outcome()
        self._note_epoch(reply["result"]["epoch"])
        self._receive_all(reply, outcome)
        return outcome

    def build_upload(self):
        """The upload-request with all that is pending, or None: then the cycle ends here."""
        pending = [self.objects[guid] for guid in self.pending]
        self.sent = sorted(pending, key=guid_order)
        if not self.sent:
            return None
        return {
            "epoch": self.epoch,
            "servercounter": self.servercounter_lastsync,
            "objects": [to_wire(each) for each in self.sent],
        }

    def receive_ack(self, ack):
        outcome = Outcome()
        # Before what was accepted is cleared: a new epoch makes everything pending.
        self._note_epoch(ack["result"]["epoch"])
        refused = ack["result"]["refused"]
        outcome.accepted = [each for each in self.sent if each.guid not in refused]
        for each in outcome.accepted:
            self._note_accepted(each)
        self._receive_all(ack, outcome)
        self.end_exchange()
        return outcome

    def end_exchange(self):
        self.sent = []

    def save(self):
        """All that it knows, as JSON; the exchange under way too."""
        return {
            "writer": self.writer,
            "counter": self.counter,
            "epoch": self.epoch,
            "servercounter_lastsync": self.servercounter_lastsync,
            "objects": save_all(self.objects),
            "pending": sorted(self.pending),
            "unseen": sorted(self.unseen),
            "sent": [to_wire(each) for each in self.sent],
        }

    def load(self, saved):
        self.writer, self.counter = saved["writer"], saved["counter"]
        self.epoch = saved["epoch"]
        self.servercounter_lastsync = saved["servercounter_lastsync"]
        self.objects = load_all(saved["objects"])
        self.pending, self.unseen = set(saved["pending"]), set(saved["unseen"])
        self.sent = [from_wire(wire) for wire in saved["sent"]]

    def _note_epoch(self, epoch):
        """A server that was restored may lack anything. What it turns out to hold is cleared."""
        if epoch != self.epoch:
            self.epoch = epoch
            self.pending = set(self.objects)

    def _note_accepted(self, sent):
        if self.objects[sent.guid].version == sent.version:  # else the app has changed it since
            self._clear(sent.guid)

    def _receive_all(self, message, outcome):
        for incoming in sorted(map(from_wire, message["objects"]), key=deletions_first):
            self._receive(incoming, outcome)
        self.servercounter_lastsync = message["result"]["servercounter"]

    def _receive(self, incoming, outcome):
        mine = self.objects.get(incoming.guid)
        if mine is None:
            self._take(incoming, outcome)
        elif mine.version == incoming.version:
            self.objects[mine.guid] = mine.joined(incoming)
            self._clear(mine.guid)
        # After a restore each may incorporate the other. The server's counts, so it is asked first.
        elif incoming.incorporates(mine):
            self._replace(mine, incoming, outcome)
        elif mine.incorporates(incoming) or self._decide(mine, incoming, outcome) == LOCAL:
            self.objects[mine.guid] = mine.joined(incoming)
            self.pending.add(mine.guid)
        else:
            self._replace(mine, incoming, outcome)

    def _decide(self, local, server, outcome):
        kept = self.strategy(local, server)
        outcome.decisions.append(Decision(local, server, kept))
        return kept

    def _replace(self, mine, incoming, outcome):
        self._tell_if_unseen(mine, incoming, outcome)
        self._take(incoming.joined(mine), outcome)

    def _take(self, incoming, outcome):
        self.objects[incoming.guid] = incoming
        self._clear(incoming.guid)
        rival = None if incoming.isdeleted else live_rival(self.objects, incoming)
        if rival:
            self._settle_key(rival, incoming, outcome)

    def _settle_key(self, local, server, outcome):
        """Two live objects have one primary key: the loser becomes a tombstone."""
        if self._decide(local, server, outcome) == LOCAL:
            self._bury(server, local, outcome)
        else:
            self._bury(local, server, outcome)

    def _bury(self, loser, winner, outcome):
        self._tell_if_unseen(loser, winner, outcome)
        self.objects[loser.guid] = loser.tombstone()
        self.pending.add(loser.guid)
        self.unseen.discard(loser.guid)  # sync made the tombstone, not the app

    def _tell_if_unseen(self, given_up, kept, outcome):
        if given_up.guid in self.unseen:
            outcome.told.append(Told(given_up, kept))

    def _clear(self, guid):
        self.pending.discard(guid)
        self.unseen.discard(guid)
