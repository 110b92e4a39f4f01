"""A node's table of datum parameters: what it says, what it refuses, and where each set holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from datum_cast import TABLE, ntv2
from guotu.errors import GuotuError
from guotu.kernel.coords import transform_xy
from guotu.kernel.datum_table import DatumTable, parse
from guotu.kernel.local_grid import Affine, LocalGrid
from guotu.kernel.shift import Bursa, PlaneShift
from guotu.model.datum import CGCS2000, Datum, GaussKruger, Geographic

OLD = Geographic(Datum.XIAN80)


def table(text: str = TABLE) -> DatumTable:
    return parse(text, lambda name: None)


def test_the_table_says_what_it_was_given() -> None:
    found = table()
    assert found.datums == {Datum.XIAN80, Datum.BEIJING54}
    first, second = found.shifts
    assert isinstance(first.method, Bursa)
    assert (first.method.rz, first.residual_m, first.valid) == (2.3, 0.035, (112.0, 29.0, 116.0, 32.0))
    assert isinstance(second.method, PlaneShift)
    assert second.method.source_zone == GaussKruger(3, 38, False, Datum.BEIJING54)
    grid = found.grid(900001)
    assert grid is not None
    assert grid == found.named("qinghe_local") == found.named("清河县独立坐标系")
    assert grid.target == GaussKruger(3, 38, prefixed=False)
    assert found.named("ELSEWHERE") is None


def test_of_two_sets_the_one_made_for_the_smaller_area_counts() -> None:
    entry = TABLE[: TABLE.index("[[shift]]", 10)]
    wide = entry.replace("七参数", "全省").replace("112.0, 29.0, 116.0, 32.0", "108.0, 28.0, 117.0, 34.0")
    both = table(wide + entry)
    assert both.shift(OLD, np.array([[114.0, 30.0]])).name == "西安80 七参数"
    assert both.shift(OLD, np.array([[114.0, 30.0], [110.0, 30.0]])).name == "西安80 全省"
    with pytest.raises(GuotuError, match="GT-1209") as caught:
        both.shift(OLD, np.array([[114.0, 30.0], [120.0, 30.0]]))
    assert caught.value.place.coordinate == (120.0, 30.0)
    with pytest.raises(GuotuError, match="GT-1203"):
        both.shift(Geographic(Datum.BEIJING54), np.array([[114.0, 30.0]]))


def test_a_grid_of_corrections_moves_degrees(tmp_path: Path) -> None:
    ntv2(tmp_path / "g.gsb", (3.6, -1.8))
    text = """[[shift]]
name = "格网"
source = "Xian80"
method = "grid"
file = "g.gsb"
valid = [112.5, 29.5, 115.5, 31.5]
provenance = "省局"
"""
    found = parse(text, lambda name: str(tmp_path / name) if (tmp_path / name).is_file() else None)
    place = np.array([[114.25, 30.5]])
    moved = transform_xy(place, OLD, CGCS2000, shift=found.shifts[0])
    assert moved[0] == pytest.approx([114.251, 30.4995], abs=1e-9)
    back = transform_xy(moved, CGCS2000, OLD, shift=found.shifts[0])
    assert back == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("dx = 120.5\n", "", "dx"),
        ("dx = 120.5", 'dx = "viel"', "dx"),
        ("dx = 120.5", "dx = nan", "dx"),
        ('source = "Xian80"', 'source = "NAD27"', "NAD27"),
        ('source = "Xian80"', 'source = "CGCS2000"', "CGCS2000"),
        ("valid = [112.0, 29.0, 116.0, 32.0]", "valid = [116.0, 29.0, 112.0, 32.0]", "valid"),
        ('provenance = "市测绘院 2019，检查点 24 个"', 'provenance = ""', "provenance"),
        ("rz = 2.3", "rz = 2.3\nrw = 1.0", "rw"),
        ('method = "bursa"', 'method = "magic"', "magic"),
        ("source_zone = 2435", "source_zone = 4547", "source_zone"),
        ("code = 900001", "code = 4547", "code"),
        ("code = 900001", "code = 900002", "code"),
        ("zone = 4547\n", "zone = 4490\n", "zone"),
        ("a = 0.9999", "a = 0.0", "a·e"),
        ("[[113.9, 30.4], [114.2, 30.4], [114.2, 30.7], [113.9, 30.7]]", "[[1, 2], [3, 4]]", "area"),
        ("[[local_grid]]", "[[lokal]]", "lokal"),
        ("[[shift]]", "[[shift]", "TOML"),
    ],
)
def test_every_doubt_names_its_entry(old: str, new: str, told: str) -> None:
    text = TABLE.replace(old, new, 1)
    if new == "a = 0.0":
        text = text.replace("b = -0.0021", "b = 0.0")
    with pytest.raises(GuotuError, match="GT-1225") as caught:
        table(text)
    assert told in caught.value.detail("zh")
    assert caught.value.place.file == "datum.toml"


def test_a_missing_grid_file_is_told() -> None:
    text = '[[shift]]\nname="n"\nsource="Xian80"\nmethod="grid"\nfile="no.gsb"\nvalid=[1,2,3,4]\nprovenance="p"\n'
    with pytest.raises(GuotuError, match=r"no\.gsb"):
        table(text)


def test_a_local_grid_holds_in_its_area_only() -> None:
    grid = LocalGrid(
        900001, "g", (), GaussKruger(3, 38, prefixed=False), Affine.similarity(495000, 3375000, 600, 1.00001),
        ((113.9, 30.4), (114.2, 30.4), (114.2, 30.7), (113.9, 30.7)), "p",
    )  # fmt: skip
    moved = grid.to_target(np.array([[5000.0, 5000.0], [np.nan, np.nan]]))
    angle = np.radians(600 / 3600)
    expected = 495000 + 1.00001 * 5000 * (np.cos(angle) - np.sin(angle))
    assert moved[0, 0] == pytest.approx(expected, abs=1e-6)
    assert np.isnan(moved[1]).all()
    with pytest.raises(GuotuError, match="GT-1227") as caught:
        grid.to_target(np.array([[5000.0, 5000.0], [90000.0, 5000.0]]))
    assert caught.value.place.coordinate == (90000.0, 5000.0)
