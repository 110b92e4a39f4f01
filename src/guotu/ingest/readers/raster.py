"""Inside the sandbox: GDAL reads a raster with one allowed driver and leaves it as a cloud-optimised GeoTIFF."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.shutil import copy as gdal_copy

from guotu.errors import Place
from guotu.errors.files import FILE_DAMAGED, RASTER_EMPTY, RASTER_FILL, RASTER_LAYER, RASTER_TYPE
from guotu.ingest.readers.raster_pixels import Summary, digest_of, windows
from guotu.ingest.readers.raster_thumb import draw
from guotu.ingest.readers.xml_guard import check_xml

Emit = Callable[[bytes, Any], None]

WRITERS = ("GTiff", "COG", "MEM")
MOST_BANDS = 512
TYPES = {"uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "float32", "float64"}
CACHE_MB = 128
WHOLE_BLOCK = 256 << 20
"""Bytes of one block that a reader must hold at once; more is refused."""

_kept: list[Any] = []


def prepare(driver: str, options: dict[str, str]) -> None:
    """Make sure that only `driver` and the writers are left (the parent starts us with GDAL_SKIP); fix GDAL's options.

    Raises   RuntimeError if another driver is registered
    """
    env = rasterio.Env(GDAL_CACHEMAX=CACHE_MB, GDAL_TIFF_INTERNAL_MASK=True, **options)
    env.__enter__()
    _kept.append(env)
    left = set(env.drivers()) - {driver, *WRITERS}
    if left:
        raise RuntimeError(f"drivers left: {sorted(left)}")


def describe(emit: Emit, path: str, driver: str, layer: str | None) -> None:
    """What the header says: size, type, bands, place, coordinate system. No pixel is read.

    Raises   GT-1158 several rasters and none named, GT-1153 pixels of another kind
    """
    aux = Path(f"{path}.aux.xml")
    if aux.exists():
        with aux.open("rb") as stream:
            check_xml(stream, "aux.xml")
    name, layers = _inner(path, driver, layer)
    with rasterio.open(name, driver=driver) as image:
        emit(b"J", _header(image) | {"layers": layers, "inner": name})


def _inner(path: str, driver: str, layer: str | None) -> tuple[str, list[str]]:
    """The name GDAL opens: the file, or the wanted raster of several in it."""
    with rasterio.open(path, driver=driver) as image:
        inside = {name.rpartition(":")[2].strip('"'): name for name in image.subdatasets}
        if not inside and image.count:
            return path, []
    names = sorted(inside)
    wanted = layer or (names[0] if len(names) == 1 else None)
    if wanted is None or wanted not in inside:
        raise RASTER_LAYER(place=Place(layer=layer), name="", layers="、".join(names) or "-")
    return inside[wanted], names


def _header(image: Any) -> dict[str, Any]:
    _refuse_pixels(image)
    crs = image.crs
    authority = crs.to_authority() if crs else None
    code = f"EPSG:{authority[1]}" if authority and authority[0] == "EPSG" else None
    height, width = image.block_shapes[0]
    return {
        "width": image.width,
        "height": image.height,
        "bands": image.count,
        "dtype": image.dtypes[0],
        "nodata": _number(image.nodata),
        "crs": code or (crs.to_wkt() if crs else None),
        "placed": bool(image.transform != rasterio.Affine.identity()),
        "gcps": len(image.gcps[0]),
        "transform": list(image.transform)[:6],
        "block": [width, height],
        "descriptions": [text or "" for text in image.descriptions],
        "units": [text or "" for text in image.units],
        "scales": list(image.scales),
        "offsets": list(image.offsets),
        "colours": [one.name for one in image.colorinterp],
        "palette": image.count == 1 and image.colorinterp[0].name == "palette",
        "masked": any(rasterio.enums.MaskFlags.per_dataset in flags for flags in image.mask_flag_enums),
        "point": image.tags().get("AREA_OR_POINT") == "Point",
        "overviews": image.overviews(1),
    }


def _refuse_pixels(image: Any) -> None:
    found = sorted(set(image.dtypes))
    if len(found) > 1:
        raise _unfit(f"各波段类型不同（{'、'.join(found)}）", f"bands of several types ({', '.join(found)})")
    if found[0] not in TYPES:
        raise _unfit(f"类型是 {found[0]}", f"their type is {found[0]}")
    if image.count > MOST_BANDS:
        raise _unfit(f"有 {image.count} 个波段", f"there are {image.count} bands")
    rows, columns = image.block_shapes[0]
    if rows * columns * np.dtype(found[0]).itemsize > WHOLE_BLOCK:
        raise _unfit(f"整块存储（{columns}×{rows}）", f"they lie in one block of {columns}×{rows}")


def _unfit(zh: str, en: str) -> Exception:
    return RASTER_TYPE(place=Place(), name="", reason_zh=zh, reason_en=en, bands=MOST_BANDS)


def convert(emit: Emit, path: str, driver: str, inner: str, wanted: dict[str, Any]) -> None:  # noqa: ARG001
    """Pixels into a plain copy with the settled place and nodata, that into a COG, which is read again and compared.

    Needs    wanted: folder, epsg, nodata (a number, "nan" or None), compress, threads
    Raises   GT-1154 an undeclared fill value, GT-1156 nothing but nodata
    """
    folder = Path(wanted["folder"])
    plain, cog = folder / "plain.tif", folder / "cog.tif"
    with rasterio.open(inner, driver=driver) as image:
        header = _header(image)
        nodata = float("nan") if wanted["nodata"] == "nan" else wanted["nodata"]
        summary = Summary(header["bands"], header["dtype"], nodata)
        _copy(emit, image, plain, header, summary, wanted["epsg"])
    _refuse_values(summary)
    smooth = header["bands"] >= 3 or header["dtype"].startswith("float") or any(header["units"])
    gdal_copy(
        plain, cog, driver="COG", BLOCKSIZE=512, COMPRESS=wanted["compress"].upper(), PREDICTOR="YES",
        NUM_THREADS=wanted["threads"], BIGTIFF="IF_SAFER", OVERVIEWS="IGNORE_EXISTING",
        OVERVIEW_RESAMPLING="AVERAGE" if smooth and not header["palette"] else "NEAREST",
    )  # fmt: skip
    plain.unlink()
    same = _verify(emit, cog, summary)
    with rasterio.open(cog, driver="GTiff") as image:
        draw(image, folder / "thumb.png")
        after = _header(image)
        compression = image.compression.name if image.compression else ""
    emit(
        b"J",
        {
            "bands": summary.bands(),
            "pixels": summary.digest,
            "same": same,
            "overviews": after["overviews"],
            "nodata": after["nodata"],
            "compression": compression,
        },
    )


def _copy(emit: Emit, image: Any, target: Path, header: dict[str, Any], summary: Summary, epsg: int) -> None:
    """Every window once: kept, measured and hashed on the way."""
    profile = {
        "driver": "GTiff", "width": image.width, "height": image.height, "count": image.count, "dtype": image.dtypes[0],
        "crs": f"EPSG:{epsg}", "transform": image.transform, "nodata": summary.nodata, "tiled": True,
        "blockxsize": 512, "blockysize": 512, "interleave": "pixel" if image.count in (3, 4) else "band",
        "BIGTIFF": "IF_SAFER", "SPARSE_OK": "FALSE",
    }  # fmt: skip
    places = list(windows(image.width, image.height, image.count, image.dtypes[0], tuple(header["block"])))
    with rasterio.open(target, "w", **profile) as plain:
        for number, window in enumerate(places, 1):
            pixels = _read(image, window)
            mask = image.dataset_mask(window=window) if header["masked"] else None
            summary.take(pixels, mask, window)
            plain.write(pixels, window=window)
            if mask is not None:
                plain.write_mask(mask, window=window)
            emit(b"J", {"stage": "read", "done": number, "total": len(places)})
        _describe_bands(image, plain, header, summary)


def _read(image: Any, window: Any) -> Any:
    try:
        return image.read(window=window)
    except rasterio.errors.RasterioIOError as problem:
        row = int(window.row_off)
        raise FILE_DAMAGED(
            place=Place(row=row),
            name="",
            format=image.driver,
            reason_zh=f"第 {row} 行起的像元读不出",
            reason_en=f"pixels from row {row} on cannot be read ({type(problem).__name__})",
        ) from None


def _describe_bands(image: Any, plain: Any, header: dict[str, Any], summary: Summary) -> None:
    plain.update_tags(AREA_OR_POINT="Point" if header["point"] else "Area")
    plain.colorinterp = image.colorinterp
    for number, band in enumerate(summary.bands(), 1):
        if header["descriptions"][number - 1]:
            plain.set_band_description(number, header["descriptions"][number - 1])
        if header["units"][number - 1]:
            plain.set_band_unit(number, header["units"][number - 1])
        if band["valid"]:
            names = {"min": "MINIMUM", "max": "MAXIMUM", "mean": "MEAN", "std": "STDDEV"}
            told = {f"STATISTICS_{tag}": repr(band[name]) for name, tag in names.items()}
            plain.update_tags(number, STATISTICS_VALID_PERCENT=f"{band['valid_percent']:.4g}", **told)
    plain.scales, plain.offsets = image.scales, image.offsets
    if header["palette"]:
        plain.write_colormap(1, image.colormap(1))


def _refuse_values(summary: Summary) -> None:
    filled = summary.undeclared_fill()
    if filled is not None:
        band, value, pixels = filled
        raise RASTER_FILL(place=Place(), name="", band=band, value=value, pixels=pixels)
    if not any(band["valid"] for band in summary.bands()):
        raise RASTER_EMPTY(place=Place(), name="")


def _verify(emit: Emit, cog: Path, summary: Summary) -> bool:
    """Whether the COG gives back every pixel that went in."""
    with rasterio.open(cog, driver="GTiff") as image:
        places = summary.windows
        found = digest_of(
            (image.read(window=window) for window in places),
            lambda done: emit(b"J", {"stage": "verify", "done": done, "total": len(places)}),
        )
    return found == summary.digest


def _number(value: float | None) -> float | str | None:
    return "nan" if value is not None and np.isnan(value) else value


ANSWERS = {"describe": describe, "convert": convert}
