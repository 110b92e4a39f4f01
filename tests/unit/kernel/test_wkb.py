"""Hostile and odd bytes; the guard."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

import kernel_shapes
from guotu.errors import GuotuError
from guotu.kernel import columns, wkb
from guotu.kernel.guard import depth, guard

POLYGON = shapely.to_wkb(
    shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 0)], [[(1, 0.5), (2, 0.5), (2, 1), (1, 0.5)]])
)
EVERY_KIND = [
    "POINT (1 2)", "POINT EMPTY", "LINESTRING (1 2, 3 4)", "LINESTRING EMPTY", "POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "POLYGON EMPTY", "MULTIPOINT (1 2, 3 4)", "MULTIPOINT EMPTY", "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8, 9 9))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 8 5, 8 8, 5 5), (6 5.5, 7 5.5, 7 6, 6 5.5)))", "MULTIPOLYGON EMPTY",
]  # fmt: skip


def test_paths_of_every_kind_are_found():
    geoms = shapely.from_wkt([*EVERY_KIND, None])
    layout = wkb.lay_out(wkb.to_wkb(geoms))
    assert layout.missing.tolist() == [False] * len(EVERY_KIND) + [True]
    assert np.diff(layout.first).tolist() == [1, 1, 1, 0, 1, 0, 2, 0, 2, 3, 0, 0]
    xy, starts = layout.coordinates()
    counted = shapely.get_num_coordinates(geoms)
    counted[1] = 1  # the empty point is NaN in WKB
    assert layout.vertices.tolist() == counted.tolist()
    assert layout.largest == 12
    assert len(xy) == starts[-1]
    assert layout.shell.tolist()[-3:] == [True, True, False]


def test_more_holes_than_guessed_are_found_all_the_same():
    holes = [[(x, 1), (x + 1, 1), (x + 1, 2), (x, 1)] for x in range(1, 99, 2)]
    sieve = shapely.Polygon([(0, 0), (100, 0), (100, 3), (0, 3)], holes)
    layout = wkb.lay_out(wkb.to_wkb(kernel_shapes.many(sieve, sieve)))
    assert np.diff(layout.first).tolist() == [50, 50]
    assert layout.shell.sum() == 2
    assert shapely.get_coordinates(sieve).tolist() == layout.coordinates()[0][: layout.vertices[0]].tolist()


@pytest.mark.parametrize("cut", range(len(POLYGON)))
def test_every_truncation_is_refused(cut):
    for check in (wkb.lay_out, guard):
        with pytest.raises(GuotuError, match=r"GT-1206|GT-1208"):
            check(pa.array([POLYGON[:cut]], pa.binary()))


def test_every_changed_byte_is_refused_or_read_inside_its_bounds():
    codes: set[str] = set()
    for at in range(len(POLYGON)):
        for value in (0, 1, 0x7F, 0xFF):
            changed = bytearray(POLYGON)
            changed[at] = value
            try:
                layout = wkb.lay_out(pa.array([bytes(changed)], pa.binary()))
            except GuotuError as problem:
                codes.add(problem.code)
            else:
                assert (layout.at + 16 * layout.size <= len(layout.data)).all()
    assert codes <= {"GT-1206", "GT-1207", "GT-1208"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (POLYGON + b"\0", "follow"),
        (struct.pack("<BIII", 1, 3, 1, 3) + bytes(48), "not closed"),
        (struct.pack("<BIII", 1, 3, 1, 4) + struct.pack("<8d", 0, 0, 1, 0, 1, 1, 9, 9), "not closed"),
        (struct.pack("<BIII", 1, 3, 1, 2**32 - 1), "too early"),
        (struct.pack("<BII", 1, 3, 2**32 - 1), "too early"),
        (struct.pack("<BII", 1, 2, 2**32 - 1), "too early"),
        (struct.pack("<BII", 1, 6, 2**32 - 1), "too early"),
        (struct.pack("<BII", 1, 6, 1) + struct.pack("<BI2d", 1, 1, 0, 0), "wrong type"),
        (struct.pack("<BII", 1, 5, 1) + struct.pack("<BII", 1, 2, 9), "too early"),
        (struct.pack("<BI", 1, 6), "too early"),
        (struct.pack("<BI", 1, 2), "too early"),
    ],
)
def test_lies_about_counts_are_told_with_their_row(raw, reason):
    with pytest.raises(GuotuError, match="GT-1206") as caught:
        wkb.lay_out(pa.array([POLYGON, None, raw], pa.binary()))
    assert caught.value.place.row == 2
    assert reason in caught.value.detail("en")


def test_other_dialects_are_brought_to_plain_bytes():
    geoms = shapely.from_wkt(EVERY_KIND)
    dialects = [
        shapely.to_wkb(geoms, byte_order=0),
        shapely.to_wkb(shapely.set_srid(geoms, 4490), include_srid=True),
        shapely.to_wkb(shapely.force_3d(geoms, 7.0), flavor="iso"),
        shapely.to_wkb(shapely.force_3d(geoms, 7.0), flavor="extended"),
    ]
    for dialect in dialects:
        guard(pa.array(dialect, pa.binary()))
        plain = wkb.plain(pa.array([*dialect, None], pa.binary()))
        assert shapely.equals_exact(wkb.from_wkb(plain)[:-1], geoms).all()
        assert plain[-1].as_py() is None
    mixed = struct.pack("<BII", 1, 4, 1) + struct.pack(">BI2d", 0, 1, 3.0, 4.0)
    assert wkb.lay_out(pa.array([mixed])).coordinates()[0].tolist() == [[3.0, 4.0]]


def test_unclosed_rings_of_other_dialects_are_refused_too():
    raw = struct.pack(">BIII", 0, 3, 1, 4) + struct.pack(">8d", 0, 0, 1, 0, 1, 1, 9, 9)
    with pytest.raises(GuotuError, match="GT-1206"):
        wkb.lay_out(pa.array([raw]))


def test_collections_are_refused_by_kind():
    with pytest.raises(GuotuError, match="GT-1208"):
        wkb.lay_out(wkb.to_wkb(kernel_shapes.many(shapely.GeometryCollection([shapely.Point(1, 1)]))))
    with pytest.raises(GuotuError, match="GT-1208"):
        wkb.plain_polygons(wkb.lay_out(wkb.to_wkb(kernel_shapes.many(None, shapely.Point(1, 1)))))


def _nested(levels):
    raw = struct.pack("<BI2d", 1, 1, 0, 0)
    for _ in range(levels):
        raw = struct.pack("<BII", 1, 7, 1) + raw
    return raw


def test_depth_and_size_are_measured_before_anything_is_built():
    assert depth(POLYGON) == 1
    assert depth(_nested(3)) == 4
    assert guard(pa.array([POLYGON, None, _nested(3)])) == 9
    with pytest.raises(GuotuError, match="GT-1207") as caught:
        guard(pa.array([_nested(40)]))
    assert caught.value.facts["limit"] == 8
    assert depth(_nested(10_000)) == 64
    with pytest.raises(GuotuError, match="GT-1207"):
        guard(pa.array([POLYGON]), most_vertices=7)


@pytest.mark.parametrize("code", [0, 13, 14, 18, 4001])
def test_unknown_types_are_refused_by_the_guard(code):
    with pytest.raises(GuotuError, match="GT-1208"):
        guard(pa.array([struct.pack("<BII", 1, code, 0)]))


@pytest.mark.parametrize(
    "raw",
    [
        struct.pack("<BI", 1, 1), struct.pack("<BI", 1, 2), struct.pack("<BII", 1, 3, 1), struct.pack("<BII", 1, 7, 9),
        struct.pack("<BIII", 1, 3, 1, 9), struct.pack("<BII", 1, 2, 9), struct.pack("<BII", 1, 7, 1) + b"\1", b"",
    ],
)  # fmt: skip
def test_the_guard_sees_what_is_cut_off(raw):
    with pytest.raises(GuotuError, match="GT-1206"):
        guard(pa.array([raw], pa.binary()))


def test_large_arrays_get_wide_offsets(monkeypatch):
    monkeypatch.setattr(columns, "_WIDE", 4)
    offsets = np.array([0, 2, 2, 4], np.int64)
    wide = columns.from_buffers(np.arange(4, dtype=np.uint8), offsets, np.array([False, True, False]))
    assert wide.type == pa.large_binary()
    assert wide.to_pylist() == [b"\0\1", None, b"\2\3"]
