"""Writing boundary TXT: points numbered through the rings, shells clockwise from the north-west, holes the other way round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from guotu.ingest.boundary_txt import FIELDS, HEADER_KEYS, BoundaryParcel, Dialect
from guotu.ingest.boundary_txt_rings import TxtPoint, TxtRing
from guotu.kernel.rounding import half_up
from guotu.model.arrays import Float64Array
from guotu.model.datum import Crs, Datum, GaussKruger

_DATUM_NAMES = {
    Datum.CGCS2000: "2000国家大地坐标系",
    Datum.XIAN80: "1980西安坐标系",
    Datum.BEIJING54: "1954北京坐标系",
}
_PLAIN = str.maketrans({",": "，", "\r": " ", "\n": " ", "\t": " "})
_METRE_DECIMALS, _DEGREE_DECIMALS = 3, 9


def parcel_of(
    polygon: Any,
    crs: Crs,
    *,
    number: str = "",
    name: str = "",
    use: str = "",
    land_class: str = "",
    sheet: str = "",
) -> BoundaryParcel:
    """A parcel ready to be written: rings labelled J1, J2 … as the rules want, hectares from the plane area.

    Needs    polygon in (x, y) of `crs`; declared hectares are left empty for degrees
    """
    decimals = _METRE_DECIMALS if isinstance(crs, GaussKruger) else _DEGREE_DECIMALS
    rings: list[TxtRing] = []
    label = 1
    for part in getattr(polygon, "geoms", [polygon]):
        for index, ring in enumerate((part.exterior, *part.interiors)):
            xy = _ordered(np.asarray(ring.coords)[:-1, :2], clockwise=index == 0)
            points = [
                TxtPoint(f"J{label + i}", x, y) for i, (x, y) in enumerate(half_up(xy, decimals).tolist())
            ]
            rings.append(TxtRing(len(rings) + 1, tuple(points)))
            label += len(points)
    hectares = None
    if isinstance(crs, GaussKruger):
        hectares = Decimal(f"{float(half_up(np.array([polygon.area / 10_000]), 4)[0]):.4f}")
    return BoundaryParcel(name, number, use, hectares, tuple(rings), polygon, crs, sheet, land_class, {})


def _ordered(xy: Float64Array, *, clockwise: bool) -> Float64Array:
    """Starting at the vertex farthest to the north-west, in the wanted sense."""
    x, y = xy[:, 0], xy[:, 1]
    is_clockwise = float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) < 0
    turned = xy if is_clockwise == clockwise else xy[::-1]
    start = int(np.argmax(turned[:, 1] - turned[:, 0]))
    return np.roll(turned, -start, axis=0)


def write(
    parcels: Sequence[BoundaryParcel],
    *,
    dialect: Dialect = Dialect.APPROVAL,
    header: Mapping[str, str] | None = None,
    encoding: str = "gb18030",
) -> bytes:
    """A file of one dialect; header keys given override the ones that follow from the CRS of the first parcel.

    Raises   ValueError for degrees in a dialect of metres or the other way round
    """
    crs = parcels[0].crs
    if isinstance(crs, GaussKruger) == (dialect is Dialect.ENFORCEMENT):
        raise ValueError(f"{dialect} does not hold coordinates of {crs}")
    lines = [] if dialect is Dialect.ENFORCEMENT else list(_header(crs, header or {}))
    lines.append("[地块坐标]")
    for parcel in parcels:
        lines.append(_parcel_line(parcel, dialect))
        lines.extend(_point_lines(parcel, dialect))
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def _header(crs: Crs, given: Mapping[str, str]) -> Iterable[str]:
    assert isinstance(crs, GaussKruger)
    derived = {
        "格式版本号": "1.01",
        "坐标系": _DATUM_NAMES[crs.datum],
        "几度分带": str(crs.width),
        "投影类型": "高斯克吕格",
        "计量单位": "米",
        "带号": str(crs.zone),
        "精度": "0.001",
        "转换参数": ",,,,,,",
    }
    yield "[属性描述]"
    values = derived | dict(given)
    for key in (*HEADER_KEYS, *(key for key in values if key not in HEADER_KEYS)):
        yield f"{key}={values.get(key, '')}"


def _parcel_line(parcel: BoundaryParcel, dialect: Dialect) -> str:
    points = sum(len(ring.points) + 1 for ring in parcel.rings)
    values = {
        "count": str(points),
        "area": "" if parcel.declared_ha is None else f"{parcel.declared_ha:.4f}",
        "number": parcel.number,
        "name": parcel.name,
        "shape": "面",
        "sheet": parcel.sheet,
        "use": parcel.use,
        "land_class": parcel.land_class,
        "": "",
    } | dict(parcel.extra or {})
    return ",".join([*(values.get(key, "").translate(_PLAIN) for key in FIELDS[dialect]), "@"])


def _point_lines(parcel: BoundaryParcel, dialect: Dialect) -> Iterable[str]:
    for ring in parcel.rings:
        closed = (*ring.points, ring.points[0])
        for index, point in enumerate(closed):
            edge = "" if index == 0 else f"{_length(closed[index - 1], point):.2f}"
            yield _point_line(point, ring.number, edge, dialect)


def _length(a: TxtPoint, b: TxtPoint) -> float:
    return float(np.hypot(a.x - b.x, a.y - b.y))


def _point_line(point: TxtPoint, ring: int, edge: str, dialect: Dialect) -> str:
    label = point.label.translate(_PLAIN)
    if dialect is Dialect.ENFORCEMENT:
        return f"{label},{ring},{point.x:.{_DEGREE_DECIMALS}f},{point.y:.{_DEGREE_DECIMALS}f}"
    north, east = f"{point.y:.{_METRE_DECIMALS}f}", f"{point.x:.{_METRE_DECIMALS}f}"
    if dialect is Dialect.LINKAGE:
        return f"{label},{north},{east},{edge},{ring},"
    return f"{label},{ring},{north},{east}"
