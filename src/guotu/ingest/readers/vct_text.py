"""Inside the sandbox: the text of a VCT 3.0 file, walked once to learn where everything is.

Nothing but offsets is kept: 16 bytes an object, whatever the size of the file.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED, FORMAT_NOT_READ
from guotu.model.arrays import Int64Array

_CHUNK = 1 << 24
POLYLINE, ARC = 11, 12
DIRECT, INDIRECT = 1, 100
REFERS_TO_LINES = 21


class Cursor:
    """Lines of a mapped file, one after the other."""

    def __init__(self, data: mmap.mmap, at: int = 0) -> None:
        self.data, self.at = data, at

    def line(self) -> bytes:
        """The next line without its end and outer blanks; raises GT-1115 at the end of the file."""
        if self.at >= len(self.data):
            raise damaged(self, "文件在此中断", "the file ends here")
        end = self.data.find(b"\n", self.at)
        end = len(self.data) if end < 0 else end
        text = self.data[self.at : end]
        self.at = end + 1
        return text.strip()

    def whole(self) -> int:
        """The next line as a whole number; raises GT-1115 where it is none."""
        start = self.at
        text = self.line()
        try:
            return int(text)
        except ValueError:
            self.at = start
            raise damaged(
                self, f"应为整数，却是“{_shown(text)}”", f"{_shown(text)!r} is no whole number"
            ) from None

    def skip(self, lines: int) -> None:
        """Leave lines behind unread."""
        for _ in range(lines):
            end = self.data.find(b"\n", self.at)
            if end < 0:
                self.at = len(self.data)
                raise damaged(self, "文件在此中断", "the file ends here")
            self.at = end + 1

    def numbers(self, count: int, comma: bytes) -> list[int]:
        """`count` whole numbers over as many lines as they take."""
        found: list[int] = []
        while len(found) < count:
            start = self.at
            try:
                found += [int(part) for part in self.line().split(comma) if part.strip()]
            except ValueError:
                self.at = start
                raise damaged(self, "应为标识码列表", "a list of identifiers is expected") from None
        if len(found) > count:
            raise damaged(
                self,
                f"应有 {count} 项，却有 {len(found)} 项",
                f"{len(found)} items where {count} are announced",
            )
        return found

    def end_of_object(self) -> None:
        """The 0 that closes every object."""
        start = self.at
        if self.line() != b"0":
            self.at = start
            raise damaged(self, "对象应以 0 结束", "an object ends with 0")


def damaged(cursor: Cursor, zh: str, en: str) -> GuotuError:
    """GT-1115 at the cursor's line."""
    line = 1 + sum(
        cursor.data[start : min(start + _CHUNK, cursor.at)].count(b"\n")
        for start in range(0, cursor.at, _CHUNK)
    )
    return FILE_DAMAGED(
        place=Place(row=line),
        name="",
        format="VCT",
        reason_zh=f"第 {line} 行：{zh}",
        reason_en=f"line {line}: {en}",
    )


def _shown(text: bytes) -> str:
    return text[:40].decode("gb18030", "replace")


@dataclass(slots=True)
class Objects:
    """Objects of one section and feature code, in file order: identifiers and where they start."""

    ids: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q"))

    def add(self, id: int, start: int) -> None:
        self.ids.append(id)
        self.starts.append(start)

    def __len__(self) -> int:
        return len(self.ids)


class Index:
    """Objects by identifier."""

    def __init__(self, parts: list[Objects]) -> None:
        ids = np.concatenate([np.empty(0, np.int64), *(np.frombuffer(part.ids, np.int64) for part in parts)])
        starts = np.concatenate(
            [np.empty(0, np.int64), *(np.frombuffer(part.starts, np.int64) for part in parts)]
        )
        order = np.argsort(ids, kind="stable")
        self.ids: Int64Array = ids[order]
        self.starts: Int64Array = starts[order]

    def start(self, id: int) -> int | None:
        """Where an object starts, None if there is none of that identifier."""
        at = int(np.searchsorted(self.ids, id))
        return int(self.starts[at]) if at < len(self.ids) and self.ids[at] == id else None

    @property
    def twice(self) -> Int64Array:
        """Identifiers that occur more than once."""
        return np.unique(self.ids[1:][self.ids[1:] == self.ids[:-1]])


@dataclass(slots=True)
class VctFile:
    """What a VCT file holds: head entries, feature codes (code → name, kind, table), tables (name → fields), objects by section
    and code, attribute rows by table.
    """

    data: mmap.mmap
    codec: str
    head: dict[str, str] = field(default_factory=dict)
    codes: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    tables: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    objects: dict[str, dict[str, Objects]] = field(default_factory=dict)
    rows: dict[str, Objects] = field(default_factory=dict)

    @property
    def separator(self) -> str:
        return self.head.get("Separator") or ","

    @property
    def comma(self) -> bytes:
        return self.separator.encode("ascii", "replace")

    def text(self, raw: bytes) -> str:
        """Decoded; half a character is replaced, damage was refused before."""
        return raw.decode(self.codec, "replace")


def walk(data: mmap.mmap, codec: str) -> VctFile:
    """The table of contents of a file.

    Raises   GT-1115 where sections do not pair, an object is broken off or a number is none; GT-1104 for VCT 2.0
    """
    file, cursor = VctFile(data, codec), Cursor(data)
    readers = {
        "Head": _head,
        "FeatureCode": _codes,
        "TableStructure": _structures,
        "Point": _points,
        "Line": _lines,
        "Polygon": _polygons,
        "Annotation": _annotations,
        "Attribute": _attributes,
    }
    seen: set[str] = set()
    while cursor.at < len(data):
        start = cursor.at
        word = file.text(cursor.line()).strip("\ufeff\x1a\x00 ")
        if not word:
            continue
        section = word.removesuffix("Begin")
        if not word.endswith("Begin") or section in seen:
            cursor.at = start
            raise damaged(cursor, f"此处不应是“{word[:40]}”", f"{word[:40]!r} does not belong here")
        seen.add(section)
        readers.get(section, _unknown(section))(file, cursor)
        if section == "Head":
            _refuse_old(file)
    if not {"Head", "FeatureCode"} <= seen:
        raise damaged(cursor, "缺少文件头或要素代码节", "the head or the feature codes are missing")
    return file


def _refuse_old(file: VctFile) -> None:
    version = file.head.get("Version", "")
    if not version.startswith("3"):
        raise FORMAT_NOT_READ(
            name="",
            format=f"VCT {version or '?'}",
            target_zh=" VCT 3.0 或 FileGDB",
            target_en="VCT 3.0 or FileGDB",
        )


def _until(cursor: Cursor, end: str) -> bytes | None:
    """The next line of a section, None where the section ends."""
    line = cursor.line()
    return None if line == end.encode() else line


def _unknown(section: str) -> Callable[[VctFile, Cursor], None]:
    def skipped(_: VctFile, cursor: Cursor) -> None:
        while _until(cursor, f"{section}End") is not None:
            pass

    return skipped


def _head(file: VctFile, cursor: Cursor) -> None:
    while (line := _until(cursor, "HeadEnd")) is not None:
        key, _, value = file.text(line).replace("：", ":").partition(":")
        file.head[key.strip()] = value.strip()


def _codes(file: VctFile, cursor: Cursor) -> None:
    while (line := _until(cursor, "FeatureCodeEnd")) is not None:
        parts = [part.strip() for part in file.text(line).split(file.separator)]
        if len(parts) >= 3:
            code, name, kind, table = (*parts, "")[:4]
            file.codes[code] = (name, kind, table)
        elif line not in (b"", b"0"):
            raise damaged(cursor, "要素代码行不完整", "a line of feature codes is incomplete")


def _structures(file: VctFile, cursor: Cursor) -> None:
    while (line := _until(cursor, "TableStructureEnd")) is not None:
        if line in (b"", b"0"):
            continue
        name, _, count = file.text(line).partition(file.separator)
        if not count.strip().isdigit():
            raise damaged(cursor, "应为“表名,字段数”", "'table,count' is expected")
        fields: list[tuple[str, str]] = []
        for _ in range(int(count)):
            field_name, _, kind = file.text(cursor.line()).partition(file.separator)
            fields.append((field_name.strip(), kind.strip()))
        file.tables[name.strip()] = fields


def _object(file: VctFile, cursor: Cursor, section: str) -> bool:
    """Read an object's identifier and code and note where it starts; False at the end of the section."""
    start = cursor.at
    line = _until(cursor, f"{section}End")
    if line is None:
        return False
    try:
        id = int(line)
    except ValueError:
        cursor.at = start
        raise damaged(
            cursor, f"应为对象标识码或 {section}End", f"an identifier or {section}End is expected"
        ) from None
    code = file.text(cursor.line())
    file.objects.setdefault(section, {}).setdefault(code, Objects()).add(id, start)
    cursor.skip(1)
    return True


def _points(file: VctFile, cursor: Cursor) -> None:
    while _object(file, cursor, "Point"):
        cursor.skip(1)
        cursor.skip(cursor.whole())
        cursor.end_of_object()


def _lines(file: VctFile, cursor: Cursor) -> None:
    while _object(file, cursor, "Line"):
        kind, count = cursor.whole(), cursor.whole()
        if kind == INDIRECT:
            cursor.numbers(count, file.comma)
        else:
            for _ in range(count):
                cursor.skip(1)
                cursor.skip(cursor.whole())
        cursor.end_of_object()


def _polygons(file: VctFile, cursor: Cursor) -> None:
    while _object(file, cursor, "Polygon"):
        kind = cursor.whole()
        cursor.skip(1)
        if kind == INDIRECT:
            cursor.skip(1)
            cursor.numbers(cursor.whole(), file.comma)
        else:
            for _ in range(cursor.whole()):
                cursor.skip(cursor.whole())
        cursor.end_of_object()


def _annotations(file: VctFile, cursor: Cursor) -> None:
    while _object(file, cursor, "Annotation"):
        cursor.skip(3)
        cursor.end_of_object()


def _attributes(file: VctFile, cursor: Cursor) -> None:
    while (line := _until(cursor, "AttributeEnd")) is not None:
        if not line:
            continue
        rows = file.rows.setdefault(file.text(line), Objects())
        while True:
            start = cursor.at
            row = _until(cursor, "TableEnd")
            if row is None:
                break
            try:
                rows.add(int(row.split(file.comma, 1)[0]), start)
            except ValueError:
                cursor.at = start
                raise damaged(
                    cursor, "属性行应以标识码开头", "a row of attributes starts with an identifier"
                ) from None
