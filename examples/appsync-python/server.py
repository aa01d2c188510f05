"""The server: "not aware of the sync status of the clients". A state machine without I/O.

Comments name the options of docs/PROTOCOL.md, in their values under the protocol "reference".
"""

from __future__ import annotations

from messages import NOT_OK, OK, DownloadReply, DownloadRequest, UploadAck, UploadRequest
from objects import Change, Object, Record, Table


class Server:
    def __init__(self, counter: int = 0, records: Table | None = None) -> None:
        self.counter = counter
        self.records = records or Table()

    def copy(self) -> Server:
        """A backup, or what comes back from one: the counter runs backwards with the objects."""
        return Server(self.counter, self.records.copy())

    def save(self) -> dict:
        return {"counter": self.counter, "records": self.records.save()}

    def load(self, saved: dict) -> None:
        self.counter = saved["counter"]
        self.records = Table.load(saved["records"])

    def change(self, change: Change, now: int) -> None:
        """A change in the web backend."""
        self.counter += 1
        self.records.write(change, self.counter, now)

    def sync_to_client(self, request: DownloadRequest) -> DownloadReply:
        """Sends what has changed since the mark of the client, deleted objects too."""
        mark = request.servercounter_lastsync
        changed = [record.object for record in self.records if record.counter_lastupdate > mark]
        return DownloadReply(self.counter, changed)

    def sync_from_client(self, request: UploadRequest, now: int) -> tuple[UploadAck, list[Object]]:
        """Stores an upload, and answers with the acknowledgement and what was refused.

        upload-key-clash=skip-refuse-batch: an object that clashes is skipped, the others are
        stored, and yet the whole batch is answered as not ok.
        """
        refused = []
        for incoming in request.objects:
            if self._clashes(incoming):
                refused.append(incoming)
            else:
                self._store(incoming, now)
        return UploadAck(NOT_OK if refused else OK, self.counter), refused

    def _clashes(self, incoming: Object) -> bool:
        """Whether another guid holds the key of an object that is new here.

        deleted-holds-key=yes: deleted objects hold their keys, so a known object, live or not,
        already shares its key, and goes on sharing it.
        """
        if self.records.get(incoming.guid):
            return False
        return any(record.object.pk == incoming.pk for record in self.records)

    def _store(self, incoming: Object, now: int) -> None:
        """server-check=none: whatever the server holds is overwritten.

        timestamps=local: a new object gets the server's time, a known one keeps its stamps.
        """
        known = self.records.get(incoming.guid)
        if known:
            stored = known.object._replace(value=incoming.value, isdeleted=incoming.isdeleted)
        else:
            stored = incoming._replace(timestamp_created=now, timestamp_lastupdate=now)
        self.counter += 1
        self.records.put(Record(stored, self.counter))
