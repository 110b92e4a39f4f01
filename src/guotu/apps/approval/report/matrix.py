"""The land-class table as the trade lays it out: who owns the land, downwards; what the land is, across."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from guotu.apps.approval.report.document import Column, Head, Row, Table
from guotu.apps.approval.report.figures import hectares
from guotu.apps.approval.report.tables import CATEGORIES, OWNERSHIP, ownership, three_class
from guotu.apps.approval.result import LandUseRow, LandUseTable
from guotu.errors import Lang

PORTRAIT_MM, LANDSCAPE_MM = 156.0, 225.0
UNIT_MM, OWNERSHIP_MM = 28.0, 14.0
DIGIT_MM, LEAST_MM, PAD_MM = 1.62, 13.0, 2.4
"""Width of a figure, of the narrowest column, and of what stands beside a figure."""

Keep = Callable[[LandUseRow], bool]
EVERYTHING: Keep = bool


@dataclass(frozen=True, slots=True)
class Leaf:
    """A column of figures: the category and first class it stands under (empty: on its own), its title, what it sums up."""

    category: str
    first: str
    title: str
    keep: Keep
    width_mm: float
    sums: bool = False
    """Whether it adds up other columns: those of its category, or all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of figures: unit, ownership, what it sums up; how many rows the unit's name spans (0: named above)."""

    unit: str
    owner: str
    keep: Keep
    spans: int = 1
    total: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table: its columns, its rows, hectares (rows, columns), and the leaves that they add up."""

    leaves: tuple[Leaf, ...]
    lines: tuple[Line, ...]
    areas: tuple[tuple[Decimal, ...], ...]
    rows: tuple[LandUseRow, ...]

    def table(self, caption: str, lang: Lang) -> Table:
        """All columns beside each other, however many."""
        return _table(self, range(len(self.leaves)), caption, lang, wide=True)


def land_matrix(table: LandUseTable, lang: Lang, caption: str) -> list[Table]:
    """The table of a project or parcel, continued beside itself where the classes do not fit on one page.

    Every figure is a sum of the balanced leaves, so rows and columns add up exactly.
    """
    whole = matrix(table, lang)
    wide = sum(leaf.width_mm for leaf in whole.leaves) + UNIT_MM + OWNERSHIP_MM > PORTRAIT_MM
    room = (LANDSCAPE_MM if wide else PORTRAIT_MM) - UNIT_MM - OWNERSHIP_MM
    more = "（续）" if lang == "zh" else " (continued)"
    return [
        _table(whole, part, caption + (more if number else ""), lang, wide=wide)
        for number, part in enumerate(_parts(whole.leaves, room))
    ]


def matrix(table: LandUseTable, lang: Lang) -> Matrix:
    """The figures of the table, exact."""
    leaves, lines = tuple(_leaves(table, lang)), tuple(_lines(table, lang))
    areas = (
        tuple(_sum(row for row in table.rows if line.keep(row) and leaf.keep(row)) for leaf in leaves)
        for line in lines
    )
    return Matrix(leaves, lines, tuple(areas), table.rows)


def _leaves(table: LandUseTable, lang: Lang) -> Iterator[Leaf]:
    """Classes that occur, category by category, each category with its subtotal first, the whole last."""
    for category in CATEGORIES:
        rows = [row for row in table.rows if row.three_class == category]
        if not rows:
            continue
        classes = sorted({(row.first_code, row.first_name, row.code, row.name) for row in rows})
        group = three_class(category, lang)
        if category == "未覆盖":
            yield _leaf(table, "", "", group, _of(category))
            continue
        if len(classes) > 1:
            yield _leaf(table, group, "", "小计" if lang == "zh" else "Subtotal", _of(category), sums=True)
        for first_code, first_name, code, name in classes:
            first = f"{first_name} {first_code}".strip()
            yield _leaf(table, group, first, f"{name} {code}".strip(), _of(category, code))
    yield _leaf(table, "", "", "合计" if lang == "zh" else "Total", EVERYTHING, sums=True)


def _leaf(
    table: LandUseTable, category: str, first: str, title: str, keep: Keep, *, sums: bool = False
) -> Leaf:
    widest = len(hectares(_sum(filter(keep, table.rows))))
    return Leaf(category, first, title, keep, max(widest * DIGIT_MM + PAD_MM, LEAST_MM), sums)


def _of(category: str, code: str | None = None) -> Keep:
    return lambda row: row.three_class == category and (code is None or row.code == code)


def _owned(unit: tuple[str, str] | None, owner: str | None) -> Keep:
    return lambda row: (
        (unit is None or (row.owner_code, row.owner_unit) == unit)
        and (owner is None or row.ownership == owner)
    )


def _lines(table: LandUseTable, lang: Lang) -> Iterator[Line]:
    """Units in the table's own order, ownerships of each, then the sums of ownerships, then the whole."""
    units = list(dict.fromkeys((row.owner_code, row.owner_unit) for row in table.rows))
    for unit in units:
        owners = _owners(row for row in table.rows if (row.owner_code, row.owner_unit) == unit)
        several = len(owners) > 1
        for number, owner in enumerate(owners):
            spans = 0 if number else len(owners) + several
            yield Line(unit[1] or "—", ownership(owner, lang), _owned(unit, owner), spans)
        if several:
            yield Line(
                unit[1] or "—", "小计" if lang == "zh" else "Subtotal", _owned(unit, None), 0, total=True
            )
    everyone = _owners(table.rows)
    if len(units) > 1:
        for owner in everyone:
            shown = ownership(owner, lang)
            yield Line(
                f"{shown}合计" if lang == "zh" else f"{shown} total", "", _owned(None, owner), total=True
            )
    yield Line("总计" if lang == "zh" else "Total", "", EVERYTHING, total=True)


def _owners(rows: Iterable[LandUseRow]) -> list[str]:
    found = {row.ownership for row in rows}
    return [*(owner for owner in OWNERSHIP if owner in found), *sorted(found - set(OWNERSHIP))]


def _parts(leaves: Sequence[Leaf], room: float) -> Iterator[list[int]]:
    """Columns that fit beside each other."""
    part: list[int] = []
    for at, leaf in enumerate(leaves):
        if part and sum(leaves[other].width_mm for other in part) + leaf.width_mm > room:
            yield part
            part = []
        part.append(at)
    yield part


def _table(whole: Matrix, part: Sequence[int], caption: str, lang: Lang, *, wide: bool) -> Table:
    page = LANDSCAPE_MM if wide else PORTRAIT_MM
    leaves = [whole.leaves[at] for at in part]
    figures = sum(leaf.width_mm for leaf in leaves)
    stretch = min((page - UNIT_MM - OWNERSHIP_MM) / figures, 1.6)
    names = (page - figures * stretch) / (UNIT_MM + OWNERSHIP_MM)
    columns = (
        Column("权属单位" if lang == "zh" else "Owner unit", UNIT_MM * names / page),
        Column("权属性质" if lang == "zh" else "Ownership", OWNERSHIP_MM * names / page, "center"),
        *(Column(leaf.title, leaf.width_mm * stretch / page, "right") for leaf in leaves),
    )
    rows = tuple(
        Row(
            (line.unit, line.owner, *(_figure(areas[at]) for at in part)),
            total=line.total,
            spans=(line.spans, *(1,) * (len(leaves) + 1)),
        )
        for line, areas in zip(whole.lines, whole.areas, strict=True)
    )
    return Table(caption, columns, rows, dense=True, heads=_heads(leaves, lang), wide=wide)


def _figure(area: Decimal) -> str:
    """Hectares; ground of which there is none stays blank."""
    return hectares(area) if area else ""


def _sum(rows: Iterable[LandUseRow]) -> Decimal:
    return sum((row.area_ha for row in rows), Decimal("0.0000"))


def _heads(leaves: Sequence[Leaf], lang: Lang) -> tuple[tuple[Head, ...], ...]:
    """Three rows: category, first class, class."""
    zh = lang == "zh"
    top = [Head("权属单位" if zh else "Owner unit", rows=3), Head("权属性质" if zh else "Ownership", rows=3)]
    middle: list[Head] = []
    bottom: list[Head] = []
    for category, group in groupby(leaves, key=lambda leaf: leaf.category):
        members = list(group)
        if not category:
            top += [Head(leaf.title, rows=3) for leaf in members]
            continue
        top.append(Head(category, columns=len(members)))
        for first, classes in groupby(members, key=lambda leaf: leaf.first):
            below = list(classes)
            if first:
                middle.append(Head(first, columns=len(below)))
                bottom += [Head(leaf.title) for leaf in below]
            else:
                middle += [Head(leaf.title, rows=2) for leaf in below]
    return tuple(tuple(row) for row in (top, middle, bottom) if row)
