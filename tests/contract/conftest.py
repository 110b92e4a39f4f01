"""Every backend of the store passes the same suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract import store_cast as cast
from guotu.store.memory import MemoryFeatureStore, MemoryRecordStore
from guotu.store.ports import FeatureStore, RecordStore
from guotu.store.sqlite import SqliteFeatureStore, SqliteRecordStore


def open_sqlite(folder: Path, **options: object) -> SqliteFeatureStore:
    settings = {
        "clock": cast.clock,
        "signer": cast.sign,
        "verifier": cast.verify,
        "snapshots": folder / "snapshots",
    }
    return SqliteFeatureStore(folder / "data.db", **{**settings, "wait_seconds": 0.2, **options})


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FeatureStore]:
    opened: FeatureStore = (
        open_sqlite(tmp_path)
        if request.param == "sqlite"
        else MemoryFeatureStore(
            clock=cast.clock, signer=cast.sign, verifier=cast.verify, snapshots=tmp_path / "snapshots"
        )
    )
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "memory"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordStore]:
    opened: RecordStore = (
        SqliteRecordStore(tmp_path / "control.db", cast.clock)
        if request.param == "sqlite"
        else MemoryRecordStore()
    )
    yield opened
    opened.close()
