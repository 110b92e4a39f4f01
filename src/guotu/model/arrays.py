"""The array shapes that travel between rooms."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Float64Array: TypeAlias = npt.NDArray[np.float64]
Int64Array: TypeAlias = npt.NDArray[np.int64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
GeometryArray: TypeAlias = npt.NDArray[Any]
"""(n,) object array of shapely geometries, None where missing."""
