"""A shapefile before it is read: find its parts whatever their case, check that nothing is cut off, lay out a work copy."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED
from guotu.ingest.readers import dbf

_HEADER = 100
_CPG_BYTES, _PRJ_BYTES = 64, 65_536


@dataclass(frozen=True, slots=True)
class ShapefileParts:
    """The companions that exist, by lower-case suffix."""

    name: str
    shp: Path
    parts: dict[str, Path]

    def text(self, suffix: str, limit: int) -> str | None:
        """The beginning of a small text companion, None if there is none."""
        if suffix not in self.parts:
            return None
        with self.parts[suffix].open("rb") as file:
            raw = file.read(limit)
        for codec in ("utf-8-sig", "gb18030"):
            try:
                return raw.decode(codec).strip("\x00 \r\n\t")
            except UnicodeDecodeError:
                continue
        return raw.decode("latin-1").strip()

    @property
    def cpg(self) -> str | None:
        return self.text(".cpg", _CPG_BYTES)

    @property
    def prj(self) -> str | None:
        return self.text(".prj", _PRJ_BYTES) or None


def find_parts(shp: Path) -> ShapefileParts:
    """The files of the same stem in the same folder; names are compared without case."""
    stem = shp.stem.casefold()
    parts = {
        path.suffix.lower(): path
        for path in sorted(shp.parent.iterdir())
        if path.is_file() and path.stem.casefold() == stem and path.suffix
    }
    return ShapefileParts(shp.stem, shp, {**parts, ".shp": shp})


def check(parts: ShapefileParts) -> int:
    """Number of shapes, after looking at every record's place and length.

    Raises   GT-1115 if the .shp or .dbf is cut off, or they hold different numbers of records
    """
    shapes = _check_shp(parts)
    if ".dbf" in parts.parts:
        _check_dbf(parts, shapes)
    return shapes


def _check_shp(parts: ShapefileParts) -> int:
    size = parts.shp.stat().st_size
    if size < _HEADER:
        raise _damaged(parts.shp, f"只有 {size} 字节，不足文件头", f"{size} bytes are less than its header")
    with parts.shp.open("rb") as file:
        declared = struct.unpack(">I", file.read(28)[24:28])[0] * 2
    if declared != size:
        missing = declared - size
        zh = f"文件头说有 {declared} 字节，实有 {size} 字节"
        en = f"its header says {declared} bytes, it has {size}"
        if missing > 0:
            raise _damaged(parts.shp, zh, en)
    if size == _HEADER:
        return 0
    return _walk(parts.shp, np.memmap(parts.shp, dtype=np.uint8, mode="r"), min(size, declared))


def _walk(shp: Path, data: npt.NDArray[Any], size: int) -> int:
    """Follow the records from head to head."""
    at, count = _HEADER, 0
    raw = data.data
    while at < size:
        if at + 12 > size:
            raise _damaged(shp, f"第 {count + 1} 条记录被截断", f"record {count + 1} is cut off")
        length = struct.unpack_from(">I", raw, at + 4)[0] * 2
        if length < 4 or at + 8 + length > size:
            raise _damaged(
                shp, f"第 {count + 1} 条记录的长度不可能", f"record {count + 1} has an impossible length"
            )
        at += 8 + length
        count += 1
    return count


def _check_dbf(parts: ShapefileParts, shapes: int) -> None:
    path = parts.parts[".dbf"]
    try:
        header = dbf.read_header(path)
    except ValueError:
        raise _damaged(path, "不是有效的 DBF", "it is no valid DBF") from None
    held = dbf.held_records(path, header)
    if held < header.records:
        raise _damaged(
            path,
            f"应有 {header.records} 条记录，只有 {held} 条",
            f"it should hold {header.records} records, holds {held}",
        )
    if header.records != shapes:
        raise _damaged(
            path,
            f"属性 {header.records} 条，图形 {shapes} 个，对不上",
            f"{header.records} attribute records for {shapes} shapes",
        )


def _damaged(path: Path, zh: str, en: str) -> GuotuError:
    return FILE_DAMAGED(
        place=Place(file=path.name), name=path.name, format="Shapefile", reason_zh=zh, reason_en=en
    )


def work_copy(parts: ShapefileParts, folder: Path) -> Path:
    """Links under a plain name in `folder`; without .shx GDAL writes one there. The .cpg and .prj stay behind: we decide those."""
    target = folder / "data.shp"
    for suffix in (".shp", ".dbf", ".shx"):
        if suffix in parts.parts and not (suffix == ".shx" and _broken_index(parts)):
            target.with_suffix(suffix).symlink_to(parts.parts[suffix].resolve())
    return target


def _broken_index(parts: ShapefileParts) -> bool:
    """An index whose size does not fit its header is made anew."""
    path = parts.parts[".shx"]
    size = path.stat().st_size
    if size < _HEADER:
        return True
    with path.open("rb") as file:
        return bool(struct.unpack(">I", file.read(28)[24:28])[0] * 2 != size)
