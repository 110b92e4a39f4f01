"""`guotu area`: ellipsoid and plane area of every feature of a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import shapely

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.ingest.source import SourceLayer, open_source
from guotu.kernel.area import ellipsoid_area, plane_area
from guotu.kernel.coords import transform, zone_of
from guotu.kernel.rounding import hectares, mu
from guotu.model.arrays import Float64Array, GeometryArray
from guotu.model.change import GEOMETRY
from guotu.model.datum import CGCS2000, GaussKruger


@click.command("area")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--layer", help="图层 / layer, where the file has several")
@click.option(
    "--crs", "crs_epsg", type=int, help="仅当文件没有坐标系时 / EPSG code, only where the file has none"
)
@json_option
@pass_told
def command(told: Told, path: Path, layer: str | None, crs_epsg: int | None, as_json: bool) -> None:
    """Ellipsoid and plane area of every feature of a file, in m².

    Example: guotu area project.txt --json
    """
    with (
        tempfile.TemporaryDirectory() as work,
        open_source(path, work=Path(work), crs_epsg=crs_epsg) as source,
    ):
        found = source.layer(layer)
        features = list(_features(found))
        evidence = found.crs_evidence
    totals = {
        name: float(np.nansum([feature[name] for feature in features], dtype=float))
        for name in ("area_ellipsoid_m2", "area_plane_m2")
    }
    told.say(f"坐标系：{evidence.zh}", f"Coordinate system: {evidence.en}")
    if as_json:
        emit({"file": path.name, "layer": found.name, "features": features, "totals": totals})
        return
    for feature in features:
        areas = f"{feature['area_ellipsoid_m2']:.4f}\t{feature['area_plane_m2']:.4f}"
        click.echo(f"{feature['index']}\t{areas}\tEPSG:{feature['zone_epsg']}")
    total = totals["area_plane_m2"]
    ellipsoid = totals["area_ellipsoid_m2"]
    told.say(
        f"合计：椭球面积 {ellipsoid:.2f} 平方米，平面面积 {total:.2f} 平方米"
        f"（{hectares(total):.4f} 公顷，{mu(total):.2f} 亩）",
        f"Total: ellipsoid {ellipsoid:.2f} m², plane {total:.2f} m² ({hectares(total):.4f} ha, {mu(total):.2f} mu)",
    )


def _features(layer: SourceLayer) -> Iterator[dict[str, Any]]:
    index = 0
    for batch in layer.batches():
        shapes = _shapes(batch)
        degrees = shapes if layer.crs == CGCS2000 else transform(shapes, layer.crs, CGCS2000)
        ellipsoid = ellipsoid_area(degrees)
        plane, zones = _plane(layer, shapes, degrees)
        for on_ellipsoid, in_plane, zone in zip(ellipsoid.tolist(), plane.tolist(), zones, strict=True):
            yield {
                "index": index,
                "area_ellipsoid_m2": _number(on_ellipsoid),
                "area_plane_m2": _number(in_plane),
                "zone_epsg": zone.epsg,
            }
            index += 1


def _shapes(batch: pa.RecordBatch) -> GeometryArray:
    return np.asarray(shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False)))


def _plane(
    layer: SourceLayer, shapes: GeometryArray, degrees: GeometryArray
) -> tuple[Float64Array, list[GaussKruger]]:
    """Plane areas in the file's own zone, or in the zone each feature lies in where the file is in degrees."""
    if isinstance(layer.crs, GaussKruger):
        return plane_area(shapes), [layer.crs] * len(shapes)
    longitudes = np.nan_to_num(shapely.get_x(shapely.centroid(degrees)), nan=105.0)
    zones = [zone_of(longitude) for longitude in longitudes.tolist()]
    areas = np.full(len(shapes), np.nan)
    for zone in set(zones):
        mine = np.array([one == zone for one in zones])
        areas[mine] = plane_area(transform(degrees[mine], CGCS2000, zone))
    return areas, zones


def _number(value: float) -> float | None:
    return None if np.isnan(value) else value
