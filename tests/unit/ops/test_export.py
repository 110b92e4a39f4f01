"""Exports of a node: regions, cutting, zones, rights, receipts; nothing left behind."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from guotu import settings
from guotu.delivery.region import Region
from guotu.errors import GuotuError
from guotu.guard.subject import OPERATOR, Role, Subject
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform
from guotu.model.access import AccessPlan, Limits
from guotu.model.change import FID_TYPE
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.datum import CGCS2000, GaussKruger
from guotu.model.filter import Compare
from guotu.model.query import Query
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy, Sharing
from guotu.node import Node, NodeIdentity
from guotu.ops import export as exporting
from guotu.ops.export import ExportRequest, admit, export
from guotu.ops.export_region import box_region, division_region
from guotu.standards.layers import schema
from guotu.store.reading import Reader
from rereading import reread

LI = Subject("li", "李", "", frozenset({Role.OFFICER}), Secrecy.INTERNAL)
DATASET = "gh.stbhhx"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def squares(count: int, west: float = 117.0, step: float = 0.01) -> list[Any]:
    return [shapely.box(west + step * at, 31, west + step * (at + 1), 31 + step) for at in range(count)]


def landed(node: Node, dataset: str, shapes: list[Any], **values: list[Any]) -> None:
    layer = schema(dataset)
    stream = StreamName(dataset, "349021")
    node.store.found(stream, layer, owner="N-1")
    from guotu.store.canonical import ARROW_TYPES

    columns = {
        field.code: pa.array(values.get(field.code, [None] * len(shapes)), ARROW_TYPES[field.type])
        for field in layer.fields
    }
    fids = pa.array([at.to_bytes(16, "big") for at in range(len(shapes))], FID_TYPE)
    wkb = pa.array([shape and shapely.to_wkb(shape) for shape in shapes], pa.binary())
    with node.store.draft(stream, base=None) as draft:
        draft.put(pa.RecordBatch.from_pydict({"fid": fids, **columns, "geometry": wkb}))
        draft.commit(CommitNote("test", "made", NOW.date()))


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node.create(
        tmp_path / "node",
        NodeIdentity("N-349021-01", "节点", "Node", "349021", "county"),
        settings.load({}),
        lambda: NOW,
    )
    shapes = squares(10)
    areas = ellipsoid_area(np.array(shapes, object)).round(2).tolist()
    names = [f"红线{at}" for at in range(10)]
    landed(made, DATASET, shapes, BSM=[f"{at:018d}" for at in range(10)], XJXZQMC=names, MJ=areas)
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def request(form: str = "geojson", **more: Any) -> ExportRequest:
    return ExportRequest(DATASET, form, **more)


def features(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_bytes())["features"])


def test_a_file_has_its_receipt_beside_it_and_nothing_else(node: Node, out: Path) -> None:
    made = export(node, OPERATOR, request(), out / "红线.geojson")
    assert sorted(each.name for each in out.iterdir()) == ["红线.geojson", "红线.geojson.receipt.json"]
    receipt = json.loads((out / "红线.geojson.receipt.json").read_bytes())
    assert receipt == json.loads(json.dumps(made.receipt))
    assert (receipt["features"], receipt["made"], receipt["complete"]) == (10, NOW.isoformat(), True)
    assert receipt["basis"][0]["data_date"] == "2026-01-02"


def test_neighbours_that_share_a_border_with_the_region_stay_out(node: Node, out: Path) -> None:
    region = box_region((117.02, 31.0, 117.04, 31.01))
    assert export(node, OPERATOR, request(region=region), out / "a.geojson").features == 2
    a_little_more = box_region((117.02, 31.0, 117.041, 31.01))
    assert export(node, OPERATOR, request(region=a_little_more), out / "b.geojson").features == 3


def test_cutting_measures_areas_again_and_says_so(node: Node, out: Path) -> None:
    region = box_region((117.005, 30.9, 117.025, 31.2))
    made = export(node, OPERATOR, request(region=region, cut=True), out / "a.geojson")
    kept = features(out / "a.geojson")
    areas = ellipsoid_area(
        np.array([shapely.from_geojson(json.dumps(each["geometry"])) for each in kept], object)
    )
    assert [each["properties"]["MJ"] for each in kept] == areas.round(2).tolist()
    assert made.receipt["cut_features"] == 2
    assert made.receipt["recalculated"]["measured"] == schema(DATASET).area_field
    whole = export(node, OPERATOR, request(region=region), out / "b.geojson")
    assert (whole.features, whole.receipt["recalculated"]) == (3, None)
    assert made.receipt["area_m2"] == pytest.approx(whole.receipt["area_m2"] * 2 / 3, rel=1e-5)


def test_columns_conditions_and_identity(node: Node, out: Path) -> None:
    wanted = request(
        "csv", columns=("xjxzqmc",), where="XJXZQMC LIKE '红线1%'", identity=True, geometry=False
    )
    export(node, OPERATOR, wanted, out / "a.csv")
    text = (out / "a.csv").read_text(encoding="utf-8-sig").splitlines()
    assert text[0] == '"FEATURE_ID","VALID_FROM","VALID_TO","XJXZQMC"'
    assert len(text) == 2
    assert "红线1" in text[1]
    with pytest.raises(GuotuError) as refused:
        export(node, OPERATOR, request(columns=("NOTHING",)), out / "b.geojson")
    assert refused.value.code == "GT-2009"


def test_a_zone_is_written_as_the_projection_says(node: Node, out: Path) -> None:
    made = export(node, OPERATOR, request("gpkg", crs="auto"), out / "a.gpkg")
    zone = GaussKruger(3, 39)
    assert made.receipt["crs"] == [{"epsg": zone.epsg, "name": "CGCS2000 3 度带第 39 带，中央经线 117°"}]
    again = reread("gpkg", out / "a.gpkg", schema(DATASET), schema(DATASET).fields)
    wanted = transform(np.array(squares(10), object), CGCS2000, zone)
    assert again.shapes is not None
    assert shapely.equals_exact(
        shapely.normalize(shapely.get_parts(again.shapes)), shapely.normalize(wanted), 1e-6
    ).all()


def test_two_zones_are_refused_or_become_two_files(node: Node, out: Path) -> None:
    far = squares(2, 117.0) + squares(3, 120.0) + [None]
    landed(node, "gh.gkbj", far)
    wide = ExportRequest("gh.gkbj", "gpkg", crs="auto")
    with pytest.raises(GuotuError) as refused:
        export(node, OPERATOR, wide, out / "a.gpkg")
    assert refused.value.code == "GT-6009"
    assert list(out.iterdir()) == []
    split = ExportRequest("gh.gkbj", "gpkg", crs="auto", split_zones=True)
    made = export(node, OPERATOR, split, out / "a.gpkg")
    assert sorted(each.name for each in out.iterdir()) == ["a.gpkg.receipt.json", "a_39.gpkg", "a_40.gpkg"]
    assert made.features == 6
    assert [each["epsg"] for each in made.receipt["crs"]] == [4527, 4528]
    with pytest.raises(GuotuError) as beyond:
        export(node, OPERATOR, ExportRequest("gh.gkbj", "gpkg", crs=4528), out / "b.gpkg")
    assert beyond.value.code == "GT-6009"


def test_no_other_datum_and_no_plane_where_the_format_has_none(node: Node, out: Path) -> None:
    for wanted in (
        request("gpkg", crs=2363),
        request("gpkg", crs=4326),
        request("kml", crs=4527),
        request("dxf", crs=4490),
    ):
        with pytest.raises(GuotuError) as refused:
            export(node, OPERATOR, wanted, out / "a.x")
        assert refused.value.code == "GT-6012"


def test_a_dataset_that_is_not_shared_is_not_exported(node: Node, out: Path) -> None:
    label = Label(Secrecy.INTERNAL, sharing=Sharing.NONE)
    node.catalog.register(
        Resource(
            DATASET,
            ResourceKind.VECTOR,
            "红线",
            "Red line",
            "gh/redline",
            "局",
            division="349021",
            label=label,
        )
    )
    with pytest.raises(GuotuError) as refused:
        admit(node, LI, request())
    assert refused.value.code == "GT-6006"
    guest = Subject("zhao", "赵", "", frozenset(), Secrecy.PUBLIC)
    with pytest.raises(GuotuError) as hidden:
        admit(node, guest, request())
    assert hidden.value.code == "GT-2001"


def test_a_plan_cuts_columns_rows_and_number(node: Node, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = AccessPlan(
        DATASET, "li", "test", where=Compare("BSM", ">=", f"{5:018d}"),
        columns=frozenset({"BSM", "XJXZQMC", "MJ"}), masked=frozenset({"XJXZQMC"}), limits=Limits(rows=3),
    )  # fmt: skip
    monkeypatch.setattr(node, "reader", lambda subject, purpose: Reader(node.store, lambda dataset: plan))
    made = export(node, LI, request(), out / "a.geojson")
    kept = features(out / "a.geojson")
    assert [set(each["properties"]) for each in kept] == [{"BSM", "XJXZQMC", "MJ"}] * 3
    assert {each["properties"]["XJXZQMC"] for each in kept} == {None}
    assert (made.receipt["complete"], made.receipt["masked"]) == (False, ["XJXZQMC"])
    with pytest.raises(GuotuError) as refused:
        export(node, LI, request(columns=("LHLX",)), out / "b.geojson")
    assert refused.value.code == "GT-2009"


@pytest.mark.parametrize("form", ["shp", "gpkg", "geojson", "fgdb", "parquet", "xlsx", "dxf", "vct"])
def test_a_cancelled_export_leaves_nothing_and_keeps_what_was_there(node: Node, out: Path, form: str) -> None:
    target = out / "a.zip"
    target.write_text("old")
    with pytest.raises(GuotuError) as cancelled:
        export(node, OPERATOR, request(form), target, cancel=lambda: True)
    assert cancelled.value.code == "GT-1005"
    assert list(out.iterdir()) == [target]
    assert target.read_text() == "old"


def test_a_geodatabase_takes_the_place_of_another(node: Node, out: Path) -> None:
    for _ in range(2):
        export(node, OPERATOR, request("fgdb"), out / "a.gdb")
    assert sorted(each.name for each in out.iterdir()) == ["a.gdb", "a.gdb.receipt.json"]
    assert (out / "a.gdb" / "gdb").exists()


def test_the_same_export_twice_is_the_same_archive(node: Node, out: Path) -> None:
    for form in ("shp", "geojson", "vct", "parquet", "dxf", "kml"):
        for name in ("a", "b"):
            (out / name).mkdir(exist_ok=True)
            export(node, OPERATOR, request(form), out / name / "x.zip")
        assert (out / "a" / "x.zip").read_bytes() == (out / "b" / "x.zip").read_bytes(), form


def test_progress_reaches_its_end(node: Node, out: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    export(node, OPERATOR, request(), out / "a.zip", progress=lambda *seen: told.append(seen))
    assert told[-2:] == [("write", 10, 10), ("pack", 0, None)]
    with zipfile.ZipFile(out / "a.zip") as archive:
        assert archive.namelist() == ["receipt.json", "a.geojson"]


def test_a_commit_meanwhile_is_told_and_nothing_is_written(
    node: Node, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = exporting.write_parts

    def moved(*given: Any) -> Any:
        done = write(*given)
        stream = StreamName(DATASET, "349021")
        with node.store.draft(stream, base=node.store.state(stream).head.version) as draft:
            draft.delete([(9).to_bytes(16, "big")])
            draft.commit(CommitNote("test", "gone"))
        return done

    monkeypatch.setattr(exporting, "write_parts", moved)
    with pytest.raises(GuotuError) as busy:
        export(node, OPERATOR, request(), out / "a.geojson")
    assert (busy.value.code, list(out.iterdir())) == ("GT-1006", [])


def test_divisions_are_found_by_the_beginning_of_their_code(node: Node) -> None:
    landed(
        node,
        "xz.xzq",
        squares(3),
        XZQDM=["349021101", "349021102", "349022001"],
        XZQMC=["永泉镇", "桃河镇", "外"],
    )
    reader = node.reader(OPERATOR, "test")
    assert division_region(reader, "349021").polygon.equals(shapely.box(117.0, 31, 117.02, 31.01))
    assert division_region(reader, "349021102").title == "349021102 桃河镇"
    for unknown in ("999999", "x' OR 1"):
        with pytest.raises(GuotuError) as refused:
            division_region(reader, unknown)
        assert refused.value.code == "GT-6010"


def test_tables_have_no_region_and_lines_are_cut_as_lines(node: Node, out: Path) -> None:
    landed(node, "sj.rk", [None, None])
    with pytest.raises(GuotuError) as refused:
        export(node, OPERATOR, ExportRequest("sj.rk", "csv", region=box_region((0, 0, 1, 1))), out / "a.csv")
    assert refused.value.code == "GT-1007"
    assert export(node, OPERATOR, ExportRequest("sj.rk", "csv"), out / "a.csv").features == 2
    with pytest.raises(GuotuError) as kinds:
        export(node, OPERATOR, ExportRequest("sj.rk", "kml"), out / "a.kml")
    assert kinds.value.code == "GT-6008"
    landed(
        node,
        "xz.xzqjx",
        [shapely.LineString([(117, 31), (118, 31)]), shapely.LineString([(117.5, 32), (118, 31)])],
    )
    cut = ExportRequest("xz.xzqjx", "geojson", region=box_region((117.5, 30.5, 119, 31.5)), cut=True)
    export(node, OPERATOR, cut, out / "b.geojson")
    kept = [each["geometry"] for each in features(out / "b.geojson")]
    assert kept[0] == {"type": "LineString", "coordinates": [[117.5, 31.0], [118.0, 31.0]]}
    assert {each["type"] for each in kept} == {"LineString"}


def test_a_region_smaller_than_its_border_strip_is_still_a_region() -> None:
    speck = Region("drawn", "", shapely.box(117.0, 31.0, 117.0 + 1e-8, 31.0 + 1e-8))
    assert speck.takes(np.array(squares(1), object)).tolist() == [True]


def test_what_is_read_of_the_store_equals_what_leaves(node: Node, out: Path) -> None:
    export(node, OPERATOR, request("parquet", options={"hilbert": True}), out / "a.parquet")
    again = reread("parquet", out / "a.parquet", schema(DATASET), schema(DATASET).fields).sorted_by("BSM")
    table = node.reader(OPERATOR, "test").table(Query(DATASET))
    assert again.values["XJXZQMC"] == table.column("XJXZQMC").to_pylist()
    assert again.shapes is not None
    assert (shapely.to_wkb(again.shapes) == table.column("geometry").to_numpy()).all()
