"""The journal's bytes, the same for every backend: entry bodies, hash chain, state digest (docs/formats/journal.md)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import msgpack
import numpy as np
import pyarrow as pa

from guotu.errors import GuotuError
from guotu.kernel import grid
from guotu.model.change import DELETE, FID, FID_TYPE, GEOMETRY, PUT
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.identity import genesis_id
from guotu.model.schema import Constraint, Field, FieldType, GeometryKind, LayerSchema
from guotu.store.canonical import Rows, canonical

SCHEMA: Final = "schema"
NOTE: Final = "note"
MAX_BODY: Final = 64 * 2**20
MODULUS: Final = 2**256
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - EPOCH_DAY, date.max.toordinal() - EPOCH_DAY
_KEYS = {
    PUT: {"op", "fid", "pre", "vf", "vt", "a", "g", "lin"},
    DELETE: {"op", "fid", "pre", "vt"},
    SCHEMA: {"op", "id", "cols", "def"},
    NOTE: {"op", "who", "msg", "date", "src", "qual"},
}


class DamagedJournalError(ValueError):
    """Bytes that are no journal entry, or do not continue the chain."""


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def days(day: date | None) -> int | None:
    """Days since 1970-01-01, as dates are kept in bodies and projections."""
    return None if day is None else day.toordinal() - EPOCH_DAY


def day_of(number: int | None) -> date | None:
    return None if number is None else date.fromordinal(number + EPOCH_DAY)


# --- writing ---------------------------------------------------------------------------------------


def put_bodies(rows: Rows, pre: Sequence[bytes | None] | None = None) -> list[bytes]:
    """One body per row; `pre` holds the first 16 bytes of each replaced body's hash, None where a feature is new."""
    if pre is None and rows.plain:
        return [
            b"\x84\xa2op\xa3put\xa3fid\xc4\x10" + fid + b"\xa1a" + packed + b"\xa1g" + _bin(geometry)
            if geometry is not None
            else b"\x83\xa2op\xa3put\xa3fid\xc4\x10" + fid + b"\xa1a" + packed
            for fid, packed, geometry in zip(rows.fids, rows.packed, rows.grid, strict=True)
        ]
    return [_put_body(rows, index, pre[index] if pre else None) for index in range(len(rows.fids))]


def _put_body(rows: Rows, index: int, pre: bytes | None) -> bytes:
    parts = [b"\xa2op\xa3put", b"\xa3fid" + _bin(rows.fids[index])]
    for key, value in (("pre", pre), ("vf", rows.valid_from[index]), ("vt", rows.valid_to[index])):
        if value is not None:
            parts.append(msgpack.packb(key) + msgpack.packb(value))
    parts.append(b"\xa1a" + rows.packed[index])
    if (geometry := rows.grid[index]) is not None:
        parts.append(b"\xa1g" + _bin(geometry))
    if (lineage := rows.lineage[index]) is not None:
        parts.append(b"\xa3lin" + msgpack.packb(lineage))
    return bytes([0x80 | len(parts)]) + b"".join(parts)


def _bin(data: bytes) -> bytes:
    size = len(data)
    if size < 256:
        return b"\xc4" + size.to_bytes(1, "big") + data
    return (b"\xc5" + size.to_bytes(2, "big") if size < 65536 else b"\xc6" + size.to_bytes(4, "big")) + data


def delete_body(fid: bytes, pre: bytes, valid_to: int | None) -> bytes:
    body: dict[str, Any] = {"op": DELETE, "fid": fid, "pre": pre}
    if valid_to is not None:
        body["vt"] = valid_to
    return _pack(body)


def note_body(note: CommitNote) -> bytes:
    """The last entry of every commit: who, why, the moment described, sources, verdict."""
    return _pack(
        {
            "op": NOTE,
            "who": note.author,
            "msg": note.message,
            "date": note.data_date.isoformat() if note.data_date else None,
            "src": list(note.source),
            "qual": note.quality,
        }
    )


def schema_body(schema: LayerSchema) -> bytes:
    """The first entry of every stream: column ids are positions counted from 1."""
    columns = [[index, field.code, field.type.value] for index, field in enumerate(schema.fields, 1)]
    return _pack({"op": SCHEMA, "id": schema.id, "cols": columns, "def": schema_text(schema)})


def _pack(body: dict[str, Any]) -> bytes:
    packed: bytes = msgpack.packb(body)
    return packed


def schema_text(schema: LayerSchema) -> str:
    """JSON of a schema, keys sorted."""
    return json.dumps(asdict(schema), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@lru_cache(maxsize=256)
def schema_from_text(text: str) -> LayerSchema:
    """The inverse of `schema_text`; every read asks for it."""
    raw = json.loads(text)
    fields = tuple(
        Field(
            **{
                **field,
                "type": FieldType(field["type"]),
                "constraint": Constraint(field["constraint"]),
                "aliases": tuple(field["aliases"]),
            }
        )
        for field in raw["fields"]
    )
    return LayerSchema(
        **{**raw, "geometry": GeometryKind(raw["geometry"]), "fields": fields, "key": tuple(raw["key"])}
    )


# --- reading ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A decoded body. `values` are the attributes by column id - 1, dates as days; `detail` holds schema and note bodies."""

    op: str
    fid: bytes = b""
    pre: bytes | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    values: tuple[Any, ...] = ()
    grid: bytes | None = None
    lineage: list[tuple[bytes, float]] | None = None
    detail: dict[str, Any] | None = None


def decode(body: bytes) -> Entry:
    """Read a body with bounds checked first; raises DamagedJournalError."""
    if not isinstance(body, bytes) or len(body) > MAX_BODY:
        raise DamagedJournalError("a body must be at most 64 MiB of bytes")
    raw = _unpack(body)
    _require(isinstance(raw, dict) and isinstance(raw.get("op"), str) and raw["op"] in _KEYS, "unknown op")
    _require(set(raw) <= _KEYS[raw["op"]], "unknown key")
    match raw["op"]:
        case "put":
            return _put_entry(raw)
        case "del":
            return Entry(DELETE, _fid(raw.get("fid")), _pre(raw.get("pre")), valid_to=_day(raw.get("vt")))
        case op:
            return Entry(op, detail=raw)


def _unpack(data: bytes) -> Any:
    try:
        return msgpack.unpackb(data, raw=False, strict_map_key=True, max_ext_len=0)
    except (
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        msgpack.exceptions.UnpackException,
    ) as problem:
        raise DamagedJournalError(f"not msgpack: {problem}") from None


def _put_entry(raw: dict[str, Any]) -> Entry:
    values, geometry = raw.get("a"), raw.get("g")
    if not isinstance(values, list) or not all(_is_scalar(value) for value in values):
        raise DamagedJournalError("malformed entry: attributes")
    _require(geometry is None or isinstance(geometry, bytes), "geometry")
    return Entry(
        PUT,
        _fid(raw.get("fid")),
        _pre(raw.get("pre")),
        _day(raw.get("vf")),
        _day(raw.get("vt")),
        tuple(values),
        geometry,
        _lineage(raw.get("lin")),
    )


def _is_scalar(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value is None or isinstance(value, str) or (isinstance(value, float) and not math.isnan(value))


def _lineage(raw: Any) -> list[tuple[bytes, float]] | None:
    if raw is None:
        return None
    _require(isinstance(raw, list), "lineage")
    for pair in raw:
        _require(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[1], float | None), "lineage")
    return [(_fid(fid), part) for fid, part in raw]


def _fid(value: Any) -> bytes:
    _require(isinstance(value, bytes) and len(value) == 16, "fid")
    return bytes(value)


def _pre(value: Any) -> bytes | None:
    return None if value is None else _fid(value)


def _day(value: Any) -> int | None:
    _require(value is None or (type(value) is int and _FIRST_DAY <= value <= _LAST_DAY), "date")
    return None if value is None else int(value)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise DamagedJournalError(f"malformed entry: {what}")


def note_of(body: bytes) -> CommitNote:
    """The note of a commit from its last body; raises DamagedJournalError."""
    raw = decode(body).detail
    _require(raw is not None and raw["op"] == NOTE, "note expected")
    assert raw is not None
    try:
        when = date.fromisoformat(raw["date"]) if raw["date"] else None
        return CommitNote(raw["who"], raw["msg"], when, tuple(raw["src"]), raw["qual"])
    except (KeyError, TypeError, ValueError) as problem:
        raise DamagedJournalError(f"malformed note: {problem}") from None


# --- blocks of bodies ------------------------------------------------------------------------------


def pack_block(bodies: Sequence[bytes]) -> bytes:
    """Consecutive bodies as one msgpack array of binaries."""
    packed: bytes = msgpack.packb(bodies)
    return packed


def unpack_block(data: bytes, count: int) -> list[bytes]:
    """The bodies of a block; raises DamagedJournalError unless there are exactly `count`."""
    bodies = _unpack(data)
    _require(isinstance(bodies, list) and len(bodies) == count, "block")
    _require(all(isinstance(body, bytes) for body in bodies), "block")
    return list(bodies)


def body_hashes(bodies: Sequence[bytes]) -> list[bytes]:
    """SHA-256 of each body."""
    new = hashlib.sha256
    return [new(body).digest() for body in bodies]


# --- chain and digest ------------------------------------------------------------------------------


class Chain:
    """The hash chain of one stream in one epoch: hash_n = SHA-256(hash_(n-1) | stream | epoch u32 | seq u64 | H(body))."""

    def __init__(self, stream: StreamName, epoch: int, seq: int, head: bytes) -> None:
        self.seq, self.head = seq, head
        self._middle = str(stream).encode() + epoch.to_bytes(4, "big")

    def extend(self, body_hashes: Iterable[bytes]) -> None:
        """Append entries by the hashes of their bodies."""
        head, seq, middle, new = self.head, self.seq, self._middle, hashlib.sha256
        for body_hash in body_hashes:
            seq += 1
            head = new(head + middle + seq.to_bytes(8, "big") + body_hash).digest()
        self.head, self.seq = head, seq


def chain_start(stream: StreamName, owner: str) -> bytes:
    """hash_0 of a stream."""
    return sha256(b"gtx-genesis/1\n" + genesis_id(str(stream), owner))


def digest_sum(fids: Sequence[bytes], body_hashes: Sequence[bytes]) -> int:
    """Sum modulo 2^256 of SHA-256(fid | H(body)): the state digest of exactly these features."""
    new = hashlib.sha256
    flat = b"".join([new(fid + body_hash).digest() for fid, body_hash in zip(fids, body_hashes, strict=True)])
    limbs = np.frombuffer(flat, dtype=">u4").reshape(-1, 8).sum(axis=0, dtype=np.uint64)
    return sum(int(limb) << (32 * (7 - place)) for place, limb in enumerate(limbs)) % MODULUS


# --- row hashes ------------------------------------------------------------------------------------


def row_hashes(schema: LayerSchema, batch: pa.RecordBatch) -> pa.Array:
    """What says that two rows hold the same attributes and geometry (binary(16)), whatever their fid and valid time.

    `batch` needs the schema's field columns and `geometry`; equal to the `row_hash` of `FeatureStore.current_keys`.
    """
    if FID not in batch.schema.names:
        batch = batch.append_column(FID, pa.array([bytes(16)] * batch.num_rows, FID_TYPE))
    rows = canonical(schema, batch)
    return pa.array(rows.hashes, FID_TYPE)


def content_hash(packed: bytes, geometry: bytes | None) -> bytes:
    """The row hash of one canonical row: 16 bytes of SHA-256 over its packed attributes and grid geometry."""
    return hashlib.sha256(packed + (geometry or b"")).digest()[:16]


def entry_hash(entry: Entry) -> bytes:
    """The row hash of a put."""
    return content_hash(msgpack.packb(list(entry.values)), entry.grid)


def entries_table(schema: LayerSchema, entries: Sequence[Entry]) -> Iterator[tuple[str, pa.Array]]:
    """Attribute columns and geometry of puts, as Arrow arrays in schema order."""
    for index, field in enumerate(schema.fields):
        yield (
            field.code,
            column(
                field.type, [entry.values[index] if index < len(entry.values) else None for entry in entries]
            ),
        )
    yield GEOMETRY, decode_grid([entry.grid for entry in entries])


def column(kind: FieldType, values: Sequence[Any]) -> pa.Array:
    """Plain values (dates as days) as the Arrow array of a field type."""
    match kind:
        case FieldType.INT:
            return pa.array(values, pa.int64())
        case FieldType.FLOAT:
            return pa.array(values, pa.float64())
        case FieldType.DATE:
            return pa.array(values, pa.int32()).cast(pa.date32())
        case _:
            return pa.array(values, pa.string())


def decode_grid(encoded: Sequence[bytes | None]) -> pa.Array:
    """WKB of grid geometries; raises DamagedJournalError where they are malformed."""
    try:
        return grid.decode(pa.array(encoded, pa.binary()))
    except GuotuError as problem:
        raise DamagedJournalError(f"malformed geometry: {problem}") from None
