"""Divisions with their dates: the table a node works with, from the nation's provinces and the node's own rows.

Codes change every year, so every look-up takes the date it is asked for; a parent is the nearest division above that the table
knows, so cities without counties and counties without a prefecture come out right.
"""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from guotu.errors import Place
from guotu.errors.schema import DIVISION_TABLE_INVALID, DIVISION_UNKNOWN
from guotu.standards import divisioncode, tables
from guotu.standards.divisioncode import Level, prefix_range

__all__ = ["Division", "DivisionTable", "Level", "divisions", "prefix_range", "read_divisions"]

_COLUMNS = ("code", "name", "level", "parent", "valid_from", "valid_to", "successor")


@dataclass(frozen=True, slots=True)
class Division:
    """One division under one name, valid from (inclusive) to (exclusive); None means without limit.

    `parent` is given where the digits do not tell it; None leaves it to the nearest division above that the table knows.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def valid(self, on: date | None) -> bool:
        """Whether it stands on a day; for None, whether it stands without an end."""
        if on is None:
            return self.valid_to is None
        return (self.valid_from or date.min) <= on < (self.valid_to or date.max)


class DivisionTable:
    """Divisions by code and date."""

    def __init__(self, rows: Iterable[Division]) -> None:
        self._rows: dict[str, list[Division]] = {}
        for row in rows:
            self._rows.setdefault(row.code, []).append(row)
        for versions in self._rows.values():
            versions.sort(key=lambda row: row.valid_from or date.min)

    def __iter__(self) -> Iterator[Division]:
        return (row for code in sorted(self._rows) for row in self._rows[code])

    def __contains__(self, code: object) -> bool:
        return code in self._rows

    def find(self, code: str, on: date | None = None) -> Division | None:
        """The division of a code on a day, or the one that stands now; None where there is none."""
        return next((row for row in self._rows.get(code, ()) if row.valid(on)), None)

    def get(self, code: str, on: date | None = None) -> Division:
        """The division of a code on a day, or the one that stands now; raises GT-1306."""
        found = self.find(code, on)
        if found is None:
            raise DIVISION_UNKNOWN(code=code, on=on or "-")
        return found

    def parent(self, code: str, on: date | None = None) -> Division | None:
        """The nearest division above that the table knows on that day; works for codes it does not hold; raises GT-1307."""
        row = self.find(code, on)
        above = (row.parent if row else None) or divisioncode.structural_parent(code)
        while above is not None:
            found = self.find(above, on)
            if found is not None:
                return found
            above = divisioncode.structural_parent(above)
        return None

    def children(self, code: str, on: date | None = None) -> tuple[Division, ...]:
        """The divisions whose nearest known parent it is on that day, ordered by code."""
        return tuple(row for row in self if row.valid(on) and self._is_child(row, code, on))

    def _is_child(self, row: Division, code: str, on: date | None) -> bool:
        parent = self.parent(row.code, on)
        return parent is not None and parent.code == code

    def path(self, code: str, on: date | None = None) -> tuple[Division, ...]:
        """From the province down to the division itself (if the table holds it); raises GT-1307."""
        row = self.find(code, on)
        steps = [row] if row else []
        above = self.parent(code, on)
        while above is not None and above.level is not Level.NATION:
            steps.append(above)
            above = self.parent(above.code, on)
        return tuple(reversed(steps))

    def path_name(self, code: str, on: date | None = None) -> str:
        """The full name, as far as the table knows it (浙江省温州市乐清市柳市镇); raises GT-1307."""
        return "".join(step.name for step in self.path(code, on) if not divisioncode.is_collector(step.code))

    def successor(self, code: str, on: date | None = None) -> Division | None:
        """What a code has become by a day: itself while it stands, else along its successors; None where the trail ends."""
        seen: set[str] = set()
        current: str | None = code
        while current is not None and current not in seen:
            seen.add(current)
            found = self.find(current, on)
            if found is not None:
                return found
            versions = self._rows.get(current)
            current = versions[-1].successor if versions else None
        return None

    def extended(self, rows: Iterable[Division]) -> DivisionTable:
        """This table with more rows, checked as a whole; they replace everything it had under their codes.

        Raises   GT-1308 naming the code
        """
        added = tuple(rows)
        replaced = {row.code for row in added}
        kept = [row for row in self if row.code not in replaced]
        table = DivisionTable([*kept, *added])
        for row in table:
            table._check(row)
        return table

    def _check(self, row: Division) -> None:
        if row.level is not divisioncode.level_of(row.code):
            raise _wrong(row.code, f"{row.code} 的级别不是 {row.level}", f"{row.code} is not a {row.level}")
        if row.valid_from and row.valid_to and row.valid_from >= row.valid_to:
            raise _wrong(row.code, f"{row.code} 的起止日期颠倒", f"{row.code} ends before it begins")
        versions = self._rows[row.code]
        for earlier, later in itertools.pairwise(versions):
            if (earlier.valid_to or date.max) > (later.valid_from or date.min):
                raise _wrong(row.code, f"{row.code} 的有效期重叠", f"{row.code} is valid twice at once")
        if row.successor is not None and row.successor not in self:
            raise _wrong(row.code, f"没有后继代码 {row.successor}", f"there is no successor {row.successor}")
        if row.parent is None:
            return
        if row.parent not in self:
            raise _wrong(
                row.code,
                f"{row.code} 的上级 {row.parent} 不在表中",
                f"{row.code}: unknown parent {row.parent}",
            )
        if row.code == row.parent or not divisioncode.contains(row.parent, row.code):
            raise _wrong(
                row.code, f"{row.code} 不在上级 {row.parent} 之内", f"{row.code} does not lie in {row.parent}"
            )


@cache
def divisions() -> DivisionTable:
    """The nation and its provinces, without dates; `extended` with a node's own rows for everything below."""
    about = tables.manifest("divisions")
    nation = Division(about["nation_code"], about["nation_name"], Level.NATION, None)
    provinces = [
        Division(row["code"], row["name"], Level.PROVINCE, nation.code)
        for row in divisioncode.province_rows()
    ]
    return DivisionTable([]).extended([nation, *provinces])


def read_divisions(text: str, *, name: str = "") -> tuple[Division, ...]:
    """The rows of a node's division table (CSV: code,name,level,parent,valid_from,valid_to,successor; UTF-8 text).

    `level` may be empty or its English id or Chinese title; an empty `parent` means the nearest known division above by
    the digits; dates are ISO, the end exclusive.
    Raises   GT-1308 with the row
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    if tuple(column.strip() for column in reader.fieldnames or ()) != _COLUMNS:
        raise DIVISION_TABLE_INVALID(
            place=Place(file=name or None, row=1), reason_zh="表头不对", reason_en="wrong header"
        )
    found = []
    try:
        for number, row in enumerate(reader, start=2):
            found.append(_division(row, Place(file=name or None, row=number)))
    except csv.Error as problem:
        place = Place(file=name or None, row=reader.line_num)
        raise DIVISION_TABLE_INVALID(
            place=place, reason_zh=f"不是 CSV：{problem}", reason_en=str(problem)
        ) from None
    return tuple(found)


def _division(row: dict[str, str | None], place: Place) -> Division:
    cells = {column: (row.get(column) or "").strip() for column in _COLUMNS}
    code = cells["code"]
    if not divisioncode.is_code(code) or None in row:
        raise _wrong(code, f"“{code}”不是行政区代码", f"{code!r} is not a division code", place)
    if not cells["name"]:
        raise _wrong(code, f"{code} 没有名称", f"{code} has no name", place)
    level = _level(cells["level"], code, place)
    try:
        valid_from, valid_to = (
            date.fromisoformat(cells[name]) if cells[name] else None for name in ("valid_from", "valid_to")
        )
    except ValueError:
        raise _wrong(code, f"{code} 的日期不对", f"{code} has a wrong date", place) from None
    return Division(
        code, cells["name"], level, cells["parent"] or None, valid_from, valid_to, cells["successor"] or None
    )


def _level(text: str, code: str, place: Place) -> Level:
    for level, about in divisioncode.levels().items():
        if text in (level.value, about.title):
            return level
    if text:
        raise _wrong(code, f"没有“{text}”这一级", f"there is no level {text!r}", place)
    return divisioncode.level_of(code)


def _wrong(code: str, zh: str, en: str, place: Place | None = None) -> Exception:
    return DIVISION_TABLE_INVALID(place=place or Place(key=code), reason_zh=zh, reason_en=en)
