"""The four messages of a cycle, and their JSON (section 7 of docs/PROTOCOL.md)."""

from __future__ import annotations

from typing import NamedTuple

from objects import Object

OK = 1
NOT_OK = 0


class DownloadRequest(NamedTuple):
    """GET /list/{servercounter_lastsync}"""

    servercounter_lastsync: int


class DownloadReply(NamedTuple):
    servercounter: int
    objects: list[Object]


class UploadRequest(NamedTuple):
    """POST /update"""

    objects: list[Object]


class UploadAck(NamedTuple):
    statuscode: int
    servercounter: int


Message = DownloadRequest | DownloadReply | UploadRequest | UploadAck


def encode(message: Message) -> dict:
    match message:
        case DownloadRequest(mark):
            return {"servercounter_lastsync": mark}
        case DownloadReply(counter, objects):
            return {"objects": _encode_objects(objects), "result": _result(OK, counter)}
        case UploadRequest(objects):
            return {"objects": _encode_objects(objects)}
        case UploadAck(statuscode, counter):
            return {"result": _result(statuscode, counter)}


def decode(kind: str, body: dict) -> Message:
    match kind:
        case "download-request":
            return DownloadRequest(body["servercounter_lastsync"])
        case "download-reply":
            return DownloadReply(body["result"]["servercounter"], _decode_objects(body["objects"]))
        case "upload-request":
            return UploadRequest(_decode_objects(body["objects"]))
        case "upload-ack":
            return UploadAck(**body["result"])
    raise ValueError(f"'{kind}' is no kind of message")


def _result(statuscode: int, servercounter: int) -> dict:
    return {"statuscode": statuscode, "servercounter": servercounter}


def _encode_objects(objects: list[Object]) -> list[dict]:
    return [{**each._asdict(), "isdeleted": int(each.isdeleted)} for each in objects]


def _decode_objects(objects: list[dict]) -> list[Object]:
    return [Object(**{**fields, "isdeleted": fields["isdeleted"] == 1}) for fields in objects]
