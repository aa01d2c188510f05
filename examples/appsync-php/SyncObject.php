<?php

// An object as it travels: the page's class Object, a name that PHP has reserved since.
//
// Objects are immutable. Whoever changes one stores a new one, so that a message or a backup never
// changes behind the back of whoever keeps it.

declare(strict_types=1);

final readonly class SyncObject
{
    public function __construct(
        public string $guid,
        public string $pk,
        public string $name,
        public string $value, // names the version: equal values are the same version
        public bool $isdeleted,
        public int $timestamp_created,
        public int $timestamp_lastupdate,
    ) {
    }

    /** This object with the named properties replaced. */
    public function with(string|bool|int ...$properties): self
    {
        return new self(...[...get_object_vars($this), ...$properties]);
    }

    /** @param array<string, string|int> $fields */
    public static function fromJson(array $fields): self
    {
        return new self(...[...$fields, 'isdeleted' => $fields['isdeleted'] === 1]);
    }

    /** @return array<string, string|int> */
    public function toJson(): array
    {
        return [...get_object_vars($this), 'isdeleted' => (int) $this->isdeleted];
    }
}
