"""Images as map tiles: the pixels of a Web Mercator tile taken from a GeoTIFF in a Gauss-Krüger zone or in degrees."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.io import MemoryFile
from rasterio.windows import Window

from guotu.kernel.coords import crs_from_epsg, transform_xy
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Geographic

SIZE = 256
PNG = {"width": SIZE, "height": SIZE, "count": 4, "dtype": "uint8"}
UPRIGHT = rasterio.Affine(2, 0, 0, 0, -2, 0)
"""A place for the pixels that is not written: without one each tile would be warned about."""


def extent(path: Path) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of the image's corners."""
    with rasterio.open(path, driver="GTiff") as image:
        left, bottom, right, top = image.bounds
        corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
        lonlat = transform_xy(corners, crs_from_epsg(image.crs.to_epsg()), CGCS2000)
    west, south = lonlat.min(axis=0)
    east, north = lonlat.max(axis=0)
    return float(west), float(south), float(east), float(north)


def tile(path: Path, z: int, x: int, y: int) -> bytes | None:
    """PNG of one tile, transparent where the image has nothing; None where it does not reach."""
    with rasterio.open(path, driver="GTiff") as image:
        columns, rows = _pixels(image, z, x, y)
        inside = (columns >= 0) & (columns < image.width) & (rows >= 0) & (rows < image.height)
        if not inside.any():
            return None
        low, high = (0.0, 255.0) if image.dtypes[0] == "uint8" else _range(path, path.stat().st_mtime_ns)
        return _png(_sample(image, columns, rows, inside, (low, high)))


def _pixels(image: Any, z: int, x: int, y: int) -> tuple[Float64Array, Float64Array]:
    """Fractional column and row in the image of every pixel centre of the tile."""
    step = (np.arange(SIZE) + 0.5) / SIZE
    lon = (x + step) / (1 << z) * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + step) / (1 << z)))))
    grid = np.stack(np.meshgrid(lon, lat), axis=-1).reshape(-1, 2)
    crs = crs_from_epsg(image.crs.to_epsg())
    plane = grid if isinstance(crs, Geographic) else transform_xy(grid, CGCS2000, crs)
    inverse = ~image.transform
    columns = inverse.a * plane[:, 0] + inverse.b * plane[:, 1] + inverse.c
    rows = inverse.d * plane[:, 0] + inverse.e * plane[:, 1] + inverse.f
    return columns, rows


def _sample(
    image: Any, columns: Float64Array, rows: Float64Array, inside: Any, stretch: tuple[float, float]
) -> Any:
    """Nearest pixels by way of one decimated window, so that overviews are used; `stretch` becomes black to white."""
    left, right = int(columns[inside].min()), int(columns[inside].max()) + 1
    top, bottom = int(rows[inside].min()), int(rows[inside].max()) + 1
    window = Window(left, top, right - left, bottom - top)
    scale = max(1.0, max(window.width, window.height) / (2 * SIZE))
    shape = (max(1, round(window.height / scale)), max(1, round(window.width / scale)))
    bands = (1, 2, 3) if image.count >= 3 else (1, 1, 1)
    read = image.read(bands, window=window, out_shape=(3, *shape))
    at_row = np.clip(((rows[inside] - top) * shape[0] / window.height).astype(int), 0, shape[0] - 1)
    at_column = np.clip(((columns[inside] - left) * shape[1] / window.width).astype(int), 0, shape[1] - 1)
    picture = np.zeros((4, SIZE * SIZE), np.uint8)
    picture[:3, inside] = _to_bytes(read, stretch)[:, at_row, at_column]
    picture[3, inside] = _opaque(image, read)[at_row, at_column]
    return picture.reshape(4, SIZE, SIZE)


@lru_cache(maxsize=256)
def _range(path: Path, changed: int) -> tuple[float, float]:  # noqa: ARG001 - tells editions of a file apart
    """The values that become black and white, from the whole image, so that its tiles match at their edges."""
    with rasterio.open(path, driver="GTiff") as image:
        scale = max(1.0, max(image.width, image.height) / (2 * SIZE))
        shape = (image.count, max(1, round(image.height / scale)), max(1, round(image.width / scale)))
        read = image.read(out_shape=shape)
        found = read[~_holes(image, read) & np.isfinite(read)]
    if not found.size:
        return 0.0, 1.0
    low, high = np.percentile(found, (2, 98))
    return float(low), float(high)


def _to_bytes(read: Any, stretch: tuple[float, float]) -> Any:
    if read.dtype == np.uint8:
        return read
    low, high = stretch
    values = np.nan_to_num(read.astype(np.float64), nan=low, posinf=high, neginf=low)
    return np.clip((values - low) / max(high - low, 1e-9) * 255, 0, 255).astype(np.uint8)


def _opaque(image: Any, read: Any) -> Any:
    return np.where(_holes(image, read).all(axis=0), 0, 255).astype(np.uint8)


def _holes(image: Any, read: Any) -> Any:
    """Where a band has nothing, shaped as `read`."""
    if image.nodata is None:
        return np.zeros(read.shape, bool)
    return np.isnan(read) if np.isnan(image.nodata) else read == image.nodata


def _png(picture: Any) -> bytes:
    with MemoryFile() as memory:
        with memory.open(driver="PNG", transform=UPRIGHT, **PNG) as target:
            target.write(picture)
        return bytes(memory.read())
