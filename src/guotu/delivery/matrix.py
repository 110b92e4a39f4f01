"""What is claimed of every format, cell by cell: `tests/e2e/test_formats_matrix.py` runs each, the reference page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from guotu.delivery.formats import FORMATS

OPERATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "write": ("写出，回执与内容一致", "written, the receipt true"),
    "equal": ("他种工具读回，图形与属性相等", "read back by other tools, equal"),
    "read": ("本平台读回，图形与属性相等", "read back by the platform, equal"),
    "gbk": ("读入 GBK 文字", "GBK text read"),
    "utf8": ("以 UTF-8 写出", "UTF-8 text written"),
    "crs": ("坐标系保持", "coordinate system kept"),
    "zip": ("压缩包读入", "read from a zip"),
    "faulty": ("损坏的文件被拒绝", "a damaged file refused"),
}
"""Titles of the operations, zh and en."""

_ALWAYS = frozenset({"write", "equal", "utf8", "crs"})
_READ = _ALWAYS | {"read", "zip", "faulty"}
_SPECIAL: Mapping[str, frozenset[str]] = {
    "shp": _READ | {"gbk"},
    "csv": _READ | {"gbk"},
    "kml": _READ | {"gbk"},
    "vct": (_READ | {"gbk"}) - {"utf8"},
    "txt": (_READ | {"gbk"}) - {"utf8"},
    "kmz": _READ - {"zip"},
    "xlsx": _READ - {"zip", "crs"},
    "geojsons": _ALWAYS,
}
CLAIMS: Final[Mapping[str, frozenset[str]]] = {id: _SPECIAL.get(id, _READ) for id in FORMATS}
"""Operations of every format. VCT and boundary TXT are GB 18030 by their rules; KMZ and XLSX are archives themselves; a sheet
has no place to name its coordinates; text sequences are not read."""
