"""Inside the sandbox: a VCT file walked once to learn where everything is.

Nothing but offsets is kept: 16 bytes an object, whatever the size of the file.
"""

from __future__ import annotations

import mmap
from collections.abc import Callable

from guotu.errors.files import FORMAT_NOT_READ
from guotu.ingest.readers.vct_old import walk_section
from guotu.ingest.readers.vct_text import (
    INDIRECT,
    Cursor,
    Objects,
    VctFile,
    as_whole,
    damaged,
    start_of_object,
    until,
)
from guotu.standards.exchange import vct_dialect


def walk(data: mmap.mmap, codec: str) -> VctFile:
    """The table of contents of a file.

    Raises   GT-1115 where sections do not pair, an object is broken off or a number is none; GT-1104 an unknown version
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
        if file.dialect is not None and section in file.dialect.items:
            walk_section(file, cursor, section, file.dialect)
            continue
        readers.get(section, _unknown(section))(file, cursor)
        if section == "Head":
            _settle_version(file)
    if not {"Head", "FeatureCode"} <= seen:
        raise damaged(cursor, "缺少文件头或要素代码节", "the head or the feature codes are missing")
    return file


def _settle_version(file: VctFile) -> None:
    version = file.head.get("Version", "")
    file.dialect = vct_dialect(version)
    if file.dialect is None and not version.startswith("3"):
        raise FORMAT_NOT_READ(
            name="",
            format=f"VCT {version or '?'}",
            target_zh=" VCT 3.0 或 FileGDB",
            target_en="VCT 3.0 or FileGDB",
        )


def _unknown(section: str) -> Callable[[VctFile, Cursor], None]:
    def skipped(_: VctFile, cursor: Cursor) -> None:
        while until(cursor, f"{section}End") is not None:
            pass

    return skipped


def _head(file: VctFile, cursor: Cursor) -> None:
    while (line := until(cursor, "HeadEnd")) is not None:
        key, _, value = file.text(line).replace("：", ":").partition(":")
        file.head[key.strip()] = value.strip()


def _codes(file: VctFile, cursor: Cursor) -> None:
    while (line := until(cursor, "FeatureCodeEnd")) is not None:
        parts = [part.strip() for part in file.text(line).split(file.separator)]
        if len(parts) >= 3:
            code, name, kind, table = (*parts, "")[:4]
            table = table if file.dialect is None else parts[-1]
            file.codes[code] = (name, kind, table)
        elif line not in (b"", b"0"):
            raise damaged(cursor, "要素代码行不完整", "a line of feature codes is incomplete")


def _structures(file: VctFile, cursor: Cursor) -> None:
    while (line := until(cursor, "TableStructureEnd")) is not None:
        if line in (b"", b"0"):
            continue
        name, _, count = file.text(line).partition(file.separator)
        if not count.strip().isdecimal():
            raise damaged(cursor, "应为“表名,字段数”", "'table,count' is expected")
        fields: list[tuple[str, str]] = []
        for _ in range(int(count.strip())):
            field_name, _, kind = file.text(cursor.line()).partition(file.separator)
            fields.append((field_name.strip(), kind.strip()))
        file.tables[name.strip()] = fields


def _points(file: VctFile, cursor: Cursor) -> None:
    while start_of_object(file, cursor, "Point"):
        cursor.skip(1)
        cursor.skip(cursor.whole())
        cursor.end_of_object()


def _lines(file: VctFile, cursor: Cursor) -> None:
    while start_of_object(file, cursor, "Line"):
        kind, count = cursor.whole(), cursor.whole()
        if kind == INDIRECT:
            cursor.numbers(count, file.comma)
        else:
            for _ in range(count):
                cursor.skip(1)
                cursor.skip(cursor.whole())
        cursor.end_of_object()


def _polygons(file: VctFile, cursor: Cursor) -> None:
    while start_of_object(file, cursor, "Polygon"):
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
    while start_of_object(file, cursor, "Annotation"):
        cursor.skip(3)
        cursor.end_of_object()


def _attributes(file: VctFile, cursor: Cursor) -> None:
    while (line := until(cursor, "AttributeEnd")) is not None:
        if not line:
            continue
        rows = file.rows.setdefault(file.text(line), Objects())
        while True:
            start = cursor.at
            row = until(cursor, "TableEnd")
            if row is None:
                break
            try:
                rows.add(as_whole(row.split(file.comma, 1)[0]), start)
            except ValueError:
                cursor.at = start
                raise damaged(
                    cursor, "属性行应以标识码开头", "a row of attributes starts with an identifier"
                ) from None
