"""Image tiles against a GeoTIFF whose every pixel tells where it lies."""

from __future__ import annotations

import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from guotu.analysis.imagery import SIZE, extent, tile

WEST, NORTH, STEP = 40_500_000.0, 3_351_000.0, 5.0
ROWS, COLUMNS = 400, 600
ZOOM = 15


def written(path: Path, bands: Any, **about: Any) -> Path:
    profile = {
        "driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2], "count": bands.shape[0],
        "dtype": bands.dtype, "crs": "EPSG:4528", "transform": rasterio.Affine(STEP, 0, WEST, 0, -STEP, NORTH), **about,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        target.write(bands)
    return path


@pytest.fixture
def located(tmp_path: Path) -> Path:
    """Red tells the block of columns, green the block of rows; blue is always 7."""
    rows, columns = np.mgrid[0:ROWS, 0:COLUMNS]
    bands = np.stack([columns // 4, rows // 4, np.full_like(rows, 7)]).astype(np.uint8)
    return written(tmp_path / "image.tif", bands)


def covering(zoom: int) -> tuple[int, int]:
    """The tile over the middle of the image."""
    lon, lat = pyproj.Transformer.from_crs(4528, 4490, always_xy=True).transform(
        WEST + COLUMNS / 2 * STEP, NORTH - ROWS / 2 * STEP
    )
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**zoom), int(y * 2**zoom)


def pixels(png: bytes | None) -> Any:
    assert png is not None
    with MemoryFile(png) as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # a tile is placed by its address
        with memory.open() as image:
            return image.read()


def lonlat_of(x: int, y: int, zoom: int, column: int, row: int) -> tuple[float, float]:
    lon = (x + (column + 0.5) / SIZE) / 2**zoom * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (row + 0.5) / SIZE) / 2**zoom))))
    return lon, lat


def test_every_pixel_of_a_tile_shows_the_ground_it_lies_on(located: Path) -> None:
    x, y = covering(ZOOM)
    shown = pixels(tile(located, ZOOM, x, y))
    to_plane = pyproj.Transformer.from_crs(4490, 4528, always_xy=True)
    compared = 0
    for row in range(0, SIZE, 17):
        for column in range(0, SIZE, 17):
            easting, northing = to_plane.transform(*lonlat_of(x, y, ZOOM, column, row))
            at_column, at_row = (easting - WEST) / STEP, (NORTH - northing) / STEP
            if not (0 <= at_column < COLUMNS and 0 <= at_row < ROWS):
                assert shown[3, row, column] == 0
                continue
            compared += 1
            assert shown[3, row, column] == 255
            assert abs(float(shown[0, row, column]) - at_column / 4) <= 1.0  # a block is 20 m, a pixel 4 m
            assert abs(float(shown[1, row, column]) - at_row / 4) <= 1.0
            assert shown[2, row, column] == 7
    assert compared > 100


def test_a_tile_beside_the_image_is_none(located: Path) -> None:
    x, y = covering(ZOOM)
    assert tile(located, ZOOM, x + 50, y) is None


def test_a_small_zoom_reads_the_image_decimated(located: Path) -> None:
    shown = pixels(tile(located, 9, *covering(9)))
    assert 0 < (shown[3] == 255).sum() < 200


def test_the_extent_holds_all_corners(located: Path) -> None:
    west, south, east, north = extent(located)
    to_lonlat = pyproj.Transformer.from_crs(4528, 4490, always_xy=True)
    for column, row in ((0, 0), (COLUMNS, 0), (0, ROWS), (COLUMNS, ROWS)):
        lon, lat = to_lonlat.transform(WEST + column * STEP, NORTH - row * STEP)
        assert west - 1e-9 <= lon <= east + 1e-9
        assert south - 1e-9 <= lat <= north + 1e-9


@pytest.mark.parametrize("nothing", [-9999.0, float("nan")])
def test_heights_in_degrees_are_stretched_over_the_whole_image_and_holes_are_clear(
    tmp_path: Path, nothing: float
) -> None:
    heights = np.linspace(100, 900, ROWS * COLUMNS, dtype=np.float32).reshape(1, ROWS, COLUMNS)
    heights[0, : ROWS // 2, : COLUMNS // 2] = nothing
    lon, lat = pyproj.Transformer.from_crs(4528, 4490, always_xy=True).transform(WEST, NORTH)
    step, zoom = 5e-5, 12
    path = written(
        tmp_path / "dem.tif",
        heights,
        crs="EPSG:4490",
        nodata=nothing,
        transform=rasterio.Affine(step, 0, lon, 0, -step, lat),
    )
    x = int((lon + COLUMNS / 2 * step + 180) / 360 * 2**zoom)
    middle = math.radians(lat - ROWS / 2 * step)
    y = int((1 - math.asinh(math.tan(middle)) / math.pi) / 2 * 2**zoom)
    shown = pixels(tile(path, zoom, x, y))
    solid = shown[3] == 255
    assert (shown[0] == shown[1]).all()
    assert set(np.unique(shown[3])) == {0, 255}
    assert np.ptp(shown[0][solid].astype(int)) > 100


def test_an_image_without_a_value_is_clear(tmp_path: Path) -> None:
    path = written(tmp_path / "empty.tif", np.full((1, 50, 50), -1, np.int16), nodata=-1)
    lon, lat = pyproj.Transformer.from_crs(4528, 4490, always_xy=True).transform(WEST + 100, NORTH - 100)
    zoom = 16
    x = int((lon + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
    assert (pixels(tile(path, zoom, x, y))[3] == 0).all()
