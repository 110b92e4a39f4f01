"""The twelve layers that `review.py` measures on: made once from the benchmark's parcels, kept as GeoPackages and in SQLite."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import shapely

sys.path.insert(0, str(Path(__file__).parent))
import data
from guotu.model.change import FID_TYPE
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.identity import feature_id, genesis_id
from guotu.model.schema import FieldType
from guotu.standards import layers as schemas
from guotu.store.sqlite import SqliteFeatureStore

EPSG = 4527
"""3° zone 39: the plane of the projects."""
DATED = date(2025, 12, 31)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
ARROW = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}
BATCH = 20_000


@dataclass(frozen=True)
class Layer:
    """Where a layer's file is, and which of its fields groups the areas that are compared (empty: none does)."""

    dataset: str
    path: Path
    kind: str


KINDS = {
    "xz.dltb": "DLBM", "gh.yjjbntb": "", "gh.stbhhx": "", "gh.czkfbj": "GHFQDM", "gh.ghyt": "GHDLBM", "gl.ydsp": "DKZT",
    "gl.gdgl": "", "gl.ckq": "KCZKZ", "gl.tkq": "KCKZ", "xz.kcd": "KZ", "xz.dzzhyfq": "YFDJ", "xz.dzzhd": "",
}  # fmt: skip
PLANNED = ("0101", "0301", "0701", "0901", "1001", "1202", "1207", "1401", "1701")


def folder(count: int) -> Path:
    """What belongs to one size, in the temporary folder."""
    return Path(tempfile.gettempdir()) / f"guotu-bench-review-{count}"


def layers(count: int) -> dict[str, Layer]:
    """The files of all layers, made where they are missing."""
    home = folder(count)
    home.mkdir(exist_ok=True)
    found = {dataset: Layer(dataset, home / f"{dataset}.gpkg", kind) for dataset, kind in KINDS.items()}
    if not all(layer.path.exists() for layer in found.values()):
        for dataset, shapes, fields in _made(count):
            _write(found[dataset].path, shapes, fields)
    return found


def _made(count: int):
    parcels = pyogrio.read_arrow(data.parcels(count, 4490))[1]
    shapes, codes = shapely.from_wkb(parcels["geom"].to_numpy()), parcels["DLBM"].to_numpy().astype(str)
    names = [name for name in parcels.column_names if name not in ("geom", "fid")]
    yield "xz.dltb", shapes, {name: parcels[name].combine_chunks() for name in names}
    rng, share = np.random.default_rng(count), count / 1e6
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    metres = (centre - [data.WEST, data.SOUTH]) * [data.EAST_M, data.NORTH_M]
    cell = (metres // 1250).astype(int)
    block = np.where(np.char.startswith(codes, "01"), cell[:, 0] * 1000 + cell[:, 1], -1)
    yield "gh.yjjbntb", _dissolved(shapes, block), {"KCXS": 0.05}
    middles = rng.random((50, 2)) * [data.WIDTH, data.HEIGHT]
    away = np.hypot(*np.moveaxis(metres[:, None, :] - middles[None], -1, 0))
    yield "gh.stbhhx", _dissolved(shapes, np.where(away.min(axis=1) < 1900, away.argmin(axis=1), -1)), {}
    far = np.hypot(*(metres - [data.WIDTH / 2, data.HEIGHT / 2]).T)
    zone = np.where(far < 14_000, 0, np.where(far < 15_000, 1, -1))
    yield "gh.czkfbj", _dissolved(shapes, zone), {"GHFQDM": np.array(["410", "420"])}
    planned = np.array(pyogrio.read_dataframe(data.parcels(max(count // 5, 2000), 4490)).geometry.values)
    yield "gh.ghyt", planned, {"GHDLBM": rng.choice(PLANNED, len(planned))}
    for dataset, number, size, fields in (
        ("gl.ydsp", 20_000, 90, {"DKZT": "有效", "JSXMMC": "某项目"}), ("gl.gdgl", 10_000, 60, {"XMMC": "某项目"}),
        ("gl.ckq", 500, 600, {"KCZKZ": "铜矿"}), ("gl.tkq", 300, 1200, {"KCKZ": "铁矿"}), ("xz.kcd", 500, 700, {"KZ": "煤"}),
        ("xz.dzzhyfq", 1000, 900, {"YFDJ": "中易发"}),
    ):  # fmt: skip
        yield dataset, _stars(rng, max(int(number * share), 50), size), fields
    spots = rng.random((max(int(2000 * share), 50), 2)) * [data.WIDTH, data.HEIGHT]
    yield "xz.dzzhd", shapely.points(data.degrees(spots)), {"GMDJ": "小型", "SFXH": "0"}


def _dissolved(shapes: np.ndarray, label: np.ndarray) -> np.ndarray:
    """One multipolygon per label of 0 and more."""
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.diff(label[order], prepend=-2))
    groups = np.split(order, starts[1:])
    return np.array(
        [shapely.coverage_union_all(shapes[group]) for group in groups if label[group[0]] >= 0], dtype=object
    )


def _stars(rng: np.random.Generator, number: int, size: float) -> np.ndarray:
    angle = np.sort(rng.uniform(0, 2 * np.pi, (number, 24)), axis=1)
    radius = size * rng.uniform(0.5, 1.0, (number, 24))
    middle = rng.random((number, 2)) * [data.WIDTH, data.HEIGHT]
    ring = np.stack([middle[:, :1] + radius * np.cos(angle), middle[:, 1:] + radius * np.sin(angle)], axis=-1)
    degrees = data.degrees(ring.reshape(-1, 2)).reshape(number, 24, 2)
    return shapely.make_valid(shapely.polygons(degrees))


def _write(path: Path, shapes: np.ndarray, fields: dict) -> None:
    columns = {
        name: values
        if isinstance(values, pa.Array)
        else pa.array(np.broadcast_to(values, len(shapes)).tolist())
        for name, values in fields.items()
    }
    table = pa.table({**columns, "geom": pa.array(list(shapely.to_wkb(shapes)), pa.binary())})
    part = path.with_name(f"part-{path.name}")
    kind = "Point" if shapely.get_type_id(shapes[0]) == 0 else "Unknown"
    pyogrio.write_arrow(
        table, part, driver="GPKG", layer="layer", geometry_name="geom", geometry_type=kind, crs="EPSG:4490"
    )
    part.rename(path)


def store(count: int, found: dict[str, Layer]) -> SqliteFeatureStore:
    """The layers in a SQLite store, loaded once; a load that was broken off begins again."""
    home = folder(count)
    done = home / "loaded"
    if not done.exists():
        for leftover in home.glob("data.db*"):
            leftover.unlink()
        shutil.rmtree(home / "snapshots", ignore_errors=True)
    opened = SqliteFeatureStore(home / "data.db", clock=lambda: NOW, snapshots=home / "snapshots")
    if not done.exists():
        for layer in found.values():
            _load(opened, layer)
        done.touch()
    return opened


def _load(opened: SqliteFeatureStore, layer: Layer) -> None:
    schema, stream = schemas.schema(layer.dataset), StreamName(layer.dataset, data.COUNTY)
    genesis = genesis_id(str(stream), "bench")
    opened.found(stream, schema, owner="bench")
    frame = pyogrio.read_arrow(layer.path)[1]
    with opened.draft(stream, base=None) as draft:
        for start in range(0, frame.num_rows, BATCH):
            part = frame.slice(start, BATCH)
            columns = {}
            for code in schema.codes:
                kind = ARROW.get(schema.field(code).type, pa.string())
                known = code in part.column_names
                columns[code] = (
                    part[code].cast(kind).combine_chunks() if known else pa.nulls(part.num_rows, kind)
                )
            fids = [feature_id(genesis, str(start + row)) for row in range(part.num_rows)]
            geometry = part["geom"].cast(pa.binary()).combine_chunks()
            draft.put(pa.record_batch({"fid": pa.array(fids, FID_TYPE), **columns, "geometry": geometry}))
        draft.commit(CommitNote("bench", "load", data_date=DATED))


def projects(
    number: int, inverse: Callable[[np.ndarray], np.ndarray]
) -> list[tuple[shapely.Polygon, shapely.Polygon]]:
    """(plane, degrees) polygons of 20 ha and 50 vertices, spread over the county."""
    rng = np.random.default_rng(20)
    to_plane = pyproj.Transformer.from_crs(4490, EPSG, always_xy=True).transform
    found = []
    for _ in range(number):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 50))
        radius = rng.uniform(0.7, 1.0, 50)
        ring = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
        ring *= np.sqrt(200_000 / shapely.Polygon(ring).area)
        middle = data.degrees(2000 + rng.random((1, 2)) * [data.WIDTH - 4000, data.HEIGHT - 4000])
        plane = np.round(ring + np.column_stack(to_plane(middle[:, 0], middle[:, 1])), 3)
        found.append(
            (
                shapely.orient_polygons(shapely.Polygon(plane)),
                shapely.orient_polygons(shapely.Polygon(inverse(plane))),
            )
        )
    return found
