"""Inside the sandbox: the small picture of a raster that the catalogue shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

LONGEST = 320
_CLASSES = 12


def draw(image: Any, target: Path) -> None:
    """A PNG of at most 320 pixels a side, clear where there is nothing; read by way of the overviews."""
    scale = max(image.width, image.height) / LONGEST
    shape = (
        (max(1, round(image.height / scale)), max(1, round(image.width / scale)))
        if scale > 1
        else image.shape
    )
    bands = (1, 2, 3) if image.count >= 3 else (1,)
    pixels = image.read(bands, out_shape=(len(bands), *shape))
    there = image.dataset_mask(out_shape=shape) != 0
    if pixels.dtype.kind == "f":
        there &= np.isfinite(pixels).all(axis=0)
    if image.count == 1 and image.colorinterp[0].name == "palette":
        colours = image.colormap(1)
        table = np.array([colours.get(value, (0, 0, 0, 0)) for value in range(256)], np.uint8)
        picture = table[pixels[0].astype(np.uint8)][..., :3]
    else:
        picture = np.moveaxis(np.stack([_stretched(band, there) for band in pixels]), 0, -1)
    rgb = np.broadcast_to(picture, (*shape, 3))
    alpha = np.where(there, 255, 0).astype(np.uint8)
    Image.fromarray(np.dstack([rgb, alpha])).save(target, "PNG")


def _stretched(band: Any, there: Any) -> Any:
    """From the second to the ninety-eighth percentile of what is there; bytes stay as they are."""
    if band.dtype == np.uint8:
        return band
    values = band[there]
    low, high = np.percentile(values, (2, 98)) if values.size else (0.0, 1.0)
    with np.errstate(invalid="ignore"):
        shown = (np.where(there, band, low).astype(np.float64) - low) / max(float(high - low), 1e-12)
    return np.clip(shown * 255, 0, 255).astype(np.uint8)
