"""A synchronised object in one of its versions, and its form on the wire.

An object is never changed in place: a change makes another one. So a message or a backup may hold
it without a copy.
"""

from typing import NamedTuple

from lineage import NO_LINEAGE, Lineage, buried_id


class SyncObject(NamedTuple):
    guid: str
    pk: str
    name: str
    value: str
    isdeleted: bool
    timestamp_created: int
    timestamp_lastupdate: int
    version: str
    lineage: Lineage

    def incorporates(self, other):
        return self.lineage.includes(other.version)

    def joined(self, other):
        """The same version, which from now on incorporates what the other one does."""
        return self._replace(lineage=self.lineage.joined(other.lineage))

    def tombstone(self):
        """What becomes of the loser of a primary key: the same, stamps too, whoever makes it."""
        version = buried_id(self.version)
        return self._replace(isdeleted=True, version=version, lineage=self.lineage.plus(version))

    def written_over(self, change, value, version, now):
        """An edit, a deletion or an undeletion."""
        return self._replace(
            value=value,
            isdeleted=change == "delete" or (change == "edit" and self.isdeleted),
            timestamp_lastupdate=now,
            version=version,
            lineage=self.lineage.plus(version),
        )


def created(guid, pk, name, value, version, now):
    return SyncObject(guid, pk, name, value, False, now, now, version, NO_LINEAGE.plus(version))


def guid_order(each):
    """A sort key: the order in which objects travel, o2 before o10."""
    return len(each.guid), each.guid


def deletions_first(each):
    """A sort key: the order in which objects are handled.

    A deletion may free the primary key that a live object of the same message needs.
    """
    return not each.isdeleted, len(each.guid), each.guid


def live_rival(objects, newcomer):
    """The live object of another guid that has the newcomer's primary key, or None."""
    for each in objects.values():
        if each.pk == newcomer.pk and each.guid != newcomer.guid and not each.isdeleted:
            return each
    return None


def save_all(objects):
    return [to_wire(each) for each in objects.values()]


def load_all(saved):
    return {wire["guid"]: from_wire(wire) for wire in saved}


def to_wire(each):
    return {
        "guid": each.guid,
        "pk": each.pk,
        "name": each.name,
        "value": each.value,
        "isdeleted": int(each.isdeleted),
        "timestamp_created": each.timestamp_created,
        "timestamp_lastupdate": each.timestamp_lastupdate,
        "version": each.version,
        "lineage": dict(sorted(each.lineage.newest.items())),
        "buried": sorted(each.lineage.buried),
    }


def from_wire(wire):
    return SyncObject(
        wire["guid"],
        wire["pk"],
        wire["name"],
        wire["value"],
        wire["isdeleted"] == 1,
        wire["timestamp_created"],
        wire["timestamp_lastupdate"],
        wire["version"],
        Lineage(wire["lineage"], frozenset(wire["buried"])),
    )
