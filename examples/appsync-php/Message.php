<?php

// The four messages of a cycle, and their JSON (section 7 of docs/PROTOCOL.md).

declare(strict_types=1);

enum MessageKind: string
{
    case DownloadRequest = 'download-request'; // GET /list/{servercounter_lastsync}
    case DownloadReply = 'download-reply';
    case UploadRequest = 'upload-request'; // POST /update
    case UploadAck = 'upload-ack';
}

enum StatusCode: int
{
    case NotOk = 0;
    case Ok = 1;
}

/** One class for all four. What a kind does not carry is left at its default. */
final readonly class Message
{
    /** @param list<SyncObject> $objects */
    private function __construct(
        public MessageKind $kind,
        public int $servercounter = 0, // of a download-request: the mark of the client
        public array $objects = [],
        public StatusCode $statuscode = StatusCode::Ok,
    ) {
    }

    public static function downloadRequest(int $servercounter_lastsync): self
    {
        return new self(MessageKind::DownloadRequest, $servercounter_lastsync);
    }

    /** @param list<SyncObject> $objects */
    public static function downloadReply(int $servercounter, array $objects): self
    {
        return new self(MessageKind::DownloadReply, $servercounter, $objects);
    }

    /** @param list<SyncObject> $objects */
    public static function uploadRequest(array $objects): self
    {
        return new self(MessageKind::UploadRequest, objects: $objects);
    }

    public static function uploadAck(StatusCode $statuscode, int $servercounter): self
    {
        return new self(MessageKind::UploadAck, $servercounter, statuscode: $statuscode);
    }

    public static function fromJson(MessageKind $kind, array $body): self
    {
        return match ($kind) {
            MessageKind::DownloadRequest => self::downloadRequest($body['servercounter_lastsync']),
            MessageKind::DownloadReply => self::downloadReply(
                $body['result']['servercounter'],
                array_map(SyncObject::fromJson(...), $body['objects']),
            ),
            MessageKind::UploadRequest => self::uploadRequest(
                array_map(SyncObject::fromJson(...), $body['objects']),
            ),
            MessageKind::UploadAck => self::uploadAck(
                StatusCode::from($body['result']['statuscode']),
                $body['result']['servercounter'],
            ),
        };
    }

    public function toJson(): array
    {
        $objects = array_map(fn (SyncObject $object) => $object->toJson(), $this->objects);
        $statuscode = $this->statuscode->value;
        $result = ['statuscode' => $statuscode, 'servercounter' => $this->servercounter];
        return match ($this->kind) {
            MessageKind::DownloadRequest => ['servercounter_lastsync' => $this->servercounter],
            MessageKind::DownloadReply => ['objects' => $objects, 'result' => $result],
            MessageKind::UploadRequest => ['objects' => $objects],
            MessageKind::UploadAck => ['result' => $result],
        };
    }
}
