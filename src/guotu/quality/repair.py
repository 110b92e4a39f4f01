"""Repairs as proposals: what a finding says can be mended mechanically, before and after, never done by itself.

A proposal is made only where the answer is beyond doubt: a name that follows from its code, areas that follow from the geometry
and each other, a vertex that repeats its neighbour, a ring that crosses itself and encloses one piece of ground but for slivers.
What needs to know the land (whose overlap it is, what fills a gap) is left to people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.overlay import polygonal
from guotu.kernel.rounding import half_up
from guotu.model.change import GEOMETRY
from guotu.model.schema import LayerSchema
from guotu.quality.codes import land_class_name
from guotu.quality.loops import GRID

_SPACING: Final = 0.001 / 111_000
"""Degrees: vertices of 1509 that repeat their neighbour."""
_LOST: Final = 0.005
"""Share of a crossing ring's ground that may lie in its knots."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; geometry as WKB in hex."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would mend one finding: rule, layer, row (from 1), and all changes of it, made together or not at all.

    `area_m2` is by how much the feature's area changes on the ellipsoid, None where its shape does not.
    """

    rule: str
    layer: str
    row: int
    key: str | None
    changes: tuple[Change, ...]
    zh: str
    en: str
    area_m2: float | None = None

    @property
    def id(self) -> str:
        """The same for the same file and finding."""
        return f"{self.layer}:{self.row}:{self.rule}"

    def as_dict(self) -> dict[str, Any]:
        """A line of a list of proposals, or of a log."""
        changes = [{"field": c.field, "before": c.before, "after": c.after} for c in self.changes]
        return {
            "id": self.id, "rule": self.rule, "layer": self.layer, "row": self.row, "key": self.key,
            "zh": self.zh, "en": self.en, "area_m2": self.area_m2, "changes": changes,
        }  # fmt: skip

    def reversed(self) -> Proposal:
        """What takes it back."""
        changes = tuple(Change(c.field, c.after, c.before) for c in reversed(self.changes))
        return replace(self, changes=changes)

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> Proposal:
        """A proposal from its line; raises KeyError, TypeError where it is none."""
        changes = tuple(Change(c["field"], c["before"], c["after"]) for c in line["changes"])
        return cls(
            str(line["rule"]), str(line["layer"]), int(line["row"]), line["key"], changes,
            str(line["zh"]), str(line["en"]), line["area_m2"],
        )  # fmt: skip


Row = Mapping[str, Any]
Mend = Callable[[LayerSchema, Row], tuple[tuple[Change, ...], str, str] | None]


def propose(
    schema: LayerSchema, layer: str, batch: pa.RecordBatch, first_row: int, found: Mapping[int, Iterable[str]]
) -> Iterator[Proposal]:
    """Proposals for the rows of a batch that have findings (`found`: row from 1 → rules), in their order.

    Those of a row never touch a field twice, so any of them can be made without the others.
    """
    for row in sorted(found):
        at = row - first_row
        if not 0 <= at < batch.num_rows:
            continue
        values = {name: batch.column(name)[at].as_py() for name in batch.schema.names}
        for rule in _one_each(set(found[row])):
            mended = MENDS[rule](schema, values)
            if mended is not None:
                changes, zh, en = mended
                yield Proposal(rule, layer, row, _key(schema, values), changes, zh, en, _area(changes))


def _one_each(found: set[str]) -> Iterator[str]:
    """The rules to mend: of those that mend the areas of a row, or its shape, the first alone."""
    for together in _TOGETHER:
        yield from sorted(found & together)[:1]


def applied(
    batch: pa.RecordBatch, first_row: int, chosen: Mapping[int, Iterable[Proposal]]
) -> pa.RecordBatch:
    """The batch with proposals (by row from 1) made, in their order."""
    columns = {name: batch.column(name) for name in batch.schema.names}
    mine = [
        (row - first_row, change)
        for row, proposals in sorted(chosen.items())
        if 0 <= row - first_row < batch.num_rows
        for proposal in proposals
        for change in proposal.changes
    ]
    for at, change in mine:
        values = columns[change.field].to_pylist()
        values[at] = _value(change.field, change.after)
        columns[change.field] = pa.array(values, batch.schema.field(change.field).type)
    return pa.RecordBatch.from_arrays(list(columns.values()), schema=batch.schema)


def conflicting(proposals: Iterable[Proposal], values: Row) -> str | None:
    """The first field of a row that does not say what proposals for it expect there, None where all do."""
    now = dict(values)
    for proposal in proposals:
        for change in proposal.changes:
            if change.field not in now or not _same(
                change.field, now[change.field], _value(change.field, change.before)
            ):
                return change.field
            now[change.field] = _value(change.field, change.after)
    return None


def _value(field: str, told: Any) -> Any:
    return bytes.fromhex(told) if field == GEOMETRY and told is not None else told


def _same(field: str, one: Any, other: Any) -> bool:
    """Equal; shapes on the store's grid, whether or not a single part is wrapped as several."""
    if field != GEOMETRY or one is None or other is None:
        return bool(one == other)
    shapes = [shapely.from_wkb(each) for each in (one, other)]
    plain = [shapely.get_geometry(s, 0) if shapely.get_num_geometries(s) == 1 else s for s in shapes]
    return bool(shapely.equals_exact(*plain, tolerance=2 / GRID))


def _key(schema: LayerSchema, values: Row) -> str | None:
    parts = [values.get(code) for code in schema.key or ("BSM",)]
    return "/".join("" if part is None else str(part) for part in parts) or None


def _area(changes: tuple[Change, ...]) -> float | None:
    for change in changes:
        if change.field == GEOMETRY:
            pair = [shapely.from_wkb(bytes.fromhex(wkb)) for wkb in (change.before, change.after)]
            before, after = ellipsoid_area(polygonal(np.array([shapely.make_valid(p) for p in pair], object)))
            return round(float(after - before), 4)
    return None


def _class_name(schema: LayerSchema, row: Row) -> tuple[tuple[Change, ...], str, str] | None:
    code, name = row.get("DLBM"), row.get("DLMC")
    due = land_class_name(schema, code) if code else None
    if due is None or name == due:
        return None
    return (Change("DLMC", name, due),), f"名称改为“{due}”", f"name it {due}, as its code says"


def _areas(schema: LayerSchema, row: Row) -> tuple[tuple[Change, ...], str, str] | None:
    """The declared area follows the geometry, the deducted and the class area follow it."""
    code = schema.area_field
    if not code or row.get(GEOMETRY) is None or code not in row:
        return None
    shape = shapely.from_wkb(row[GEOMETRY])
    if not shapely.is_valid(shape):
        return None
    due = float(half_up(ellipsoid_area(np.array([shape], object)), 2)[0])
    return _balanced(row, {code: due})


def _sums(_: LayerSchema, row: Row) -> tuple[tuple[Change, ...], str, str] | None:
    return _balanced(row, {})


def _balanced(row: Row, due: dict[str, float]) -> tuple[tuple[Change, ...], str, str] | None:
    if {"TBMJ", "KCXS", "KCMJ", "TBDLMJ"} <= row.keys():
        whole = due.get("TBMJ", row["TBMJ"])
        if whole is None:
            return None
        cut = float(half_up(np.array([whole * (row["KCXS"] or 0.0)]), 2)[0])
        due |= {"KCMJ": cut, "TBDLMJ": float(half_up(np.array([whole - cut]), 2)[0])}
    changes = tuple(Change(field, row[field], value) for field, value in due.items() if row[field] != value)
    told = "、".join(f"{c.field} {c.before} → {c.after}" for c in changes)
    return (changes, f"面积改为：{told}", f"areas: {told} (m²)") if changes else None


def _repeats(_: LayerSchema, row: Row) -> tuple[tuple[Change, ...], str, str] | None:
    """Of two vertices nearer than a millimetre one goes, the same one from whichever side the border is walked."""
    before = row.get(GEOMETRY) or b""
    shape = shapely.from_wkb(before) if before else None
    if shape is None or not shapely.is_valid(shape):
        return None
    count = shapely.get_num_coordinates(shape)
    parts = [_thinned(part) for part in shapely.get_parts(shape)]
    after = parts[0] if len(parts) == 1 else type(shape)(parts)
    gone = count - shapely.get_num_coordinates(after)
    if gone <= 0 or not shapely.is_valid(after):
        return None
    change = Change(GEOMETRY, before.hex(), bytes(shapely.to_wkb(after)).hex())
    return (change,), f"删去 {gone} 个重复节点", f"drop {gone} repeated vertices"


def _thinned(part: Any) -> Any:
    if part.geom_type == "LineString":
        return shapely.LineString(_apart(shapely.get_coordinates(part), closed=False))
    rings = [_apart(shapely.get_coordinates(ring), closed=True) for ring in (part.exterior, *part.interiors)]
    return shapely.Polygon(rings[0], rings[1:]) if all(len(ring) > 3 for ring in rings) else part


def _apart(xy: np.ndarray, *, closed: bool) -> np.ndarray:
    kept = list(map(tuple, xy[:-1] if closed else xy))
    at = 0
    while len(kept) > 2 and at < len(kept) - (0 if closed else 1):
        one, two = kept[at], kept[(at + 1) % len(kept)]
        if np.hypot(one[0] - two[0], one[1] - two[1]) < _SPACING:
            ends = () if closed else (0, len(kept) - 1)
            drop = at if at not in ends and (one > two or (at + 1) in ends) else (at + 1) % len(kept)
            del kept[drop]
            at = max(at - 1, 0)
        else:
            at += 1
    return np.array([*kept, kept[0]] if closed else kept)


def _untied(_: LayerSchema, row: Row) -> tuple[tuple[Change, ...], str, str] | None:
    """A crossing ring becomes the one piece of ground it encloses, if all others are knots."""
    before = row.get(GEOMETRY) or b""
    shape = shapely.from_wkb(before) if before else None
    if shape is None or shapely.is_valid(shape) or shape.geom_type != "Polygon":
        return None
    parts = shapely.get_parts(polygonal(np.array([shapely.make_valid(shape)], object)))
    areas = shapely.area(parts)
    if not len(parts) or areas.sum() - areas.max() > _LOST * areas.max():
        return None
    after = shapely.orient_polygons(_without_knots(parts[int(areas.argmax())], shape))
    change = Change(GEOMETRY, before.hex(), bytes(shapely.to_wkb(after)).hex())
    return (change,), "去掉自相交处的结", "cut off the knots where the ring crosses itself"


def _without_knots(part: Any, drawn: Any) -> Any:
    """The part with only those holes that were drawn as holes."""
    holes = np.array([shapely.make_valid(shapely.Polygon(ring)) for ring in drawn.interiors], object)
    kept = []
    for ring in part.interiors:
        hole = shapely.Polygon(ring)
        if (shapely.area(shapely.intersection(hole, holes)) > hole.area / 2).any():
            kept.append(ring)
    return shapely.Polygon(part.exterior, kept)


MENDS: Final[Mapping[str, Mend]] = {
    "1306": _class_name,
    "1401": _areas,
    "1402": _sums,
    "1403": _sums,
    "1406": _areas,
    "1501": _untied,
    "1509": _repeats,
}
"""Rules whose findings can be mended mechanically."""
_TOGETHER: Final = ({"1306"}, {"1401", "1402", "1403", "1406"}, {"1501", "1509"})
"""Rules by what their repair changes."""
