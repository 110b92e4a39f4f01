"""The journal's decoder meets any bytes without harm, and its writer is undone exactly."""

from __future__ import annotations

import contextlib
from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from contract.store_cast import SCHEMA, parcels
from guotu.store.canonical import canonical
from guotu.store.filters import pattern_regex
from guotu.store.journal import (
    DamagedJournalError,
    decode,
    entries_table,
    entry_hash,
    put_bodies,
    row_hashes,
    unpack_block,
)

TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
DATE = st.none() | st.dates()


@given(TEXT, TEXT, st.none() | st.floats(), st.none() | st.integers(-(2**63), 2**63 - 1), DATE, DATE, DATE)
def test_a_row_survives_its_body(  # type: ignore[no-untyped-def]
    code, text, area, year, updated, since, until
) -> None:
    batch = parcels(
        [5],
        DLBM=[code],
        FID=[text],
        TBMJ=[area],
        SJNF=[year],
        GXSJ=[updated],
        valid_from=[since],
        valid_to=[until],
    )
    rows = canonical(SCHEMA, batch)
    entry = decode(put_bodies(rows)[0])
    assert entry_hash(entry) == rows.hashes[0]
    table = dict(entries_table(SCHEMA, [entry]))
    again = pa.RecordBatch.from_pydict({"fid": batch["fid"], **table})
    assert row_hashes(SCHEMA, again).to_pylist() == rows.hashes
    assert (table["FID"][0].as_py(), table["GXSJ"][0].as_py(), table["SJNF"][0].as_py()) == (
        text,
        updated,
        year,
    )
    if area is not None and area == area:
        assert table["TBMJ"][0].as_py() == area


@given(st.binary(max_size=400))
def test_any_bytes_are_an_entry_or_refused(data: bytes) -> None:
    for call in (lambda: decode(data), lambda: unpack_block(data, 3)):
        with contextlib.suppress(DamagedJournalError):
            call()


BODY = put_bodies(canonical(SCHEMA, parcels([9], valid_from=date(2020, 1, 1))))[0]


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255), st.integers(0, len(BODY)))
def test_a_damaged_body_is_another_entry_or_refused(place: int, change: int, length: int) -> None:
    damaged = (BODY[:place] + bytes([BODY[place] ^ change]) + BODY[place + 1 :])[: length or None]
    try:
        entry = decode(damaged)
        list(entries_table(SCHEMA, [entry]))
    except DamagedJournalError:
        return
    assert damaged != BODY


@given(st.text("a%_\\*[", max_size=8), st.text("ab%_\\*[", max_size=8))
def test_a_pattern_with_every_character_escaped_matches_only_itself(pattern: str, text: str) -> None:
    escaped = "".join("\\" + character for character in pattern)
    assert bool(pattern_regex(escaped).fullmatch(text)) == (pattern == text)
    assert pattern_regex("%").fullmatch(text)
