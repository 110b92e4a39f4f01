"""Vector tiles read back by an independent reader."""

import datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel.tile import encode_layer, tile_box
from guotu.kernel.wkb import to_wkb
from tile_reader import read_tile

Z, X, Y = 14, 13553, 6669


def place(east: float, south: float) -> tuple[float, float]:
    """Degrees of a place given as shares of the tile from its north-west corner."""
    lon = (X + east) / 2**Z * 360 - 180
    return lon, float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (Y + south) / 2**Z)))))


def polygon(*shares):
    return shapely.Polygon([place(*share) for share in shares])


def layer(*geoms, columns=None, **more):
    body = encode_layer("p", to_wkb(kernel_shapes.many(*geoms)), columns or {}, Z, X, Y, **more)
    return read_tile(body)["p"] if body else None


def test_a_square_stands_where_it_belongs():
    read = layer(polygon((0.25, 0.25), (0.25, 0.5), (0.5, 0.5), (0.5, 0.25)))
    assert (read["version"], read["extent"]) == (2, 4096)
    [feature] = read["features"]
    assert feature["type"] == 3
    assert feature["id"] is None
    [(points, closed)] = feature["paths"]
    assert closed
    assert sorted(points) == [(1024, 1024), (1024, 2048), (2048, 1024), (2048, 2048)]


def test_shells_turn_one_way_and_holes_the_other_whatever_came_in():
    shell = [(0.1, 0.1), (0.1, 0.9), (0.9, 0.9), (0.9, 0.1)]
    hole = [(0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4)]
    holed = shapely.Polygon([place(*p) for p in shell], [[place(*p) for p in hole]])
    for given in (holed, shapely.reverse(holed)):
        [feature] = layer(given)["features"]
        areas = [
            sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(p, p[1:] + p[:1], strict=True))
            for p, _ in feature["paths"]
        ]
        assert [a > 0 for a in areas] == [True, False]


def test_what_lies_outside_or_is_too_small_is_left_out():
    tiny = polygon((0.5, 0.5), (0.5, 0.5005), (0.5005, 0.5005), (0.5005, 0.5))
    assert layer(tiny) is None
    assert layer(polygon((2, 2), (2, 3), (3, 3))) is None
    assert layer(None, shapely.Polygon()) is None
    assert layer(tiny, smallest=1.0) is not None


def test_holes_of_a_shell_that_vanished_vanish_too():
    far = shapely.Polygon(
        [place(3, 3), place(3, 5), place(5, 5), place(5, 3)], [[place(3.5, 3.5), place(3.5, 4), place(4, 4)]]
    )
    near = polygon((0.25, 0.25), (0.25, 0.5), (0.5, 0.5))
    [feature] = layer(shapely.multipolygons([far, near]))["features"]
    assert len(feature["paths"]) == 1


def test_polygons_are_clipped_to_the_frame():
    [feature] = layer(polygon((-3, -3), (-3, 4), (4, 4), (4, -3)))["features"]
    [(points, _)] = feature["paths"]
    assert sorted(points) == [(-64, -64), (-64, 4160), (4160, -64), (4160, 4160)]
    wide = layer(polygon((-3, -3), (-3, 4), (4, 4), (4, -3)), extent=512)["features"][0]["paths"][0][0]
    assert sorted(wide)[0] == (-8, -8)


def test_vertices_on_a_straight_line_are_dropped():
    [feature] = layer(polygon((0.25, 0.25), (0.25, 0.3), (0.25, 0.5), (0.5, 0.5), (0.5, 0.25)))["features"]
    assert len(feature["paths"][0][0]) == 4


def test_lines_are_cut_into_runs():
    line = shapely.LineString(
        [place(-1, 0.5), place(0.5, 0.5), place(0.5, 2), place(0.75, 2), place(0.75, 0.5)]
    )
    outside = shapely.LineString([place(-1, -1), place(2, -1)])
    features = layer(line, outside, shapely.multilinestrings([line, line]))["features"]
    assert [f["type"] for f in features] == [2, 2]
    runs = [points for points, _ in features[0]["paths"]]
    assert runs == [[(-64, 2048), (2048, 2048), (2048, 4160)], [(3072, 4160), (3072, 2048)]]
    assert len(features[1]["paths"]) == 4


def test_a_line_shorter_than_a_unit_is_left_out():
    assert layer(shapely.LineString([place(0.5, 0.5), place(0.50001, 0.5)])) is None
    grazing = shapely.LineString([place(-1, 0.5), place(-0.015625, 0.5), place(-1, 0.6)])
    assert layer(grazing) is None


def test_points_inside_the_frame_are_kept():
    many = shapely.multipoints([place(0.5, 0.5), place(3, 3), place(0.25, 0.75)])
    features = layer(shapely.Point(place(0.5, 0.5)), many, shapely.Point(place(2, 2)), shapely.Point())[
        "features"
    ]
    assert [[p[0] for p, _ in f["paths"]] for f in features] == [[(2048, 2048)], [(2048, 2048), (1024, 3072)]]


def test_attributes_keep_their_kinds_and_nulls_are_left_out():
    square = polygon((0.25, 0.25), (0.25, 0.5), (0.5, 0.5), (0.5, 0.25))
    columns = {
        "DLBM": pa.array(["0101", "水田", None]),
        "N": pa.array([5, -7, 0]),
        "F": pa.array([1.5, None, -2.25]),
        "B": pa.array([True, False, None]),
        "D": pa.array([datetime.date(2025, 12, 31), None, None]),
        "C": pa.chunked_array([pa.array(["a", "b"]), pa.array(["a"])]).dictionary_encode(),
        "M": pa.array([Decimal("1.50"), None, None]),
    }
    read = layer(square, square, square, columns=columns, ids=np.array([0, 7, 300]))["features"]
    assert [f["id"] for f in read] == [0, 7, 300]
    assert read[0]["tags"] == {
        "DLBM": "0101",
        "N": 5,
        "F": 1.5,
        "B": True,
        "D": "2025-12-31",
        "C": "a",
        "M": "1.50",
    }
    assert read[1]["tags"] == {"DLBM": "水田", "N": -7, "B": False, "C": "b"}
    assert read[2]["tags"] == {"N": 0, "F": -2.25, "C": "a"}


def test_a_layer_of_hundreds_of_values_and_a_large_polygon():
    rng = np.random.default_rng(3)
    square = polygon((0.25, 0.25), (0.25, 0.5), (0.5, 0.5), (0.5, 0.25))
    big = shapely.transform(
        kernel_shapes.star(rng, (0.5, 0.5), 0.4, 60_000), lambda p: np.array([place(*q) for q in p])
    )
    columns = {"BSM": pa.array([f"{k:018d}" for k in range(301)])}
    read = layer(*[square] * 300, big, columns=columns, ids=np.arange(301) * 10**9)["features"]
    assert read[299]["tags"] == {"BSM": "000000000000000299"}
    assert read[300]["id"] == 300 * 10**9
    assert len(read[300]["paths"][0][0]) > 1000


def test_what_a_tile_cannot_hold_is_refused():
    with pytest.raises(TypeError):
        layer(shapely.Point(place(0.5, 0.5)), columns={"x": pa.array([b"raw"])})
    with pytest.raises(ValueError, match="ids"):
        layer(shapely.Point(place(0.5, 0.5)), ids=[-1])
    with pytest.raises(ValueError, match="ids"):
        layer(shapely.Point(place(0.5, 0.5)), ids=[1, 2])
    with pytest.raises(GuotuError, match="GT-1208"):
        layer(shapely.GeometryCollection([shapely.Point(1, 1)]))


def test_the_box_of_a_tile():
    assert tile_box(0, 0, 0, buffer=0) == pytest.approx((-180, -85.0511287798, 180, 85.0511287798))
    west, south, east, north = tile_box(Z, X, Y)
    assert (west, north) == pytest.approx(place(-1 / 64, -1 / 64))
    assert (east, south) == pytest.approx(place(1 + 1 / 64, 1 + 1 / 64))


@pytest.mark.parametrize("tile", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, -1)])
def test_there_is_no_such_tile(tile):
    with pytest.raises(ValueError, match="no tile"):
        tile_box(*tile)
    with pytest.raises(ValueError, match="no tile"):
        encode_layer("p", pa.array([], pa.binary()), {}, *tile)
