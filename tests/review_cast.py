"""Hand-made layers around one place, in plane metres, and projects on them: what the tests of the review are played with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyproj
import shapely

from guotu.apps.approval import Review, ReviewProfile, ReviewRequest, Sources, review, review_profile
from guotu.model.access import AccessPlan
from guotu.model.change import FID_TYPE
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.datum import GaussKruger
from guotu.model.project import BoundaryPoint, ProjectBoundary, ProjectParcel
from guotu.model.resource import Resource
from guotu.model.schema import FieldType
from guotu.standards import layers
from guotu.store.memory import MemoryFeatureStore
from guotu.store.reading import Reader

ZONE = GaussKruger(3, 40)
E0, N0 = 40_500_000.0 + 15_000.0, 3_350_000.0
"""A place in 3° zone 40 (central meridian 120° E), around 30.3° N."""
PARTITION = "330106"
TODAY = date(2026, 3, 1)
DATED = date(2025, 12, 31)
TO_LONLAT = pyproj.Transformer.from_crs(4528, 4490, always_xy=True)

ARROW = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}


def at(x: float, y: float) -> tuple[float, float]:
    """Plane coordinates of a place `x` metres east and `y` north of the origin of the cast."""
    return E0 + x, N0 + y


def box(x: float, y: float, width: float, height: float) -> shapely.Polygon:
    """A rectangle by its lower left corner, in metres from the origin; shell counter-clockwise."""
    return shapely.orient_polygons(shapely.box(E0 + x, N0 + y, E0 + x + width, N0 + y + height))


def lonlat(shape: Any, to: pyproj.Transformer = TO_LONLAT) -> Any:
    """A plane geometry in degrees, vertex by vertex."""
    return shapely.transform(shape, lambda xy: np.column_stack(to.transform(xy[:, 0], xy[:, 1])))


@dataclass
class Stage:
    """A store that layers are put into, and the reader that sees all of it."""

    store: Any = None
    commits: dict[str, Commit] = field(default_factory=dict)
    coverages: dict[str, Any] = field(default_factory=dict)
    plans: dict[str, AccessPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.store is None:
            self.store = MemoryFeatureStore(clock=lambda: datetime(2026, 1, 2, tzinfo=UTC))

    def put(
        self, dataset: str, rows: Sequence[tuple[Any, Mapping[str, Any]]], *, partition: str = PARTITION,
        dated: date | None = DATED, plane: bool = True, base: Commit | None = None,
    ) -> Commit:  # fmt: skip
        """Found a stream with features: (plane geometry, attributes)."""
        schema, stream = layers.schema(dataset), StreamName(dataset, partition)
        self.store.found(stream, schema, owner="N-330106-01")
        with self.store.draft(stream, base=base.version if base else None) as draft:
            if rows:
                draft.put(batch(dataset, rows, plane=plane))
            commit = draft.commit(CommitNote("tests", "edition", data_date=dated))
        assert commit is not None
        self.commits[str(stream)] = commit
        return commit

    def empty(self, dataset: str, *, partition: str = PARTITION, dated: date | None = DATED) -> None:
        """A layer that is held, dated, and has only one feature, 20 km away."""
        far = shapely.Point(*at(20_000, 20_000)) if dataset == "xz.dzzhd" else box(20_000, 20_000, 10, 10)
        self.put(dataset, [(far, {})], partition=partition, dated=dated)

    @property
    def sources(self) -> Sources:
        everything = {dataset: AccessPlan(dataset, "tests", "review") for dataset in review_profile().layers}
        return Sources(Reader(self.store, lambda dataset: {**everything, **self.plans}[dataset]), self)

    def find(self, id: str) -> Resource | None:
        return None

    def coverage(self, dataset: str) -> Any:
        return self.coverages.get(dataset)


def batch(
    dataset: str, rows: Sequence[tuple[Any, Mapping[str, Any]]], *, plane: bool = True
) -> pa.RecordBatch:
    schema = layers.schema(dataset)
    shapes = [lonlat(shape) if plane else shape for shape, _ in rows]
    columns = {
        code: pa.array(
            [values.get(code) for _, values in rows], ARROW.get(schema.field(code).type, pa.string())
        )
        for code in schema.codes
    }
    fids = [fid(dataset, shape, values) for shape, (_, values) in zip(shapes, rows, strict=True)]
    return pa.record_batch(
        {
            "fid": pa.array(fids, FID_TYPE),
            **columns,
            "geometry": pa.array(list(shapely.to_wkb(shapes)), pa.binary()),
        }
    )


def fid(dataset: str, shape: Any, values: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(repr((dataset, shape.wkt, sorted(values.items(), key=str))).encode()).digest()[:16]


def dltb(
    code: str, *, ownership: str = "30", owner: str = "甲村", kcxs: float = 0.0, **more: Any
) -> dict[str, Any]:
    """Attributes of a land-use parcel."""
    unit = {"甲村": "3301060010010000000", "乙村": "3301060010020000000"}.get(owner, "3301060010990000000")
    return {"DLBM": code, "QSXZ": ownership, "QSDWDM": unit, "QSDWMC": owner, "KCXS": kcxs, **more}


def parcel(
    shape: Any, number: str = "1", *, use: str = "", zone: GaussKruger = ZONE, declared: Decimal | None = None
) -> ProjectParcel:
    """A project parcel from a plane geometry."""
    rings = [ring for part in shapely.get_parts(shape) for ring in (part.exterior, *part.interiors)]
    points = tuple(
        BoundaryPoint(f"J{place}", place_of_ring, x, y)
        for place_of_ring, ring in enumerate(rings, 1)
        for place, (x, y) in enumerate(list(ring.coords)[:-1], 1)
    )
    to = TO_LONLAT if zone == ZONE else pyproj.Transformer.from_crs(zone.epsg, 4490, always_xy=True)
    return ProjectParcel(number, f"地块{number}", use, lonlat(shape, to), shape, points, declared)


def project(*parcels: ProjectParcel, name: str = "测试项目", zone: GaussKruger = ZONE) -> ProjectBoundary:
    return ProjectBoundary(name, zone, parcels, "文件写明带号 40", "zone 40 as the file says", (), "0" * 64)


OTHERS = (
    "gh.yjjbntb",
    "gh.stbhhx",
    "gl.ydsp",
    "gl.gdgl",
    "gl.ckq",
    "gl.tkq",
    "xz.kcd",
    "xz.dzzhyfq",
    "xz.dzzhd",
)


def clean_stage(*skip: str) -> Stage:
    """A square kilometre of irrigated land inside the concentrated zone, planned as industry, nothing in the way."""
    stage = Stage()
    ground = {
        "xz.dltb": [(box(-500, -500, 1000, 1000), dltb("0102"))],
        "gh.czkfbj": [(box(-500, -500, 1000, 1000), {"GHFQDM": "410", "GHFQMC": "城镇集中建设区"})],
        "gh.ghyt": [(box(-500, -500, 1000, 1000), {"GHDLBM": "1001", "GHDLMC": "工业用地"})],
    }
    for dataset, rows in ground.items():
        if dataset not in skip:
            stage.put(dataset, rows)
    for dataset in OTHERS:
        if dataset not in skip:
            stage.empty(dataset)
    return stage


def run(
    stage: Stage,
    *shapes: Any,
    request: ReviewRequest | None = None,
    profile: ReviewProfile | None = None,
    today: date = TODAY,
    **more: Any,
) -> Review:
    """Review plane polygons as parcels 1, 2, …"""
    boundary = project(*(parcel(shape, str(place)) for place, shape in enumerate(shapes, 1)))
    return review(
        boundary,
        stage.sources,
        profile or review_profile(),
        today=today,
        request=request or ReviewRequest(use="1001"),
        **more,
    )
