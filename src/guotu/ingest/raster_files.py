"""What kind of raster a file is, which files belong to it, and its private work copy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guotu.errors import Place
from guotu.errors.files import FILE_EMPTY, FILE_NOT_FOUND, RASTER_UNKNOWN

_HEAD = 4096
_JP2 = (b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\xff\x4f\xff\x51")
_MAGIC: tuple[tuple[tuple[bytes, ...], str, str, str], ...] = (
    ((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), "GTiff", "GeoTIFF", ".tif"),
    ((b"EHFA_HEADER_TAG",), "HFA", "ERDAS IMG", ".img"),
    ((b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF"), "netCDF", "NetCDF", ".nc"),
    (_JP2, "JP2OpenJPEG", "JPEG 2000", ".jp2"),
)
_PICTURES = ((b"\xff\xd8\xff", "JPEG", "JPEG", ".jpg"), (b"\x89PNG\r\n", "PNG", "PNG", ".png"))
_GRID = re.compile(rb"\s*ncols\s+\d+\s+nrows\s+\d+\s+[xy]ll", re.IGNORECASE)
_WORLD = (".wld", ".tfw", ".tifw", ".jgw", ".jpgw", ".pgw", ".pngw", ".j2w", ".jp2w")
_BESIDE = (".prj", ".aux.xml", ".ovr", ".rrd", ".ige", ".clr")
_WRITERS = {"GTiff", "COG", "MEM"}


@dataclass(frozen=True, slots=True)
class RasterFile:
    """A raster: its GDAL driver, what people call its format, the files beside it by their suffix."""

    path: Path
    driver: str
    format: str
    suffix: str
    beside: tuple[tuple[str, Path], ...]

    @property
    def options(self) -> tuple[tuple[str, str], ...]:
        return (("GDAL_DISABLE_READDIR_ON_OPEN", "FALSE"), ("GDAL_HTTP_TIMEOUT", "1"))

    @property
    def environment(self) -> tuple[tuple[str, str], ...]:
        """Leaves GDAL nothing but this raster's driver and the writers."""
        kept = _WRITERS | {self.driver}
        skipped = ",".join(sorted(_drivers() - kept))
        return (("GDAL_SKIP", skipped), ("OGR_SKIP", skipped))


def looks_like_raster(path: Path) -> bool:
    """Whether `guotu ingest` should take a file for a raster: a raster's first bytes, or a picture with its world file."""
    try:
        raster_file(path)
    except Exception:
        return False
    return True


def raster_file(path: Path) -> RasterFile:
    """Raises GT-1101 missing, GT-1102 empty, GT-1159 no raster (or a picture without a world file)."""
    name = path.name
    if not path.is_file():
        raise FILE_NOT_FOUND(place=Place(file=name), name=name)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head:
        raise FILE_EMPTY(place=Place(file=name), name=name)
    beside = tuple(_siblings(path))
    for starts, driver, format, suffix in _MAGIC:
        if head.startswith(starts):
            return RasterFile(path, driver, format, suffix, beside)
    if _GRID.match(head):
        return RasterFile(path, "AAIGrid", "ASCII Grid", ".asc", beside)
    for start, driver, format, suffix in _PICTURES:
        if head.startswith(start) and any(tail in _WORLD for tail, _ in beside):
            return RasterFile(path, driver, format, suffix, beside)
    raise RASTER_UNKNOWN(place=Place(file=name), name=name)


def _siblings(path: Path) -> list[tuple[str, Path]]:
    """Files of the same name whose suffix belongs to a raster, as (suffix, path)."""
    found = []
    stem, full = path.stem.lower(), path.name.lower()
    for other in sorted(path.parent.iterdir()):
        called = other.name.lower()
        for base in (full, stem):
            suffix = called[len(base) :]
            if called.startswith(base) and suffix in _WORLD + _BESIDE and other.is_file():
                found.append((suffix, other))
                break
    return found


def work_copy(file: RasterFile, folder: Path) -> tuple[Path, tuple[Path, ...]]:
    """Links under plain names in `folder`; gives the raster's and every real file behind them."""
    target = folder / f"data{file.suffix}"
    target.symlink_to(file.path.resolve())
    for suffix, real in file.beside:
        whole = suffix in (".aux.xml", ".ovr") and real.name.lower().startswith(file.path.name.lower())
        called = folder / f"{target.name if whole else target.stem}{'.wld' if suffix in _WORLD else suffix}"
        if not called.is_symlink():
            called.symlink_to(real.resolve())
    return target, (file.path.resolve(), *(real.resolve() for _, real in file.beside))


@cache
def _drivers() -> frozenset[str]:
    import pyogrio
    import rasterio

    with rasterio.Env() as env:
        return frozenset(env.drivers()) | frozenset(pyogrio.list_drivers())
