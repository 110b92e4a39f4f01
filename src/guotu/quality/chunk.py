"""One batch of a layer as the rules see it: columns by field code, geometries, measures, each computed once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from guotu.kernel.area import ellipsoid_area_wkb
from guotu.kernel.wkb import Layout, lay_out
from guotu.model.arrays import BoolArray, Float64Array, GeometryArray, Int64Array
from guotu.model.change import GEOMETRY
from guotu.model.schema import LayerSchema
from guotu.quality.shape import Shapes, shapes


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as few distinct values and an index into them; the last value is None (null)."""

    values: list[str | None]
    index: npt.NDArray[np.int32]

    def where(self, test: Callable[[str | None], bool]) -> BoolArray:
        """(n,) rows whose value passes `test`, which is asked once per distinct value."""
        flags = np.fromiter((test(value) for value in self.values), bool, len(self.values))
        chosen: BoolArray = flags[self.index]
        return chosen

    def among(self, *values: str) -> BoolArray:
        return self.where(lambda value: value in values)

    def starting(self, *prefixes: str) -> BoolArray:
        return self.where(lambda value: value is not None and value.startswith(prefixes))

    @property
    def given(self) -> BoolArray:
        """(n,) rows that have a value."""
        return np.asarray(self.index != len(self.values) - 1, np.bool_)


class Chunk:
    """A batch with lazily derived views.

    `first_row` is the number of its first row, counted from 1 in the layer; `division` the code of the place it belongs to.
    """

    def __init__(
        self,
        schema: LayerSchema,
        batch: pa.RecordBatch,
        first_row: int,
        geometries: GeometryArray | None = None,
        division: str | None = None,
    ) -> None:
        self.schema, self.batch, self.first_row, self.division = schema, batch, first_row, division
        self._geometries = geometries
        self._coded: dict[str, Coded] = {}
        self._numbers: dict[str, Float64Array] = {}

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def has(self, *codes: str) -> bool:
        """Whether every one of these columns arrived."""
        names = self.batch.schema.names
        return all(code in names for code in codes)

    def column(self, code: str) -> pa.Array:
        return self.batch.column(code)

    def coded(self, code: str) -> Coded:
        """A column as text codes; numbers are written as text."""
        if code not in self._coded:
            column = self.column(code)
            if not pa.types.is_string(column.type):
                column = column.cast(pa.string())
            encoded = column.dictionary_encode()
            values: list[str | None] = [*encoded.dictionary.to_pylist(), None]
            index = encoded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)
            self._coded[code] = Coded(values, index.astype(np.int32, copy=False))
        return self._coded[code]

    def numbers(self, code: str) -> Float64Array:
        """(n,) float64, NaN where null or not a number."""
        if code not in self._numbers:
            column = self.column(code)
            if not pa.types.is_floating(column.type):
                column = column.cast(pa.float64(), safe=False)
            self._numbers[code] = column.fill_null(np.nan).to_numpy(zero_copy_only=False)
        return self._numbers[code]

    @property
    def wkb(self) -> pa.Array:
        """(n,) binary; a table's rows have none."""
        if not self.has(GEOMETRY):
            return pa.nulls(len(self), pa.binary())
        return self.batch.column(GEOMETRY)

    @cached_property
    def geometries(self) -> GeometryArray:
        """(n,) shapely geometries in degrees, None where missing."""
        if self._geometries is None:
            self._geometries = np.atleast_1d(shapely.from_wkb(self.wkb.to_numpy(zero_copy_only=False)))
        return self._geometries

    @cached_property
    def areas(self) -> Float64Array:
        """(n,) m² on the ellipsoid, NaN where missing."""
        return ellipsoid_area_wkb(self.wkb)

    @cached_property
    def shapes(self) -> Shapes:
        """Lengths, vertex spacing and fingerprints of all geometries."""
        return shapes(self.layout)

    @cached_property
    def layout(self) -> Layout:
        """Where the rings, lines and points of all geometries are."""
        return lay_out(self.wkb)

    @cached_property
    def present(self) -> BoolArray:
        """(n,) rows with a geometry that is not empty."""
        return np.asarray(self.shapes.vertices > 0, np.bool_)

    def rows(self, mask: BoolArray) -> Int64Array:
        """Positions in this batch where the mask holds."""
        return np.flatnonzero(mask)

    def value(self, code: str, row: int) -> object:
        """One cell as a Python value."""
        return self.column(code)[row].as_py()

    def key(self, row: int) -> str | None:
        """The business key of a row, its parts joined by `/`, or its BSM where the layer has no key."""
        codes = self.schema.key or (("BSM",) if self.has("BSM") else ())
        parts = [self.value(code, row) for code in codes if self.has(code)]
        return "/".join("" if part is None else str(part) for part in parts) or None
