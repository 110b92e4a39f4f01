"""Regions of exports: a box, a division whose outline the node holds, a boundary file or drawing."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely

from guotu.delivery.region import Region
from guotu.errors import GuotuError
from guotu.errors.export import DIVISION_NOT_HELD
from guotu.errors.general import REQUEST_INVALID
from guotu.errors.store import DATASET_UNKNOWN
from guotu.model.filter import Like
from guotu.model.project import ProjectBoundary
from guotu.model.query import Box, Query
from guotu.store.reading import Reader

OUTLINES: Final = {"xz.xzq": ("XZQDM", "XZQMC"), "xz.cjdcq": ("ZLDWDM", "ZLDWMC")}
"""Datasets whose polygons are divisions, with the fields of their code and name."""


def box_region(box: Box) -> Region:
    """A box in degrees; raises GT-1007 for one without extent or off the globe."""
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise REQUEST_INVALID(reason="bbox = west, south, east, north (°), west < east, south < north")
    return Region("bbox", f"{west:g},{south:g},{east:g},{north:g}", shapely.box(*box))


def division_region(reader: Reader, code: str) -> Region:
    """The polygons whose division code begins with `code`, joined; raises GT-6010."""
    held = []
    for dataset, (field, name) in OUTLINES.items():
        found = _outlines(reader, dataset, field, name, code) if code.isdigit() else None
        held.append(dataset)
        if found is not None:
            return found
    raise DIVISION_NOT_HELD(code=code, datasets="、".join(held))


def boundary_region(boundary: ProjectBoundary) -> Region:
    """The parcels of a boundary, joined."""
    return Region("boundary", boundary.name, _joined([p.polygon_lonlat for p in boundary.parcels]))


def _outlines(reader: Reader, dataset: str, field: str, name: str, code: str) -> Region | None:
    try:
        query = Query(dataset, where=Like(field, f"{code}%"), columns=(field, name))
        table = reader.table(query)
    except GuotuError as failure:
        if failure.kind is DATASET_UNKNOWN:
            return None
        raise
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    shapes = shapes[~shapely.is_missing(shapes)]
    if not len(shapes):
        return None
    names = dict(zip(table.column(field).to_pylist(), table.column(name).to_pylist(), strict=True))
    return Region("division", f"{code} {names.get(code, '')}".strip(), _joined(list(shapes)))


def _joined(polygons: list[Any]) -> Any:
    """One valid polygon or multipolygon."""
    whole = shapely.union_all(np.array(polygons, dtype=object))
    return whole if shapely.is_valid(whole) else shapely.make_valid(whole)
