from __future__ import annotations

import hashlib
from datetime import date

import msgpack
import pyarrow as pa
import pytest

from contract.store_cast import SCHEMA, STREAM, fid, note, parcels
from guotu.store.canonical import canonical
from guotu.store.journal import (
    Chain,
    DamagedJournalError,
    chain_start,
    decode,
    delete_body,
    digest_sum,
    entry_hash,
    note_body,
    note_of,
    pack_block,
    put_bodies,
    row_hashes,
    schema_body,
    schema_from_text,
    schema_text,
    sha256,
    unpack_block,
)


def test_a_put_body_is_the_documented_map() -> None:
    rows = canonical(SCHEMA, parcels([7]))
    body = put_bodies(rows)[0]
    raw = msgpack.unpackb(body)
    assert list(raw) == ["op", "fid", "a", "g"]
    assert raw["a"] == ["0" * 17 + "7", "0101", 7.25, 2020, 19723, "第7号"]
    assert (raw["fid"], raw["g"]) == (fid(7), rows.grid[0])


def test_both_ways_of_packing_give_the_same_bytes() -> None:
    rows = canonical(
        SCHEMA, parcels([1, 2, 3], geometry=[None, *[parcels([n])["geometry"][0].as_py() for n in (2, 3)]])
    )
    assert put_bodies(rows) == put_bodies(rows, [None, None, None])


def test_everything_a_put_carries_comes_back() -> None:
    lineage = [[{"fid": fid(1), "part": 0.5}, {"fid": fid(2), "part": None}]]
    batch = parcels(
        [7], valid_from=date(2020, 2, 29), valid_to=date(9999, 12, 31), lineage=lineage, DLBM=[None]
    )
    rows = canonical(SCHEMA, batch)
    entry = decode(put_bodies(rows, [bytes(range(16))])[0])
    assert (entry.op, entry.fid, entry.pre) == ("put", fid(7), bytes(range(16)))
    assert (entry.valid_from, entry.valid_to) == (rows.valid_from[0], rows.valid_to[0])
    assert entry.lineage == [(fid(1), 0.5), (fid(2), None)]
    assert entry.values[1] is None
    assert entry.grid == rows.grid[0]


def test_the_row_hash_sees_attributes_and_geometry_and_nothing_else() -> None:
    plain = row_hashes(SCHEMA, parcels([1, 2]))
    assert row_hashes(SCHEMA, parcels([1, 2]).drop_columns(["fid"])).equals(plain)
    assert row_hashes(SCHEMA, parcels([1, 2], valid_from=date(2020, 1, 1))).equals(plain)
    rows = canonical(SCHEMA, parcels([1, 2]))
    assert [entry_hash(decode(body)) for body in put_bodies(rows)] == plain.to_pylist()
    assert row_hashes(SCHEMA, parcels([1, 2], DLBM=["0101", "0102"])).to_pylist()[0] == plain.to_pylist()[0]
    assert row_hashes(SCHEMA, parcels([1, 2], DLBM=["0101", "0102"])).to_pylist()[1] != plain.to_pylist()[1]
    assert row_hashes(SCHEMA, parcels([2, 2], geometry=[None, None])).to_pylist()[0] not in plain.to_pylist()


def test_slices_and_chunked_origins_do_not_change_a_hash() -> None:
    whole = parcels(range(20))
    joined = pa.concat_arrays([row_hashes(SCHEMA, whole.slice(0, 7)), row_hashes(SCHEMA, whole.slice(7))])
    assert joined.equals(row_hashes(SCHEMA, whole))


def test_the_chain_is_the_published_formula() -> None:
    start = chain_start(STREAM, "N-330106-01")
    chain = Chain(STREAM, 3, 41, start)
    chain.extend([sha256(b"a"), sha256(b"b")])
    once = hashlib.sha256(
        start + b"xz.dltb/330106" + bytes([0, 0, 0, 3]) + bytes(7) + b"\x2a" + sha256(b"a")
    ).digest()
    twice = hashlib.sha256(
        once + b"xz.dltb/330106" + bytes([0, 0, 0, 3]) + bytes(7) + b"\x2b" + sha256(b"b")
    ).digest()
    assert (chain.seq, chain.head) == (43, twice)


def test_the_digest_is_a_sum_that_forgets_order() -> None:
    fids, hashes = [fid(n) for n in range(50)], [sha256(bytes([n])) for n in range(50)]
    slow = sum(int.from_bytes(sha256(f + h), "big") for f, h in zip(fids, hashes, strict=True)) % 2**256
    assert digest_sum(fids, hashes) == slow == digest_sum(fids[::-1], hashes[::-1])
    assert digest_sum([], []) == 0


def test_notes_and_schemas_come_back() -> None:
    assert note_of(note_body(note(date(2024, 12, 31)))) == note(date(2024, 12, 31))
    assert note_of(note_body(note())) == note()
    assert schema_from_text(schema_text(SCHEMA)) == SCHEMA
    assert schema_from_text(decode(schema_body(SCHEMA)).detail["def"]) == SCHEMA
    with pytest.raises(DamagedJournalError):
        note_of(delete_body(fid(1), bytes(16), None))


PUT = {"op": "put", "fid": bytes(16), "a": []}


@pytest.mark.parametrize(
    "raw",
    [
        None, [], {}, {"op": "redact"}, {"op": ["put"]}, {**PUT, "fid": b"short"}, {**PUT, "fid": "text of 16 chars"},
        {**PUT, "x": 1}, {**PUT, "a": {}}, {**PUT, "a": [[1]]}, {**PUT, "a": [float("nan")]}, {**PUT, "a": [2**63]},
        {**PUT, "a": [True]}, {**PUT, "g": "text"}, {**PUT, "vf": 2**40}, {**PUT, "vf": 1.5}, {**PUT, "vt": True},
        {**PUT, "pre": b"1"}, {**PUT, "lin": 3}, {**PUT, "lin": [[bytes(16)]]}, {**PUT, "lin": [[bytes(16), "x"]]},
        {"op": "del"}, {"op": "del", "fid": bytes(16), "a": []}, {1: 2},
    ],
)  # fmt: skip
def test_malformed_entries_are_refused(raw: object) -> None:
    with pytest.raises(DamagedJournalError):
        decode(msgpack.packb(raw))


def test_blocks_hold_exactly_what_they_say() -> None:
    bodies = [b"a" * n for n in (0, 300, 70_000)]
    assert unpack_block(pack_block(bodies), 3) == bodies
    for data, count in (
        (pack_block(bodies), 2),
        (pack_block(bodies) + b"\0", 3),
        (msgpack.packb([1, 2]), 2),
        (b"", 0),
    ):
        with pytest.raises(DamagedJournalError):
            unpack_block(data, count)
