"""Formats × operations: every cell that is claimed holds, on every layer of the demo county."""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from guotu import settings
from guotu.delivery.formats import FORMATS
from guotu.delivery.matrix import CLAIMS, OPERATIONS
from guotu.errors import GuotuError
from guotu.guard.subject import OPERATOR
from guotu.ingest.normalise import Normaliser
from guotu.ingest.source import open_source
from guotu.kernel.area import ellipsoid_area
from guotu.kernel.coords import transform
from guotu.model.datum import CGCS2000, Crs, GaussKruger
from guotu.model.query import Query
from guotu.node import Node
from guotu.ops.export import Exported, ExportRequest, export
from rereading import plain, reread, same_shapes
from tiny_county import Tiny

ZONE = GaussKruger(3, 39)
SAMPLE = "gl.ydsp"
"""Project-like parcels with texts, numbers, dates and codes."""
LAYERS = (
    "xz.dltb", "xz.xzq", "xz.cjdcq", "xz.dzzhd", "xz.dzzhyfq", "xz.kcd", "gh.yjjbntb", "gh.stbhhx", "gh.czkfbj", "gh.ghyt",
    "gh.jsydgzq",    "gh.tdytq", "gh.zdxm", "gl.ydsp", "gl.gdgl", "gl.ckq", "gl.tkq", "gl.bdc", "gl.wfyd",
)  # fmt: skip


@pytest.fixture(scope="module")
def node(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    opened = Node.open(tiny.copied(tmp_path_factory.mktemp("matrix")), settings.load({}))
    yield opened
    opened.close()


def cells(operation: str) -> list[str]:
    return [form for form, claimed in CLAIMS.items() if operation in claimed]


def crs_of(form: str) -> Crs:
    return ZONE if FORMATS[form].plane else CGCS2000


def made(
    node: Node, form: str, folder: Path, dataset: str = SAMPLE, *, packed: bool = True, **more: Any
) -> Exported:
    crs = more.pop("crs", crs_of(form).epsg)
    name = (
        f"{dataset.partition('.')[2]}.{form}.zip"
        if packed
        else f"{dataset.partition('.')[2]}{FORMATS[form].suffix}"
    )
    return export(node, OPERATOR, ExportRequest(dataset, form, crs=crs, **more), folder / name)


def unpacked(exported: Exported, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The main file of an archive, and its receipt."""
    with zipfile.ZipFile(exported.files[0]) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    receipt = json.loads((folder / "receipt.json").read_bytes())
    suffix = FORMATS[receipt["format"]].suffix
    return next(path for path in sorted(folder.iterdir()) if path.suffix == suffix), receipt


def stored(node: Node, dataset: str, crs: Crs) -> tuple[dict[str, list[Any]], np.ndarray]:
    table = node.reader(OPERATOR, "test").table(Query(dataset))
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    shapes = transform(shapes, CGCS2000, crs) if crs != CGCS2000 else shapes
    return {name: table.column(name).to_pylist() for name in table.column_names if name.isupper()}, shapes


@pytest.mark.parametrize("form", cells("equal"))
def test_every_layer_of_the_county_comes_back_equal(node: Node, form: str, tmp_path: Path) -> None:
    carried = 0
    for dataset in LAYERS:
        schema = node.reader(OPERATOR, "test").schema(dataset)
        if schema.geometry not in FORMATS[form].carries:
            continue
        exported = carried_by(node, form, tmp_path, dataset)
        path, receipt = unpacked(exported, tmp_path / dataset)
        crs = crs_of(form)
        values, shapes = stored(node, dataset, crs)
        again = reread(form, path, schema, schema.fields)
        assert receipt["features"] == len(shapes)
        order = list(range(len(shapes)))
        if form == "fgb":  # in the order of its index
            key = next(code for code in schema.codes if len(set(values[code])) == len(shapes))
            again = again.sorted_by(key)
            order.sort(key=lambda row: str(values[key][row]))
        for field in schema.fields:
            if FORMATS[form].attributes or (form == "dxf" and field.code in again.values):
                expected = [plain(values[field.code][row], field) for row in order]
                assert again.values[field.code] == [spelled(form, value) for value in expected], (
                    dataset,
                    field.code,
                )
        if again.shapes is not None:
            tolerance = FORMATS[form].tolerance(crs) or (1e-6 if crs == ZONE else 0.0)
            assert same_shapes(shapes[order], again.shapes, tolerance), dataset
        carried += 1
    assert carried == (18 if form == "txt" else len(LAYERS))


def carried_by(node: Node, form: str, folder: Path, dataset: str) -> Exported:
    """An export, of a sheet the attributes alone where a WKT is longer than a cell."""
    try:
        return made(node, form, folder, dataset)
    except GuotuError as refused:
        if (form, refused.code) != ("xlsx", "GT-6013"):
            raise
        return made(node, form, folder, dataset, geometry=False)


def spelled(form: str, value: Any) -> Any:
    return value.replace(",", "，") if form == "vct" and isinstance(value, str) else value


@pytest.mark.parametrize("form", cells("write"))
def test_the_receipt_is_true(node: Node, form: str, tmp_path: Path) -> None:
    exported = made(node, form, tmp_path)
    _, receipt = unpacked(exported, tmp_path / "out")
    assert receipt == json.loads(json.dumps(exported.receipt))
    values, shapes = stored(node, SAMPLE, CGCS2000)
    assert receipt["area_m2"] == pytest.approx(math.fsum(ellipsoid_area(shapes)), abs=0.01)
    assert receipt["extent"] == pytest.approx(shapely.total_bounds(shapes).tolist(), abs=1e-12)
    assert receipt["basis"][0]["version"] == node.reader(OPERATOR, "test").heads(SAMPLE)[0].head.label
    assert receipt["label"] == {"secrecy": "内部", "data_class": "一般", "sharing": "有条件共享"}
    for each in receipt["files"]:
        content = (tmp_path / "out" / each["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (each["bytes"], each["sha256"])
    assert list(values)


@pytest.mark.parametrize("form", cells("read"))
def test_the_platform_reads_what_it_wrote(node: Node, form: str, tmp_path: Path) -> None:
    exported = made(node, form, tmp_path, packed="zip" in CLAIMS[form])
    values, shapes = stored(node, SAMPLE, CGCS2000)
    schema = node.reader(OPERATOR, "test").schema(SAMPLE)
    with open_source(exported.files[0], work=tmp_path / "work") as source:
        layer = source.layer(source.layers[0])
        if "crs" in CLAIMS[form]:
            assert layer.crs == crs_of(form)
        if FORMATS[form].attributes:
            normaliser = Normaliser(schema, layer)
            batches = [normaliser.convert(batch) for batch in layer.batches()]
            rows = {
                code: [v for b in batches for v in b.batch.column(code).to_pylist()] for code in schema.codes
            }
            again = np.concatenate([b.geometries for b in batches])
        else:
            rows, again = {}, transform(read_shapes(layer), layer.crs, CGCS2000)
    order, expected = list(range(len(again))), list(range(len(shapes)))
    if form == "fgb":
        order.sort(key=lambda row: rows["BSM"][row] if "BSM" in rows else rows[schema.key[0]][row])
        expected.sort(key=lambda row: values["BSM"][row] if "BSM" in rows else values[schema.key[0]][row])
    for code, column in rows.items():
        wanted = [spelled(form, values[code][row]) for row in expected]
        assert [column[row] for row in order] == wanted, code
    metres = FORMATS[form].tolerance(ZONE) if FORMATS[form].plane else 0.0
    assert same_shapes(
        shapes[expected], again[order], max(metres / 80_000, FORMATS[form].resolution[0], 2e-10)
    )


def read_shapes(layer: Any) -> np.ndarray:
    found = [shapely.from_wkb(b.column("geometry").to_numpy(zero_copy_only=False)) for b in layer.batches()]
    return np.concatenate(found)


def in_gbk(form: str, exported: Exported, folder: Path) -> Path:
    """The exported file with its text in GBK."""
    path, _ = unpacked(exported, folder)
    if form in ("shp", "vct", "txt"):
        return path
    text = path.read_bytes().decode("utf-8-sig")
    text = text.replace('encoding="utf-8"', 'encoding="GBK"').replace('encoding="UTF-8"', 'encoding="GBK"')
    path.write_bytes(text.encode("gbk"))
    return path


@pytest.mark.parametrize("form", cells("gbk"))
def test_text_in_gbk_is_read(node: Node, form: str, tmp_path: Path) -> None:
    options = {"encoding": "gbk"} if form == "shp" else {}
    path = in_gbk(form, made(node, form, tmp_path, options=options), tmp_path / "gbk")
    column = "name" if form == "txt" else "DKMC"
    with open_source(path, work=tmp_path / "work") as source:
        layer = source.layer(source.layers[0])
        found = next(name for name in layer.fields if name in (column, "DKMC", "地块名称"))
        names = [value for batch in layer.batches() for value in batch.column(found).to_pylist()]
    assert sorted(map(str, names)) == sorted(str(v) for v in stored(node, SAMPLE, CGCS2000)[0]["DKMC"])


@pytest.mark.parametrize("form", cells("utf8"))
def test_text_leaves_as_utf8(node: Node, form: str, tmp_path: Path) -> None:
    exported = made(node, form, tmp_path)
    path, receipt = unpacked(exported, tmp_path / "out")
    name = next(v for v in stored(node, SAMPLE, CGCS2000)[0]["DKMC"] if v)
    if form == "shp":
        assert path.with_suffix(".cpg").read_text() == "UTF-8"
    if form in ("shp", "csv", "dxf", "geojson", "geojsons", "gml", "kml"):
        names = [each["name"] for each in receipt["files"]]
        assert any(name.encode() in (tmp_path / "out" / each).read_bytes() for each in names)
    else:  # the container's own encoding: read back equal elsewhere, here by the tool that knows it
        schema = node.reader(OPERATOR, "test").schema(SAMPLE)
        assert name in reread(form, path, schema, schema.fields).values["DKMC"]


@pytest.mark.parametrize("form", cells("faulty"))
def test_a_damaged_file_is_refused(node: Node, form: str, tmp_path: Path) -> None:
    """Cut off in the middle, of a geodatabase the catalogue; a CSV may end anywhere: it gets cells its header does not name."""
    path, _ = unpacked(made(node, form, tmp_path), tmp_path / "out")
    worst = path / "a00000001.gdbtable" if path.is_dir() else path
    content = worst.read_bytes()
    worst.write_bytes(content.rstrip() + b",1,2,3" if form == "csv" else content[: len(content) // 2])
    with pytest.raises(GuotuError) as refused:
        everything_of(path, tmp_path / "work")
    assert refused.value.code.startswith(("GT-11", "GT-12"))


def everything_of(path: Path, work: Path) -> int:
    """Rows of the first layer, all read."""
    with open_source(path, work=work) as source:
        return sum(batch.num_rows for batch in source.layer(source.layers[0]).batches())


def test_every_claim_names_a_format_and_an_operation_and_none_is_forgotten() -> None:
    assert set(CLAIMS) == set(FORMATS)
    assert all(claimed <= set(OPERATIONS) for claimed in CLAIMS.values())
    assert all("zip" not in claimed or "read" in claimed for claimed in CLAIMS.values())
