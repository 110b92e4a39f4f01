"""Inside the sandbox: sound and film by their headers — duration, size, codec, tags; nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tinytag import ParseError, TinyTag

from guotu.ingest.readers.document import Found, damaged

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_DEEPEST, _BOXES = 8, 2_000
_HEADER = 1 << 16


def read_sound(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """Duration in seconds, sample rate, channels, bit rate, title, artist."""
    try:
        tag = TinyTag.get(path)
    except (ParseError, struct.error, ValueError, KeyError, IndexError, TypeError, OverflowError):
        raise damaged(format, "音频头读不出", "its header cannot be read") from None
    if not tag.duration:
        raise damaged(format, "没有可播放的内容（时长为零）", "there is nothing to play (no duration)")
    return Found(format, tag.title or "", kind="audio", facts=_facts(tag), searchable=False)


def _facts(tag: Any) -> dict[str, Any]:
    return {
        "seconds": round(float(tag.duration), 3),
        "sample_rate": tag.samplerate,
        "channels": tag.channels,
        "bit_rate_kbps": round(tag.bitrate, 1) if tag.bitrate else None,
        "author": tag.artist,
        "album": tag.album,
        "created": tag.year,
        "subject": tag.comment,
    }


def read_movie(path: str, format: str, folder: Path) -> Found:
    """MP4 and its kin (ISO 14496-12): duration, picture size and codecs from the boxes of `moov`."""
    told: dict[str, Any] = {"codecs": []}
    with Path(path).open("rb") as stream:
        size = stream.seek(0, 2)
        for name, start, end in _boxes(stream, 0, size, 0, [0]):
            _box(stream, name, start, min(end, start + _HEADER), told)
    if not told.get("seconds"):
        raise damaged(format, "没有完整的影片头（moov）", "its film header (moov) is missing or cut short")
    if "width" not in told:
        return read_sound(path, "M4A", folder)
    facts = told | {"codecs": "、".join(dict.fromkeys(told["codecs"]))}
    return Found(format, kind="video", facts=facts, searchable=False)


def _boxes(
    stream: BinaryIO, at: int, end: int, depth: int, seen: list[int]
) -> Iterator[tuple[bytes, int, int]]:
    """(name, first byte of the body, end) of each box, those inside containers too."""
    while at + 8 <= end and seen[0] < _BOXES:
        seen[0] += 1
        stream.seek(at)
        head = stream.read(16)
        length, name = struct.unpack_from(">I4s", head)
        body = at + 8
        if length == 1 and len(head) == 16:
            length, body = struct.unpack_from(">Q", head, 8)[0], at + 16
        length = length or end - at
        if length < body - at or at + length > end:
            return
        yield name, body, at + length
        if name in _CONTAINERS and depth < _DEEPEST:
            yield from _boxes(stream, body, at + length, depth + 1, seen)
        at += length


def _box(stream: BinaryIO, name: bytes, start: int, end: int, told: dict[str, Any]) -> None:
    if name not in (b"mvhd", b"tkhd", b"stsd"):
        return
    stream.seek(start)
    body = stream.read(end - start)
    long = bool(body[:1] == b"\x01")
    try:
        if name == b"mvhd":
            scale, duration = struct.unpack_from(">IQ" if long else ">II", body, 20 if long else 12)
            told["seconds"] = round(duration / scale, 3) if scale else 0
        elif name == b"tkhd":
            width, height = struct.unpack_from(">II", body, 88 if long else 76)
            if width >> 16 and height >> 16:
                told |= {"width": width >> 16, "height": height >> 16}
        else:
            codec = body[12:16].decode("ascii", "replace").strip()
            told["codecs"].append(codec)
    except struct.error:
        return


def read_avi(path: str, format: str, folder: Path) -> Found:  # noqa: ARG001 readers are called alike
    """AVI: duration and picture size from its main header."""
    with Path(path).open("rb") as stream:
        head = stream.read(_HEADER)
    at = head.find(b"avih")
    if at < 0 or len(head) < at + 48:
        raise damaged(format, "没有完整的影片头（avih）", "its film header (avih) is missing or cut short")
    microseconds, frames, width, height = (
        struct.unpack_from("<I", head, at + 8 + skip)[0] for skip in (0, 16, 32, 36)
    )
    facts = {"seconds": round(microseconds * frames / 1e6, 3), "width": width, "height": height}
    return Found(format, kind="video", facts=facts, searchable=False)
