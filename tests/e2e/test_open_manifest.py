"""The counts and areas that the manifest of the open data set states come out of our readers, each file within bounds.

`pytest -s` prints the table: item, file, layer, features, what was measured, seconds, megabytes of the reading process.
Systems from abroad are refused at the door (GT-1204); here their coordinates are taken as the reader hands them on, before
the refusal, so that the reading itself is held against the truth.
"""

from __future__ import annotations

import csv
import gzip
import resource
import shutil
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely

from conftest import open_data
from guotu.errors import GuotuError
from guotu.ingest.sandbox import SandboxLimits
from guotu.ingest.source import ReadLimits, open_source
from guotu.kernel.area import ellipsoid_area

OPEN = open_data() or Path("absent")
pytestmark = [
    pytest.mark.open_data,
    pytest.mark.skipif(not OPEN.is_dir(), reason="the open data set is not beside the project"),
]
SECONDS, MEGABYTES = 60, 1024


@dataclass(frozen=True)
class Read:
    """A layer as its reader tells it: attributes by name, shapes in the file's own system."""

    name: str
    crs: str | None
    values: dict[str, list[Any]]
    shapes: np.ndarray
    count: int

    def geodesic_km2(self) -> np.ndarray:
        """Area on the ellipsoid of GRS 80, whatever system the layer has."""
        crs = pyproj.CRS.from_user_input(self.crs)
        move = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True).transform
        degrees = shapely.transform(self.shapes, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
        geod = pyproj.Geod(ellps="GRS80")
        return np.array(
            [
                abs(geod.geometry_area_perimeter(shapely.normalize(shape))[0]) / 1e6 if shape else 0.0
                for shape in degrees
            ]
        )


def layers(path: Path, work: Path, encoding: str | None = None) -> dict[str, Read]:
    """Every layer of a file, read whole within the bounds."""
    started, found = time.monotonic(), {}
    limits = ReadLimits(SandboxLimits(MEGABYTES, SECONDS))
    with open_source(path, work=work, limits=limits, encoding=encoding) as source:
        for name in source.layers:
            described = source._files[name].describe(name)  # before the coordinate system is judged
            batches = list(described.read())
            fields = described.fields
            values = {field: [v for b in batches for v in b.column(field).to_pylist()] for field in fields}
            shapes = (
                np.concatenate(
                    [
                        shapely.from_wkb(
                            b.column("geometry").to_numpy(zero_copy_only=False), on_invalid="ignore"
                        )
                        for b in batches
                    ]
                )
                if batches and "geometry" in batches[0].schema.names
                else np.array([], object)
            )
            count = sum(batch.num_rows for batch in batches)
            assert count == described.count
            found[name] = Read(name, described.declared, values, shapes, count)
    seconds = time.monotonic() - started
    assert seconds < SECONDS, path
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    for layer in found.values():
        print(f"{path.relative_to(OPEN) if OPEN in path.parents else path.name!s:70} {layer.name:24} {layer.count:7} "
              f"{seconds:6.2f} s  ≤ {peak} MB")  # fmt: skip
    return found


def only(path: Path, work: Path) -> Read:
    return next(iter(layers(path, work).values()))


def test_provinces_districts_and_their_areas(tmp_path: Path) -> None:
    found = layers(OPEN / "01_cn_admin_tianditu/cn_tianditu.gpkg", tmp_path)
    assert {name: layer.count for name, layer in found.items()} == {
        "cn_province": 34, "cn_city": 375, "cn_district": 2891,
    }  # fmt: skip
    assert only(OPEN / "01_cn_admin_tianditu/cn_line.gpkg", tmp_path).count == 1
    provinces, districts = found["cn_province"], found["cn_district"]
    assert all(shapely.is_valid(layer.shapes).all() for layer in found.values())
    area = {layer.name: ellipsoid_area(layer.shapes) / 1e6 for layer in (provinces, districts)}
    assert area["cn_province"].sum() == pytest.approx(9_506_038, rel=2e-5)
    by_name = dict(zip(column_of(provinces, "北京市"), area["cn_province"], strict=True))
    assert by_name["北京市"] == pytest.approx(16_421, abs=1)
    assert by_name["青海省"] == pytest.approx(696_800, abs=20)
    by_name = dict(zip(column_of(districts, "璧山区"), area["cn_district"], strict=True))
    for name, km2 in (("璧山区", 915.2), ("东兴区", 1185.5), ("中宁县", 3369.4)):
        assert by_name[name] == pytest.approx(km2, abs=0.06)
    code = column_of(provinces, "110000")
    of = [str(value)[:2] for value in column_of(districts, "110101")]
    for province, whole in zip(code, area["cn_province"], strict=True):
        parts = area["cn_district"][np.array(of) == str(province)[:2]]
        if len(parts):
            assert parts.sum() == pytest.approx(whole, rel=3e-5), province


def column_of(layer: Read, holds: str) -> list[str]:
    """The column that a value is in."""
    return next(
        [str(v) for v in column] for column in layer.values.values() if holds in {str(v) for v in column}
    )


@pytest.mark.parametrize(
    ("name", "rows"), [("provinces", 31), ("cities", 342), ("areas", 2978), ("streets", 41_352)]
)
def test_codes_of_divisions(name: str, rows: int, tmp_path: Path) -> None:
    assert only(OPEN / f"02_cn_codes_modood/{name}.csv", tmp_path).count == rows


def measured_over_declared(layer: Read, field: str, unit_m2: float = 1e4) -> np.ndarray:
    """In the plane of the layer's own system."""
    declared = np.array([float(value) for value in layer.values[field]]) * unit_m2
    return shapely.area(layer.shapes) / declared


@pytest.mark.parametrize(
    ("file", "field", "low", "median", "high"),
    [
        ("at/inspire_schlaege_2025-1_polygon.gpkg.zip", "SL_FLAECHE_BRUTTO_HA", 0.9999, 1.0, 1.0001),
        ("at_block/inspire_referenzen_2021_polygon.gpkg.zip", "BRUTTOFLAECHE_HA", 0.9999, 1.0, 1.0001),
        ("nz/irrigated-land-area-raw-2020-update.zip", "area_ha", 0.9999, 1.0, 1.0001),
        ("de_sh/Feldbloecke_2026_GPKG.zip", "Flaeche", 0.9995, 1.0, 1.0005),
        ("dk/Marker_2026.zip", "IMK_areal", 1.0, 1.0025, 1.16),
        ("fi/LandUse.ExistingLandUse.GSAAAgriculturalParcel.gpkg", "PINTA_ALA", 0.928, None, 1.045),
        ("us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip", "Shape_Area", None, None, None),
    ],
)
def test_declared_areas_of_parcels(
    file: str, field: str, low: float | None, median: float | None, high: float | None, tmp_path: Path
) -> None:
    layer = only(OPEN / "04_parcels_fiboa" / file, tmp_path)
    assert layer.count == 100
    found = measured_over_declared(layer, field, 1.0 if field == "Shape_Area" else 1e4)
    assert found.min() >= (low or 1 - 1e-6)
    assert found.max() <= (high or 1 + 1e-6)
    assert median is None or np.median(found) == pytest.approx(median, abs=1e-4)


def test_land_use_of_slovenia_has_its_areas_in_another_projection(tmp_path: Path) -> None:
    layer = only(OPEN / "05_landuse_eolearn/LULC.gpkg", tmp_path)
    assert layer.count == 88
    assert measured_over_declared(layer, "AREA", 1.0) == pytest.approx(0.999422, abs=3e-6)
    parcels = only(OPEN / "05_landuse_eolearn/import-gpkg-test.gpkg", tmp_path)
    assert parcels.count == 193
    ratio = measured_over_declared(parcels, next(n for n in parcels.values if n.lower() == "surf_parc"))
    assert 0.9365 < ratio.min() < ratio.max() < 1.0615


def test_plots_and_streets_of_a_town(tmp_path: Path) -> None:
    found = layers(OPEN / "06_urban_plots_momepy/bubenec.gpkg", tmp_path)
    assert {name: layer.count for name, layer in found.items()} == {
        "plots": 407, "buildings": 144, "tessellation": 144, "streets": 35,
    }  # fmt: skip
    assert shapely.coverage_is_valid(found["tessellation"].shapes)


@pytest.mark.parametrize(("day", "features"), [("2024-10-21", 14_592), ("2025-04-17", 14_670)])
def test_zoning_of_chicago(day: str, features: int, tmp_path: Path) -> None:
    """How many are invalid depends on the GEOS that is asked; here each is exactly what another program reads."""
    packed = OPEN / f"07_zoning_chicago/chicago-zoning-{day}-simple.geojson.gz"
    with gzip.open(packed) as source, (tmp_path / "zoning.geojson").open("wb") as target:
        shutil.copyfileobj(source, target)
    layer = only(tmp_path / "zoning.geojson", tmp_path)
    assert layer.count == features
    assert shapely.is_empty(layer.shapes).sum() == (4 if features == 14_592 else 0)
    other = pyogrio.read_dataframe(tmp_path / "zoning.geojson").geometry.to_numpy()
    assert shapely.equals_exact(layer.shapes, other, 0).all()
    assert (~shapely.is_valid(layer.shapes)).sum() >= (206 if features == 14_592 else 236)
    assert layer.geodesic_km2().sum() == pytest.approx(598.7, rel=2e-3)


def test_geology_of_hamersley(tmp_path: Path) -> None:
    found = {
        n: only(OPEN / f"08_geology_hamersley/{n}.geojson", tmp_path)
        for n in ("geology", "faults", "structures")
    }
    assert {name: layer.count for name, layer in found.items()} == {
        "geology": 61, "faults": 35, "structures": 118,
    }  # fmt: skip
    assert shapely.is_valid(found["geology"].shapes).all()
    assert shapely.area(found["geology"].shapes).sum() / 1e6 == pytest.approx(2246.9, abs=0.05)


def test_faults_agree_in_both_formats(tmp_path: Path) -> None:
    base = OPEN / "09_faults_himatibet"
    for name, features in (("sutures", 18), ("volcanic_rocks", 90), ("HimaTibetMap", 940)):
        one = only(base / f"{name}.geojson", tmp_path)
        assert one.count == features
        other = next(base.glob(f"shp/{name}.shp"), None)
        if other is not None:
            two = only(other, tmp_path)
            assert two.count == features
            assert shapely.length(one.shapes).sum() == pytest.approx(
                shapely.length(two.shapes).sum(), rel=1e-6
            )


def test_registers_of_brownfield_land_have_all_their_rows(tmp_path: Path) -> None:
    """Held against a plain parser: the manifest's 1 970 is nearer to the lines, of which cells with line breaks have several."""
    rows = 0
    for path in sorted((OPEN / "17_uk_brownfield_registers").glob("*.csv")):
        western = path.name.startswith("de3918b3")
        if western:
            with pytest.raises(GuotuError, match="GT-1120"):
                layers(path, tmp_path)
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        told = [
            row for row in csv.reader(text.splitlines(keepends=True)) if any(cell.strip() for cell in row)
        ]
        found = layers(path, tmp_path, encoding="cp1252" if western else None)
        assert [layer.count for layer in found.values()] == [len(told) - 1], path.name
        rows += len(told) - 1
    assert rows == 1662


@pytest.mark.parametrize(
    ("name", "rows"),
    [("geojson", 1), ("gml", 10), ("kml", 12), ("shapefile_zip", 6), ("xlsx", 8), ("xlsm", 50), ("csv", 2)],
)
def test_pairs_of_formats(name: str, rows: int, tmp_path: Path) -> None:
    assert only(OPEN / f"18_format_pairs_digital_land/{name}.resource", tmp_path).count == rows


def unpacked(archive: Path, folder: Path) -> Iterator[Path]:
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    yield from sorted(folder.rglob("*.shp"))


@pytest.mark.parametrize(
    ("name", "features"), [("shp-points", 2143), ("shp-points-no-shx", 2143), ("shp-polygons", 228)]
)
def test_editions_of_new_zealand(name: str, features: int, tmp_path: Path) -> None:
    archive = OPEN / f"19_versions_kart_linz/shapefiles/{name}.tgz"
    (path,) = unpacked(archive, tmp_path / "out")
    assert only(path, tmp_path).count == features
