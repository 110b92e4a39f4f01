"""Ellipsoidal areas against published and independently computed figures."""

# figures in data/: computed from the official series and checked against an independent authalic integral
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely

import kernel_shapes
from guotu.kernel.area import areas_twin, densify_for_area, ellipsoid_area
from guotu.kernel.coords import crs_from_epsg, transform
from guotu.kernel.ellipsoid import SEMI_MINOR, SERIES
from guotu.kernel.wkb import lay_out, to_wkb
from guotu.model.datum import CGCS2000, GaussKruger

GOLDEN = json.loads((Path(__file__).parent / "data" / "ellipsoid_area_golden.json").read_text())


def test_the_ellipsoid_and_its_series_have_the_published_coefficients():
    assert pytest.approx(GOLDEN["ellipsoid"]["b"], abs=1e-9) == SEMI_MINOR
    assert pytest.approx([GOLDEN["ellipsoid"][name] for name in "ABCDE"], rel=1e-12) == SERIES


@pytest.mark.parametrize("case", GOLDEN["trapezoids"], ids=lambda case: f"{case['lat1_deg']}N")
def test_map_sheets_have_their_theoretical_area(case):
    sheet = kernel_shapes.many(shapely.box(110, case["lat1_deg"], 110 + case["dlon_deg"], case["lat2_deg"]))
    assert ellipsoid_area(sheet)[0] == pytest.approx(case["area_m2"], abs=1e-4)
    assert areas_twin(lay_out(to_wkb(sheet)))[0] == pytest.approx(case["area_m2"], abs=1e-4)


@pytest.mark.parametrize(
    ("south", "area"), [(30.0, 27_847_757.0265), (22.5, 29_668_626.1279), (45.0, 22_810_533.4409)]
)
def test_sheets_of_1_to_10_000_have_their_theoretical_area(south, area):
    sheet = kernel_shapes.many(shapely.box(111.0, south, 111.0625, south + 2.5 / 60))
    assert ellipsoid_area(sheet)[0] == pytest.approx(area, abs=1e-4)


@pytest.mark.parametrize("case", GOLDEN["parcels"], ids=lambda case: case["name"])
def test_surveyed_parcels_have_their_known_area(case):
    plane = kernel_shapes.many(shapely.Polygon(case["ring_EN"]))
    degrees = transform(plane, crs_from_epsg(case["epsg"]), CGCS2000)
    assert ellipsoid_area(degrees)[0] == pytest.approx(case["ellipsoid_area_m2"], abs=1e-4)


def test_densifying_long_edges_converges_on_the_surveyed_line():
    """20 km edges: the error of unsplit edges falls with the square of the number of pieces, as for the geodesic."""
    zone = GaussKruger(3, 38)
    corners = [
        (38_440_000, 3_750_000),
        (38_460_500, 3_751_500),
        (38_461_000, 3_772_800),
        (38_439_500, 3_771_000),
    ]
    ring = np.array([*corners, corners[0]], np.float64)

    def split(pieces: int) -> np.ndarray:
        share = np.arange(pieces)[:, None] / pieces
        points = np.concatenate([a + (b - a) * share for a, b in pairwise(ring)])
        return transform(kernel_shapes.many(shapely.Polygon(points)), zone, CGCS2000)

    unsplit, eighth, fine, finest = (ellipsoid_area(split(n))[0] for n in (1, 8, 64, 512))
    assert (unsplit - finest) / (eighth - finest) == pytest.approx(64, rel=0.01)
    assert abs(fine - finest) < 0.2
    geodesic, _ = pyproj.Geod(a=6378137, rf=298.257222101).geometry_area_perimeter(split(512)[0])
    assert finest == pytest.approx(abs(geodesic), abs=0.01)
    assert ellipsoid_area(densify_for_area(split(1), zone))[0] == pytest.approx(finest, rel=2e-8)
