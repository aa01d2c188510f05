<?php

// Conflict strategies: which of two versions is kept.

declare(strict_types=1);

enum Winner: string
{
    case Local = 'local';
    case Server = 'server';
}

enum Strategy: string
{
    case ServerPriority = 'server-priority';
    case ClientPriority = 'client-priority';
    case TimestampPriority = 'timestamp-priority';

    public function decide(SyncObject $local, SyncObject $server): Winner
    {
        return match ($this) {
            self::ServerPriority => Winner::Server,
            self::ClientPriority => Winner::Local,
            self::TimestampPriority => self::later($local, $server),
        };
    }

    /** equal-timestamps=client: of two equal stamps the local one wins. */
    private static function later(SyncObject $local, SyncObject $server): Winner
    {
        $server_is_later = $server->timestamp_lastupdate > $local->timestamp_lastupdate;
        return $server_is_later ? Winner::Server : Winner::Local;
    }
}

/** A conflict that a strategy decided. Two guids: a primary-key conflict. */
final readonly class Conflict
{
    public function __construct(
        public SyncObject $local, // as it was before
        public SyncObject $server,
        public Winner $kept,
    ) {
    }
}
