"""The next year's survey: about one parcel in a hundred split, merged, put to another use, or put right."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo.layers_plan import Zoning
from guotu.demo.layers_survey import PLANTING, Survey, class_names
from guotu.demo.measure import ellipsoid_area, half_up, to_lonlat
from guotu.demo.noise import Rng
from guotu.demo.plan import DIVISION
from guotu.demo.writers import Table

SHARES: Final = {"split": 0.003, "merge": 0.002, "class": 0.003, "fix": 0.002}
_TILLAGE: Final = ("KCDLBM", "GDLX", "GDPDJB", "TBXHDM", "TBXHMC", "ZZSXDM", "ZZSXMC", "XZDWKD", "CZCSXM")


@dataclass(slots=True)
class Changes:
    """What was changed: keys before and after."""

    splits: list[dict[str, Any]] = field(default_factory=list)
    merges: list[dict[str, Any]] = field(default_factory=list)
    classes: list[dict[str, Any]] = field(default_factory=list)
    fixes: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Plain values for the truth file."""
        return {"splits": self.splits, "merges": self.merges, "classes": self.classes, "fixes": self.fixes}


class _Editor:
    """Rows as they change. Rows taken once are not taken again."""

    def __init__(self, survey: Survey, zoning: Zoning, rng: Rng) -> None:
        self.survey, self.zoning, self.rng = survey, zoning, rng
        self.values = {c.name: survey.table.array(c.name).astype(object) for c in survey.table.columns}
        self.geometry = survey.polygons.copy()
        self.added: list[tuple[dict[str, Any], shapely.Polygon]] = []
        self.gone = np.zeros(len(survey.polygons), bool)
        self.busy = np.zeros(len(survey.polygons), bool)
        self.next_key = len(survey.polygons) + 1
        numbers = survey.table.array("TBBH").astype(int)
        self.next_number = {
            int(v): int(numbers[survey.village == v].max()) + 1 for v in np.unique(survey.village)
        }
        self.tree = shapely.STRtree(survey.polygons)
        self.changes = Changes()

    def row(self, at: int) -> dict[str, Any]:
        """The values of one row."""
        return {name: value[at] for name, value in self.values.items()}

    def renew(self, row: dict[str, Any], village: int) -> dict[str, Any]:
        """A new key and number in the village, dated the new year."""
        row["BSM"] = f"{DIVISION}2110{self.next_key:08d}"
        row["TBBH"] = f"{self.next_number[village]:05d}"
        row["SJNF"] = self.survey.calendar.second_year
        self.next_key += 1
        self.next_number[village] += 1
        return row

    def set(self, at: int, row: dict[str, Any]) -> None:
        """Write a row back."""
        for name, value in row.items():
            self.values[name][at] = value

    def measure(self, row: dict[str, Any], area: float) -> None:
        """Area fields of a row for a new 图斑面积."""
        row["TBMJ"] = area
        row["KCMJ"] = float(half_up(np.array([area * float(row["KCXS"])]))[0])
        row["TBDLMJ"] = round(area - row["KCMJ"], 2)

    def split(self, at: int) -> bool:
        """Cut along a chord between two vertices; the two areas add up to the old one."""
        pieces = _halves(self.geometry[at])
        if pieces is None:
            return False
        village = int(self.survey.village[at])
        old, total = self.values["BSM"][at], float(self.values["TBMJ"][at])
        first = float(half_up(ellipsoid_area(to_lonlat(np.array(pieces[:1], object))))[0])
        rows = [self.renew(self.row(at), village), self.renew(self.row(at), village)]
        self.measure(rows[0], first)
        self.measure(rows[1], round(total - first, 2))
        self.set(at, rows[0])
        self.geometry[at] = pieces[0]
        self.added.append((rows[1], pieces[1]))
        self.changes.splits.append({"from": str(old), "to": [row["BSM"] for row in rows]})
        return True

    def merge(self, at: int) -> bool:
        """Join a neighbour of the same class, owner and village."""
        same = ("DLBM", "QSDWDM", "GDPDJB", "GDLX", "ZLDWDM", "CZCSXM", "KCXS", "ZZSXDM")
        for other in self.tree.query(self.geometry[at], predicate="touches").tolist():
            alike = all(self.values[name][at] == self.values[name][other] for name in same)
            if not alike or self.busy[other] or other == at:
                continue
            union = shapely.coverage_union(self.geometry[at], self.geometry[other])
            if union.geom_type != "Polygon" or not union.is_valid:
                continue
            self.busy[other] = self.gone[other] = True
            row = self.renew(self.row(at), int(self.survey.village[at]))
            old = [str(self.values["BSM"][i]) for i in (at, other)]
            self.measure(row, round(float(self.values["TBMJ"][at]) + float(self.values["TBMJ"][other]), 2))
            self.set(at, row)
            self.geometry[at] = shapely.orient_polygons(union)
            self.changes.merges.append({"from": old, "to": row["BSM"]})
            return True
        return False

    def reclass(self, at: int) -> bool:
        """Farmland built on or flooded, an orchard ploughed up again; never protected farmland."""
        before = str(self.values["DLBM"][at])
        if self.zoning.farm[at] or self.zoning.red[at] or not before.startswith(("01", "02")):
            return False
        row = self.renew(self.row(at), int(self.survey.village[at]))
        for name in _TILLAGE:
            row[name] = "" if name != "XZDWKD" else float("nan")
        row["KCXS"], row["GDDB"] = 0.0, None
        if before.startswith("01"):
            after = "0601" if self.rng.random() < 0.6 else "1104"
            row["CZCSXM"] = "203A" if after == "0601" else ""
        else:
            after = "0103"
            row |= {"GDPDJB": "1", "ZZSXDM": "LS", "ZZSXMC": PLANTING["LS"], "GDDB": 8}
        row["DLBM"], row["DLMC"] = after, str(class_names(np.array([after]))[0])
        self.measure(row, float(row["TBMJ"]))
        old = str(self.values["BSM"][at])
        self.set(at, row)
        self.changes.classes.append({"from": old, "to": row["BSM"], "before": before, "after": after})
        return True

    def fix(self, at: int) -> bool:
        """The crop of a field was noted wrong: the key stays."""
        if str(self.values["ZZSXDM"][at]) != "LS":
            return False
        self.values["ZZSXDM"][at], self.values["ZZSXMC"][at] = "LYFL", PLANTING["LYFL"]
        self.changes.fixes.append(
            {"key": str(self.values["BSM"][at]), "field": "ZZSXDM", "before": "LS", "after": "LYFL"}
        )
        return True


def next_year(survey: Survey, zoning: Zoning, rng: Rng) -> tuple[Table, Changes]:
    """DLTB of the second year and what was changed; the sum of 图斑面积 of every village stays to the cent."""
    editor = _Editor(survey, zoning, rng)
    count = len(survey.polygons)
    order = rng.permutation(count).tolist()
    for kind, act in (
        ("split", editor.split),
        ("merge", editor.merge),
        ("class", editor.reclass),
        ("fix", editor.fix),
    ):
        wanted = max(3, round(SHARES[kind] * count))
        for at in order:
            if wanted == 0:
                break
            if not editor.busy[at] and act(at):
                editor.busy[at] = True
                wanted -= 1
    keep = np.flatnonzero(~editor.gone)
    columns = survey.table.columns
    values = {
        c.name: np.concatenate(
            [editor.values[c.name][keep], np.array([row[c.name] for row, _ in editor.added], object)]
        )
        for c in columns
    }
    shapes = np.array([shape for _, shape in editor.added], object)
    return Table("DLTB", columns, values, np.concatenate([editor.geometry[keep], shapes])), editor.changes


def _halves(parcel: shapely.Polygon) -> tuple[shapely.Polygon, shapely.Polygon] | None:
    """Two parts of a hole-free parcel on either side of a chord between two of its vertices, both of some size."""
    ring = shapely.get_coordinates(parcel.exterior)[:-1]
    count = len(ring)
    if parcel.interiors or count < 12 or parcel.area < 3000.0:
        return None
    for start in range(0, count // 2, max(1, count // 8)):
        end = start + count // 2
        chord = shapely.LineString([ring[start], ring[end]])
        if not parcel.covers(chord) or chord.intersection(parcel.exterior).length > 0.01:
            continue
        one = shapely.Polygon(ring[start : end + 1])
        two = shapely.Polygon(np.vstack([ring[end:], ring[: start + 1]]))
        if one.is_valid and two.is_valid and min(one.area, two.area) > 0.3 * parcel.area:
            return shapely.orient_polygons(one), shapely.orient_polygons(two)
    return None
