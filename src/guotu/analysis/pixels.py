"""What a raster says at a point."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.windows import Window

from guotu.kernel.coords import crs_from_epsg, transform_xy
from guotu.model.datum import CGCS2000, Geographic


def values_at(path: Path, lon: float, lat: float) -> list[float | None] | None:
    """The value of each band of the pixel a point (degrees, CGCS2000) lies in, scale and offset applied.

    None for a band that has nothing there; None in all where the raster does not reach.
    """
    with rasterio.open(path, driver="GTiff") as image:
        crs = crs_from_epsg(image.crs.to_epsg())
        at = np.array([(lon, lat)])
        x, y = (at if isinstance(crs, Geographic) else transform_xy(at, CGCS2000, crs))[0].tolist()
        back = ~image.transform
        column, row = back.a * x + back.b * y + back.c, back.d * x + back.e * y + back.f
        if not (0 <= column < image.width and 0 <= row < image.height):
            return None
        window = Window(math.floor(column), math.floor(row), 1, 1)
        read = image.read(window=window, masked=True)[:, 0, 0]
        return [
            _value(value, scale, offset)
            for value, scale, offset in zip(read, image.scales, image.offsets, strict=True)
        ]


def _value(value: Any, scale: float, offset: float) -> float | None:
    if value is np.ma.masked or not math.isfinite(value):
        return None
    plain: float = value.item()
    return plain if (scale, offset) == (1.0, 0.0) else plain * scale + offset
