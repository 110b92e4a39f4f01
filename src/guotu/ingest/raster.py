"""Rasters: told by their first bytes, described and converted in the sandbox, judged here.

`read_raster` leaves a cloud-optimised GeoTIFF and a small picture in a work folder and says what they show.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from guotu.errors import GuotuError, Place
from guotu.errors.files import RASTER_BOMB, RASTER_DIFFERS, RASTER_NOT_PLACED, RASTER_TOO_LARGE
from guotu.ingest import crs_evidence
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.ingest.crs_evidence import CrsEvidence
from guotu.ingest.raster_files import RasterFile, raster_file, work_copy
from guotu.ingest.sandbox import Child, Job, Protection, SandboxLimits
from guotu.kernel.coords import transform_xy
from guotu.model.arrays import Float64Array
from guotu.model.datum import CGCS2000, Geographic
from guotu.model.query import Box

STAGES: dict[str, tuple[str, str]] = {
    "raster-read": ("读取像元", "reading pixels"),
    "raster-cog": ("制作概览与 COG", "making overviews and the COG"),
    "raster-verify": ("核对像元", "comparing pixels"),
}
_SPARE_MB = 512
_RATIO = 400
"""Pixels this many times the file's bytes, from `_SUSPECT_MB` on, are no picture anybody drew."""
_SUSPECT_MB = 256
_DEGREE = 111_320.0
_EDGE = 24
"""Points along each edge when it is bent into another system."""


@dataclass(frozen=True, slots=True)
class RasterAsked:
    """What the user says of a raster that does not say it itself: which of several, its EPSG code, its nodata value."""

    layer: str | None = None
    crs_epsg: int | None = None
    nodata: float | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RasterLimits:
    """Ceilings: of the process, of the unpacked pixels; how the COG is packed and by how many threads."""

    sandbox: SandboxLimits = field(default_factory=SandboxLimits)
    raster_mb: int = 65_536
    compress: str = "deflate"
    threads: int = 2


@dataclass(frozen=True, slots=True)
class RasterProduct:
    """A raster made ready: its COG and picture (in the work folder), where it lies, and `facts` as JSON values.

    `extent` west, south, east, north and `coverage` (WKB polygon of the frame) in degrees; `warnings` are (zh, en) pairs.
    """

    cog: Path
    thumbnail: Path
    format: str
    extent: Box
    coverage: bytes
    evidence: CrsEvidence
    facts: dict[str, Any]
    warnings: tuple[tuple[str, str], ...]
    protection: Protection


@contextmanager
def described(
    file: RasterFile, folder: Path, asked: RasterAsked, limits: RasterLimits, cancel: Cancel = never
) -> Iterator[tuple[Child, dict[str, Any]]]:
    """The reading child and what the header of the file says."""
    path, readable = work_copy(file, folder)
    job = Job(
        file.path.name, path, "", file.format, readable, folder, file.options, "raster", file.environment
    )
    needed = min(limits.raster_mb, 1 << 24) * 2 + _SPARE_MB
    walls = SandboxLimits(limits.sandbox.memory_mb, limits.sandbox.seconds, needed)
    child = Child(_with_driver(job, file), walls, cancel)
    try:
        (header,) = child.call("describe", driver=file.driver, layer=asked.layer)
        yield child, header
    finally:
        child.close()


def _with_driver(job: Job, file: RasterFile) -> Job:
    return Job(
        job.name,
        job.path,
        file.driver,
        job.format,
        job.readable,
        job.folder,
        job.options,
        job.reader,
        job.environment,
    )


def read_raster(
    path: Path,
    *,
    work: Path,
    asked: RasterAsked = RasterAsked(),
    limits: RasterLimits = RasterLimits(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> RasterProduct:
    """Judge a raster and make its COG in `work`.

    Bounds   memory: windows of 24 MB and GDAL's cache, whatever the size; disk in `work`: twice the pixels at most
    Raises   GT-1101/1102/1115/1150–1159 for the file, GT-12xx for its coordinate system, GT-1121/1122 time and memory,
             GT-1005 cancelled
    """
    file = raster_file(path)
    work.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="raster-", dir=work.resolve()))
    watch = _Watch(folder, progress, cancel)
    with described(file, folder, asked, limits, watch) as (child, header):
        refuse_size(path, header, limits)
        evidence = placed(path.name, header, asked)
        outline = frame(path.name, header, evidence)
        wanted = {
            "folder": str(folder),
            "epsg": evidence.crs.epsg,
            "nodata": header["nodata"] if asked.nodata is None else asked.nodata,
            "compress": limits.compress,
            "threads": limits.threads,
        }
        result = watch.run(child, wanted, driver=file.driver, inner=header["inner"])
        protection = child.protection
    if not result["same"]:
        raise RASTER_DIFFERS(place=Place(file=path.name), name=path.name)
    west, south, east, north = outline.bounds
    return RasterProduct(
        folder / "cog.tif",
        folder / "thumb.png",
        file.format,
        (west, south, east, north),
        bytes(shapely.to_wkb(outline)),
        evidence,
        facts(header, result, evidence, asked) | {"bytes": path.stat().st_size, "layer": asked.layer or ""},
        (*evidence.warnings, *_remarks(header, asked)),
        protection,
    )


class _Watch:
    """Asked five times a second by the waiting parent: tells progress while GDAL says nothing, passes a cancel on."""

    def __init__(self, folder: Path, progress: Progress, cancel: Cancel) -> None:
        self._folder, self._progress, self._cancel = folder, progress, cancel
        self._packing, self._expected = False, 1

    def __call__(self) -> bool:
        if self._packing:
            written = sum(map(_size, self._folder.glob("cog.tif*")))
            self._progress("raster-cog", min(written, self._expected), self._expected)
        return self._cancel()

    def run(self, child: Child, wanted: dict[str, Any], **call: Any) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for answer in child.call("convert", wanted=wanted, **call):
            if "stage" not in answer:
                result = answer
                continue
            self._progress(f"raster-{answer['stage']}", answer["done"], answer["total"])
            self._packing = answer["stage"] == "read" and answer["done"] == answer["total"]
            if self._packing:
                self._expected = max(1, _size(self._folder / "plain.tif"))
        return result


def _size(path: Path) -> int:
    """Bytes of a file that the child is writing, 0 where it is done with it."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def refuse_size(path: Path, header: dict[str, Any], limits: RasterLimits) -> None:
    """Raises GT-1151 above the node's limit, GT-1152 where a few bytes claim a flood of pixels; no pixel was read."""
    shape = {name: header[name] for name in ("width", "height", "bands")}
    unpacked = header["width"] * header["height"] * header["bands"] * np.dtype(header["dtype"]).itemsize
    there, place = path.stat().st_size, Place(file=path.name)
    if unpacked > _SUSPECT_MB << 20 and unpacked > there * _RATIO:
        raise RASTER_BOMB(place=place, name=path.name, bytes=there, megabytes=unpacked >> 20)
    if unpacked > limits.raster_mb << 20:
        raise RASTER_TOO_LARGE(
            place=place, name=path.name, megabytes=unpacked >> 20, limit=limits.raster_mb, **shape
        )


def placed(name: str, header: dict[str, Any], asked: RasterAsked) -> CrsEvidence:
    """The coordinate system and why. Raises GT-1150 not placed, GT-12xx as for vectors."""
    place = Place(file=name)
    if not header["placed"]:
        zh, en = "没有定位参数，也没有坐标文件", "it carries no georeferencing and has no world file"
        if header["gcps"]:
            zh, en = f"只有 {header['gcps']} 个控制点", f"it has only {header['gcps']} control points"
        raise RASTER_NOT_PLACED(place=place, name=name, reason_zh=zh, reason_en=en)
    corners = _through(header["transform"], _corners(header))
    if not np.isfinite(corners).all() or abs(_determinant(header["transform"])) < 1e-30:
        raise RASTER_NOT_PLACED(
            place=place, name=name, reason_zh="定位参数无效", reason_en="its georeferencing is degenerate"
        )
    return crs_evidence.resolve(
        header["crs"], corners.mean(axis=0, keepdims=True), asked=asked.crs_epsg, place=place
    )


def frame(name: str, header: dict[str, Any], evidence: CrsEvidence) -> Any:
    """The outline of the picture in degrees, its edges bent as they lie. Raises GT-1201, GT-1203."""
    step = np.linspace(0.0, 1.0, _EDGE, endpoint=False)
    ring = [np.column_stack([step, 0 * step]), np.column_stack([1 + 0 * step, step])]
    ring += [np.column_stack([1 - step, 1 + 0 * step]), np.column_stack([0 * step, 1 - step])]
    edge = np.vstack(ring) * (header["width"], header["height"])
    try:
        lonlat = transform_xy(_through(header["transform"], edge), evidence.crs, CGCS2000)
    except GuotuError as problem:
        raise GuotuError(problem.kind, place=Place(file=name), facts=problem.facts) from None
    outline = shapely.Polygon(lonlat)
    return shapely.orient_polygons(outline if outline.is_valid else shapely.make_valid(outline))


def facts(
    header: dict[str, Any], result: dict[str, Any], evidence: CrsEvidence, asked: RasterAsked
) -> dict[str, Any]:
    """What the catalogue keeps of a raster, as JSON values."""
    units = [asked.unit or unit for unit in header["units"]]
    bands = [
        {
            "number": number,
            "name": header["descriptions"][number - 1],
            "unit": units[number - 1],
            "scale": header["scales"][number - 1],
            "offset": header["offsets"][number - 1],
            "colour": header["colours"][number - 1],
        }
        | band
        for number, band in enumerate(result["bands"], 1)
    ]
    kept = ("width", "height", "dtype", "transform", "palette", "masked")
    return {name: header[name] for name in kept} | {
        "bands": bands,
        "nodata": result["nodata"],
        "epsg": evidence.crs.epsg,
        "crs": {"zh": evidence.zh, "en": evidence.en},
        "resolution": _resolution(header, evidence),
        "overviews": result["overviews"],
        "compression": result["compression"],
        "pixels": result["pixels"],
    }


def _resolution(header: dict[str, Any], evidence: CrsEvidence) -> dict[str, Any]:
    """Pixel size in the unit of its system, and about in metres on the ground."""
    a, b, _, d, e, f = header["transform"]
    x, y = math.hypot(a, d), math.hypot(b, e)
    if not isinstance(evidence.crs, Geographic):
        return {"x": x, "y": y, "unit": "m", "metres": round((x + y) / 2, 6)}
    middle = math.radians(f + e * header["height"] / 2)
    return {"x": x, "y": y, "unit": "°", "metres": round((x * math.cos(middle) + y) / 2 * _DEGREE, 3)}


def _remarks(header: dict[str, Any], asked: RasterAsked) -> Iterator[tuple[str, str]]:
    if header["nodata"] is None and asked.nodata is None and not header["masked"]:
        yield "文件未声明无数据值，全部像元按有效计", "no nodata value is declared; every pixel counts"
    if asked.nodata is not None and header["nodata"] is not None and header["nodata"] != asked.nodata:
        yield (
            f"文件声明的无数据值 {header['nodata']} 按指定改为 {asked.nodata}",
            f"the declared nodata value {header['nodata']} was replaced by {asked.nodata} as asked",
        )
    if (
        header["bands"] == 1
        and header["dtype"].startswith("float")
        and not (header["units"][0] or asked.unit)
    ):
        yield "波段没有单位，可用 --unit 指明", "the band has no unit; name it with --unit"


def _corners(header: dict[str, Any]) -> Float64Array:
    width, height = float(header["width"]), float(header["height"])
    return np.array([(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)])


def _through(affine: list[float], at: Float64Array) -> Float64Array:
    a, b, c, d, e, f = affine
    x, y = at[:, 0], at[:, 1]
    return np.column_stack([a * x + b * y + c, d * x + e * y + f])


def _determinant(affine: list[float]) -> float:
    a, b, _, d, e, _ = affine
    return a * e - b * d
