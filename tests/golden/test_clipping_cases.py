"""Published cases of polygon clipping: overlay must agree with their expected answers."""

import json

import pytest
import shapely
from shapely.geometry import shape

import kernel_shapes
from conftest import open_data
from guotu.kernel.overlay import difference, intersections, overlap_areas, polygonal

pytestmark = pytest.mark.open_data
OPEN = open_data()
CASES = sorted(OPEN.glob("20_clip_golden_polygon_clipping/test/end-to-end/*")) if OPEN else []


def _geometries(path):
    loaded = json.loads(path.read_text())
    features = loaded["features"] if loaded["type"] == "FeatureCollection" else [loaded]
    return [_valid(f.get("geometry", f)["coordinates"], f.get("geometry", f)["type"]) for f in features]


def _valid(coordinates, kind):
    """Even-odd reading of rings, as the cases mean them (their inputs cross and repeat themselves)."""
    parts = [coordinates] if kind == "Polygon" else coordinates
    out = shapely.Polygon()
    for rings in parts:
        shapes = [shapely.make_valid(shapely.Polygon(ring)) for ring in rings if len(ring) > 3]
        if shapes:
            whole = shapes[0]
            for hole in shapes[1:]:
                whole = shapely.difference(whole, hole)
            out = shapely.union(out, whole)
    return out


def _expected(case, operation):
    for name in (operation, "all"):
        path = case / f"{name}.geojson"
        if path.exists():
            return _geometries(path)[0]
    return None


@pytest.mark.skipif(not CASES, reason="the open data set is not beside the project")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_published_case_is_met(case):
    first, *others = _geometries(case / "args.geojson")
    tolerance = 1e-9 * max(first.area, 1.0)
    expected = _expected(case, "difference")
    if expected is not None and others:
        got = difference(first, kernel_shapes.many(*others))
        assert shapely.symmetric_difference(got, expected).area <= tolerance
    expected = _expected(case, "intersection")
    if expected is not None and len(others) == 1:
        [got] = intersections(first, kernel_shapes.many(*others))
        assert shapely.symmetric_difference(got, expected).area <= tolerance
        [area] = overlap_areas(first, kernel_shapes.many(*_polygonal(others[0])))
        assert area == pytest.approx(expected.area, abs=tolerance)


def _polygonal(geometry):
    return polygonal(kernel_shapes.many(geometry))


MARTINEZ = sorted(OPEN.glob("20_clip_golden_martinez/test/genericTestCases/*.geojson")) if OPEN else []


@pytest.mark.skipif(not MARTINEZ, reason="the open data set is not beside the project")
@pytest.mark.parametrize("case", MARTINEZ, ids=lambda case: case.stem)
def test_a_generic_case_is_met(case):
    features = json.loads(case.read_text())["features"]
    shapes = [_valid(f["geometry"]["coordinates"], f["geometry"]["type"]) for f in features]
    if not all(shapely.is_valid(shape(f["geometry"])) for f in features[:2]):
        pytest.skip("the inputs are invalid")
    by_operation = {
        f["properties"].get("operation"): s
        for f, s in zip(features[2:], shapes[2:], strict=True)
        if "comment" not in f["properties"]  # the publisher says these answers are wrong
    }
    first, second = shapes[:2]
    tolerance = 1e-9 * max(first.area, 1.0)
    if "intersection" in by_operation:
        [got] = intersections(first, kernel_shapes.many(second))
        assert shapely.symmetric_difference(got, by_operation["intersection"]).area <= tolerance
        [area] = overlap_areas(*[_polygonal(first)[0], _polygonal(second)])
        assert area == pytest.approx(by_operation["intersection"].area, abs=tolerance)
    if "diff" in by_operation:
        got = difference(first, kernel_shapes.many(second))
        assert shapely.symmetric_difference(got, by_operation["diff"]).area <= tolerance
