"""The head of a DBF and a sample of its raw text, for evidence only; GDAL reads the records."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_ROWS = 4_000
_SAMPLE_VALUES = 20_000


@dataclass(frozen=True, slots=True)
class DbfField:
    """One field as written in the header; `start` is its offset inside a record."""

    raw_name: bytes
    type: str
    width: int
    decimals: int
    start: int


@dataclass(frozen=True, slots=True)
class DbfHeader:
    """Counts, sizes in bytes, the language byte, the fields."""

    records: int
    header_size: int
    record_size: int
    language: int
    fields: tuple[DbfField, ...]


def read_header(path: Path) -> DbfHeader:
    """Raises   ValueError if it is no DBF header"""
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise ValueError("shorter than its header")
        records, header_size, record_size = struct.unpack_from("<IHH", head, 4)
        if header_size < 33 or record_size < 1:
            raise ValueError("impossible sizes in its header")
        body = file.read(header_size - 32)
    fields: list[DbfField] = []
    start = 1
    for at in range(0, len(body) - 31, 32):
        if body[at] in (0x0D, 0x00):
            break
        raw = body[at : at + 32]
        width = raw[16] + (raw[17] << 8 if chr(raw[11]) == "C" else 0)
        name = raw[:11].split(b"\x00")[0].rstrip()
        fields.append(DbfField(name, chr(raw[11]), width, raw[17], start))
        start += width
    return DbfHeader(records, header_size, record_size, head[29], tuple(fields))


def sample_texts(path: Path, header: DbfHeader) -> Iterator[bytes]:
    """Field names and distinct values of the text fields, from rows spread over the file."""
    yield from (field.raw_name for field in header.fields)
    wanted = [field for field in header.fields if field.type in "CM"]
    step = max(1, header.records // _SAMPLE_ROWS)
    seen: set[bytes] = set()
    with path.open("rb") as file:
        for row in range(0, header.records, step):
            file.seek(header.header_size + row * header.record_size)
            record = file.read(header.record_size)
            for field in wanted:
                value = record[field.start : field.start + field.width].split(b"\x00")[0].strip()
                if value and value not in seen:
                    seen.add(value)
                    yield value
            if len(seen) > _SAMPLE_VALUES:
                return


def held_records(path: Path, header: DbfHeader) -> int:
    """How many whole records the file really holds."""
    return max(0, path.stat().st_size - header.header_size) // header.record_size
