"""The map of a report: drawn as paths in the plane of the page, sharp at every zoom and in print."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import numpy as np
import orjson
import shapely

from guotu.model.finding import Finding
from guotu.ops.checking.result import Examination
from guotu.ops.checking.sample import sample

_WIDE = 1_000.0
_MARGIN = 0.03
_DECIMALS = 3
_FINE = 20_000
"""Shapes are simplified to this share of the map's extent."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A box in degrees laid on a plane `_WIDE` units wide, north up, true in scale at its middle."""

    west: float
    north: float
    scale: float
    shrink: float
    height: float

    @classmethod
    def around(cls, examined: Examination) -> Canvas | None:
        """The canvas of all layers, None where nothing has a place."""
        boxes = np.array([layer.extent for layer in examined.layers if layer.extent is not None])
        if not len(boxes):
            return None
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        shrink = math.cos(math.radians((south + north) / 2))
        width, height = max((east - west) * shrink, 1e-6), max(north - south, 1e-6)
        if height > width:
            west -= (height - width) / 2 / shrink
            width = height
        margin = width * _MARGIN
        scale = _WIDE / (width + 2 * margin)
        return cls(
            west - margin / shrink, north + margin, scale, shrink, max((height + 2 * margin) * scale, 300.0)
        )

    def draw(self, sink: TextIO, examined: Examination, shown: Sequence[tuple[int, Finding]]) -> None:
        """The layer's features in grey, the findings over them."""
        box = f"0 0 {_WIDE:g} {self.height:.1f}"
        sink.write(
            f'<svg id="map" viewBox="{box}" data-whole="{box}" role="img" tabindex="0"><g class="ground">'
        )
        for layer in examined.layers:
            if layer.report is not None:
                for feature in orjson.loads(sample(examined, layer))["features"]:
                    shape = shapely.from_geojson(orjson.dumps(feature["geometry"]))
                    sink.write(f'<path d="{self.path(shape)}"/>')
        sink.write('</g><g class="found">')
        for number, finding in shown:
            sink.write(self._mark(number, finding))
        sink.write("</g></svg>")

    def path(self, shape: Any) -> str:
        """The path of a geometry in degrees; a point is a stroke of no length, drawn round."""
        parts = []
        for part in shapely.get_parts(shape):
            rings = shapely.get_rings(part) if shapely.get_type_id(part) == 3 else [part]
            for ring in rings:
                xy = self._placed(shapely.get_coordinates(ring))
                closed = "z" if shapely.get_type_id(part) == 3 else ""
                if len(xy) == 1:
                    parts.append(f"M{_pair(xy[0])}h0")
                elif len(xy):
                    parts.append("M" + "L".join(map(_pair, xy)) + closed)
        return "".join(parts)

    def _mark(self, number: int, finding: Finding) -> str:
        attributes = f'data-n="{number}" data-rule="{finding.rule}" data-severity="{finding.severity.value}"'
        marks = []
        if finding.geometry is not None:
            shape = shapely.from_wkb(finding.geometry, on_invalid="ignore")
            if shape is not None and not shapely.is_empty(shape):
                fine = shapely.simplify(shape, _WIDE / self.scale / _FINE, preserve_topology=False)
                fine = shape if shapely.is_empty(fine) else fine
                dot = ' class="dot"' if shapely.get_type_id(shape) in (0, 4) else ""
                marks.append(f'<path{dot} d="{self.path(fine)}"/>')
        if finding.place.coordinate is not None:
            marks.append(f'<path class="dot" d="{self.path(shapely.Point(finding.place.coordinate))}"/>')
        return f"<g {attributes}>{''.join(marks)}</g>" if marks else ""

    def _placed(self, degrees: np.ndarray) -> np.ndarray:
        x = (degrees[:, 0] - self.west) * self.shrink * self.scale
        y = (self.north - degrees[:, 1]) * self.scale
        return np.asarray(np.round(np.column_stack((x, y)), _DECIMALS))


def _pair(xy: np.ndarray) -> str:
    return f"{xy[0]:g} {xy[1]:g}" if abs(xy).max() < 1000 else f"{xy[0]:.3f} {xy[1]:.3f}"
