"""Tiles read back by an independent reader hold what was put in, to the unit."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

import kernel_shapes
from guotu.kernel.tile import encode_layer
from guotu.kernel.wkb import to_wkb
from tile_reader import read_tile


def _tile_of(lon, lat, z):
    n = 2**z
    share = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return int((lon + 180) / 360 * n), int(share * n)


def _in_tile(xy, z, x, y):
    """The specification's own formula."""
    n = 2**z
    east = ((xy[:, 0] + 180) / 360 * n - x) * 4096
    south = ((1 - np.arcsinh(np.tan(np.radians(xy[:, 1]))) / np.pi) / 2 * n - y) * 4096
    return np.column_stack([east, south])


@given(kernel_shapes.polygons(), st.integers(6, 17))
def test_a_polygons_area_survives_clipping_and_rounding(polygon, z):
    x, y = _tile_of(*shapely.get_coordinates(shapely.point_on_surface(polygon))[0], z)
    expected = shapely.clip_by_rect(
        shapely.transform(polygon, lambda xy: _in_tile(xy, z, x, y)), -64, -64, 4160, 4160
    )
    body = encode_layer("p", to_wkb(kernel_shapes.many(polygon)), {}, z, x, y, smallest=0.0)
    drawn = 0.0
    if body:
        [feature] = read_tile(body)["p"]["features"]
        for points, closed in feature["paths"]:
            assert closed
            xs, ys = np.array(points).T
            assert xs.min() >= -64
            assert ys.min() >= -64
            assert xs.max() <= 4160
            assert ys.max() <= 4160
            drawn += (xs * np.roll(ys, -1) - np.roll(xs, -1) * ys).sum() / 2
    assert abs(drawn - expected.area) <= 1.5 * expected.length + 8


@given(
    st.lists(st.tuples(st.floats(110, 120), st.floats(25, 35)), min_size=1, max_size=20), st.integers(0, 24)
)
def test_points_stand_within_half_a_unit(places, z):
    x, y = _tile_of(*places[0], z)
    body = encode_layer(
        "p", to_wkb(shapely.points(np.array(places))), {}, z, x, y, ids=np.arange(len(places))
    )
    for feature in read_tile(body)["p"]["features"]:
        [(points, _)] = feature["paths"]
        exact = _in_tile(np.array([places[feature["id"]]]), z, x, y)[0]
        assert np.abs(np.array(points[0]) - exact).max() <= 0.5 + 2.0 ** (z - 22)
