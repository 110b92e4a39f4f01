"""`guotu area`: ellipsoid and plane area of every feature of a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.reading import crs_option, layer_option


@click.command("area")
@click.argument("path", type=click.Path(path_type=Path))
@layer_option
@crs_option
@json_option
@pass_told
def command(told: Told, path: Path, layer: str | None, crs_epsg: int | None, as_json: bool) -> None:
    """文件中每个图形的椭球面积和平面面积（平方米）。没有节点也能用。

    Ellipsoid and plane area of every feature of a file, in m². Needs no node.

    Example: guotu area project.txt --json
    """
    from guotu.ingest.source import open_source
    from guotu.ops.intake import limits
    from guotu.ops.measuring import measured, totals

    with (
        tempfile.TemporaryDirectory() as work,
        open_source(path, work=Path(work), crs_epsg=crs_epsg, limits=limits(told.settings)) as source,
    ):
        found = source.layer(layer)
        features = list(measured(found))
    told.say(f"坐标系：{found.crs_evidence.zh}", f"Coordinate system: {found.crs_evidence.en}")
    sums = totals(features)
    if as_json:
        emit({"file": path.name, "layer": found.name, "features": features, "totals": sums})
    else:
        _tell(told, features, sums)


def _tell(told: Told, features: list[dict[str, Any]], sums: dict[str, float]) -> None:
    from guotu.kernel.rounding import hectares, mu

    for feature in features:
        if feature["zone_epsg"] is None:
            click.echo(f"{feature['index']}\t-\t-\t-")
            continue
        areas = f"{feature['area_ellipsoid_m2']:.4f}\t{feature['area_plane_m2']:.4f}"
        click.echo(f"{feature['index']}\t{areas}\tEPSG:{feature['zone_epsg']}")
    plane, ellipsoid = sums["area_plane_m2"], sums["area_ellipsoid_m2"]
    told.say(
        f"合计：椭球面积 {ellipsoid:.2f} 平方米，平面面积 {plane:.2f} 平方米"
        f"（{hectares(plane):.4f} 公顷，{mu(plane):.2f} 亩）",
        f"Total: ellipsoid {ellipsoid:.2f} m², plane {plane:.2f} m² ({hectares(plane):.4f} ha, {mu(plane):.2f} mu)",
    )
