<?php

// The appSync engine as a Tidemark adapter: tidemark fuzz --engine 'php adapter.php'
//
// Hosts the server and the clients of many worlds, which share nothing but the strategy.

declare(strict_types=1);

// Standard output belongs to the answers: a warning becomes an error that one of them reports.
ini_set('display_errors', 'stderr');
set_error_handler(function (int $level, string $message, string $file, int $line): never {
    throw new ErrorException($message, 0, $level, $file, $line);
});

foreach (['SyncObject', 'Change', 'Table', 'Message', 'Strategy'] as $value) {
    require __DIR__ . "/$value.php";
}
foreach (['Server', 'Client', 'World', 'JsonLines'] as $machine) {
    require __DIR__ . "/$machine.php";
}

final class Adapter
{
    private const WORLDS = 64;

    private Strategy $strategy = Strategy::ServerPriority;

    /** @var array<int, World> */
    private array $worlds = [];

    public function answer(array $request): array
    {
        return match ($request['op']) {
            'hello' => $this->hello($request['strategy'] ?? Strategy::ServerPriority->value),
            'begin' => $this->begin($request['world'], $request['clients']),
            default => $this->worlds[$request['world']]->answer($request),
        };
    }

    private function hello(string $strategy): array
    {
        $this->strategy = Strategy::from($strategy);
        return [
            'tidemark' => 1,
            'name' => 'appsync-php',
            'version' => '1.0',
            'worlds' => self::WORLDS,
            'strategy' => $strategy,
            'decisions' => 'reported',
            'snapshot' => true,
        ];
    }

    private function begin(int $world, array $clients): array
    {
        $this->worlds[$world] = new World($clients, $this->strategy);
        return [];
    }
}

$adapter = new Adapter();
(new JsonLines($adapter->answer(...)))->serve();
