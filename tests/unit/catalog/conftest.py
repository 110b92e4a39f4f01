"""A catalogue over each record store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog_cast import CAST
from guotu.catalog import Catalog
from guotu.model.time import Clock
from guotu.store.memory import MemoryRecordStore
from guotu.store.ports import RecordStore
from guotu.store.sqlite import SqliteRecordStore


@pytest.fixture(params=["memory", "sqlite"])
def records(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[RecordStore]:
    store: RecordStore = (
        MemoryRecordStore() if request.param == "memory" else SqliteRecordStore(tmp_path / "c.db", clock)
    )
    yield store
    store.close()


@pytest.fixture
def catalog(records: RecordStore, clock: Clock) -> Catalog:
    """An empty catalogue."""
    return Catalog(records, clock)


@pytest.fixture
def stocked(catalog: Catalog) -> Catalog:
    """A catalogue with the whole cast."""
    for each in CAST:
        catalog.register(each)
    return catalog
