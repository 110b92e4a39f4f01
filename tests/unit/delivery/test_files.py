"""Features as files, read back with the tools people use."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from guotu.delivery import collection, write
from guotu.errors import GuotuError
from guotu.model.change import FID_TYPE
from guotu.standards.layers import schema

SQUARE = shapely.box(118.0, 31.0, 118.01, 31.01)
NAMES = ["青禾镇", "云台乡"]


@pytest.fixture
def batch() -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "fid": pa.array([bytes([1]) * 16, bytes([2]) * 16], FID_TYPE),
            "seq": pa.array([1, 2], pa.int64()),
            "valid_from": pa.array([None, None], pa.date32()),
            "valid_to": pa.array([None, None], pa.date32()),
            "XZQMC": NAMES,
            "DCMJ": pa.array([1.5, None], pa.float64()),
            "geometry": pa.array([shapely.to_wkb(SQUARE), None], pa.binary()),
        }
    )


@pytest.mark.parametrize("format", ["csv", "geojson", "gpkg", "parquet"])
def test_a_query_as_a_file_gives_back_ids_names_and_geometry(batch, format: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{format}"
    assert write(iter([batch]), schema("xz.xzq"), target, format) == 2
    assert [file.name for file in tmp_path.iterdir()] == [target.name]
    if format == "parquet":
        table = pq.read_table(target)
        assert table.column("XZQMC").to_pylist() == NAMES
        assert table.column("FEATURE_ID").to_pylist() == ["01" * 16, "02" * 16]
        assert json.loads(pq.read_metadata(target).metadata[b"geo"])["primary_column"] == "geometry"
        return
    meta, _, shapes, columns = pyogrio.raw.read(target)
    values = dict(zip(meta["fields"], columns, strict=True))
    assert list(values["XZQMC"]) == NAMES
    assert shapely.normalize(shapely.from_wkb(shapes[0])).equals_exact(
        shapely.normalize(shapely.multipolygons([SQUARE]) if format == "gpkg" else SQUARE)
    )
    assert shapes[1] is None
    if format == "geojson":
        assert json.loads(target.read_bytes())["features"][1]["id"] == "02" * 16
    else:
        assert list(values["FEATURE_ID"]) == ["01" * 16, "02" * 16]


def test_an_unknown_format_is_refused_with_the_known_ones(batch, tmp_path: Path) -> None:
    with pytest.raises(GuotuError) as failure:
        write(iter([batch]), schema("xz.xzq"), tmp_path / "x.dwg", "dwg")
    assert failure.value.code == "GT-6001"
    assert "gpkg" in failure.value.hint("en")


def test_a_failed_write_leaves_the_old_file(batch, tmp_path: Path) -> None:
    target = tmp_path / "out.geojson"
    target.write_text("old")

    def broken():
        yield batch
        raise RuntimeError("disk")

    with pytest.raises(RuntimeError):
        write(broken(), schema("xz.xzq"), target, "geojson")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_collection_has_ids_properties_and_further_members(batch) -> None:
    shown = collection(iter([batch]), version="1.2")
    assert shown["version"] == "1.2"
    first = shown["features"][0]
    assert first["id"] == "01" * 16
    assert first["properties"] == {"XZQMC": "青禾镇", "DCMJ": 1.5}
