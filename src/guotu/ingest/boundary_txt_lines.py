"""Boundary TXT, the text half: decode, tell header lines, parcel lines and point lines apart, split them into tokens."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field

from guotu.errors import GuotuError, Place
from guotu.errors.files import TEXT_DAMAGED, TEXT_TOO_LARGE, TXT_LINE, TXT_NO_PARCEL

MAX_BYTES = 64 << 20
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?")
_SECTION = re.compile(r"[\[［【](.+?)[\]］】]")
_COMMAS = str.maketrans({"，": ",", "、": ",", "\t": ","})


@dataclass(slots=True)
class RawPoint:
    """A point line: `first` and `second` are the two coordinate columns as written."""

    line: int
    label: str
    ring: int
    first: float
    second: float


@dataclass(slots=True)
class RawParcel:
    """A parcel line's tokens without the '@', and the points below it."""

    line: int
    tokens: tuple[str, ...]
    points: list[RawPoint] = field(default_factory=list)
    linkage: bool = False
    """Points written as label, X, Y, edge length, ring."""


@dataclass(slots=True)
class RawFile:
    """The whole text, still without geometry."""

    encoding: str
    header: dict[str, str]
    project: dict[str, str]
    parcels: list[RawParcel]


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Text and codec: a byte-order mark, else strict UTF-8, else GB18030.

    Raises   GT-1124 too large, GT-1120 neither of them, with the line where GB18030 fails
    """
    if len(data) > MAX_BYTES:
        raise TEXT_TOO_LARGE(place=Place(file=name), name=name, megabytes=len(data) >> 20)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig",) if data.startswith(b"\xef\xbb\xbf") else ("utf-8", "gb18030")
    for codec in candidates:
        try:
            return data.decode(codec), codec
        except UnicodeDecodeError as problem:
            failed = problem
    line = data[: failed.start].count(b"\n") + 1
    raise TEXT_DAMAGED(
        place=Place(file=name, row=line),
        name=name,
        encoding="UTF-8/GB18030" if len(candidates) > 1 else candidates[0],
        bytes=data[failed.start : failed.start + 4].hex(" "),
    )


def parse(data: bytes, name: str) -> RawFile:
    """Every line understood or refused with its number.

    Raises   GT-1120, GT-1124, GT-1125 no parcel line, GT-1126 a line that cannot be read
    """
    text, codec = decode(data, name)
    found = RawFile(codec, {}, {}, [])
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip().strip("\x00\x1a\ufeff")
        if not line:
            continue
        if match := _SECTION.fullmatch(line):
            section = match.group(1).strip()
        elif tokens := _parcel_tokens(line):
            found.parcels.append(RawParcel(number, tokens))
        elif found.parcels and "=" not in unicodedata.normalize("NFKC", line):
            _add_point(found.parcels[-1], line, number, name)
        else:
            _add_header(found, section, line)
    if not found.parcels:
        raise TXT_NO_PARCEL(place=Place(file=name), name=name)
    return found


def split(line: str) -> list[str]:
    """Tokens at commas; full-width commas and tabs part a line only where it has no ASCII comma to do so."""
    if line.count(",") < 2:
        line = line.translate(_COMMAS)
        if "," not in line:
            line = ",".join(line.split())
    return [token.strip() for token in line.split(",")]


def _parcel_tokens(line: str) -> tuple[str, ...] | None:
    """The tokens before the final '@'; '@' inside a name means nothing."""
    stripped = line.rstrip(" \t,，")
    if not stripped.endswith(("@", "＠")):
        return None
    tokens = split(stripped)
    if tokens[-1] not in ("@", "＠"):
        return None
    return tuple(tokens[:-1])


def _add_header(found: RawFile, section: str, line: str) -> None:
    key, sign, value = line.replace("＝", "=").partition("=")
    if sign:
        target = found.project if "项目" in section else found.header
        target[key.strip()] = value.strip()


_FARTHEST = 1e9
"""Metres: more than any easting with its zone."""


def number(token: str) -> float | None:
    """A plain decimal number, full-width digits allowed; None for anything else (also for nan, inf, 1_000)."""
    plain = unicodedata.normalize("NFKC", token).replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        return None
    value = float(plain)
    return value if math.isfinite(value) else None


def _add_point(parcel: RawParcel, line: str, at: int, name: str) -> None:
    tokens = split(line)
    while len(tokens) > 3 and not tokens[-1]:
        tokens.pop()
    if len(tokens) < 3:
        raise _line(name, at, f"只有 {len(tokens)} 项", f"only {len(tokens)} items")
    second = number(tokens[1])
    if second is not None and abs(second) > 100_000:
        parcel.linkage = True
        ring, x, y = (tokens[4] if len(tokens) > 4 else "1") or "1", tokens[1], tokens[2]
    elif len(tokens) < 4:
        raise _line(name, at, "缺少圈号或坐标", "the ring number or a coordinate is missing")
    else:
        ring, x, y = tokens[1] or "1", tokens[2], tokens[3]
    parcel.points.append(
        RawPoint(at, tokens[0], _ring(ring, at, name), _coordinate(x, at, name), _coordinate(y, at, name))
    )


def _ring(token: str, at: int, name: str) -> int:
    value = number(token)
    if value is None or value != int(value) or not 0 <= value < 1_000_000:
        raise _line(name, at, f"圈号“{token[:20]}”不是整数", f"the ring number {token[:20]!r} is no integer")
    return int(value)


def _coordinate(token: str, at: int, name: str) -> float:
    value = number(token)
    if value is None:
        raise _line(name, at, f"坐标“{token[:30]}”不是数", f"the coordinate {token[:30]!r} is no number")
    if abs(value) >= _FARTHEST:
        raise _line(name, at, f"坐标“{token[:30]}”不可能", f"the coordinate {token[:30]!r} is impossible")
    return value


def _line(name: str, at: int, zh: str, en: str) -> GuotuError:
    return TXT_LINE(place=Place(file=name, row=at), line=at, reason_zh=zh, reason_en=en)
