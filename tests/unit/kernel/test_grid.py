"""The journal's geometry codec."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel.grid import decode, encode, snap
from guotu.kernel.wkb import from_wkb, to_wkb

EVERY_KIND = [
    "POINT (1 2)", "POINT EMPTY", "LINESTRING (1 2, 3 4)", "LINESTRING EMPTY", "POLYGON EMPTY",
    "POLYGON ((0 0, 1 0, 1 1, 0 0), (0.5 0.25, 0.75 0.25, 0.75 0.5, 0.5 0.25))", "MULTIPOINT (1 2, -3 -4)",
    "MULTIPOINT EMPTY", "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 9))", "MULTILINESTRING EMPTY",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 8 5, 8 8, 5 5), (6 5.5, 7 5.5, 7 6, 6 5.5)))", "MULTIPOLYGON EMPTY",
]  # fmt: skip


def test_every_kind_comes_back():
    geoms = np.append(shapely.from_wkt(EVERY_KIND), [None])
    back = from_wkb(snap(to_wkb(geoms)))
    assert shapely.to_wkt(back).tolist() == shapely.to_wkt(geoms).tolist()
    assert len(encode(pa.array([], pa.binary()))) == 0


def test_a_row_is_written_as_the_format_says():
    assert encode(to_wkb(shapely.from_wkt(["POINT (1e-10 -2e-10)"])))[0].as_py() == bytes([0x11, 1, 2, 3])
    ring = encode(to_wkb(shapely.from_wkt(["POLYGON ((0 0, 1e-10 0, 0 1e-10, 0 0))"])))[0].as_py()
    assert ring == bytes([0x13, 1, 3, 0, 0, 2, 0, 1, 2])


def test_empty_parts_are_left_out():
    mixed = kernel_shapes.many(
        shapely.multipolygons([shapely.Polygon(), shapely.box(0, 0, 1, 1)]),
        shapely.multipoints([shapely.Point(), shapely.Point(1, 2)]),
    )
    assert [g.wkt for g in from_wkb(snap(to_wkb(mixed)))] == [
        "MULTIPOLYGON (((1 0, 1 1, 0 1, 0 0, 1 0)))",
        "MULTIPOINT ((1 2))",
    ]


@pytest.mark.parametrize("place", [(181.0, 0.0), (0.0, 90.5), (39_500_000.0, 3_400_000.0)])
def test_what_is_no_longitude_and_latitude_is_refused(place):
    line = kernel_shapes.many(None, shapely.LineString([(0, 0), (1, 1)]), shapely.LineString([(1, 1), place]))
    with pytest.raises(GuotuError, match="GT-1201") as caught:
        encode(to_wkb(line))
    assert caught.value.place.row == 2


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused(number):
    raw = struct.pack("<BII", 1, 2, 2) + struct.pack("<4d", 0, 0, number, 1)
    with pytest.raises(GuotuError, match="GT-1201"):
        encode(pa.array([raw]))


@pytest.mark.parametrize(
    "row",
    [
        b"", b"\x11", b"\x10\x00", b"\x17\x00", b"\x23\x00", b"\x11\x02\x00\x00\x00\x00", b"\x11\x01\x00",
        b"\x11\x01" + b"\xff" * 20, b"\x11\x01\x80", b"\x12\xff\xff\xff\xff\x0f\x00", b"\x13\x01\x02\x00\x00\x00\x00",
        b"\x13\xff\x01", b"\x13\x01", b"\x11\x00\x00", b"\x12\x80", b"\x16\x01\x80", b"\x14\xff\x7f", b"\x14\x80",
        b"\x11\x01" + b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f" * 2, b"\x15\x01\x02\x00",
    ],
)  # fmt: skip
def test_bytes_no_encoder_wrote_are_refused(row):
    with pytest.raises(GuotuError, match="GT-1210") as caught:
        decode(pa.array([b"\x11\x00", row], pa.binary()))
    assert caught.value.place.row == 1


def test_random_bytes_never_leave_their_bounds():
    rng = np.random.default_rng(7)
    sound = encode(to_wkb(shapely.from_wkt(EVERY_KIND))).to_pylist()
    codes: set[str] = set()
    for _ in range(2000):
        row = bytearray(sound[rng.integers(len(sound))])
        row[rng.integers(len(row))] = rng.integers(256)
        try:
            decoded = decode(pa.array([bytes(row)], pa.binary()))
        except GuotuError as problem:
            codes.add(problem.code)
        else:
            assert len(decoded) == 1
    assert codes == {"GT-1210"}
