"""Deliveries of parcels as real files, and a node's stores to land them in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from guotu.catalog import Catalog
from guotu.ingest import land
from guotu.kernel.coords import transform
from guotu.model.access import AccessPlan
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.identity import uuid7
from guotu.model.query import Query
from guotu.store.files import FileBlobStore
from guotu.store.sqlite import SqliteFeatureStore, SqliteRecordStore
from unit.quality.parcel_rows import DLTB, Row, batch

STREAM = StreamName("xz.dltb", "330106")
ZONE = GaussKruger(3, 40)
NOTE = CommitNote("张三", "年度变更", date(2024, 12, 31))


def write(path: Path, rows: list[Row]) -> Path:
    """Rows as a GeoPackage in the plane of their zone."""
    table = pa.Table.from_batches([batch(rows)])
    polygons = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    plane = transform(np.atleast_1d(polygons), CGCS2000, ZONE)
    table = table.set_column(table.num_columns - 1, "geom", pa.array(shapely.to_wkb(plane), pa.binary()))
    options: dict[str, Any] = {"layer": "DLTB", "geometry_name": "geom", "geometry_type": "Polygon"}
    pyogrio.write_arrow(table, path, driver="GPKG", crs=f"EPSG:{ZONE.epsg}", **options)
    return path


class Node:
    """The stores of a node in a folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        clock = lambda: datetime(2026, 1, 1, tzinfo=UTC)  # noqa: E731
        self.store = SqliteFeatureStore(home / "data.db", clock=clock, snapshots=home / "snapshots")
        self.records = SqliteRecordStore(home / "control.db", clock)
        self.blobs = FileBlobStore(home / "blobs")
        self.catalog = Catalog(self.records, clock)
        self.work = home / "work"
        self.work.mkdir()
        self._numbers = count(1)

    def land(self, path: Path, **options: Any) -> Commit | None:
        return land(
            path,
            **{
                "stream": STREAM, "schema": DLTB, "store": self.store, "blobs": self.blobs, "catalog": self.catalog,
                "note": NOTE, "owner": "县局", "work": self.work,
                "ids": lambda: uuid7(1, next(self._numbers).to_bytes(10, "big")),
            }
            | options,
        )  # fmt: skip

    def features(self) -> dict[str, dict[str, Any]]:
        plan = AccessPlan("xz.dltb", "test", "test")
        table = pa.Table.from_batches(self.store.read(Query("xz.dltb"), plan))
        return {row["BSM"]: row for row in table.to_pylist()}

    def features_or_none(self) -> dict[str, dict[str, Any]] | None:
        """None while the stream has no commit."""
        return self.features() if self.store.streams() else None

    def close(self) -> None:
        self.store.close()
        self.records.close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    made.close()
