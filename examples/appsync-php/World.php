<?php

// One server and its clients, behind the requests of the adapter protocol (docs/ADAPTERS.md).
// Knows both languages, that of the protocol and that of the engine, and decides nothing.

declare(strict_types=1);

final class World
{
    private Server $server;
    private Server $saved;

    /** @var array<string, Client> */
    private array $clients = [];

    /** @param list<string> $clients */
    public function __construct(array $clients, private readonly Strategy $strategy)
    {
        $this->server = new Server();
        foreach ($clients as $name) {
            $this->clients[$name] = new Client($strategy);
        }
    }

    public function answer(array $request): array
    {
        return match ($request['op']) {
            'change' => $this->change($request),
            'start' => $this->start($this->clients[$request['at']], $request['full']),
            'request' => $this->handleRequest(self::message($request), $request['now']),
            'answer' => $this->handleAnswer(
                $this->clients[$request['at']],
                self::message($request),
                $request['now'],
            ),
            'stale' => [],
            'give-up', 'crash' => $this->endExchange($this->clients[$request['at']]),
            'reinstall' => $this->reinstall($request['at']),
            'backup' => $this->backup(),
            'restore' => $this->restore(),
            'save' => ['state' => $this->replica($request['at'])->save()],
            'load' => $this->load($this->replica($request['at']), $request['state']),
            default => throw new DomainException("'{$request['op']}' is no request"),
        };
    }

    private function change(array $request): array
    {
        $change = new Change(
            ChangeKind::from($request['change']),
            $request['guid'],
            $request['value'],
            $request['pk'] ?? null,
            $request['name'] ?? null,
        );
        $replica = $this->replica($request['at']);
        $replica->change($change, $request['now']);
        return self::state($replica);
    }

    private function start(Client $client, bool $full): array
    {
        return ['send' => self::send($client->syncFromServer($full)), ...self::marks($client)];
    }

    private function handleRequest(Message $request, int $now): array
    {
        if ($request->kind === MessageKind::DownloadRequest) {
            // It changes nothing here, so there is no more to say.
            return ['send' => self::send($this->server->syncToClient($request))];
        }
        [$ack, $refused] = $this->server->syncFromClient($request, $now);
        return [
            'send' => self::send($ack),
            'refused' => array_map(self::version(...), $refused),
            ...self::state($this->server),
        ];
    }

    private function handleAnswer(Client $client, Message $answer, int $now): array
    {
        if ($answer->kind === MessageKind::UploadAck) {
            // It changes marks, and no object.
            $accepted = array_map(self::version(...), $client->receiveAck($answer));
            return ['accepted' => $accepted, ...self::marks($client)];
        }
        $conflicts = $client->receiveDownload($answer, $now);
        $upload = $client->syncToServer();
        $lost = fn (Conflict $conflict) => $conflict->kept === Winner::Server;
        return [
            'send' => self::send($upload),
            'decisions' => array_map(self::decision(...), $conflicts),
            'told' => array_map(self::told(...), array_values(array_filter($conflicts, $lost))),
            ...self::state($client),
        ];
    }

    private function endExchange(Client $client): array
    {
        $client->endExchange();
        return [];
    }

    private function reinstall(string $name): array
    {
        return self::state($this->clients[$name] = new Client($this->strategy));
    }

    private function backup(): array
    {
        $this->saved = clone $this->server;
        return [];
    }

    private function restore(): array
    {
        return self::state($this->server = clone $this->saved);
    }

    private function load(Server|Client $replica, array $state): array
    {
        $replica->load($state);
        return [];
    }

    private function replica(string $name): Server|Client
    {
        return $name === 'S' ? $this->server : $this->clients[$name];
    }

    private static function message(array $request): Message
    {
        ['kind' => $kind, 'body' => $body] = $request['message'];
        return Message::fromJson(MessageKind::from($kind), $body);
    }

    private static function send(Message $message): array
    {
        return [
            'kind' => $message->kind->value,
            'body' => $message->toJson(),
            'objects' => array_map(self::carried(...), $message->objects),
        ];
    }

    /** All that a replica holds, and its counters. */
    private static function state(Server|Client $replica): array
    {
        return [
            'holds' => array_map(self::holding(...), $replica->objects->objects()),
            'counter' => $replica->counter,
            ...($replica instanceof Client ? self::marks($replica) : []),
        ];
    }

    private static function marks(Client $client): array
    {
        return [
            'counter_lastsync' => $client->counter_lastsync,
            'servercounter_lastsync' => $client->servercounter_lastsync,
        ];
    }

    private static function holding(SyncObject $object): array
    {
        return [
            'guid' => $object->guid,
            'pk' => $object->pk,
            'name' => $object->name,
            'value' => $object->value,
            'isdeleted' => $object->isdeleted,
        ];
    }

    private static function version(SyncObject $object): array
    {
        return ['guid' => $object->guid, 'value' => $object->value];
    }

    private static function carried(SyncObject $object): array
    {
        return [...self::version($object), 'isdeleted' => $object->isdeleted];
    }

    private static function decision(Conflict $conflict): array
    {
        $decision = [
            'guid' => $conflict->local->guid,
            'local' => $conflict->local->value,
            'server' => $conflict->server->value,
            'kept' => $conflict->kept->value,
        ];
        if ($conflict->server->guid !== $conflict->local->guid) {
            $decision['server_guid'] = $conflict->server->guid;
        }
        return $decision;
    }

    /** What the app hears of its own version that was overwritten. */
    private static function told(Conflict $conflict): array
    {
        return [
            'guid' => $conflict->local->guid,
            'value' => $conflict->local->value,
            'kept_guid' => $conflict->server->guid,
            'kept' => $conflict->server->value,
            'merged' => false,
        ];
    }
}
