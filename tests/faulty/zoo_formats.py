"""Faulty files of the exchange formats: drawings, VCT 2.0, personal geodatabases. (name, build, code, place, stage)."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import old_vct
from drawings import SQUARE, cadastral, new, parcel, save
from mdb_files import DATABASE

Build = Callable[[Path], Path]


def _drawn(corners: list[tuple[float, float]]) -> Build:
    def build(folder: Path) -> Path:
        document = new()
        parcel(document, "1", corners)
        return save(document, folder)

    return build


def _edited(old: str, new_text: str, keep: float = 1.0) -> Build:
    """A cadastral drawing with one text replaced, or cut off."""

    def build(folder: Path) -> Path:
        path = save(cadastral("R2007"), folder)
        raw = path.read_bytes().decode("utf-8").replace(old, new_text, 1).encode()
        path.write_bytes(raw[: int(len(raw) * keep)])
        return path

    return build


DRAWINGS = (
    ("a drawing cut off", _edited("", "", 0.7), "GT-1115", "宗地.dxf", "open"),
    ("a drawing with nothing in it", lambda f: save(new(), f), "GT-1118", "宗地.dxf", "open"),
    (
        "a drawing of random lines",
        _edited("AcDbPolyline\n", "AcDbPolyline\nxyz\n"),
        "GT-1115",
        "宗地.dxf",
        "open",
    ),
    (
        "a drawing without zone numbers",
        _drawn([(x - 38_000_000, y) for x, y in SQUARE]),
        "GT-1221",
        "JZD",
        "open",
    ),
    ("a drawing with X to the north", _drawn([(y, x) for x, y in SQUARE]), "GT-1223", "JZD", "open"),
)


def _old(old: str, new_text: str) -> Build:
    def build(folder: Path) -> Path:
        path = folder / "二调.vct"
        path.write_bytes(old_vct.single().replace(old, new_text, 1).replace("\n", "\r\n").encode("gb18030"))
        return path

    return build


OLD_VCT = (
    (
        "an old VCT with a ring that is not connected",
        _old("1,2\n0,3", "1,4\n0,3"),
        "GT-1115",
        "二调.vct",
        "open",
    ),
    ("an old VCT that refers to a missing line", _old("1,2\n0,3", "1,9\n0,3"), "GT-1115", "二调.vct", "open"),
    ("an old VCT whose lines do not end", _old("LineEnd\n", ""), "GT-1115", "二调.vct", "open"),
    (
        "an old VCT on an old datum",
        _old("CGCS2000,6378137", "1980西安坐标系,6378140"),
        "GT-1203",
        "DLTB",
        "open",
    ),
    ("a VCT of an unknown version", _old("Version:2.0", "Version:7"), "GT-1104", "二调.vct", "open"),
)


def _database(old: bytes, new_bytes: bytes, keep: float = 1.0) -> Build:
    def build(folder: Path) -> Path:
        path = folder / "规划.mdb"
        raw = gzip.decompress(DATABASE.read_bytes())
        assert old in raw
        raw = raw.replace(old, new_bytes)
        path.write_bytes(raw[: int(len(raw) * keep)])
        return path

    return build


def _blanked(folder: Path) -> Path:
    raw = gzip.decompress(DATABASE.read_bytes())
    return _written(folder / "规划.mdb", raw[:4096] + bytes(len(raw) - 4096))


DATABASES = (
    (
        "an Access file with nothing behind its name",
        lambda f: _written(f / "规划.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(4096)),
        "GT-1115",
        "规划.mdb",
        "open",
    ),
    ("an Access file cut off", _database(b"", b"", 0.3), "GT-1115", "规划.mdb", "open"),
    ("an Access file of empty pages", _blanked, "GT-1115", "规划.mdb", "open"),
)  # fmt: skip


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


FORMAT_CASES = (*DRAWINGS, *OLD_VCT, *(DATABASES if shutil.which("mdb-export") else ()))
