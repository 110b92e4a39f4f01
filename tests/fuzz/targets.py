"""What is fuzzed: every parser of ours that meets bytes from outside, with seeds that it reads whole.

A target takes bytes and returns; a refusal with a code is an answer. Anything else that is raised is a finding, and so is a target
that takes longer than `SECONDS`. Parsers run here without their walls: in the platform they are in the sandboxed child.
"""

from __future__ import annotations

import importlib
import io
import itertools
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from fuzz.seeds import boundary_texts, delivered
from guotu.errors import GuotuError
from guotu.ingest import boundary_txt
from guotu.ingest.archive import ArchiveLimits, unpack
from guotu.ingest.identify import identify
from guotu.ingest.readers import dbf, esri_shape, shapefile, xml_guard, xml_tree
from guotu.kernel.crs_wkt import crs_from_wkt
from guotu.kernel.wkb import lay_out
from guotu.model.datum import GaussKruger
from guotu.model.expression_text import parse
from guotu.standards.layers import schema

SECONDS = 20.0
"""The longest any input may take; inputs are at most some hundred kilobytes."""

Target = Callable[[bytes], None]
_FOLDER = Path(tempfile.mkdtemp(prefix="guotu-fuzz-"))
_NUMBER = itertools.count()


def _refused(run: Callable[[], Any], *also: type[Exception]) -> None:
    try:
        run()
    except (GuotuError, *also):
        pass


def _as_file(suffix: str, run: Callable[[Path], Any], *also: type[Exception]) -> Target:
    """A parser that opens a path: each input is a file of its own, gone afterwards."""

    def target(data: bytes) -> None:
        if not data:  # refused before any parser sees it
            return
        path = _FOLDER / f"{next(_NUMBER)}{suffix}"
        path.write_bytes(data)
        try:
            _refused(lambda: run(path), *also)
        finally:
            path.unlink()

    return target


def _reader(name: str) -> Callable[[Path], None]:
    """Describe and read every layer, as the sandboxed child is asked to."""
    module = importlib.import_module(f"guotu.ingest.readers.{name}")

    def run(path: Path) -> None:
        try:
            told: list[Any] = []
            describe, read = module.ANSWERS["describe"], module.ANSWERS["read"]
            describe(lambda _, body: told.append(body), str(path), None, None)
            for layer in told[0]["names"][:3]:
                told.clear()
                describe(lambda _, body: told.append(body), str(path), layer, None)
                read(lambda _, __: None, str(path), layer, None, told[0]["layers"][0]["fields"])
        finally:
            for held in vars(module).values():
                if hasattr(held, "cache_clear"):
                    held.cache_clear()

    return run


def _txt(data: bytes) -> None:
    _refused(lambda: boundary_txt.read(data, crs_epsg=4526))


def _zip(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=_FOLDER) as folder:
        unpack(path, Path(folder), ArchiveLimits())


def _shp(path: Path) -> None:
    shapefile.check(shapefile.find_parts(path))


def _xml(data: bytes) -> None:
    _refused(lambda: xml_guard.check_xml(io.BytesIO(data), "XML"))
    _refused(lambda: xml_tree.tree(data, "XML"))


def _prj(data: bytes) -> None:
    _refused(lambda: crs_from_wkt(data.decode("utf-8", "replace")))


def _where(data: bytes) -> None:
    _refused(lambda: parse(data.decode("utf-8", "replace"), schema("xz.dltb")))


def _wkb(data: bytes) -> None:
    _refused(lambda: lay_out(pa.array([data, None, data[: len(data) // 2]], pa.binary())))


TARGETS: dict[str, Target] = {
    "txt": _txt,
    "vct": _as_file(".vct", _reader("vct")),
    "dxf": _as_file(".dxf", _reader("dxf")),
    "csv": _as_file(".csv", _reader("tables")),
    "xml": _xml,
    "zip": _as_file(".zip", _zip),
    "shp": _as_file(".shp", _shp),
    "dbf": _as_file(".dbf", lambda path: dbf.read_header(path), ValueError),
    "mdb-shape": lambda data: _refused(lambda: esri_shape.decode(data), ValueError),
    "wkb": _wkb,
    "prj": _prj,
    "where": _where,
    "head": _as_file(".dat", identify),
}


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Inputs that a target reads whole."""
    box = shapely.box(500000, 3500000, 500100, 3500080)
    match name:
        case "txt":
            return boundary_texts()
        case "vct" | "dxf" | "csv":
            return (delivered(name),)
        case "shp" | "dbf":
            with zipfile.ZipFile(io.BytesIO(delivered("shp"))) as archive:
                return tuple(archive.read(each) for each in archive.namelist() if each.endswith(f".{name}"))
        case "zip" | "head":
            return delivered("shp"), delivered("xlsx"), *(boundary_texts()[:1] if name == "head" else ())
        case "xml":
            return delivered("kml"), delivered("gml")
        case "mdb-shape":
            ring = shapely.get_coordinates(box).tobytes()
            head = np.array([5], "<i4").tobytes() + np.array(box.bounds).tobytes()
            return (head + np.array([1, 5, 0], "<i4").tobytes() + ring,)
        case "wkb":
            return shapely.to_wkb(box), shapely.to_wkb(shapely.MultiPolygon([box, shapely.box(0, 0, 1, 1)]))
        case "prj":
            return tuple(_wkt(zone).encode() for zone in (GaussKruger(3, 39), GaussKruger(6, 20)))
        case "where":
            return (
                b"DLBM LIKE '01%' AND TBMJ * KCXS - KCMJ > 0.01 OR NOT (BZ IS NULL)",
                "CHAR_LENGTH(TRIM(ZLDWMC)) BETWEEN 1 AND 9 AND DLMC IN ('水田', '旱地')".encode(),
            )
    raise KeyError(name)


def _wkt(zone: GaussKruger) -> str:
    import pyproj

    return str(pyproj.CRS.from_epsg(zone.epsg).to_wkt("WKT1_ESRI"))
