"""Lays delivered layers under planted projects, with plain shapely and pyproj."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from guotu.demo.measure import ellipsoid_area, to_lonlat, to_plane
from guotu.demo.writers import Table
from guotu.model.arrays import GeometryArray

SLIVER_AREA, SLIVER_WIDTH, TRACE = 1.0, 0.1, 0.01
"""m², m, m²: below the first or narrower than the second is 压盖误差; below the third nothing."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A delivered layer: dataset, the field that names a feature, its table, and where its coordinates are (EPSG)."""

    dataset: str
    key: str
    table: Table
    epsg: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """One feature under one project: plane area in the project's zone, ellipsoid area, mean width of the shared part."""

    row: int
    plane: float
    ellipsoid: float
    width: float

    @property
    def counted(self) -> bool:
        return self.plane >= SLIVER_AREA and self.width >= SLIVER_WIDTH


class Witness:
    """Layers ready to be laid under projects."""

    def __init__(self, layers: list[Layer]) -> None:
        self.layers = {layer.dataset: layer for layer in layers}
        self._trees = {layer.dataset: shapely.STRtree(layer.table.geometry) for layer in layers}

    def overlaps(self, dataset: str, shape: shapely.Geometry, epsg: int) -> list[Overlap]:
        """Overlaps of a shape in the plane `epsg` with every feature of a layer, above a trace."""
        rows, candidates = self.near(dataset, shape, epsg)
        shared = shapely.intersection(shape, candidates)
        shared = np.array([_areal(g) for g in shared], object)
        plane = shapely.area(shared)
        keep = plane >= TRACE
        lonlat = to_lonlat(shared[keep], epsg) if keep.any() else shared[keep]
        curved = ellipsoid_area(lonlat) if keep.any() else np.empty(0)
        width = 2 * plane[keep] / shapely.length(shared[keep])
        found = zip(rows[keep].tolist(), plane[keep].tolist(), curved.tolist(), width.tolist(), strict=True)
        return [Overlap(*item) for item in found]

    def near(
        self, dataset: str, shape: shapely.Geometry, epsg: int, gap: float = 0.0
    ) -> tuple[np.ndarray, GeometryArray]:
        """Rows near a shape and their geometries in the shape's plane."""
        layer = self.layers[dataset]
        assert layer.table.geometry is not None
        around = to_lonlat(np.array([shape.buffer(gap + 5.0)]), epsg)
        window = around[0] if layer.epsg == 4490 else to_plane(around, layer.epsg)[0]
        rows = np.sort(self._trees[layer.dataset].query(window))
        geometry = layer.table.geometry[rows]
        if layer.epsg != epsg:
            lonlat = geometry if layer.epsg == 4490 else to_lonlat(geometry, layer.epsg)
            geometry = to_plane(lonlat, epsg)
        return rows, geometry

    def within(self, dataset: str, shape: shapely.Geometry, epsg: int, gap: float) -> list[tuple[int, float]]:
        """Rows no farther than `gap` metres and their distances."""
        rows, geometry = self.near(dataset, shape, epsg, gap)
        far = shapely.distance(geometry, shape)
        return [(int(r), float(d)) for r, d in zip(rows, far, strict=True) if d <= gap]

    def value(self, dataset: str, row: int, name: str) -> Any:
        """An attribute of a feature."""
        return self.layers[dataset].table.values[name][row]

    def key(self, dataset: str, row: int) -> str:
        """The business key of a feature."""
        return str(self.value(dataset, row, self.layers[dataset].key))


def _areal(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons of an intersection."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    return shapely.MultiPolygon([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])
