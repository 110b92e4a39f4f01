"""Pictures from above, made from the land classes, for two autumns; and the terrain model. Cloud-optimised GeoTIFF."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import rasterio
import rasterio.shutil
import shapely
from rasterio.features import rasterize
from rasterio.io import MemoryFile
from scipy import ndimage

from guotu.demo.landscape import Landscape
from guotu.demo.layers_survey import Survey, placement
from guotu.demo.noise import Rng
from guotu.demo.plan import MAX_IMAGE_PIXELS, ZONE
from guotu.model.arrays import Float64Array, GeometryArray

COLOURS: Final = {
    "01": (124, 138, 74), "0101": (112, 134, 70), "0103": (146, 134, 92), "02": (92, 118, 66), "03": (52, 82, 46),
    "0302": (70, 104, 52), "04": (120, 130, 84), "05": (170, 164, 158), "06": (150, 160, 172), "07": (168, 150, 138),
    "0702": (152, 132, 116), "08": (160, 152, 140), "0810": (84, 116, 70), "09": (150, 140, 130), "10": (150, 148, 146),
    "1006": (176, 162, 136), "11": (66, 92, 104), "1106": (170, 166, 142), "1107": (84, 104, 100), "12": (158, 150, 128),
    "1202": (196, 198, 200),
}  # fmt: skip
BARE: Final = (188, 160, 128)


def colour(code: str) -> tuple[int, int, int]:
    """Colour of a land class: its own or its first class's."""
    return COLOURS.get(code) or COLOURS.get(code[:4]) or COLOURS[code[:2]]


class Camera:
    """The raster over the county and which parcel each pixel lies in."""

    def __init__(self, land: Landscape, survey: Survey) -> None:
        west, south, east, north = shapely.total_bounds(survey.polygons)
        pixel = land.plan.image_pixel
        pixel = max(pixel, ((east - west) * (north - south) / MAX_IMAGE_PIXELS) ** 0.5)
        self.cols, self.rows = int(np.ceil((east - west) / pixel)), int(np.ceil((north - south) / pixel))
        self.transform = rasterio.Affine(
            pixel, 0.0, float(np.floor(west)), 0.0, -pixel, float(np.ceil(north))
        )
        self.survey = survey
        shapes = zip(survey.polygons, range(1, len(survey.polygons) + 1), strict=True)
        self.parcel = rasterize(
            shapes, (self.rows, self.cols), transform=self.transform, fill=0, dtype="int32"
        )
        x = self.transform.c + (np.arange(self.cols) + 0.5) * pixel
        y = self.transform.f - (np.arange(self.rows) + 0.5) * pixel
        shift = placement(land)
        height = land.terrain.height
        grid = np.stack(np.meshgrid(x - shift[0], y - shift[1]), axis=-1)
        self.shade = _hillshade(height.at(grid.reshape(-1, 2)).reshape(self.rows, self.cols), pixel)

    def shoot(self, path: Path, rng: Rng, *, season: float, bare: GeometryArray | None = None) -> None:
        """One picture: `season` 0 green to 1 ripe; `bare` are grounds newly stripped."""
        codes = self.survey.codes
        kinds, place = np.unique(codes, return_inverse=True)
        base = np.array([colour(str(k)) for k in kinds], float)[place]
        ripe = np.isin(codes, ("0101", "0102", "0103"))[:, None] * np.array([38.0, 22.0, -8.0]) * season
        spread = (
            rng.normal(0, 1, (len(codes), 1))
            * np.where(np.isin(codes, ("0101", "0103", "0201")), 11.0, 6.0)[:, None]
        )
        palette = np.vstack([np.zeros((1, 3)), base + ripe + spread])
        grain = ndimage.gaussian_filter(rng.standard_normal((self.rows, self.cols)), 0.8) * 9.0
        light = self.shade + grain / 128.0
        mask = self.parcel > 0
        stripped = None
        if bare is not None and len(bare):
            stripped = rasterize(
                bare, (self.rows, self.cols), transform=self.transform, dtype="uint8"
            ).astype(bool)
        bands = np.zeros((3, self.rows, self.cols), np.uint8)
        for band in range(3):
            value = palette[self.parcel, band]
            if stripped is not None:
                value = np.where(stripped, BARE[band], value)
            bands[band] = np.where(mask, np.clip(value * light, 1, 255), 0)
        _write(bands, self.transform, path, nodata=0)


def _hillshade(height: Float64Array, pixel: float) -> Float64Array:
    soft = ndimage.gaussian_filter(height, 1.5)
    down, across = np.gradient(soft, pixel)
    return np.asarray(np.clip(1.0 - 0.9 * across + 0.9 * down, 0.55, 1.35), float)


def write_dem(land: Landscape, survey: Survey, path: Path) -> None:
    """Heights (m, float32) over the county's box on the terrain's own grid."""
    grid, shift = land.terrain.grid, placement(land)
    west, south, east, north = shapely.total_bounds(survey.polygons)
    cols = int(np.ceil((east - west) / grid.cell)) + 2
    rows = int(np.ceil((north - south) / grid.cell)) + 2
    left, top = float(np.floor(west)) - grid.cell, float(np.ceil(north)) + grid.cell
    transform = rasterio.Affine(grid.cell, 0.0, left, 0.0, -grid.cell, top)
    x = transform.c + (np.arange(cols) + 0.5) * grid.cell - shift[0]
    y = transform.f - (np.arange(rows) + 0.5) * grid.cell - shift[1]
    height = land.terrain.height.at(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(
        1, rows, cols
    )
    _write(np.round(height, 2).astype(np.float32), transform, path, nodata=-9999.0)


def _write(bands: np.ndarray, transform: rasterio.Affine, path: Path, nodata: float) -> None:
    count, rows, cols = bands.shape
    profile = {
        "driver": "GTiff", "count": count, "height": rows, "width": cols, "dtype": bands.dtype.name, "crs": f"EPSG:{ZONE.epsg}",
        "transform": transform, "nodata": nodata, "tiled": True,
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as draft:
            draft.write(bands)
        with memory.open() as draft:
            rasterio.shutil.copy(
                draft, path, driver="COG", compress="DEFLATE", predictor="YES", level=5, blocksize=256
            )
