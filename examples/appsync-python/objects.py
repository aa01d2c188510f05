"""What is synchronised: objects as they travel, records as they are stored, the table of a replica.

Objects and records are immutable values. Whoever changes one stores a new one, so that a message
or a backup never changes behind the back of whoever keeps it.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple


class Object(NamedTuple):
    """An object as it travels. "counter_lastupdate" is not in it: "this is a local property"."""

    guid: str
    pk: str
    name: str
    value: str  # names the version: two replicas with one value hold the same version
    isdeleted: bool
    timestamp_created: int
    timestamp_lastupdate: int


class Record(NamedTuple):
    """An object as it is stored, with the counter of its replica at its last update."""

    object: Object
    counter_lastupdate: int


class Change(NamedTuple):
    """A change by the app, or in the web backend. Only a create brings a key and a name."""

    kind: str  # create, edit, delete, undelete
    guid: str
    value: str
    pk: str | None = None
    name: str | None = None


def guid_order(guid: str) -> tuple[int, str]:
    """The order in which objects travel and are looked for: by length, then by text.

    The protocol says "in the order of their guids". Tidemark's own engines number the guids as the
    steps of a scenario first name them, which an engine behind an adapter does not see. Generated
    scenarios name their objects o1, o2 … o64 in that order, and here o2 comes before o10.
    """
    return len(guid), guid


class Table:
    """The records of one replica, always in the order of their guids."""

    def __init__(self, records: dict[str, Record] | None = None) -> None:
        self._records = records or {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def get(self, guid: str) -> Record | None:
        return self._records.get(guid)

    def put(self, record: Record) -> None:
        guid = record.object.guid
        is_new = guid not in self._records
        self._records[guid] = record
        if is_new:
            guids = sorted(self._records, key=guid_order)
            self._records = {known: self._records[known] for known in guids}

    def remove(self, guid: str) -> None:
        del self._records[guid]

    def write(self, change: Change, counter: int, now: int) -> None:
        """Stores a change that was made here, as of the counter after it was increased."""
        if change.kind == "create":
            changed = Object(change.guid, change.pk, change.name, change.value, False, now, now)
        else:
            changed = self._records[change.guid].object._replace(
                value=change.value, isdeleted=change.kind == "delete", timestamp_lastupdate=now
            )
        self.put(Record(changed, counter))

    def copy(self) -> Table:
        return Table(dict(self._records))

    def save(self) -> list:
        return list(self)

    @staticmethod
    def load(saved: list) -> Table:
        records = [Record(Object(*fields), counter) for fields, counter in saved]
        return Table({record.object.guid: record for record in records})
