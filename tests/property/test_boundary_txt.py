"""What is written as a boundary TXT is read back the same, in every dialect, encoding and zone."""

from __future__ import annotations

import math

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from guotu.ingest import boundary_txt
from guotu.ingest.boundary_txt import BoundaryParcel, Dialect
from guotu.ingest.boundary_txt_write import parcel_of, write
from guotu.model.datum import CGCS2000, Crs, GaussKruger

_TEXT = (
    st.text(st.sampled_from("甲乙丙丁地块一二三ABC012@ ()，、"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text not in ("", "@") and not text.endswith("@"))
)


def _star(x: float, y: float, radius: float, corners: int, wobble: list[float]) -> list[tuple[float, float]]:
    """A ring that never crosses itself: one vertex per ray."""
    return [
        (
            x + radius * (0.6 + 0.4 * wobble[k % len(wobble)]) * math.cos(2 * math.pi * k / corners),
            y + radius * (0.6 + 0.4 * wobble[k % len(wobble)]) * math.sin(2 * math.pi * k / corners),
        )
        for k in range(corners)
    ]


@st.composite
def shapes(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """One to three parts far apart, each with up to three holes, in metres about the origin."""
    parts = []
    for part in range(draw(st.integers(1, 3))):
        wobble = draw(st.lists(st.floats(0, 1), min_size=3, max_size=9))
        shell = _star(part * 3_000.0, draw(st.floats(-500, 500)), 1_000.0, draw(st.integers(4, 24)), wobble)
        middle = np.mean(shell, axis=0)
        holes = [
            _star(middle[0] + (k - 1) * 120.0, middle[1], 50.0, draw(st.integers(3, 9)), wobble)
            for k in range(draw(st.integers(0, 3)))
        ]
        whole = Polygon(shell)
        parts.append(Polygon(shell, [hole for hole in holes if whole.buffer(-5).contains(Polygon(hole))]))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def _placed(shape: Polygon | MultiPolygon, crs: Crs) -> Polygon | MultiPolygon:
    if isinstance(crs, GaussKruger):
        return shapely.transform(
            shape, lambda xy: np.round(xy + np.array([crs.false_easting, 3_400_000.0]), 3)
        )
    return shapely.transform(shape, lambda xy: np.round(xy * 1e-5 + [114.2, 30.5], 9))


_PLANES = st.sampled_from(
    [GaussKruger(3, 38), GaussKruger(3, 25), GaussKruger(6, 20), GaussKruger(3, 40, prefixed=False)]
)


@settings(max_examples=120, deadline=None)
@given(
    shapes=st.lists(shapes(), min_size=1, max_size=3),
    dialect=st.sampled_from(list(Dialect)),
    plane=_PLANES,
    texts=st.tuples(_TEXT, _TEXT, _TEXT),
    encoding=st.sampled_from(["gb18030", "utf-8", "utf-8-sig"]),
)
def test_every_dialect_comes_back_as_it_was_written(
    shapes: list[Polygon | MultiPolygon],
    dialect: Dialect,
    plane: GaussKruger,
    texts: tuple[str, str, str],
    encoding: str,
) -> None:
    crs = CGCS2000 if dialect is Dialect.ENFORCEMENT else plane
    name, number, use = texts
    written = [
        parcel_of(_placed(shape, crs), crs, number=number, name=name, use=use, land_class="0601")
        for shape in shapes
    ]
    found = boundary_txt.read(write(written, dialect=dialect, encoding=encoding))
    assert found.dialect is (Dialect.APPROVAL if dialect is Dialect.SUPPLY else dialect)
    assert found.crs == crs
    assert len(found.parcels) == len(written)
    for before, after in zip(written, found.parcels, strict=True):
        _same(before, after, dialect)


def _same(before: BoundaryParcel, after: BoundaryParcel, dialect: Dialect) -> None:
    fields = boundary_txt.FIELDS[dialect]
    kept = {"name": "name", "number": "number", "use": "use", "land_class": "land_class"}
    for field in kept:
        if field in fields:
            assert getattr(after, field) == getattr(before, field)
    if "area" in fields:
        assert after.declared_ha == before.declared_ha
    assert after.rings == before.rings
    assert after.polygon.is_valid
    tolerance = 1e-9 if dialect is Dialect.ENFORCEMENT else 1e-4
    assert abs(after.polygon.area - before.polygon.area) <= tolerance * max(1.0, before.polygon.area)
    assert len(getattr(after.polygon, "geoms", [0])) == len(getattr(before.polygon, "geoms", [0]))


@settings(max_examples=40, deadline=None)
@given(
    shape=shapes(),
    swap=st.booleans(),
    comma=st.sampled_from([",", "，", ", ", "\t"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_the_habits_of_producers_do_not_change_the_geometry(
    shape: Polygon | MultiPolygon, swap: bool, comma: str, newline: str
) -> None:
    crs = GaussKruger(3, 38)
    written = parcel_of(_placed(shape, crs), crs, number="1", name="甲")
    lines = write([written], encoding="utf-8").decode().split("\r\n")
    start = next(index for index, line in enumerate(lines) if line.endswith("@"))
    for index in range(start + 1, len(lines)):
        parts = lines[index].split(",")
        if swap and len(parts) == 4:
            parts[2], parts[3] = parts[3], parts[2]
        lines[index] = comma.join(parts)
    found = boundary_txt.read(newline.join(lines).encode("gb18030"))
    assert found.parcels[0].rings == written.rings
    assert any("颠倒" in zh for zh, _ in found.warnings) == swap
