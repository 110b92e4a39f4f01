from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pytest
import shapely

from guotu.errors import GuotuError
from guotu.ingest.normalise import Normaliser
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, Crs, Datum, GaussKruger, Geographic
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema

SCHEMA = LayerSchema(
    "t-1", "T", "xz.t", "试验层", "Trial", "1", GeometryKind.POLYGON,
    (
        Field("BSM", "标识码", FieldType.CHAR, 18),
        Field("MJ", "面积", FieldType.FLOAT, 15, 2),
        Field("RQ", "日期", FieldType.DATE),
    ),
    key=("BSM",),
)  # fmt: skip
ZONE = GaussKruger(3, 39)
SQUARE = shapely.box(118.0, 31.0, 118.001, 31.001, ccw=False)


@dataclass(frozen=True)
class Columns:
    fields: tuple[str, ...]
    crs: Crs = CGCS2000


def batch(geometries: list[object], **columns: list[object]) -> pa.RecordBatch:
    wkb = pa.array([None if g is None else shapely.to_wkb(g) for g in geometries], pa.binary())
    return pa.record_batch({**{name: pa.array(values) for name, values in columns.items()}, "geometry": wkb})


def test_columns_come_in_the_schemas_order_and_missing_ones_are_null() -> None:
    source = batch([SQUARE], mj=["1.005"], bsm=[" 7 "])
    got = Normaliser(SCHEMA, Columns(("mj", "bsm"))).convert(source).batch
    assert got.schema.names == ["BSM", "MJ", "RQ", "geometry"]
    assert got.slice(0, 1).to_pylist()[0] | {"geometry": None} == {
        "BSM": "7",
        "MJ": 1.01,
        "RQ": None,
        "geometry": None,
    }


def test_shells_are_turned_counter_clockwise_and_heights_dropped() -> None:
    tall = shapely.force_3d(SQUARE, 5.0)
    got = Normaliser(SCHEMA, Columns(())).convert(batch([tall]))
    assert not shapely.has_z(got.geometries).any()
    assert shapely.is_ccw(shapely.get_exterior_ring(got.geometries[0]))
    assert shapely.from_wkb(got.batch["geometry"][0].as_py()).equals(SQUARE)


def test_a_plane_becomes_degrees() -> None:
    plane = transform([SQUARE], CGCS2000, ZONE)
    got = Normaliser(SCHEMA, Columns((), ZONE)).convert(batch(list(plane)))
    assert shapely.hausdorff_distance(got.geometries[0], SQUARE) < 1e-10


def test_another_datum_is_refused() -> None:
    with pytest.raises(GuotuError) as told:
        Normaliser(SCHEMA, Columns((), Geographic(Datum.XIAN80))).convert(batch([SQUARE]))
    assert told.value.code == "GT-1203"


def test_empty_and_missing_geometries_are_null() -> None:
    got = Normaliser(SCHEMA, Columns(())).convert(batch([None, shapely.Polygon(), SQUARE]))
    assert got.batch["geometry"].is_null().to_pylist() == [True, True, False]


def test_values_that_cannot_be_read_are_found_with_row_and_field() -> None:
    source = batch([SQUARE, SQUARE], MJ=["1", "一"], RQ=["20240230", "20240228"])
    found = Normaliser(SCHEMA, Columns(("MJ", "RQ"))).convert(source).found
    assert [(rule, hits.field, hits.rows.tolist()) for rule, hits in found] == [
        ("1301", "MJ", [1]),
        ("1301", "RQ", [0]),
    ]
    assert found[0][1].facts["raw"] == ["一"]


def test_unreadable_geometry_is_found() -> None:
    source = pa.record_batch({"geometry": pa.array([b"\x01\x03\x00"], pa.binary())})
    got = Normaliser(SCHEMA, Columns(())).convert(source)
    assert [rule for rule, _ in got.found] == ["1501"]
    assert got.batch["geometry"].null_count == 1


def test_notes_tell_columns_left_out_and_values_rounded() -> None:
    normaliser = Normaliser(SCHEMA, Columns(("MJ", "别的")))
    normaliser.convert(batch([SQUARE], MJ=[1.239], 别的=["x"]))
    notes = list(normaliser.notes())
    assert "别的" in notes[0][0]
    assert "rounded half up" in notes[1][1]
