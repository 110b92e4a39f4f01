"""Every vector item of the open data set is read, or refused with the reason a person would give."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from guotu.errors import GuotuError
from guotu.ingest.sandbox import SandboxLimits
from guotu.ingest.source import ReadLimits, open_source

pytestmark = pytest.mark.open_data

OPEN = next(
    (
        folder / "shared/data/open"
        for folder in Path(__file__).resolve().parents
        if (folder / "shared/data/open").is_dir()
    ),
    Path("absent"),
)
VECTOR = {
    "", ".csv", ".dbf", ".dxf", ".geojson", ".gpkg", ".gml", ".gpx", ".gz", ".json", ".kml", ".parquet", ".pbf",
    ".resource", ".shp", ".template", ".tgz", ".txt", ".xlsx", ".zip", ".7z",
}  # fmt: skip
REASONS = {
    "GT-1103",
    "GT-1104",
    "GT-1107",
    "GT-1108",
    "GT-1110",
    "GT-1113",
    "GT-1115",
    "GT-1120",
    "GT-1203",
    "GT-1204",
    "GT-1205",
    "GT-1221",
    "GT-1222",
}
SECONDS = 60

_FOREIGN = "GT-1204"
EXPECTED: dict[str, int | str] = {
    "01_cn_admin_tianditu/cn_tianditu.gpkg": 34 + 375 + 2_891,
    "01_cn_admin_tianditu/cn_line.gpkg": 1,
    "04_parcels_fiboa/br_ba_lem/LEM_dataset.zip": 100,
    "04_parcels_fiboa/jecam/BD_JECAM_CIRAD_2023_feb.shp": 100,
    "04_parcels_fiboa/us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip": _FOREIGN,
    "04_parcels_fiboa/de_sh/Feldbloecke_2026_GPKG.zip": _FOREIGN,
    "04_parcels_fiboa/ie/GSAA_2024.zip": _FOREIGN,
    "04_parcels_fiboa/jp/jp_field_polygons_2024.parquet": _FOREIGN,
    "05_landuse_eolearn/LULC.gpkg": _FOREIGN,
    "06_urban_plots_momepy/bubenec.gpkg": _FOREIGN,
    "09_faults_himatibet/HimaTibetMap.geojson": 940,
    "09_faults_himatibet/shp/sutures.shp": 18,
    "09_faults_himatibet/shp/volcanic_rocks.shp": 90,
    "02_cn_codes_modood/streets.csv": 41_352,
    "02_cn_codes_modood/areas.csv": 2_978,
    "10_spdata_cc0/worldbank_df.csv": 177,
    "17_uk_brownfield_registers/2c8470a8cf8f80693ba26bc208c754c2c5c6f02c27ec8be74df629c51e050935.csv": "GT-1221",
    "17_uk_brownfield_registers/de3918b3af88df0eebce7fbb3f8bc36f571f59fda90470f9b1e8bee3145f8ca0.csv": "GT-1120",
    "18_format_pairs_digital_land/geojson.resource": 1,
    "18_format_pairs_digital_land/gml.resource": 10,
    "18_format_pairs_digital_land/kml.resource": 12,
    "22_geoparquet_examples/data-multipolygon-encoding_wkb.parquet": 5,
    "22_geoparquet_examples/data-point-encoding_wkb.parquet": 4,
    "22_geoparquet_examples/example.parquet": 5,
    "23_torture_small/list_nested_struct_file.parquet": "GT-1221",
    "23_torture_small/curvepolygon.gpkg": 1,
    "23_torture_small/line_zm.gpkg": 1,
    "23_torture_small/pyshp/corrupt_too_long.shp": "GT-1115",
    "23_torture_small/pyshp/empty_zipfile.zip": "GT-1113",
    "25_documents_tika/testEXCEL.xlsx": 16,
    "25_documents_tika/testEXCEL_protected_passtika.xlsx": "GT-1108",
    "25_documents_tika/testZipEncrypted.zip": "GT-1108",
    "25_documents_tika/testZIP_corrupted_oom.zip": "GT-1107",
    "25_documents_tika/test-zip-of-zip.zip": "GT-1110",
    "28_cql2_annex_a/ne110m4cql2.gpkg": 177 + 243 + 13,
}


ABROAD: dict[str, int] = {
    "18_format_pairs_digital_land/xlsx.resource": 8,
    "18_format_pairs_digital_land/csv.resource": 2,
    "22_geoparquet_examples/data-polygon-wkt.csv": 4,
    "23_torture_small/list_field_values_file.parquet": 5,
    "23_torture_small/list_nested_struct_file.parquet": 3,
}
"""Degrees outside China, read where the user says what they are."""


def items() -> list[Path]:
    return [path for path in sorted(OPEN.rglob("*")) if path.is_file() and path.suffix.lower() in VECTOR]


def outcome(path: Path, work: Path, crs_epsg: int | None = None) -> int | GuotuError:
    """Rows read in all layers, or the reason of the first refusal."""
    limits = ReadLimits(SandboxLimits(2048, SECONDS))
    try:
        with open_source(path, work=work, limits=limits, crs_epsg=crs_epsg) as source:
            layers = [source.layer(name) for name in source.layers]
            counts = [sum(batch.num_rows for batch in layer.batches()) for layer in layers]
            assert counts == [layer.feature_count for layer in layers]
            return sum(counts)
    except GuotuError as refusal:
        return refusal


@pytest.mark.skipif(not OPEN.is_dir(), reason="the open data set is not beside the project")
@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_nothing_crashes_or_hangs_and_every_refusal_has_its_reason(part: int, tmp_path: Path) -> None:
    for path in items()[part::8]:
        started = time.monotonic()
        found = outcome(path, tmp_path)
        assert time.monotonic() - started < SECONDS, path
        if isinstance(found, GuotuError):
            assert found.code in REASONS, (path, found)
            assert found.place.file, path
            assert found.hint("zh")
            assert found.hint("en")
        assert list(tmp_path.iterdir()) == [], path


@pytest.mark.skipif(not OPEN.is_dir(), reason="the open data set is not beside the project")
@pytest.mark.parametrize("name", EXPECTED)
def test_known_items_give_their_known_answer(name: str, tmp_path: Path) -> None:
    found = outcome(OPEN / name, tmp_path)
    assert (found.code if isinstance(found, GuotuError) else found) == EXPECTED[name]


@pytest.mark.skipif(not OPEN.is_dir(), reason="the open data set is not beside the project")
@pytest.mark.parametrize("name", ABROAD)
def test_items_from_abroad_are_read_once_their_system_is_named(name: str, tmp_path: Path) -> None:
    assert outcome(OPEN / name, tmp_path, crs_epsg=4326) == ABROAD[name]
