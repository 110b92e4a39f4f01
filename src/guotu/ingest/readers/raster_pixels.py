"""Pixels window by window: which windows, what their values amount to, and a digest that says they are the same."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from rasterio.windows import Window

CHUNK = 24 << 20
"""Bytes of one window, all bands together."""
FILLS: dict[str, tuple[float, ...]] = {
    "float32": (9.969209968386869e36, 3.4028234663852886e38, -3.4028234663852886e38, -9999.0, -99999.0),
    "float64": (
        9.969209968386869e36,
        1.7976931348623157e308,
        -1.7976931348623157e308,
        3.4028234663852886e38,
        -3.4028234663852886e38,
        -9999.0,
        -99999.0,
    ),
    "int16": (-32768.0, -9999.0),
    "int32": (-2147483648.0, -9999.0, -99999.0),
}
"""Values that stand for "nothing here" in files that forget to say so."""


def windows(width: int, height: int, bands: int, dtype: str, block: tuple[int, int]) -> Iterator[Window]:
    """Windows that cover an image row by row, made of whole blocks (width, height), each near `CHUNK` bytes."""
    pixel = max(1, bands * np.dtype(dtype).itemsize)
    across, down = min(block[0], width), min(block[1], height)
    across = _whole(across, max(1, CHUNK // (pixel * down)), width)
    down = _whole(down, max(1, CHUNK // (pixel * across)), height)
    for row in range(0, height, down):
        for column in range(0, width, across):
            yield Window(column, row, min(across, width - column), min(down, height - row))


def _whole(block: int, wanted: int, end: int) -> int:
    """As many whole blocks as fit in `wanted`, one at least, none beyond the end."""
    return min(end, block * max(1, wanted // block))


class Summary:
    """What goes by: count, least, greatest, mean and deviation of each band, a digest, the windows taken.

    Pixels that are nodata, NaN or masked count for nothing.
    """

    def __init__(self, bands: int, dtype: str, nodata: float | None) -> None:
        self.nodata, self._dtype = nodata, dtype
        self._counts = np.zeros(bands, np.int64)
        self._seen = 0
        self._means, self._squares = np.zeros(bands), np.zeros(bands)
        self._least, self._greatest = np.full(bands, np.inf), np.full(bands, -np.inf)
        self._fills: dict[tuple[int, float], int] = {}
        self._hash = hashlib.sha256()
        self.windows: list[Window] = []

    def take(self, pixels: Any, mask: Any = None, window: Window | None = None) -> None:
        """The pixels (bands, rows, columns) of one window."""
        self._hash.update(np.ascontiguousarray(pixels).data)
        self._seen += pixels.shape[1] * pixels.shape[2]
        if window is not None:
            self.windows.append(window)
        for band, values in enumerate(pixels):
            valid = self._valid(values, mask)
            if valid.size:
                self._merge(band, valid)

    def _valid(self, values: Any, mask: Any) -> Any:
        keep = None if mask is None else mask != 0
        if values.dtype.kind == "f":
            finite = np.isfinite(values)
            keep = finite if keep is None else keep & finite
        if self.nodata is not None and not math.isnan(self.nodata):
            other = values != self.nodata
            keep = other if keep is None else keep & other
        return values.reshape(-1) if keep is None else values[keep]

    def _merge(self, band: int, valid: Any) -> None:
        """Chan's way of joining means and squares of two parts."""
        low, high = float(valid.min()), float(valid.max())
        self._count_fills(band, valid, low, high)
        count, mean = valid.size, float(valid.mean(dtype=np.float64))
        squares = float(valid.var(dtype=np.float64)) * count
        before = int(self._counts[band])
        total, apart = before + count, mean - self._means[band]
        self._means[band] += apart * count / total
        self._squares[band] += squares + apart**2 * before * count / total
        self._counts[band] = total
        self._least[band], self._greatest[band] = min(self._least[band], low), max(self._greatest[band], high)

    def _count_fills(self, band: int, valid: Any, low: float, high: float) -> None:
        for value in FILLS.get(self._dtype, ()):
            if value in (low, high):
                here = int(np.count_nonzero(valid == valid.dtype.type(value)))
                self._fills[band, value] = self._fills.get((band, value), 0) + here

    @property
    def digest(self) -> str:
        """Hex SHA-256 of all pixels in the order of the windows."""
        return self._hash.hexdigest()

    def undeclared_fill(self) -> tuple[int, float, int] | None:
        """(band from 1, value, pixels) of the first fill value found; None where there is none."""
        found = sorted((band, -pixels, value) for (band, value), pixels in self._fills.items())
        return (found[0][0] + 1, found[0][2], -found[0][1]) if found else None

    def bands(self) -> list[dict[str, Any]]:
        """Of each band: valid pixels and their share, least, greatest, mean, standard deviation; None where nothing is valid."""
        told = []
        for band, count in enumerate(self._counts.tolist()):
            values: dict[str, float] = {
                "min": self._least[band],
                "max": self._greatest[band],
                "mean": self._means[band],
                "std": math.sqrt(self._squares[band] / count) if count else 0.0,
            }
            percent = 100.0 * count / self._seen if self._seen else 0.0
            shown = {name: float(value) if count else None for name, value in values.items()}
            told.append({"valid": count, "valid_percent": percent, **shown})
        return told


def digest_of(pixels: Iterable[Any], step: Callable[[int], None]) -> str:
    """Hex SHA-256 of windows of pixels; `step` hears how many there were so far."""
    found = hashlib.sha256()
    for number, part in enumerate(pixels, 1):
        found.update(np.ascontiguousarray(part).data)
        step(number)
    return found.hexdigest()
