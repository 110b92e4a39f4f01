"""Inside the sandbox: the lines of a VCT file, and what is known of it once it has been walked."""

from __future__ import annotations

import mmap
from array import array
from dataclasses import dataclass, field

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.files import FILE_DAMAGED
from guotu.model.arrays import Int64Array
from guotu.standards.exchange import VctDialect

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
            return as_whole(text)
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

    def next_is(self, line: bytes) -> bool:
        """Whether the next line says just this."""
        end = self.data.find(b"\n", self.at)
        return self.data[self.at : end if end >= 0 else len(self.data)].strip() == line

    def numbers(self, count: int, comma: bytes) -> list[int]:
        """`count` whole numbers over as many lines as they take."""
        found: list[int] = []
        while len(found) < count:
            start = self.at
            try:
                found += [as_whole(part) for part in self.line().split(comma) if part.strip()]
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


def as_whole(text: bytes) -> int:
    """A whole number below 2⁶²; raises ValueError."""
    if len(text.strip()) > 19 or abs(found := int(text)) >= 1 << 62:
        raise ValueError
    return found


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
    dialect: VctDialect | None = None
    """None: VCT 3.0."""
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


def until(cursor: Cursor, end: str) -> bytes | None:
    """The next line of a section, None where the section ends."""
    line = cursor.line()
    return None if line == end.encode() else line


def start_of_object(file: VctFile, cursor: Cursor, section: str) -> bool:
    """Read an object's identifier and code and note where it starts; False at the end of the section."""
    start = cursor.at
    line = until(cursor, f"{section}End")
    if line is None:
        return False
    try:
        id = as_whole(line)
    except ValueError:
        cursor.at = start
        raise damaged(
            cursor, f"应为对象标识码或 {section}End", f"an identifier or {section}End is expected"
        ) from None
    code = file.text(cursor.line())
    file.objects.setdefault(section, {}).setdefault(code, Objects()).add(id, start)
    cursor.skip(1)
    return True
