"""Rasters of every kind whose pixels are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio

WEST, NORTH, STEP = 39_620_000.0, 3_425_000.0, 5.0
PLACE = rasterio.Affine(STEP, 0, WEST, 0, -STEP, NORTH)
ZONE = "EPSG:4527"
WKT = rasterio.crs.CRS.from_user_input(ZONE).to_wkt()


def grid(rows: int = 700, columns: int = 900, bands: int = 1, dtype: str = "uint8") -> Any:
    """Pixels no two neighbours of which are alike, the same every time."""
    band, row, column = np.mgrid[0:bands, 0:rows, 0:columns]
    values = (row * 7 + column * 3 + band * 11) % 251
    return values.astype(dtype) if dtype.startswith(("u", "i")) else (values / 3.0 - 20.0).astype(dtype)


def tiff(path: Path, pixels: Any, **about: Any) -> Path:
    """A GeoTIFF of pixels (bands, rows, columns) in zone 39."""
    profile = {
        "driver": "GTiff", "count": pixels.shape[0], "height": pixels.shape[1], "width": pixels.shape[2],
        "dtype": pixels.dtype, "crs": ZONE, "transform": PLACE,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile | about) as target:
        target.write(pixels)
    return path


def pixels_of(path: Path) -> Any:
    with rasterio.open(path) as image:
        return image.read()
