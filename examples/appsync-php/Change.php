<?php

// A change by the app, or in the web backend. Only a create brings a key and a name.

declare(strict_types=1);

enum ChangeKind: string
{
    case Create = 'create';
    case Edit = 'edit';
    case Delete = 'delete';
    case Undelete = 'undelete';
}

final readonly class Change
{
    public function __construct(
        public ChangeKind $kind,
        public string $guid,
        public string $value,
        public ?string $pk,
        public ?string $name,
    ) {
    }

    /** What this change makes of the object that was there; a create needs none. */
    public function applyTo(?SyncObject $known, int $now): SyncObject
    {
        if ($this->kind === ChangeKind::Create) {
            return new SyncObject(
                guid: $this->guid,
                pk: $this->pk,
                name: $this->name,
                value: $this->value,
                isdeleted: false,
                timestamp_created: $now,
                timestamp_lastupdate: $now,
            );
        }
        return $known->with(
            value: $this->value,
            isdeleted: $this->kind === ChangeKind::Delete,
            timestamp_lastupdate: $now,
        );
    }
}
