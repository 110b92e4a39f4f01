"""Rasters through the walls: every pixel comes out as it went in, and what should not come in does not."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from guotu.errors import GuotuError
from guotu.ingest.raster import RasterAsked, RasterLimits, RasterProduct, read_raster
from guotu.ingest.raster_files import looks_like_raster
from guotu.model.datum import CGCS2000
from raster_cast import NORTH, PLACE, STEP, WEST, WKT, ZONE, grid, pixels_of, tiff


def taken(path: Path, work: Path, **asked: Any) -> RasterProduct:
    return read_raster(path, work=work / "work", asked=RasterAsked(**asked))


def code_of(path: Path, work: Path, limits: RasterLimits = RasterLimits(), **asked: Any) -> str:  # noqa: B008
    with pytest.raises(GuotuError) as failure:
        read_raster(path, work=work / "work", asked=RasterAsked(**asked), limits=limits)
    assert failure.value.place.file == path.name
    return failure.value.code


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_a_cog_gives_back_every_pixel(tmp_path: Path, dtype: str) -> None:
    pixels = grid(bands=3 if dtype == "uint8" else 1, dtype=dtype)
    found = taken(tiff(tmp_path / "a.tif", pixels), tmp_path)
    assert np.array_equal(pixels_of(found.cog), pixels)
    with rasterio.open(found.cog) as cog, rasterio.open(tmp_path / "a.tif") as source:
        assert cog.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert cog.block_shapes[0] == (512, 512)
        assert cog.crs == source.crs
        assert cog.transform == source.transform
        assert cog.overviews(1) == [2] == found.facts["overviews"]
        assert cog.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "DEFLATE"
        assert cog.tags(ns="IMAGE_STRUCTURE")["PREDICTOR"] == ("3" if dtype.startswith("f") else "2")
    assert found.facts["epsg"] == 4527
    assert found.facts["resolution"] == {"x": STEP, "y": STEP, "unit": "m", "metres": STEP}
    assert found.protection.landlock >= 0


def test_statistics_are_those_of_the_valid_pixels(tmp_path: Path) -> None:
    pixels = grid(1100, 1300, dtype="float32")
    pixels[0, :300] = -9999
    found = taken(tiff(tmp_path / "dem.tif", pixels, nodata=-9999), tmp_path, unit="m")
    valid = pixels[pixels != -9999].astype(np.float64)
    (band,) = found.facts["bands"]
    assert band["unit"] == "m"
    assert band["valid"] == valid.size
    assert (band["min"], band["max"]) == (valid.min(), valid.max())
    assert band["mean"] == pytest.approx(valid.mean(), rel=1e-12)
    assert band["std"] == pytest.approx(valid.std(), rel=1e-9)
    with rasterio.open(found.cog) as cog:
        assert cog.nodata == -9999
        assert float(cog.tags(1)["STATISTICS_MEAN"]) == pytest.approx(valid.mean(), rel=1e-12)


def test_overviews_average_heights_and_keep_classes(tmp_path: Path) -> None:
    heights = grid(dtype="float32")
    classes = grid(dtype="uint8")
    for name, pixels, expected in (
        ("heights", heights, heights.reshape(1, 350, 2, 450, 2).mean(axis=(2, 4), dtype=np.float64)),
        ("classes", classes, None),
    ):
        found = taken(tiff(tmp_path / f"{name}.tif", pixels), tmp_path / name)
        with rasterio.open(found.cog, overview_level=0) as smaller:
            small = smaller.read()
        assert small.shape == (1, 350, 450)
        if expected is not None:
            assert np.allclose(small, expected, atol=1e-4)
        else:
            near = pixels.reshape(1, 350, 2, 450, 2)
            assert (near == small[:, :, None, :, None]).any(axis=(2, 4)).all()


def test_masks_and_palettes_stay(tmp_path: Path) -> None:
    masked = tmp_path / "masked.tif"
    pixels, mask = grid(bands=3), np.full((700, 900), 255, np.uint8)
    mask[:, :100] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        tiff(masked, pixels)
        with rasterio.open(masked, "r+") as image:
            image.write_mask(mask)
    found = taken(masked, tmp_path / "m")
    with rasterio.open(found.cog) as cog:
        assert np.array_equal(cog.dataset_mask(), mask)
    assert found.facts["bands"][0]["valid"] == 700 * 800

    palette = tiff(tmp_path / "palette.tif", grid() % 4, photometric="palette")
    with rasterio.open(palette, "r+") as image:
        image.write_colormap(1, {0: (255, 0, 0), 1: (0, 255, 0), 2: (0, 0, 255), 3: (9, 9, 9)})
    found = taken(palette, tmp_path / "p")
    with rasterio.open(found.cog) as cog:
        assert cog.colormap(1)[1] == (0, 255, 0, 255)


@pytest.mark.parametrize(
    ("driver", "suffix", "more"),
    [
        ("HFA", ".img", {}),
        ("netCDF", ".nc", {}),
        ("JP2OpenJPEG", ".jp2", {"QUALITY": "100", "REVERSIBLE": "YES"}),
        ("AAIGrid", ".asc", {}),
        ("PNG", ".png", {"WORLDFILE": "YES"}),
    ],
)
def test_other_formats_give_the_same_pixels(
    tmp_path: Path, driver: str, suffix: str, more: dict[str, str]
) -> None:
    pixels = grid(300, 400, dtype="int32" if driver == "AAIGrid" else "uint8")
    source = tiff(tmp_path / "source.tif", pixels)
    path = tmp_path / f"a{suffix}"
    with rasterio.open(source) as image:
        rasterio.shutil.copy(image, path, driver=driver, **more)
    if driver == "AAIGrid":
        (tmp_path / "a.prj").write_text(WKT, encoding="utf-8")
    if driver == "PNG":
        Path(f"{path}.aux.xml").unlink(missing_ok=True)
    asked = {"crs_epsg": 4527} if driver == "PNG" else {}
    found = taken(path, tmp_path, **asked)
    assert np.array_equal(pixels_of(found.cog), pixels)
    with rasterio.open(found.cog) as cog:
        assert cog.crs.to_epsg() == 4527
        assert cog.transform.almost_equals(PLACE, 1e-6)


def test_the_frame_lies_where_the_raster_lies(tmp_path: Path) -> None:
    import pyproj
    import shapely

    found = taken(tiff(tmp_path / "a.tif", grid(400, 600)), tmp_path)
    to_degrees = pyproj.Transformer.from_crs(4527, 4490, always_xy=True).transform
    corners = [
        to_degrees(WEST + x * STEP, NORTH - y * STEP) for x, y in ((0, 0), (600, 0), (600, 400), (0, 400))
    ]
    frame = shapely.from_wkb(found.coverage)
    assert shapely.hausdorff_distance(frame, shapely.Polygon(corners)) < 1e-6
    assert found.extent == pytest.approx(frame.bounds)


def test_degrees_within_china_count_as_cgcs2000_with_a_warning(tmp_path: Path) -> None:
    place = rasterio.Affine(0.001, 0, 118.0, 0, -0.001, 31.0)
    found = taken(tiff(tmp_path / "a.tif", grid(100, 100), crs=None, transform=place), tmp_path)
    assert found.evidence.crs == CGCS2000
    assert found.facts["resolution"]["unit"] == "°"
    assert found.facts["resolution"]["metres"] == pytest.approx(103, abs=2)
    assert any("CGCS2000" in zh for zh, _ in found.warnings)


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"crs": "EPSG:2363"}, "GT-1203"),
        ({"crs": "EPSG:4326", "transform": rasterio.Affine(0.001, 0, 118, 0, -0.001, 31)}, "GT-1203"),
        ({"crs": "EPSG:32650"}, "GT-1204"),
        ({"crs": "EPSG:4534"}, "GT-1222"),
        ({"crs": None, "transform": rasterio.Affine(5, 0, 120_000, 0, -5, 20_000)}, "GT-1221"),
    ],
)  # fmt: skip
def test_a_coordinate_system_that_cannot_be_settled_is_refused(tmp_path: Path, about: Any, code: str) -> None:
    assert code_of(tiff(tmp_path / "a.tif", grid(50, 50), **about), tmp_path) == code


def test_degrees_of_wgs84_may_be_stated_to_be_cgcs2000(tmp_path: Path) -> None:
    place = rasterio.Affine(0.001, 0, 118.0, 0, -0.001, 31.0)
    found = taken(
        tiff(tmp_path / "a.tif", grid(50, 50), crs="EPSG:4326", transform=place), tmp_path, crs_epsg=4490
    )
    with rasterio.open(found.cog) as cog:
        assert cog.crs.to_epsg() == 4490


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_lies_nowhere_is_refused(tmp_path: Path) -> None:
    bare = tmp_path / "bare.tif"
    with rasterio.open(bare, "w", driver="GTiff", width=10, height=10, count=1, dtype="uint8") as image:
        image.write(grid(10, 10))
    assert code_of(bare, tmp_path / "first") == "GT-1150"
    points = [rasterio.control.GroundControlPoint(r, c, 118 + c, 31 - r) for r, c in ((0, 0), (0, 9), (9, 0))]
    with rasterio.open(bare, "r+") as image:
        image.gcps = (points, rasterio.crs.CRS.from_epsg(4490))
    assert code_of(bare, tmp_path) == "GT-1150"


def test_a_few_bytes_that_claim_a_flood_are_refused_before_a_pixel_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8", crs=ZONE, transform=PLACE,
        tiled=True, blockxsize=4096, blockysize=4096, SPARSE_OK=True, BIGTIFF="YES",
    ):  # fmt: skip
        pass
    assert path.stat().st_size < 1 << 20
    begun = time.monotonic()
    tracemalloc.start()
    assert code_of(path, tmp_path) == "GT-1152"
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()
    assert time.monotonic() - begun < 10


def test_a_raster_above_the_limit_of_the_node_is_refused(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", grid(1200, 1200))
    assert code_of(path, tmp_path, RasterLimits(raster_mb=1)) == "GT-1151"


def test_a_fill_value_must_be_declared(tmp_path: Path) -> None:
    pixels = grid(100, 100, dtype="float32")
    pixels[0, :3] = 9.969209968386869e36
    path = tiff(tmp_path / "a.tif", pixels)
    with pytest.raises(GuotuError) as failure:
        taken(path, tmp_path / "first")
    assert failure.value.code == "GT-1154"
    assert "300" in failure.value.detail("en")
    found = taken(path, tmp_path / "second", nodata=9.969209968386869e36)
    assert found.facts["bands"][0]["valid"] == 9700


def test_nothing_but_nodata_is_refused(tmp_path: Path) -> None:
    assert code_of(tiff(tmp_path / "a.tif", np.zeros((1, 50, 50), np.uint8), nodata=0), tmp_path) == "GT-1156"


@pytest.mark.parametrize("dtype", ["complex64"])
def test_pixels_that_are_no_plain_numbers_are_refused(tmp_path: Path, dtype: str) -> None:
    assert code_of(tiff(tmp_path / "a.tif", np.ones((1, 9, 9), dtype)), tmp_path) == "GT-1153"


def test_one_of_several_rasters_must_be_named(tmp_path: Path) -> None:
    from scipy.io import netcdf_file

    path = tmp_path / "two.nc"
    with netcdf_file(path, "w") as target:
        target.createDimension("lat", 20)
        target.createDimension("lon", 30)
        lat, lon = target.createVariable("lat", "d", ("lat",)), target.createVariable("lon", "d", ("lon",))
        lat[:], lat.units = np.linspace(31, 30.05, 20), "degrees_north"
        lon[:], lon.units = np.linspace(118, 119.45, 30), "degrees_east"
        for name, value in (("rain", 5.0), ("heat", 9.0)):
            target.createVariable(name, "f", ("lat", "lon"))[:] = value
    with pytest.raises(GuotuError) as failure:
        taken(path, tmp_path / "first")
    assert failure.value.code == "GT-1158"
    assert "heat、rain" in failure.value.detail("zh")
    found = taken(path, tmp_path / "second", layer="rain")
    assert set(np.unique(pixels_of(found.cog))) == {5.0}


@pytest.mark.parametrize(
    "text",
    [
        "<VRTDataset><VRTRasterBand><SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>",
        "<GDAL_WMS><Service name='TMS'><ServerUrl>http://127.0.0.1/</ServerUrl></Service></GDAL_WMS>",
        "no raster",
        "%PDF-1.7",
    ],
)
def test_what_is_called_a_raster_and_is_none_is_not_opened(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.tif"
    path.write_text(text, encoding="utf-8")
    assert not looks_like_raster(path)
    assert code_of(path, tmp_path) == "GT-1159"


def test_a_raster_cut_short_is_told_with_its_row(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", grid(2000, 2000))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert code_of(path, tmp_path) in ("GT-1115", "GT-1153")


def test_a_cancelled_conversion_stops(tmp_path: Path) -> None:
    path = tiff(tmp_path / "a.tif", grid(3000, 3000, bands=3))
    asked = iter([False, False, True])
    with pytest.raises(GuotuError) as failure:
        read_raster(path, work=tmp_path / "work", cancel=lambda: next(asked, True))
    assert failure.value.code == "GT-1005"


def test_progress_is_told_stage_by_stage(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int | None]] = []
    path = tiff(tmp_path / "a.tif", grid(1500, 1500, bands=3))
    read_raster(path, work=tmp_path / "work", progress=lambda *told: heard.append(told))
    assert {stage for stage, _, _ in heard} >= {"raster-read", "raster-verify"}
    assert all(total is not None and done <= total for _, done, total in heard)


def test_missing_and_empty_files_are_told(tmp_path: Path) -> None:
    assert code_of(tmp_path / "nothing.tif", tmp_path) == "GT-1101"
    (tmp_path / "empty.tif").touch()
    assert code_of(tmp_path / "empty.tif", tmp_path) == "GT-1102"
