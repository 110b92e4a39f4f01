"""What a catalogue entry must satisfy before it is kept."""

from __future__ import annotations

import math
import re

import shapely
from shapely.geometry.base import BaseGeometry

from guotu.errors import GuotuError, Place
from guotu.errors.catalog import RESOURCE_INVALID
from guotu.model.resource import Resource
from guotu.standards import catalogue, divisioncode, domains

STATUSES = ("draft", "published", "retired")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_LONGEST = 10_000
_LARGEST_COVERAGE = 16 * 2**20
_POLYGONAL = (3, 6)
"""WKB types of Polygon and MultiPolygon."""


def check(resource: Resource) -> None:
    """Raise GT-3003 with the field that is wrong, GT-1311 for a category that is not in the tree."""
    if not _ID.fullmatch(resource.id):
        raise _wrong(
            resource, "id", "编号只用字母、数字和 . _ : -", "an id has only letters, digits and . _ : -"
        )
    for name in ("title", "title_en", "owner"):
        if not getattr(resource, name).strip():
            raise _wrong(resource, name, f"{name} 不能为空", f"{name} is empty")
    for name in ("title", "title_en", "owner", "abstract", "quality", "lineage", "location", "format"):
        if len(getattr(resource, name)) > _LONGEST:
            raise _wrong(
                resource, name, f"{name} 超过 {_LONGEST} 字", f"{name} is longer than {_LONGEST} characters"
            )
    catalogue.category(resource.category)
    if not divisioncode.is_code(resource.division):
        raise _wrong(resource, "division", "不是行政区代码", "not a division code")
    cycles = domains.domain("UPDATE_CYCLE").names.values()
    if resource.update_cycle not in cycles:
        known = "、".join(cycles)
        raise _wrong(
            resource, "update_cycle", f"更新周期应为{known}之一", f"the update cycle is one of {known}"
        )
    if resource.status not in STATUSES:
        raise _wrong(resource, "status", "没有这种状态", f"the status is one of {', '.join(STATUSES)}")
    _check_extent(resource)
    if resource.coverage is not None:
        polygon(resource)


def polygon(resource: Resource) -> BaseGeometry | None:
    """The area that a resource covers entirely, in degrees; raises GT-3003 where its WKB is no valid polygon."""
    wkb = resource.coverage
    if wkb is None:
        return None
    try:
        if (
            len(wkb) > _LARGEST_COVERAGE
            or int.from_bytes(wkb[1:5], "little" if wkb[0] else "big") not in _POLYGONAL
        ):
            raise ValueError
        shape: BaseGeometry = shapely.from_wkb(wkb)
    except (ValueError, IndexError, shapely.errors.GEOSException):
        raise _wrong(
            resource, "coverage", "覆盖范围应为多边形的 WKB", "the coverage is no WKB polygon"
        ) from None
    if shape.is_empty or not shape.is_valid or not _in_degrees(shape.bounds):
        raise _wrong(
            resource,
            "coverage",
            "覆盖范围不是有效的经纬度多边形",
            "the coverage is no valid polygon in degrees",
        )
    return shape


def _check_extent(resource: Resource) -> None:
    if resource.extent is not None and not _in_degrees(resource.extent):
        zh, en = "四至应为西、南、东、北，单位度", "the extent is west, south, east, north in degrees"
        raise _wrong(resource, "extent", zh, en)


def _in_degrees(box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return all(map(math.isfinite, box)) and -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _wrong(resource: Resource, field: str, zh: str, en: str) -> GuotuError:
    place = Place(key=resource.id[:128], field=field)
    return RESOURCE_INVALID(id=resource.id[:128], reason_zh=zh, reason_en=en, place=place)
