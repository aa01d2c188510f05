<?php

// What a replica stores: records, always in the order of their guids.

declare(strict_types=1);

/** An object with the counter of its replica at its last update, which never travels. */
final readonly class Record
{
    public function __construct(public SyncObject $object, public int $counter_lastupdate)
    {
    }
}

/** A clone is a copy: records are immutable. */
final class Table
{
    /** @var array<string, Record> */
    private array $records = [];

    public function get(string $guid): ?Record
    {
        return $this->records[$guid] ?? null;
    }

    public function put(Record $record): void
    {
        $guid = $record->object->guid;
        $is_new = !isset($this->records[$guid]);
        $this->records[$guid] = $record;
        if ($is_new) {
            uasort($this->records, self::byGuid(...));
        }
    }

    public function remove(string $guid): void
    {
        unset($this->records[$guid]);
    }

    /** Stores a change that was made here, as of the counter after it was increased. */
    public function write(Change $change, int $counter, int $now): void
    {
        $known = $this->get($change->guid)?->object;
        $this->put(new Record($change->applyTo($known, $now), $counter));
    }

    /** @return list<array{array<string, string|int>, int}> each object with its counter */
    public function save(): array
    {
        $saved = fn (Record $record) => [$record->object->toJson(), $record->counter_lastupdate];
        return array_map($saved, array_values($this->records));
    }

    public static function load(array $saved): self
    {
        $table = new self();
        foreach ($saved as [$object, $counter_lastupdate]) {
            $table->put(new Record(SyncObject::fromJson($object), $counter_lastupdate));
        }
        return $table;
    }

    /** @return list<SyncObject> all of them, deleted ones too */
    public function objects(): array
    {
        return array_map(fn (Record $record) => $record->object, array_values($this->records));
    }

    /** @return list<SyncObject> what has changed since the counter stood at `$mark` */
    public function changedSince(int $mark): array
    {
        $objects = [];
        foreach ($this->records as $record) {
            if ($record->counter_lastupdate > $mark) {
                $objects[] = $record->object;
            }
        }
        return $objects;
    }

    /** The first record with this key, a live one if there is any, else a deleted one. */
    public function findKey(string $pk): ?Record
    {
        $deleted = null;
        foreach ($this->records as $record) {
            if ($record->object->pk !== $pk) {
                continue;
            }
            if (!$record->object->isdeleted) {
                return $record;
            }
            $deleted ??= $record;
        }
        return $deleted;
    }

    /**
     * By length, then by text, so that o2 comes before o10.
     *
     * The protocol says "in the order of their guids". Tidemark's own engines number the guids as
     * the steps of a scenario first name them, which an engine behind an adapter does not see.
     * Generated scenarios name their objects o1, o2 … o64 in that order.
     */
    private static function byGuid(Record $a, Record $b): int
    {
        [$one, $other] = [$a->object->guid, $b->object->guid];
        return (strlen($one) <=> strlen($other)) ?: strcmp($one, $other);
    }
}
