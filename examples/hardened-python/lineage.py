"""Version ids and lineages: which version of an object was written in knowledge of which.

A version id is text, as on the wire. "5.2" is what writer 5 wrote when its counter stood at 2.
"5.2!" is the tombstone that sync made of that version because it lost its primary key.

Nothing here is changed once it is made, so objects, messages and backups may share it.
"""

from typing import NamedTuple

BURIED_MARK = "!"


class Lineage(NamedTuple):
    """The versions of one object that a version incorporates."""

    newest: dict  # writer -> its newest counter; one entry stands for all that it wrote before
    buried: frozenset  # ids of tombstones of key losers: they are no writes, so they are named

    def includes(self, version):
        if version.endswith(BURIED_MARK):
            return version in self.buried
        writer, _, counter = version.partition(".")
        return self.newest.get(writer, 0) >= int(counter)

    def plus(self, version):
        if version.endswith(BURIED_MARK):
            return Lineage(self.newest, self.buried | {version})
        writer, _, counter = version.partition(".")
        return Lineage({**self.newest, writer: int(counter)}, self.buried)

    def joined(self, other):
        newest = dict(self.newest)
        for writer, counter in other.newest.items():
            if newest.get(writer, 0) < counter:
                newest[writer] = counter
        return Lineage(newest, self.buried | other.buried)


NO_LINEAGE = Lineage({}, frozenset())


def version_id(writer, counter):
    return f"{writer}.{counter}"


def buried_id(version):
    return version + BURIED_MARK


def rank(version):
    """An order of version ids that is the same on every replica: by writer, then by counter."""
    writer, _, counter = version.rstrip(BURIED_MARK).partition(".")
    return int(writer), int(counter)
