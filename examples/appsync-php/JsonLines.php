<?php

// JSON Lines over standard input and output: one request a line, one answer a line.

declare(strict_types=1);

final class JsonLines
{
    private const CHUNK_BYTES = 1 << 16;

    /** @param Closure(array): array $handle answers one request */
    public function __construct(private readonly Closure $handle)
    {
    }

    /**
     * Answers each line, in order, until standard input ends.
     *
     * The answers to all lines that are there leave in one write: requests of several worlds come
     * at once, and a write for each would cost more than the engine does. No answer waits for a
     * line that has not come, because an unbuffered read ends with what is there.
     */
    public function serve(): void
    {
        stream_set_read_buffer(STDIN, 0);
        $unfinished = '';
        while (($chunk = (string) fread(STDIN, self::CHUNK_BYTES)) !== '') {
            $lines = explode("\n", $unfinished . $chunk);
            $unfinished = array_pop($lines);
            fwrite(STDOUT, implode('', array_map($this->answer(...), $lines)));
        }
    }

    private function answer(string $line): string
    {
        try {
            $request = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
            return self::encode(($this->handle)($request));
        } catch (Throwable $error) {
            fwrite(STDERR, "$error\n");
            return self::encode(['error' => $error::class . ': ' . $error->getMessage()]);
        }
    }

    /** The answer is an object also if it is empty, which an array of PHP would not be. */
    private static function encode(array $answer): string
    {
        $flags = JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE;
        return json_encode((object) $answer, $flags) . "\n";
    }
}
