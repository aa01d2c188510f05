<?php

// A client: it starts every cycle, downloads first, uploads second, and decides conflicts.
// A state machine without I/O: an answer goes in, the next request and what happened come out.
// Comments name the options of docs/PROTOCOL.md, in their values under the protocol "reference".

declare(strict_types=1);

final class Client
{
    public int $counter = 0; // increased "only when an object is changed directly on the client"
    public int $counter_lastsync = 0; // the mark of uploads
    public int $servercounter_lastsync = 0; // the mark of downloads
    public Table $objects;

    /** @var list<SyncObject> by the upload under way; in memory only */
    private array $sent = [];

    public function __construct(private readonly Strategy $strategy)
    {
        $this->objects = new Table();
    }

    /** A change by the app, online or not, also while an exchange is under way. */
    public function change(Change $change, int $now): void
    {
        $this->objects->write($change, ++$this->counter, $now);
    }

    /** Starts a cycle: the page's doSync(), which begins with syncFromServer(). */
    public function syncFromServer(bool $full): Message
    {
        if ($full) {
            $this->counter_lastsync = $this->servercounter_lastsync = 0;
        }
        return Message::downloadRequest($this->servercounter_lastsync);
    }

    /**
     * Receives the objects of a download-reply one after the other.
     *
     * @return list<Conflict>
     */
    public function receiveDownload(Message $reply, int $now): array
    {
        $conflicts = [];
        foreach ($reply->objects as $incoming) {
            $conflicts[] = $this->receive($incoming, $now);
        }
        $this->servercounter_lastsync = $reply->servercounter;
        return array_values(array_filter($conflicts));
    }

    /** Uploads what is pending. empty-upload=yes: an upload of nothing is sent, too. */
    public function syncToServer(): Message
    {
        $this->sent = $this->objects->changedSince($this->counter_lastsync);
        return Message::uploadRequest($this->sent);
    }

    /**
     * Ends the cycle. Answers with what the server said it took: all of the upload, or nothing.
     *
     * upload-ack-covers=now: a change made during the upload counts as uploaded.
     * upload-ack-moves-download-mark=always: past what others uploaded since the download, too.
     *
     * @return list<SyncObject>
     */
    public function receiveAck(Message $ack): array
    {
        $is_ok = $ack->statuscode === StatusCode::Ok;
        $accepted = $is_ok ? $this->sent : [];
        if ($is_ok) {
            $this->counter_lastsync = $this->counter;
            $this->servercounter_lastsync = $ack->servercounter;
        }
        $this->endExchange();
        return $accepted;
    }

    /** The client gave up waiting, or was killed. What it stored so far stays. */
    public function endExchange(): void
    {
        $this->sent = [];
    }

    /** All that it knows, the exchange under way too. */
    public function save(): array
    {
        return [
            'counter' => $this->counter,
            'counter_lastsync' => $this->counter_lastsync,
            'servercounter_lastsync' => $this->servercounter_lastsync,
            'objects' => $this->objects->save(),
            'sent' => array_map(fn (SyncObject $object) => $object->toJson(), $this->sent),
        ];
    }

    public function load(array $saved): void
    {
        $this->counter = $saved['counter'];
        $this->counter_lastsync = $saved['counter_lastsync'];
        $this->servercounter_lastsync = $saved['servercounter_lastsync'];
        $this->objects = Table::load($saved['objects']);
        $this->sent = array_map(SyncObject::fromJson(...), $saved['sent']);
    }

    private function receive(SyncObject $incoming, int $now): ?Conflict
    {
        // deleted-holds-key=yes: a deleted object, here or there, meets others by its key, too.
        $mine = $this->objects->get($incoming->guid) ?? $this->objects->findKey($incoming->pk);
        if ($mine === null) {
            $this->add($incoming, $now);
            return null;
        }
        $local = $mine->object;
        $mine = $this->takeGuid($mine, $incoming->guid);
        if ($local->value === $incoming->value) {
            return null;
        }
        if (!$this->isPending($mine)) {
            $this->update($mine, $incoming, $local->timestamp_lastupdate);
            return null;
        }
        $kept = $this->strategy->decide($local, $incoming);
        if ($kept === Winner::Server) {
            $this->update($mine, $incoming, $this->stampOfConflict($local, $now));
        }
        return new Conflict($local, $incoming, $kept);
    }

    /** The page: "server did not yet receive client update for the object". */
    private function isPending(Record $record): bool
    {
        return $record->counter_lastupdate > $this->counter_lastsync;
    }

    /** key-conflict=take-guid: the local object goes on under the incoming guid. */
    private function takeGuid(Record $mine, string $guid): Record
    {
        if ($mine->object->guid === $guid) {
            return $mine;
        }
        $this->objects->remove($mine->object->guid);
        $moved = new Record($mine->object->with(guid: $guid), $mine->counter_lastupdate);
        $this->objects->put($moved);
        return $moved;
    }

    /** received-counter=client: it is pending, too, if the client has changes to upload. */
    private function add(SyncObject $incoming, int $now): void
    {
        $received = $incoming->with(timestamp_created: $now, timestamp_lastupdate: $now);
        $this->objects->put(new Record($received, $this->counter));
    }

    /** Key and name stay, and so does the counter: overwritten-stays-pending=yes. */
    private function update(Record $mine, SyncObject $incoming, int $timestamp_lastupdate): void
    {
        $updated = $mine->object->with(
            value: $incoming->value,
            isdeleted: $incoming->isdeleted,
            timestamp_lastupdate: $timestamp_lastupdate,
        );
        $this->objects->put(new Record($updated, $mine->counter_lastupdate));
    }

    /** timestamps=local: stamps are kept, but where they have decided a conflict. */
    private function stampOfConflict(SyncObject $local, int $now): int
    {
        $decided = $this->strategy === Strategy::TimestampPriority;
        return $decided ? $now : $local->timestamp_lastupdate;
    }
}
