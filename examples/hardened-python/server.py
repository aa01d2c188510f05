"""The server: its objects, one counter, and the epoch. It keeps nothing about its clients.

The epoch is new when a backup is restored. It is also the name under which the web backend writes.
"""

from lineage import version_id
from objects import (
    created,
    deletions_first,
    from_wire,
    guid_order,
    live_rival,
    load_all,
    save_all,
    to_wire,
)


class Server:
    def __init__(self, epoch):
        self.epoch = epoch
        self.counter = 0
        self.objects = {}  # guid -> SyncObject
        self.counter_lastupdate = {}  # guid -> the counter when that object last changed here

    def change(self, change, guid, value, now, pk=None, name=None):
        """The web backend makes a change."""
        version = version_id(self.epoch, self.counter + 1)
        if change == "create":
            self._store(created(guid, pk, name, value, version, now))
        else:
            self._store(self.objects[guid].written_over(change, value, version, now))

    def download(self, request):
        newer = self._newer_than(request["servercounter"], request["epoch"])
        return {"objects": _travelling(newer), "result": self._result()}

    def upload(self, request):
        """The answer, and the uploaded objects that were refused."""
        uploaded = sorted(map(from_wire, request["objects"]), key=deletions_first)
        refused = [each for each in uploaded if not self._accept(each)]
        result = {**self._result(), "refused": [each.guid for each in refused]}
        return {"objects": _travelling(self._news(request, uploaded)), "result": result}, refused

    def backup(self):
        return self.counter, dict(self.objects), dict(self.counter_lastupdate)

    def restore(self, backup, epoch):
        self.counter, objects, counter_lastupdate = backup
        self.objects, self.counter_lastupdate = dict(objects), dict(counter_lastupdate)
        self.epoch = epoch

    def save(self):
        return {
            "epoch": self.epoch,
            "counter": self.counter,
            "objects": save_all(self.objects),
            "counter_lastupdate": self.counter_lastupdate,
        }

    def load(self, saved):
        self.epoch, self.counter = saved["epoch"], saved["counter"]
        self.objects = load_all(saved["objects"])
        self.counter_lastupdate = saved["counter_lastupdate"]

    def _accept(self, uploaded):
        """Compare and set: nothing is put over a version that the uploader did not know, nor, where
        each knows the other, over the server's."""
        known = self.objects.get(uploaded.guid)
        if known and known.version == uploaded.version:
            # An answer was lost, or a tombstone was made twice. No change, so no new counter.
            self.objects[known.guid] = known.joined(uploaded)
            return True
        if known and (known.incorporates(uploaded) or not uploaded.incorporates(known)):
            return False
        if not uploaded.isdeleted and live_rival(self.objects, uploaded):
            return False
        self._store(uploaded.joined(known) if known else uploaded)
        return True

    def _news(self, request, uploaded):
        """What the uploader is to hear of: what is above its mark and is not what it just sent.

        And the server's version where each of the two incorporates the other, as after a restore:
        that one may have been below the mark, but its lineage has grown since.
        """
        newer = self._newer_than(request["servercounter"], request["epoch"])
        news = {each.guid: each for each in newer}
        for sent in uploaded:
            known = self.objects.get(sent.guid)
            if known and known.version == sent.version:
                news.pop(sent.guid, None)
            elif known and known.incorporates(sent) and sent.incorporates(known):
                news[known.guid] = known
        return news.values()

    def _store(self, changed):
        self.counter += 1
        self.objects[changed.guid] = changed
        self.counter_lastupdate[changed.guid] = self.counter

    def _newer_than(self, mark, epoch):
        """All objects, if the mark is of another epoch: it says nothing about this one."""
        if epoch != self.epoch:
            return list(self.objects.values())
        since = self.counter_lastupdate
        return [each for guid, each in self.objects.items() if since[guid] > mark]

    def _result(self):
        return {"statuscode": 1, "servercounter": self.counter, "epoch": self.epoch}


def _travelling(objects):
    return [to_wire(each) for each in sorted(objects, key=guid_order)]
