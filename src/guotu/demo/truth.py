"""What a review must find: overlaps computed here with plain shapely and pyproj, and the verdicts that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from guotu.demo.measure import ellipsoid_area, to_lonlat, to_plane
from guotu.demo.plan import ZONE
from guotu.demo.projects import Piece, Planted
from guotu.demo.witness import SLIVER_AREA, SLIVER_WIDTH, Overlap, Witness
from guotu.model.arrays import BoolArray, GeometryArray

NATIONAL_KINDS: Final = ("highway", "railway", "energy", "water", "military")
ORDINARY: Final = ("建筑用", "建筑石料", "水泥用", "石灰岩")
"""Minerals of the invented rights that need no approval to be covered; all others do."""
BUFFER: Final = {"highway": 100.0}
REACH: Final = {"highway": 1000.0}
"""Metres around a project in which mines and hazard points count; 0 and 500 for all other kinds."""
RESERVED_FITS: Final = ("07", "08", "09", "10", "11", "12", "13", "14")
"""First classes that land planned as 留白 (16) may be used for."""
OLD_CONFORMING: Final = ("030", "040", "050")


def plane_of(project: Planted, piece: Piece) -> tuple[shapely.Geometry, int]:
    """A piece in the plane it is measured in: its own, or the 3° zone it lies in where the file speaks degrees."""
    if project.epsg != 4490:
        return piece.polygon, project.epsg
    zone = int(piece.polygon.centroid.x / 3 + 0.5)
    epsg = ZONE.epsg + zone - ZONE.zone
    return to_plane(np.array([piece.polygon]), epsg)[0], epsg


def describe(project: Planted, file: str, witness: Witness) -> dict[str, Any]:
    """The truth about one project."""
    shapes = [plane_of(project, piece) for piece in project.pieces]
    epsg = shapes[0][1]
    whole = shapely.union_all([shape for shape, _ in shapes])
    found = {
        dataset: witness.overlaps(dataset, whole, epsg) for dataset in witness.layers if dataset != "xz.dzzhd"
    }
    return {
        "key": project.key,
        "file": file,
        "title": project.title,
        "planted": project.about,
        "dialect": project.dialect,
        "zone_epsg": epsg,
        "request": project.request
        | (
            {"adjust_in": _numbers(project.adjust_in), "adjust_out": _numbers(project.adjust_out)}
            if project.adjust_in
            else {}
        ),
        "parcels": [_piece(p, s, e) for p, (s, e) in zip(project.pieces, shapes, strict=True)],
        "area_plane_m2": round(float(whole.area), 4),
        "area_ellipsoid_m2": round(float(ellipsoid_area(to_lonlat(np.array([whole]), epsg))[0]), 4),
        "overlaps": {dataset: _listed(witness, dataset, hits) for dataset, hits in found.items()},
        "expected": _expected(project, found, Ground(whole, epsg, witness)),
    }


def _numbers(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.number for piece in pieces]


def _piece(piece: Piece, shape: shapely.Geometry, epsg: int) -> dict[str, Any]:
    curved = float(ellipsoid_area(to_lonlat(np.array([shape]), epsg))[0])
    return {
        "number": piece.number,
        "name": piece.name,
        "area_plane_m2": round(float(shape.area), 4),
        "area_ellipsoid_m2": round(curved, 4),
        "parts": len(shapely.get_parts(shape)),
        "holes": int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum()),
    }


def _listed(witness: Witness, dataset: str, hits: list[Overlap]) -> dict[str, Any]:
    layer = witness.layers[dataset]
    return {
        "key_field": layer.key,
        "features": {
            witness.key(dataset, hit.row): {
                "plane_m2": round(hit.plane, 4),
                "ellipsoid_m2": round(hit.ellipsoid, 4),
                "mean_width_m": round(hit.width, 4),
                "counted": hit.counted,
            }
            for hit in hits
        },
        "counted_plane_m2": round(sum(hit.plane for hit in hits if hit.counted), 4),
    }


Found = dict[str, list[Overlap]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A project's area in its plane, and what lies around it."""

    shape: shapely.Geometry
    epsg: int
    witness: Witness

    def near(self, dataset: str) -> tuple[np.ndarray, GeometryArray]:
        """Rows close by and their geometries in the project's plane."""
        return self.witness.near(dataset, self.shape, self.epsg)

    def within(self, dataset: str, gap: float) -> list[tuple[int, float]]:
        """Rows no farther than `gap` metres and their distances."""
        return self.witness.within(dataset, self.shape, self.epsg, gap)

    def remainder(self, dataset: str) -> float:
        """m² of the project that a layer does not cover."""
        return _rest(self.shape, self.near(dataset)[1])


def _expected(project: Planted, found: Found, ground: Ground) -> dict[str, Any]:
    """Verdict and figures of each check by the rules of the trade."""
    witness = ground.witness
    strict = "attention" if project.request["kind"] in NATIONAL_KINDS else "fail"
    farm = [hit for hit in found["gh.yjjbntb"] if hit.counted]
    red = [hit for hit in found["gh.stbhhx"] if hit.counted]
    expected: dict[str, Any] = {
        "landuse": _landuse(found["xz.dltb"], witness),
        "farmland": {"verdict": strict if farm else "pass", "area_m2": _sum(farm), "features": len(farm)},
        "ecology": {"verdict": strict if red else "pass", "area_m2": _sum(red), "features": len(red)},
        "planning": _planning(project, found, ground),
        "planning_old": _planning_old(found, ground),
        "approved": _approved(project, found["gl.ydsp"], witness),
        "supplied": _supplied(project, found, ground),
        "minerals": _minerals(project, found, ground),
        "geohazard": _geohazard(project, found, ground),
    }
    if project.adjust_in:
        expected["adjustment"] = _adjustment(project, witness)
    return expected


def _sum(hits: list[Overlap]) -> float:
    return round(sum(hit.plane for hit in hits), 4)


def _landuse(hits: list[Overlap], witness: Witness) -> dict[str, Any]:
    """Raw m² by class, 田坎 taken out of cultivated land."""
    areas: dict[str, float] = {}
    for hit in hits:
        code = str(witness.value("xz.dltb", hit.row, "DLBM"))
        banks = float(witness.value("xz.dltb", hit.row, "KCXS"))
        areas[code] = areas.get(code, 0.0) + hit.plane * (1 - banks)
        if banks:
            areas["1203"] = areas.get("1203", 0.0) + hit.plane * banks
    return {"classes_m2": {code: round(area, 4) for code, area in sorted(areas.items())}}


def _by(hits: list[Overlap], dataset: str, name: str, witness: Witness) -> dict[str, float]:
    areas: dict[str, float] = {}
    for hit in hits:
        value = str(witness.value(dataset, hit.row, name))
        areas[value] = areas.get(value, 0.0) + hit.plane
    return {value: round(area, 4) for value, area in sorted(areas.items())}


def _fits(planned: str, applied: str) -> bool:
    return planned[:2] == applied[:2] or (planned == "16" and applied[:2] in RESERVED_FITS)


def _planning(project: Planted, found: Found, ground: Ground) -> dict[str, Any]:
    """The plan in force: zones first, then the planned class."""
    witness = ground.witness
    zones = _by([h for h in found["gh.czkfbj"] if h.counted], "gh.czkfbj", "规划分区代", witness)
    planned = _by([h for h in found["gh.ghyt"] if h.counted], "gh.ghyt", "GHDLBM", witness)
    outside = ground.remainder("gh.czkfbj")
    listed = project.title in witness.layers["gh.zdxm"].table.values["XMMC"]
    other = sum(area for code, area in planned.items() if not _fits(code, project.request["use"]))
    if outside >= SLIVER_AREA or zones.get("430", 0.0) >= SLIVER_AREA:
        verdict = "attention" if listed or project.request["kind"] in NATIONAL_KINDS else "fail"
    elif zones.get("420", 0.0) >= SLIVER_AREA or other >= SLIVER_AREA:
        verdict = "attention"
    else:
        verdict = "pass"
    return {
        "verdict": verdict,
        "zones_m2": zones,
        "outside_m2": round(outside, 4),
        "planned_m2": planned,
        "planned_otherwise_m2": round(other, 4),
        "key_project": listed,
    }


def _planning_old(found: Found, ground: Ground) -> dict[str, Any]:
    """The plan of 2006–2020, for reference beside the one in force: nothing worse than attention."""
    control = _by([h for h in found["gh.jsydgzq"] if h.counted], "gh.jsydgzq", "GZQLXDM", ground.witness)
    uses = _by([h for h in found["gh.tdytq"] if h.counted], "gh.tdytq", "TDYTQLXDM", ground.witness)
    fine = all(area < SLIVER_AREA for code, area in control.items() if code != "010")
    fine &= sum(area for code, area in uses.items() if code not in OLD_CONFORMING) < SLIVER_AREA
    return {"verdict": "pass" if fine else "attention", "control_m2": control, "use_zone_m2": uses}


def _approved(project: Planted, hits: list[Overlap], witness: Witness) -> dict[str, Any]:
    live = [h for h in hits if h.counted and witness.value("gl.ydsp", h.row, "DKZT") == "有效"]
    mine = project.request.get("project_code")
    own = [h for h in live if mine and witness.value("gl.ydsp", h.row, "XMDM") == mine]
    other = [h for h in live if h not in own]
    verdict = "fail" if other else "attention" if own else "pass"
    return {"verdict": verdict, "area_m2": _sum(other), "own_area_m2": _sum(own)}


def _supplied(project: Planted, found: Found, ground: Ground) -> dict[str, Any]:
    """Overlap with supplied land, and what neither an approval nor existing state construction land covers."""
    hits = [h for h in found["gl.gdgl"] if h.counted]
    own = [h for h in hits if ground.witness.value("gl.gdgl", h.row, "XMMC") == project.title]
    other = [h for h in hits if h not in own]
    rows, approved = ground.near("gl.ydsp")
    live = np.array([ground.witness.value("gl.ydsp", int(r), "DKZT") == "有效" for r in rows], bool)
    rows, parcels = ground.near("xz.dltb")
    state = parcels[_state_built(rows, ground.witness)]
    open_ground = _rest(ground.shape, np.concatenate([approved[live], state]))
    supply = project.request["stage"] == "supply" or bool(own)
    verdict = "fail" if other or (supply and open_ground >= SLIVER_AREA) else "attention" if own else "pass"
    return {
        "verdict": verdict,
        "area_m2": _sum(other),
        "own_area_m2": _sum(own),
        "not_approved_m2": round(_rest(ground.shape, approved[live]), 4),
        "uncovered_m2": round(open_ground, 4),
    }


def _state_built(rows: np.ndarray, witness: Witness) -> BoolArray:
    built = ("05", "06", "07", "08", "09")
    codes = [str(witness.value("xz.dltb", int(r), "DLBM")) for r in rows]
    state = [str(witness.value("xz.dltb", int(r), "QSXZ")).startswith(("1", "2")) for r in rows]
    is_built = [c[:2] in built or c in ("1001", "1003", "1004", "1005", "1109", "1201") for c in codes]
    return np.array([a and b for a, b in zip(state, is_built, strict=True)], bool)


def _minerals(project: Planted, found: Found, ground: Ground) -> dict[str, Any]:
    """Rights and deposits under the project or within its safety distance."""
    gap = BUFFER.get(project.request["kind"], 0.0)
    names = {"gl.ckq": "KCZKZ", "gl.tkq": "KCKZ", "xz.kcd": "KZ"}
    met: dict[str, list[str]] = {}
    kinds: list[str] = []
    for dataset, name in names.items():
        rows = {h.row for h in found[dataset] if h.counted}
        if gap:
            rows |= {row for row, _ in ground.within(dataset, gap)}
        met[dataset] = sorted(ground.witness.key(dataset, row) for row in rows)
        kinds += [str(ground.witness.value(dataset, row, name)) for row in rows]
    important = [kind for kind in kinds if not any(word in kind for word in ORDINARY)]
    return {
        "verdict": "fail" if important else "pass",
        "level": "important" if important else "ordinary" if kinds else "none",
        "buffer_m": gap,
        "features": {dataset: keys for dataset, keys in met.items() if keys},
        "direct": any(h.counted for dataset in names for h in found[dataset]),
    }


def _geohazard(project: Planted, found: Found, ground: Ground) -> dict[str, Any]:
    """Zones under the project and open points within reach."""
    reach = REACH.get(project.request["kind"], 500.0)
    zones = _by([h for h in found["xz.dzzhyfq"] if h.counted], "xz.dzzhyfq", "YFDJ", ground.witness)
    near = [
        item
        for item in ground.within("xz.dzzhd", reach)
        if ground.witness.value("xz.dzzhd", item[0], "SFXH") == "0"
    ]
    return {
        "verdict": "attention" if zones or near else "pass",
        "zones_m2": zones,
        "reach_m": reach,
        "points_inside": sorted(ground.witness.key("xz.dzzhd", row) for row, far in near if far == 0.0),
        "points_within_reach": sorted(ground.witness.key("xz.dzzhd", row) for row, _ in near),
    }


def _adjustment(project: Planted, witness: Witness) -> dict[str, Any]:
    """What comes in is no larger, lies on no line, and is no better farmland than what goes out."""
    inward = shapely.union_all([plane_of(project, p)[0] for p in project.adjust_in])
    outward = shapely.union_all([plane_of(project, p)[0] for p in project.adjust_out])
    lines = {
        dataset: _sum([h for h in witness.overlaps(dataset, inward, project.epsg) if h.counted])
        for dataset in ("gh.yjjbntb", "gh.stbhhx")
    }
    come, go = _soil(witness, inward, project.epsg), _soil(witness, outward, project.epsg)
    better = come["grade"] is not None and go["grade"] is not None and come["grade"] < go["grade"] - 0.5
    fair = inward.area - outward.area < SLIVER_AREA and not any(lines.values()) and not better
    fair &= go["fixed_m2"] <= 0.3 * outward.area
    fair &= come["cultivated_m2"] - (outward.area - go["fixed_m2"]) < SLIVER_AREA
    return {
        "verdict": "pass" if fair else "fail",
        "in_m2": round(float(inward.area), 4),
        "out_m2": round(float(outward.area), 4),
        "in_on_lines_m2": lines,
        "in_soil": come,
        "out_soil": go,
    }


def _soil(witness: Witness, shape: shapely.Geometry, epsg: int) -> dict[str, Any]:
    """Cultivated area, its mean grade (耕地等别, 1 is best), and what cannot be reclaimed."""
    cultivated = graded = weight = fixed = 0.0
    for hit in witness.overlaps("xz.dltb", shape, epsg):
        code = str(witness.value("xz.dltb", hit.row, "DLBM"))
        grade = witness.value("xz.dltb", hit.row, "GDDB")
        cultivated += hit.plane * code.startswith("01")
        fixed += hit.plane * (code in ("1001", "1003", "1101", "1103", "1109"))
        if code.startswith("01") and grade:
            graded, weight = graded + hit.plane * float(grade), weight + hit.plane
    mean = round(graded / weight, 6) if weight else None
    return {"cultivated_m2": round(cultivated, 4), "grade": mean, "fixed_m2": round(fixed, 4)}


def _rest(shape: shapely.Geometry, covering: GeometryArray) -> float:
    """m² of a shape that nothing covers, slivers left out."""
    rest = shape.difference(shapely.union_all(covering)) if len(covering) else shape
    parts = [
        p for p in shapely.get_parts(rest) if p.area >= SLIVER_AREA and 2 * p.area / p.length >= SLIVER_WIDTH
    ]
    return float(sum(part.area for part in parts))
