"""Boundary-point files in the dialects of the trade, written the way their producers write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import shapely

from guotu.demo.plan import COUNTY_NAME, ZONE
from guotu.demo.projects import Piece, Planted
from guotu.model.arrays import Float64Array

_ENCODING = {
    "approval": "gbk",
    "supply": "utf-8-sig",
    "linkage": "gbk",
    "onemap": "utf-8",
    "enforcement": "gbk",
    "consolidation": "gbk",
}


def write_boundary(project: Planted, path: Path, made: date, pieces: tuple[Piece, ...] | None = None) -> None:
    """The project's file, dated `made`; `pieces` other than its own for the parcels of a plan change."""
    lines: list[str] = []
    if project.dialect != "enforcement":
        lines += _head(project, made)
    lines.append("[地块坐标]")
    for piece in pieces or project.pieces:
        lines += _parcel(piece, project)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(_ENCODING[project.dialect]))


def _head(project: Planted, made: date) -> list[str]:
    zone = ZONE.zone + (project.epsg - ZONE.epsg)
    lines = ["[项目信息]", f"项目名称={project.title}", f"项目代码={project.request.get('project_code', '')}"]
    if project.dialect not in ("approval", "supply"):
        lines = []
    lines += ["[属性描述]", "格式版本号=1.01", f"数据产生单位={COUNTY_NAME}测绘队", f"数据产生日期={made}"]
    return [
        *lines,
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        "精度=0.001",
        "转换参数=,,,,,,",
    ]


def _parcel(piece: Piece, project: Planted) -> list[str]:
    rings = _rings(piece.polygon)
    hectares = f"{shapely.area(piece.polygon) / 10_000:.4f}"
    count = sum(len(ring) - 1 for ring in rings)
    head = {
        "approval": f"{count},{hectares},{piece.number},{piece.name},面,,{piece.name},{piece.use},@",
        "supply": f"{count},{hectares},{piece.number},{piece.name},面,,{piece.name},{piece.use},@",
        "linkage": f",{hectares},,{piece.name},,,,{piece.use},@",
        "onemap": f"{piece.number},{piece.name},面,,@",
        "enforcement": f"{count},{piece.name},面,{piece.use},@",
        "consolidation": f"{count},{hectares},{piece.number},{piece.name},面,,{piece.name},{piece.use},新增,,,,,@",
    }[project.dialect]
    lines, number = [head], 1
    for circle, ring in enumerate(rings, start=1):
        first = number
        for at, (x, y) in enumerate(ring):
            label = first if at == len(ring) - 1 else number
            number += at != len(ring) - 1
            lines.append(_point(label, circle, x, y, project.dialect))
    return lines


def _point(label: int, circle: int, x: float, y: float, dialect: str) -> str:
    """X is north and Y is east, but for degrees, which come longitude first."""
    if dialect == "enforcement":
        return f"J{label},{circle},{x:.9f},{y:.9f}"
    if dialect == "linkage":
        return f"J{label},{y:.3f},{x:.3f},,{circle},"
    return f"{'J' if dialect != 'onemap' else ''}{label},{circle},{y:.3f},{x:.3f}"


def _rings(polygon: shapely.Geometry) -> list[Float64Array]:
    """Shells clockwise from their north-western point, each followed by its holes counter-clockwise; closed."""
    rings = []
    for part in shapely.get_parts(polygon):
        rings.append(_started(np.asarray(part.exterior.coords), clockwise=True))
        rings += [_started(np.asarray(hole.coords), clockwise=False) for hole in part.interiors]
    return rings


def _started(ring: Float64Array, *, clockwise: bool) -> Float64Array:
    if shapely.LinearRing(ring).is_ccw == clockwise:
        ring = ring[::-1]
    points = ring[:-1]
    first = int(np.argmax(points[:, 1] - points[:, 0]))
    points = np.roll(points, -first, axis=0)
    return np.vstack([points, points[:1]])
