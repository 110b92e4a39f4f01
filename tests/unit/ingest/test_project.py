"""A project's boundary out of any file: one plane, both areas, evidence."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import MultiPolygon, box

from faulty.makers import (
    PLOT,
    TXT_HEADER,
    TXT_PARCEL,
    TXT_RING,
    frame,
    geojson,
    geopackage,
    text,
    zipped_shapefile,
)
from guotu.errors import GuotuError
from guotu.ingest.preview import preview
from guotu.ingest.project import from_geojson, read_project
from guotu.model.datum import GaussKruger
from guotu.model.project import ProjectBoundary


def project_of(path: Path, tmp_path: Path, **options: object) -> ProjectBoundary:
    return read_project(path, work=tmp_path / "work", **options)


def degrees(geometry: object, epsg: int) -> object:
    way = pyproj.Transformer.from_crs(epsg, 4490, always_xy=True)
    return shapely.transform(geometry, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def test_a_txt_keeps_its_points_and_its_hash(tmp_path: Path) -> None:
    path = text(tmp_path, TXT_HEADER + TXT_PARCEL + TXT_RING)
    project = project_of(path, tmp_path)
    parcel = project.parcels[0]
    assert project.zone == GaussKruger(3, 38)
    assert project.name == "测试地块"
    assert [(point.label, point.easting) for point in parcel.points][:2] == [
        ("J1", 38500000),
        ("J2", 38500100),
    ]
    assert parcel.declared_ha == Decimal("1.0000")
    assert parcel.polygon_plane.equals(PLOT)
    assert parcel.polygon_lonlat.equals_exact(degrees(PLOT, 4526), 1e-9, normalize=True)
    assert project.source_hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert project.warnings == ()


@pytest.mark.parametrize("make", [zipped_shapefile, geopackage])
def test_other_formats_give_the_same_parcel(make: object, tmp_path: Path) -> None:
    data = frame(PLOT, DKMC=["甲"], DKBH=["1"], DKYT=["工业"], DKMJ=[10000.0])
    project = project_of(make(tmp_path, data), tmp_path)
    parcel = project.parcels[0]
    assert (parcel.name, parcel.number, parcel.use, parcel.declared_ha) == ("甲", "1", "工业", 1)
    assert parcel.polygon_plane.equals(PLOT)
    assert [point.label for point in parcel.points] == ["J1", "J2", "J3", "J4"]


def test_degrees_are_measured_in_the_zone_that_holds_most(tmp_path: Path) -> None:
    west, east = box(115.45, 30, 115.52, 30.01), box(115.45, 30.02, 115.60, 30.03)
    for shape, zone in ((west, 38), (east, 39)):
        project = project_of(geojson(tmp_path, [[list(point) for point in shape.exterior.coords]]), tmp_path)
        assert project.zone == GaussKruger(3, zone)
        assert "38、39" in project.evidence_zh
        assert any("超出" in zh for zh, _ in project.warnings)


def test_eastings_without_prefix_get_one(tmp_path: Path) -> None:
    data = frame(shapely.transform(PLOT, lambda xy: xy - [38_000_000, 0]), epsg=4547)
    project = project_of(geopackage(tmp_path, data), tmp_path)
    assert project.zone == GaussKruger(3, 38)
    assert project.parcels[0].polygon_plane.equals(PLOT)


def test_parcels_of_two_zones_are_measured_in_one(tmp_path: Path) -> None:
    first = box(38640000, 3380000, 38640300, 3380300)
    second = shapely.transform(
        box(640400, 3380000, 640500, 3380100), lambda xy: xy + np.array([38_000_000, 0])
    )
    in_39 = shapely.transform(
        degrees(second, 4526),
        lambda xy: np.column_stack(
            pyproj.Transformer.from_crs(4490, 4527, always_xy=True).transform(xy[:, 0], xy[:, 1])
        ),
    )
    lines = [f"J{i},1,{y:.4f},{x:.4f}" for i, (x, y) in enumerate(first.exterior.coords[:-1], 1)]
    more = [f"J{i},1,{y:.4f},{x:.4f}" for i, (x, y) in enumerate(in_39.exterior.coords[:-1], 1)]
    body = "\n".join([",,1,甲,面,,,,@", *lines, ",,2,乙,面,,,,@", *more]) + "\n"
    project = project_of(text(tmp_path, TXT_HEADER.replace("带号=38", "带号=") + body), tmp_path)
    assert project.zone == GaussKruger(3, 38)
    assert project.parcels[1].polygon_plane.symmetric_difference(second).area < 0.1


def test_holes_and_parts_survive(tmp_path: Path) -> None:
    whole = MultiPolygon(
        [PLOT - box(38500010, 3380010, 38500020, 3380020), box(38500200, 3380000, 38500210, 3380010)]
    )
    parcel = project_of(zipped_shapefile(tmp_path, frame(whole)), tmp_path).parcels[0]
    assert parcel.polygon_plane.area == pytest.approx(10_000, abs=1e-6)
    assert len(parcel.polygon_lonlat.geoms) == 2
    assert [point.ring for point in parcel.points] == [1] * 4 + [2] * 4 + [3] * 4
    assert all(part.exterior.is_ccw for part in parcel.polygon_lonlat.geoms)


def test_overlapping_parcels_are_told(tmp_path: Path) -> None:
    project = project_of(zipped_shapefile(tmp_path, frame(PLOT, PLOT)), tmp_path)
    assert any("重叠 10000.00" in zh for zh, _ in project.warnings)


def test_the_name_can_be_given(tmp_path: Path) -> None:
    assert project_of(geopackage(tmp_path, frame(PLOT)), tmp_path, name="某工程").name == "某工程"


def test_a_drawn_boundary_becomes_a_project() -> None:
    drawn = {
        "type": "Feature",
        "properties": {},
        "geometry": json.loads(shapely.to_geojson(box(114, 30, 114.01, 30.01))),
    }
    project = from_geojson(json.dumps(drawn).encode(), name="手绘")
    assert project.zone == GaussKruger(3, 38)
    assert project.parcels[0].name == "手绘"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('{"type": "Point", "coordinates": [114, 30]}', "GT-1115"),
        (
            '{"type": "Polygon", "coordinates": [[[114, 30], [114.1, 30.1], [114.1, 30], [114, 30.1], [114, 30]]]}',
            "GT-1130",
        ),
        ('{"type": "Polygon", "coordinates": [[[114, 30], [NaN, 30.1], [114.1, 30], [114, 30]]]}', "GT-1130"),
        ('{"type": "Polygon", "coordinates": [[[10, 50], [10.1, 50], [10.1, 50.1], [10, 50]]]}', "GT-1201"),
        ("[" * 100_000, "GT-1115"),
        ("not json", "GT-1115"),
    ],
)
def test_a_drawing_that_is_no_polygon_in_china_is_refused(content: str, code: str) -> None:
    with pytest.raises(GuotuError) as caught:
        from_geojson(content.encode(), name="手绘")
    assert caught.value.code == code


def test_the_preview_shows_both_areas(tmp_path: Path) -> None:
    far = shapely.transform(PLOT, lambda xy: xy + np.array([90_000, 0]))
    shown = preview(project_of(geopackage(tmp_path, frame(far)), tmp_path)).as_json("zh")
    assert shown["zone_epsg"] == 4526
    assert shown["area_plane_m2"] == pytest.approx(10_000, abs=1e-6)
    assert shown["area_ellipsoid_m2"] == pytest.approx(9_998.0004, abs=0.001)
    assert shown["parcels"][0]["points"] == 4
