"""1508: lines neither cross themselves nor stop short; boundaries break where they meet, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.schema import GeometryKind
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.lines import Ends, Fault, Kind, network, pseudo_nodes
from guotu.quality.registry import Again, Late, Surroundings, running_rule

_METRES = 111_000.0
_TEXTS = {
    Kind.SELF: ("线与自身相交", "the line crosses itself"),
    Kind.CROSSING: (
        "与第 {other} 个要素相交处没有打断",
        "it meets feature {other} here and neither breaks",
    ),
    Kind.JUNCTION: (
        "在第 {other} 个要素上终止，对方没有打断",
        "it ends on feature {other}, which does not break here",
    ),
    Kind.SHORT: (
        "端点距第 {other} 个要素 {metres:.3f} m，没有接上",
        "its end is {metres:.3f} m short of feature {other}",
    ),
    Kind.DANGLE: ("悬挂：端点不与任何线相接", "a loose end: it meets no other line"),
    Kind.PSEUDO: (
        "伪节点：与第 {other} 个要素同类，可以合并",
        "a false node: it and feature {other} are of one kind and could be one",
    ),
}


class Network:
    """Boxes, ends and kinds of all lines while they stream by."""

    def __init__(self, around: Surroundings, clause: Clause) -> None:
        self.clause = clause
        self.strict = around.schema.dataset in clause.parameters.get("networks", ())
        self._rows: list[Int64Array] = []
        self._boxes: list[Float64Array] = []
        self._ends: list[Float64Array] = []
        self._kinds: list[str] = []

    def feed(self, chunk: Chunk) -> None:
        lines = chunk.geometries
        whole = (shapely.get_type_id(lines) == 1) & ~shapely.is_empty(lines)
        parts = (shapely.get_type_id(lines) == 5) & (shapely.get_num_geometries(lines) == 1)
        rows = chunk.rows(whole | parts)
        single = shapely.get_geometry(lines[rows], 0)
        self._rows.append(rows.astype(np.int64) + chunk.first_row)
        self._boxes.append(shapely.bounds(single).reshape(-1, 4))
        tips = shapely.get_coordinates([shapely.get_point(single, 0), shapely.get_point(single, -1)])
        self._ends.append(tips.reshape(2, -1, 2))
        codes = [chunk.coded(code) for code in self._alike if chunk.has(code)]
        self._kinds += ["\0".join(str(code.values[code.index[row]]) for code in codes) for row in rows]

    @property
    def _alike(self) -> tuple[str, ...]:
        return tuple(self.clause.parameters.get("alike", ())) if self.strict else ()

    def finish(self, again: Again) -> Iterator[Late]:
        rows = np.concatenate(self._rows) if self._rows else np.empty(0, np.int64)
        if not len(rows):
            return
        boxes, tips = np.concatenate(self._boxes), np.concatenate(self._ends, axis=1)
        ends = Ends.of(*tips)
        snap = self.clause.number("snap_m") / _METRES
        yield from map(_late, network(rows, boxes, ends, again, snap=snap, strict=self.strict))
        if self.strict:
            alike = np.unique(self._kinds, return_inverse=True)[1].astype(np.int64)
            yield from map(_late, pseudo_nodes(rows, ends, alike))


def _late(fault: Fault) -> Late:
    zh, en = _TEXTS[fault.kind]
    facts = {"other": fault.other, "metres": fault.distance * _METRES}
    short = fault.kind is Kind.SHORT
    return Late(
        zh.format(**facts),
        en.format(**facts),
        row=fault.row,
        coordinate=fault.place,
        measure=fault.distance * _METRES if short else None,
        unit="m" if short else None,
    )


@running_rule("1508", geometry=(GeometryKind.LINE,))
def lines(around: Surroundings, clause: Clause) -> Network:
    return Network(around, clause)
