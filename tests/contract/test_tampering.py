"""Whatever is changed behind the store's back is found."""

from __future__ import annotations

import random
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from contract import store_cast as cast
from contract.conftest import open_sqlite
from contract.store_cast import STREAM, fid, land, parcels
from guotu.errors import GuotuError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = open_sqlite(tmp_path)
    land(store, parcels(range(40)), data_date=date(2022, 12, 31))
    land(store, parcels(range(5), DLBM="0201"), delete=[fid(30)], data_date=date(2023, 12, 31))
    land(store, parcels([50], valid_from=date(2024, 2, 1)))
    assert store.verify(STREAM).problems == ()
    store.close()
    return tmp_path


def problems_after(folder: Path, *statements: tuple[str, tuple[object, ...]]) -> tuple[str, ...]:
    with sqlite3.connect(folder / "data.db", isolation_level=None) as connection:
        connection.execute("BEGIN")
        for sql, values in statements:
            connection.execute(sql, values)
        connection.execute("COMMIT")
    connection.close()
    store = open_sqlite(folder)
    try:
        return store.verify(STREAM).problems
    finally:
        store.close()


def flipped(data: bytes, place: int, change: int) -> bytes:
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


@pytest.mark.parametrize("seed", range(40))
def test_one_changed_byte_of_the_log_is_found(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    with sqlite3.connect(folder / "data.db") as connection:
        first, data = dice.choice(connection.execute("SELECT first, bodies FROM log").fetchall())
    connection.close()
    changed = flipped(data, dice.randrange(len(data)), dice.randrange(1, 256))
    assert problems_after(folder, ("UPDATE log SET bodies = ? WHERE first = ?", (changed, first)))


@pytest.mark.parametrize("seed", range(40))
def test_one_changed_byte_of_a_checkpoint_is_found(folder: Path, seed: int) -> None:
    dice = random.Random(seed)
    with sqlite3.connect(folder / "data.db") as connection:
        last, text = dice.choice(connection.execute("SELECT last, text FROM ckpt").fetchall())
    connection.close()
    data = text.encode()
    changed = flipped(data, dice.randrange(len(data)), dice.randrange(1, 128)).decode("utf-8", "replace")
    assert problems_after(folder, ("UPDATE ckpt SET text = ? WHERE last = ?", (changed, last)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ckpt SET added = added + 1 WHERE first = 1",
        "UPDATE ckpt SET changed = 0",
        "UPDATE ckpt SET features = features + 1",
        "UPDATE ckpt SET described = described + 1 WHERE first = 1",
        "UPDATE ckpt SET valid_time = 1 WHERE first = 1",
        "UPDATE ckpt SET note = (SELECT note FROM ckpt ORDER BY last LIMIT 1)",
        "UPDATE ckpt SET first = first + 1 WHERE first > 1",
        "UPDATE ckpt SET epoch = 2 WHERE first > 1",
        "DELETE FROM ckpt WHERE last = (SELECT max(last) FROM ckpt)",
        "DELETE FROM log WHERE first = (SELECT max(first) FROM log)",
        "DELETE FROM log WHERE first = 1",
        "UPDATE stream SET owner = 'N-330108-01'",
        "UPDATE stream SET west = west - 1",
        "UPDATE epoch SET start_hash = zeroblob(32)",
        "UPDATE f_xz_dltb SET \"a_DLBM\" = '0404' WHERE row = 7",
        'UPDATE f_xz_dltb SET "a_TBMJ" = "a_TBMJ" + 1e-9 WHERE row = 7',
        "UPDATE f_xz_dltb SET geometry = (SELECT geometry FROM f_xz_dltb WHERE row = 8) WHERE row = 7",
        "UPDATE f_xz_dltb SET geometry = x'0102' WHERE row = 7",
        "UPDATE f_xz_dltb SET geometry = NULL WHERE row = 7",
        "UPDATE f_xz_dltb SET seq_to = 9223372036854775807",
        "UPDATE f_xz_dltb SET until = until + 1 WHERE until IS NOT NULL",
        "UPDATE f_xz_dltb SET valid_from = 1 WHERE row = 7",
        "UPDATE f_xz_dltb SET row_hash = zeroblob(16) WHERE row = 7",
        "UPDATE f_xz_dltb SET fid = zeroblob(16) WHERE row = 7",
        "DELETE FROM f_xz_dltb WHERE row = 7",
        "INSERT INTO f_xz_dltb SELECT row + 1000, stream, fid, seq_from + 1000, seq_to, valid_from, valid_to, until, "
        'body_hash, row_hash, "a_BSM", "a_DLBM", "a_TBMJ", "a_SJNF", "a_GXSJ", "a_FID", geometry '
        "FROM f_xz_dltb WHERE row = 7",
        "DELETE FROM f_xz_dltb_box WHERE row = 7",
        "UPDATE f_xz_dltb_box SET west = west - 1 WHERE row = 7",
    ],
)
def test_a_changed_row_is_found(folder: Path, statement: str) -> None:
    assert problems_after(folder, (statement, ()))


def test_a_rewritten_history_lacks_the_signature(tmp_path: Path) -> None:
    forger = open_sqlite(tmp_path, signer=lambda message: b"\0" * 64)
    land(forger, parcels([1]))
    forger.close()
    store = open_sqlite(tmp_path)
    assert store.verify(STREAM).problems == ("1.3: no valid signature",)
    store.close()
    unsigned = open_sqlite(tmp_path, verifier=None)
    assert unsigned.verify(STREAM).sound, "without a key only the chain can be checked"
    unsigned.close()


def test_a_damaged_projection_is_made_again_from_the_journal(folder: Path) -> None:
    assert problems_after(
        folder,
        ("DELETE FROM f_xz_dltb WHERE row % 3 = 0", ()),
        ("UPDATE f_xz_dltb SET until = NULL, seq_to = 5, geometry = NULL", ()),
        ("DELETE FROM f_xz_dltb_box", ()),
        ("UPDATE stream SET west = 0", ()),
    )
    store = open_sqlite(folder)
    store.rebuild(STREAM)
    assert store.verify(STREAM).problems == ()
    store.close()


def test_nothing_is_rebuilt_from_a_broken_journal(folder: Path) -> None:
    before = open_sqlite(folder)
    whole = cast.table(before)
    before.close()
    assert problems_after(folder, ("UPDATE log SET bodies = zeroblob(10) WHERE first = 1", ()))
    store = open_sqlite(folder)
    with pytest.raises(GuotuError, match="GT-2004"):
        store.rebuild(STREAM)
    assert cast.table(store).equals(whole), "the projection stays as it was"
    store.close()
