"""Files of the trade. The Shapefile is written by hand: GBK text, exact field widths, a .prj without authority, no .cpg."""

from __future__ import annotations

import json
import shutil
import struct
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyogrio.raw
import shapely

from guotu.demo.plan import ZONE
from guotu.model.arrays import GeometryArray

Kind = Literal["text", "int", "float", "date"]
_STAMP = (2024, 1, 15, 8, 0, 0)
"""One moment for all archive members, so that the same county gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field: name, kind, width in bytes (characters for text in other formats), decimals."""

    name: str
    kind: Kind = "text"
    width: int = 60
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A layer before it becomes a file: columns, values by column name, geometries (None for a plain table)."""

    name: str
    columns: tuple[Column, ...]
    values: dict[str, Any]
    geometry: GeometryArray | None

    def __len__(self) -> int:
        return len(self.values[self.columns[0].name])

    def array(self, name: str) -> np.ndarray:
        """Values of a column as a numpy array."""
        return np.asarray(self.values[name])

    def take(self, rows: np.ndarray) -> Table:
        """The table with only those rows, in that order."""
        values = {c.name: self.array(c.name)[rows] for c in self.columns}
        return Table(self.name, self.columns, values, None if self.geometry is None else self.geometry[rows])


def esri_wkt() -> str:
    """The county's plane as ArcGIS writes it: no authority anywhere."""
    return (
        f'PROJCS["CGCS2000_3_Degree_GK_Zone_{ZONE.zone}",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
        'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        f'PARAMETER["False_Easting",{ZONE.false_easting}],PARAMETER["False_Northing",0.0],'
        f'PARAMETER["Central_Meridian",{ZONE.central_meridian}.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )


def geographic_wkt() -> str:
    """CGCS2000 degrees as ArcGIS writes it."""
    return (
        'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
        'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
    )


def shapefile_zip(
    table: Table,
    path: Path,
    *,
    encoding: str = "gbk",
    cpg: str | None = None,
    wkt: str | None = None,
    language_driver: int = 0,
) -> None:
    """A zipped Shapefile of polygons; `cpg` is the text of the .cpg member, absent if None."""
    shp, shx = _shp(table.geometry if table.geometry is not None else np.empty(0, object))
    members = {
        f"{table.name}.shp": shp,
        f"{table.name}.shx": shx,
        f"{table.name}.dbf": _dbf(table, encoding, language_driver),
        f"{table.name}.prj": (wkt or esri_wkt()).encode(),
    }
    if cpg is not None:
        members[f"{table.name}.cpg"] = cpg.encode()
    zip_files(members, path)


def zip_files(members: dict[str, bytes], path: Path) -> None:
    """An archive with fixed times."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)


def _shp(geometry: GeometryArray) -> tuple[bytes, bytes]:
    """Main and index file of polygons: shells clockwise, holes counter-clockwise."""
    parts, part_owner = shapely.get_parts(geometry, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    shell = np.concatenate([[True], ring_part[1:] != ring_part[:-1]])
    rings = np.where(shapely.is_ccw(rings) == shell, shapely.reverse(rings), rings)
    points, point_ring = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(point_ring, minlength=len(rings))
    first_point = np.concatenate([[0], np.cumsum(sizes)])
    owner = part_owner[ring_part]
    ring_count = np.bincount(owner, minlength=len(geometry))
    first_ring = np.concatenate([[0], np.cumsum(ring_count)])
    bounds = shapely.bounds(geometry)
    body, index, offset = [], [], 50
    for row in range(len(geometry)):
        a, b = int(first_ring[row]), int(first_ring[row + 1])
        starts = (first_point[a:b] - first_point[a]).astype("<i4").tobytes()
        xy = points[first_point[a] : first_point[b]].astype("<f8").tobytes()
        record = struct.pack("<i4d2i", 5, *bounds[row], b - a, len(xy) // 16) + starts + xy
        words = len(record) // 2
        body.append(struct.pack(">2i", row + 1, words) + record)
        index.append(struct.pack(">2i", offset, words))
        offset += words + 4
    box = shapely.total_bounds(geometry)
    return _shp_head(offset, box) + b"".join(body), _shp_head(50 + 4 * len(geometry), box) + b"".join(index)


def _shp_head(words: int, box: np.ndarray) -> bytes:
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<2i8d", 1000, 5, *box, 0, 0, 0, 0)


def _dbf(table: Table, encoding: str, language_driver: int) -> bytes:
    """The attribute table: text left-aligned in the encoding, numbers right-aligned."""
    cells = [_dbf_column(table.array(c.name), c, encoding) for c in table.columns]
    widths = [cell.shape[1] for cell in cells]
    length = 1 + sum(widths)
    head = struct.pack("<4BIHH", 3, 124, 1, 15, len(table), 33 + 32 * len(cells), length)
    head += bytes(17) + bytes([language_driver, 0, 0])
    for column, width in zip(table.columns, widths, strict=True):
        name = column.name.encode(encoding)[:10].ljust(11, b"\0")
        letter = {"text": b"C", "int": b"N", "float": b"F", "date": b"D"}[column.kind]
        head += name + letter + bytes(4) + bytes([width, column.decimals]) + bytes(14)
    rows = np.full((len(table), length), 0x20, np.uint8)
    at = 1
    for cell in cells:
        rows[:, at : at + cell.shape[1]] = cell
        at += cell.shape[1]
    return head + b"\r" + rows.tobytes() + b"\x1a"


def _dbf_column(values: np.ndarray, column: Column, encoding: str) -> np.ndarray:
    """Bytes (rows, width) of one column."""
    if column.kind == "text":
        kinds, place = np.unique(np.array(["" if v is None else str(v) for v in values]), return_inverse=True)
        texts = [kind.encode(encoding)[: column.width].ljust(column.width) for kind in kinds.tolist()]
        return _bytes(texts, column.width)[place]
    if column.kind == "date":
        return _bytes([_date(v).encode().ljust(8) for v in values], 8)
    width = column.width
    blank = b" " * width
    style = f"%{width}.{column.decimals}f"
    numbers = [blank if v is None or v != v else (style % v).encode() for v in values.tolist()]
    return _bytes(numbers, width)


def _date(value: date | str | None) -> str:
    return "" if value is None else value.strftime("%Y%m%d") if isinstance(value, date) else str(value)


def _bytes(texts: list[bytes], width: int) -> np.ndarray:
    return np.frombuffer(b"".join(texts), np.uint8).reshape(-1, width)


def ogr(table: Table, path: Path, driver: str, *, epsg: int | None = None, layer: str | None = None) -> None:
    """A layer through GDAL: GPKG, OpenFileGDB or GeoJSON; appended if the file exists. Coordinates as they are."""
    geometry = table.geometry
    kind = None
    if geometry is not None:
        kinds = set(shapely.get_type_id(geometry).tolist())
        kind = (
            "Point"
            if kinds == {0}
            else "MultiPolygon"
            if 6 in kinds or driver == "OpenFileGDB"
            else "Polygon"
        )
    values = [_ogr_values(table.array(c.name), c.kind) for c in table.columns]
    pyogrio.raw.write(
        str(path),
        None if geometry is None else shapely.to_wkb(geometry),
        [value for value, _ in values],
        np.array([c.name for c in table.columns]),
        field_mask=[mask for _, mask in values],
        layer=layer or table.name,
        driver=driver,
        geometry_type=kind,
        crs=f"EPSG:{epsg}" if epsg else None,
        promote_to_multi=kind == "MultiPolygon",
        append=path.exists(),
        **_options(driver),
    )


def _options(driver: str) -> dict[str, Any]:
    if driver == "GeoJSON":
        return {"COORDINATE_PRECISION": 10, "RFC7946": "NO"}
    if driver == "OpenFileGDB":
        # Its default grid of 1e-9 degrees would pull shared edges a tenth of a millimetre apart.
        return {"XORIGIN": -400, "YORIGIN": -400, "XYSCALE": 1e10, "XYTOLERANCE": 1e-9}
    return {}


def _ogr_values(values: np.ndarray, kind: Kind) -> tuple[np.ndarray, np.ndarray]:
    """Values and the mask of those missing."""
    missing = np.array([v is None or v != v for v in values.tolist()], bool)
    if kind == "date":
        return np.array([np.datetime64(v or "NaT", "D") for v in values.tolist()]), missing
    if kind == "text":
        return np.array(["" if v is None else str(v) for v in values.tolist()], object), missing
    if kind == "int":
        return np.array(
            [0 if m else int(v) for v, m in zip(values.tolist(), missing, strict=True)], np.int64
        ), missing
    return values.astype(float), missing


def folder_zip(folder: Path, path: Path) -> None:
    """A folder (a FileGDB) as an archive; the folder is removed."""
    members = {
        str(Path(folder.name) / file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.suffix != ".lock"
    }
    zip_files(members, path)
    shutil.rmtree(folder)


def json_file(content: Any, path: Path) -> None:
    """Readable UTF-8 JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def csv_file(table: Table, path: Path) -> None:
    """A plain table, UTF-8 with byte-order mark as spreadsheets write it."""
    rows = [",".join(c.name for c in table.columns)]
    for row in range(len(table)):
        cells = [table.values[c.name][row] for c in table.columns]
        rows.append(",".join("" if v is None else str(v) for v in cells))
    path.write_text("\ufeff" + "\r\n".join(rows) + "\r\n", encoding="utf-8")
