"""A county that errors can be planted into: rows as lists, each used once, and the truth of what was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from guotu.kernel.area import ellipsoid_area
from guotu.kernel.rounding import half_up
from planting.county import County

Row = dict[str, Any]


@dataclass(eq=False)
class Planted:
    """One finding that must be there: rule and layer, and where given the row (by its mark), the field, the place.

    `light` is None where it does not matter. `because` says which planting made it.
    """

    rule: str
    layer: str
    mark: int | None = None
    field: str | None = None
    area: shapely.Geometry | None = None
    key: str | None = None
    because: str = ""


class Sheet:
    """One layer under the spade."""

    def __init__(self, id: str, table: pa.Table, rng: np.random.Generator) -> None:
        self.id, self.schema, self.rng = id, table.schema, rng
        self.values: dict[str, list[Any]] = {name: table[name].to_pylist() for name in table.column_names}
        wkb = self.values.pop("geometry")
        self.shapes: list[Any] = list(shapely.from_wkb(np.array(wkb, object)))
        self.marks = list(range(len(self.shapes)))
        self.gone: set[int] = set()
        self.used: set[int] = set()
        self._ready: dict[object, list[int]] = {}
        self.clean = np.array(self.shapes, object)

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.clean)

    def row(self, at: int) -> Row:
        return {name: values[at] for name, values in self.values.items()}

    def set(self, at: int, **values: Any) -> None:
        for name, value in values.items():
            self.values[name][at] = value

    def neighbours(self, at: int) -> list[int]:
        """Rows of the clean layer that touch one."""
        return [n for n in self.tree.query(self.clean[at], predicate="intersects").tolist() if n != at]

    def pick(
        self, name: str, test: Callable[[Row, Any], bool], *, alone: bool = False, among: int | None = None
    ) -> int:
        """A row nobody has touched that passes a test; with `alone` its neighbours are set aside too."""
        if name not in self._ready:
            order = self.rng.permutation(len(self.clean))[:among].tolist()
            self._ready[name] = [at for at in order if test(self.row(at), self.clean[at])]
        ready = self._ready[name]
        while ready:
            at = ready.pop()
            around = self.neighbours(at) if alone else []
            if at not in self.used and not self.used & set(around):
                self.used |= {at, *around}
                return at
        raise LookupError(name)

    def append(self, like: int, shape: Any, **values: Any) -> int:
        """A new row at the end, like another one."""
        for name, column in self.values.items():
            column.append(values.get(name, column[like]))
        self.shapes.append(shape)
        self.marks.append(len(self.marks))
        self.used.add(len(self.shapes) - 1)
        return len(self.shapes) - 1

    def table(self) -> tuple[pa.Table, dict[int, int]]:
        """The layer as it is delivered, and the row number of each mark."""
        kept = [at for at in range(len(self.shapes)) if at not in self.gone]
        columns = {
            name: pa.array([values[at] for at in kept], self.schema.field(name).type)
            for name, values in self.values.items()
        }
        wkb = [None if self.shapes[at] is None else shapely.to_wkb(self.shapes[at]) for at in kept]
        columns["geometry"] = pa.array(wkb, pa.binary())
        return pa.table(columns), {self.marks[at]: number for number, at in enumerate(kept, 1)}


@dataclass(eq=False)
class Ground:
    """All layers, the truth, and the area each village and town is off by."""

    county: County
    rng: np.random.Generator
    truth: list[Planted] = field(default_factory=list)
    parcels_cents: dict[str, int] = field(default_factory=dict)
    village_cents: dict[str, int] = field(default_factory=dict)
    town_cents: dict[str, int] = field(default_factory=dict)
    serial: int = 0

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        return {id: Sheet(id, table, self.rng) for id, table in self.county.layers.items()}

    @property
    def dltb(self) -> Sheet:
        return self.sheets["dltb-2020"]

    @property
    def farm(self) -> Sheet:
        return self.sheets["yjjbnttb-2020"]

    @cached_property
    def protected(self) -> set[str]:
        """Clean shapes that are protected farmland."""
        return set(shapely.to_wkb(self.farm.clean, hex=True).tolist())

    @cached_property
    def territory(self) -> Any:
        return shapely.union_all(self.sheets["xzq-2020"].clean)

    @cached_property
    def rim(self) -> Any:
        """The county's outline, prepared."""
        rim = shapely.boundary(self.territory)
        shapely.prepare(rim)
        return rim

    @cached_property
    def seams(self) -> Any:
        """Edges of villages, prepared."""
        seams = shapely.union_all(shapely.boundary(self.sheets["cjdcq-2020"].clean))
        shapely.prepare(seams)
        return seams

    def number(self) -> int:
        """A number nobody has."""
        self.serial += 1
        return self.serial

    def told(
        self, rule: str, layer: str, at: int | None = None, field: str | None = None, **more: Any
    ) -> None:
        """Something a check must find."""
        self.truth.append(Planted(rule, layer, at, field, **more))

    def moved(self, village: str, square_metres: float) -> None:
        """The parcels of a village sum to so much more."""
        cents = round(square_metres * 100)
        self.parcels_cents[village[:12]] = self.parcels_cents.get(village[:12], 0) + cents

    def measured(self, at: int) -> None:
        """Rule 1401 on a parcel whose shape or declared area has changed, by its words: 0.05 m², 1 m², a thousandth."""
        sheet = self.dltb
        computed = float(half_up(ellipsoid_area(np.array([sheet.shapes[at]], object)), 2)[0])
        if abs(computed - sheet.values["TBMJ"][at]) > 0.05 + 1e-6:
            self.told("1401", sheet.id, at, "TBMJ", because="area")

    def settle(self) -> Iterator[Planted]:
        """Rule 1404 for every unit that no longer adds up."""
        villages, towns = self.sheets["cjdcq-2020"], self.sheets["xzq-2020"]
        for at, code in enumerate(villages.values["ZLDWDM"]):
            off = self.village_cents.get(code[:12], 0) - self.parcels_cents.get(code[:12], 0)
            if off:
                yield Planted("1404", villages.id, at, "DCMJ", because="sums")
        for at, code in enumerate(towns.values["XZQDM"]):
            below = sum(cents for unit, cents in self.village_cents.items() if unit[:9] == code)
            if self.town_cents.get(code, 0) - below:
                yield Planted("1404", towns.id, at, "DCMJ", because="sums")
