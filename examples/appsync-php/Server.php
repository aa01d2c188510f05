<?php

// The server: "not aware of the sync status of the clients". A state machine without I/O.
// Comments name the options of docs/PROTOCOL.md, in their values under the protocol "reference".

declare(strict_types=1);

final class Server
{
    public int $counter = 0;
    public Table $objects;

    public function __construct()
    {
        $this->objects = new Table();
    }

    /** A backup, or what comes back from one: the counter runs backwards with the objects. */
    public function __clone()
    {
        $this->objects = clone $this->objects;
    }

    public function save(): array
    {
        return ['counter' => $this->counter, 'objects' => $this->objects->save()];
    }

    public function load(array $saved): void
    {
        $this->counter = $saved['counter'];
        $this->objects = Table::load($saved['objects']);
    }

    /** A change in the web backend. */
    public function change(Change $change, int $now): void
    {
        $this->objects->write($change, ++$this->counter, $now);
    }

    /** Answers a download-request with what has changed since, deleted objects too. */
    public function syncToClient(Message $request): Message
    {
        $changed = $this->objects->changedSince($request->servercounter);
        return Message::downloadReply($this->counter, $changed);
    }

    /**
     * Stores an upload, and answers with the acknowledgement and what was refused.
     *
     * upload-key-clash=skip-refuse-batch: an object that clashes is skipped, the others are stored,
     * and yet the whole batch is answered as not ok.
     *
     * @return array{Message, list<SyncObject>}
     */
    public function syncFromClient(Message $request, int $now): array
    {
        $refused = [];
        foreach ($request->objects as $incoming) {
            if ($this->clashes($incoming)) {
                $refused[] = $incoming;
            } else {
                $this->store($incoming, $now);
            }
        }
        $statuscode = $refused === [] ? StatusCode::Ok : StatusCode::NotOk;
        return [Message::uploadAck($statuscode, $this->counter), $refused];
    }

    /**
     * Whether another guid holds the key of an object that is new here.
     *
     * deleted-holds-key=yes: deleted objects hold their keys, so a known object, live or not,
     * already shares its key, and goes on sharing it.
     */
    private function clashes(SyncObject $incoming): bool
    {
        $is_new = $this->objects->get($incoming->guid) === null;
        return $is_new && $this->objects->findKey($incoming->pk) !== null;
    }

    /**
     * server-check=none: whatever the server holds is overwritten.
     * timestamps=local: a new object gets the server's time, a known one keeps its stamps.
     */
    private function store(SyncObject $incoming, int $now): void
    {
        $known = $this->objects->get($incoming->guid)?->object;
        $stored = $known?->with(value: $incoming->value, isdeleted: $incoming->isdeleted)
            ?? $incoming->with(timestamp_created: $now, timestamp_lastupdate: $now);
        $this->objects->put(new Record($stored, ++$this->counter));
    }
}
