"""What a division code says by its digits alone (GB/T 2260, GB/T 10114, 统计用区划代码; rules in `data/divisions`).

There is no check digit: the digits give the level, the prefix of everything inside, and the parent that the structure suggests.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from guotu.errors.schema import DIVISION_CODE_INVALID
from guotu.standards import tables
from guotu.standards.tables import require

_LEVEL_COLUMNS = ("level", "digits", "prefix", "title", "title_en", "rule")
_RANGE_COLUMNS = ("position", "low", "high", "kind", "kind_en", "confidence")
_EXTENSION_COLUMNS = ("pattern", "kind", "kind_en", "confidence", "note")
_PROVINCE_COLUMNS = ("code", "name", "kind", "confidence")

_SHAPE = re.compile(r"000000|[1-8]\d{5}(\d{3}|\d{6}|\d{13})?", re.ASCII)
_VIRTUAL_PREFECTURE = "90"
_PAST_DIGITS = ":"
"""The character after 9: an exclusive upper bound for any digits."""


class Level(StrEnum):
    """Levels from the top; the value is what division tables write."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    UNIT = "unit"

    @property
    def rank(self) -> int:
        """0 for the nation, growing downwards."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class LevelAbout:
    """How a level is called and coded; `prefix` is how many digits say where everything inside belongs."""

    level: Level
    digits: int
    prefix: int
    title: str
    title_en: str
    rule: str


@dataclass(frozen=True, slots=True)
class CodeKind:
    """What kind of place a code stands for; `extension` if practice and not the national list made it."""

    kind: str
    kind_en: str
    extension: bool


@cache
def levels() -> dict[Level, LevelAbout]:
    """Every level with its title and rule, from the top."""
    rows = tables.rows("divisions/levels.csv", _LEVEL_COLUMNS)
    require([row["level"] for row in rows] == list(Level), "divisions/levels.csv: levels")
    return {
        Level(row["level"]): LevelAbout(
            Level(row["level"]),
            int(row["digits"]),
            int(row["prefix"]),
            row["title"],
            row["title_en"],
            row["rule"],
        )
        for row in rows
    }


def is_code(text: str) -> bool:
    """Whether text has the shape of a division code and begins with a province."""
    return _SHAPE.fullmatch(text) is not None and (text == "000000" or text[:2] in _provinces())


def level_of(code: str) -> Level:
    """The level that a code's digits state (441900 is a city, 441900003 a town, without a county between); raises GT-1307."""
    if not is_code(code):
        raise DIVISION_CODE_INVALID(code=code)
    match len(code):
        case 9:
            return Level.TOWN
        case 12:
            return Level.VILLAGE
        case 19:
            return Level.UNIT
    if code == "000000":
        return Level.NATION
    if code.endswith("0000"):
        return Level.PROVINCE
    return Level.CITY if code.endswith("00") else Level.COUNTY


def prefix(code: str) -> str:
    """The digits that every code inside begins with: 000000 → '', 110000 → 11, 331000 → 3310; raises GT-1307.

    Long codes that were filled up with zeros (330382000000) count as what they stand for.
    """
    level_of(code)
    if len(code) == 19 and code.endswith("0" * 7):
        code = code[:12]
    while len(code) in (9, 12) and code.endswith("000"):
        code = code[:-3]
    while len(code) <= 6 and code.endswith("00"):
        code = code[:-2]
    return code


def prefix_range(code: str) -> tuple[str, str]:
    """(low, high): text codes inside satisfy low ≤ code < high, good for an index; raises GT-1307.

    330300 → ('3303', '3304'); 000000 → ('', ':').
    """
    low = prefix(code)
    kept = low.rstrip("9")
    if not kept:
        return low, _PAST_DIGITS
    return low, kept[:-1] + chr(ord(kept[-1]) + 1)


def contains(code: str, other: str) -> bool:
    """Whether `other` lies in `code` by its digits (a code contains itself); raises GT-1307."""
    return other.startswith(prefix(code))


def structural_parent(code: str) -> str | None:
    """The code above, by digits: counties of x90000 and of municipalities hang on the province; None for the nation.

    Raises   GT-1307
    """
    match level_of(code):
        case Level.NATION:
            return None
        case Level.PROVINCE:
            return "000000"
        case Level.CITY:
            return code[:2] + "0000"
        case Level.COUNTY:
            skips = code[2:4] == _VIRTUAL_PREFECTURE or code[:2] in _municipalities()
            return code[:2] + "0000" if skips else code[:4] + "00"
        case Level.TOWN:
            return code[:6]
        case Level.VILLAGE:
            return code[:9]
        case Level.UNIT:
            return code[:12]


def kind_of(code: str) -> CodeKind | None:
    """What kind of place the digits stand for, None where no range covers them; raises GT-1307."""
    level = level_of(code)
    if len(code) == 6:
        for row in tables.rows("divisions/extensions.csv", _EXTENSION_COLUMNS):
            if re.fullmatch(row["pattern"], code):
                return CodeKind(row["kind"], row["kind_en"], True)
    position, digits = {
        Level.CITY: ("prefecture", code[2:4]),
        Level.COUNTY: ("direct" if code[2:4] == _VIRTUAL_PREFECTURE else "county", code[4:6]),
        Level.TOWN: ("town", code[6:9]),
        Level.VILLAGE: ("village", code[9:12]),
    }.get(level, ("", ""))
    for row in tables.rows("divisions/ranges.csv", _RANGE_COLUMNS):
        if row["position"] == position and row["low"] <= digits <= row["high"]:
            return CodeKind(row["kind"], row["kind_en"], False)
    return None


def is_collector(code: str) -> bool:
    """Whether a code only collects others in statistics: PPCC01 市辖区 under a prefecture, PP9000, and 1101-style prefectures.

    Raises   GT-1307
    """
    level = level_of(code)
    skips = code[:2] in _municipalities() or code[2:4] == _VIRTUAL_PREFECTURE
    if level is Level.CITY:
        return skips
    return level is Level.COUNTY and code[4:6] == "01" and not skips


@cache
def province_rows() -> tuple[tables.Row, ...]:
    """The provinces as the table has them."""
    rows = tables.rows("divisions/provinces.csv", _PROVINCE_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), "divisions/provinces.csv")
    tables.require_confidence((row["confidence"] for row in rows), "divisions/provinces.csv")
    require(
        all(row["code"].endswith("0000") for row in rows), "divisions/provinces.csv: a code is no province"
    )
    return rows


@cache
def _provinces() -> frozenset[str]:
    return frozenset(row["code"][:2] for row in province_rows())


@cache
def _municipalities() -> frozenset[str]:
    kind = tables.manifest("divisions")["municipality_kind"]
    return frozenset(row["code"][:2] for row in province_rows() if row["kind"] == kind)
