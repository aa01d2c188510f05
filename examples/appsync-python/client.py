"""A client: it starts every cycle, downloads first, uploads second, and decides conflicts.

A state machine without I/O: an answer goes in, the next request and what happened come out.
Comments name the options of docs/PROTOCOL.md, in their values under the protocol "reference".
"""

from __future__ import annotations

from typing import NamedTuple

from messages import OK, DownloadReply, DownloadRequest, UploadAck, UploadRequest
from objects import Change, Object, Record, Table
from strategies import Strategy, timestamp_priority


class Conflict(NamedTuple):
    """A conflict that the strategy decided. Two guids: a primary-key conflict."""

    local: Object  # as it was before
    server: Object
    kept: str  # "local" or "server"


class Client:
    def __init__(self, strategy: Strategy) -> None:
        self.counter = 0  # increased "only when an object is changed directly on the client"
        self.counter_lastsync = 0  # the mark of uploads
        self.servercounter_lastsync = 0  # the mark of downloads
        self.records = Table()
        self._strategy = strategy
        self._sent: list[Object] = []  # by the upload under way; in memory only

    def change(self, change: Change, now: int) -> None:
        """A change by the app, online or not, also while an exchange is under way."""
        self.counter += 1
        self.records.write(change, self.counter, now)

    def start_cycle(self, full: bool) -> DownloadRequest:
        if full:
            self.counter_lastsync = self.servercounter_lastsync = 0
        return DownloadRequest(self.servercounter_lastsync)

    def receive_download(
        self, reply: DownloadReply, now: int
    ) -> tuple[UploadRequest, list[Conflict]]:
        """Receives the objects one after the other, then uploads what is pending.

        empty-upload=yes: an upload of nothing is sent, too.
        """
        decided = [self._receive(incoming, now) for incoming in reply.objects]
        self.servercounter_lastsync = reply.servercounter
        self._sent = [record.object for record in self.records if self._is_pending(record)]
        return UploadRequest(self._sent), [conflict for conflict in decided if conflict]

    def receive_ack(self, ack: UploadAck) -> list[Object]:
        """Ends the cycle. Answers with what the server said it took: all of the upload, or nothing.

        upload-ack-covers=now: a change made during the upload counts as uploaded.
        upload-ack-moves-download-mark=always: past what others uploaded since the download, too.
        """
        accepted = self._sent if ack.statuscode == OK else []
        if ack.statuscode == OK:
            self.counter_lastsync = self.counter
            self.servercounter_lastsync = ack.servercounter
        self.end_exchange()
        return accepted

    def end_exchange(self) -> None:
        """The client gave up waiting, or was killed. What it stored so far stays."""
        self._sent = []

    def save(self) -> dict:
        """All that it knows, the exchange under way too."""
        return {
            "counter": self.counter,
            "counter_lastsync": self.counter_lastsync,
            "servercounter_lastsync": self.servercounter_lastsync,
            "records": self.records.save(),
            "sent": self._sent,
        }

    def load(self, saved: dict) -> None:
        self.counter = saved["counter"]
        self.counter_lastsync = saved["counter_lastsync"]
        self.servercounter_lastsync = saved["servercounter_lastsync"]
        self.records = Table.load(saved["records"])
        self._sent = [Object(*fields) for fields in saved["sent"]]

    def _is_pending(self, record: Record) -> bool:
        """The page: "server did not yet receive client update for the object"."""
        return record.counter_lastupdate > self.counter_lastsync

    def _receive(self, incoming: Object, now: int) -> Conflict | None:
        mine = self.records.get(incoming.guid) or self._find_rival(incoming)
        if mine is None:
            self._add(incoming, now)
            return None
        local = mine.object
        mine = self._take_guid(mine, incoming.guid)
        if local.value == incoming.value:
            return None
        if not self._is_pending(mine):
            self._update(mine, incoming, local.timestamp_lastupdate)
            return None
        kept = self._strategy(local, incoming)
        if kept == "server":
            self._update(mine, incoming, self._stamp_of_conflict(local, now))
        return Conflict(local, incoming, kept)

    def _find_rival(self, incoming: Object) -> Record | None:
        """The local object that holds the key of a guid that is not known here.

        deleted-holds-key=yes: a deleted one holds its key, too; a live one is looked for first.
        """
        rivals = [record for record in self.records if record.object.pk == incoming.pk]
        return min(rivals, key=lambda record: record.object.isdeleted, default=None)

    def _take_guid(self, mine: Record, guid: str) -> Record:
        """key-conflict=take-guid: the local object goes on under the incoming guid."""
        if mine.object.guid == guid:
            return mine
        self.records.remove(mine.object.guid)
        moved = mine._replace(object=mine.object._replace(guid=guid))
        self.records.put(moved)
        return moved

    def _add(self, incoming: Object, now: int) -> None:
        """received-counter=client: it is pending, too, if the client has changes to upload."""
        received = incoming._replace(timestamp_created=now, timestamp_lastupdate=now)
        self.records.put(Record(received, self.counter))

    def _update(self, mine: Record, incoming: Object, timestamp_lastupdate: int) -> None:
        """Key and name stay, and so does the counter: overwritten-stays-pending=yes."""
        updated = mine.object._replace(
            value=incoming.value,
            isdeleted=incoming.isdeleted,
            timestamp_lastupdate=timestamp_lastupdate,
        )
        self.records.put(mine._replace(object=updated))

    def _stamp_of_conflict(self, local: Object, now: int) -> int:
        """timestamps=local: stamps are kept, but where they have decided a conflict."""
        return now if self._strategy is timestamp_priority else local.timestamp_lastupdate
