"""Words and legend: where they fit, what they name."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

import map_cast as cast
from guotu.analysis.cartography import MapLayer, layer_style
from guotu.analysis.cartography.legend import legend_entries
from guotu.analysis.cartography.lettering import lettering


def texts(*layers: MapLayer, **more: Any) -> list[str]:
    spec = cast.spec(*layers, **more)
    return [word.text for layer in layers for word in lettering(layer, spec)]


def test_areas_carry_words_only_where_there_is_room() -> None:
    roomy, sliver = cast.square(0, 0, 200), shapely.box(cast.E0 + 250, cast.N0, cast.E0 + 251, cast.N0 + 300)
    assert texts(cast.layer(roomy, sliver, labels=["有地", "无地"])) == ["有地"]


def test_words_stand_inside_their_area_even_if_it_is_bent() -> None:
    bent = cast.square(0, 0, 300).difference(cast.square(60, 60, 300))
    spec = cast.spec(found := cast.layer(bent, labels=["弯"]))
    (word,) = lettering(found, spec)
    assert bent.contains(word.at)


def test_words_that_the_frame_or_the_north_arrow_would_cut_are_left_out() -> None:
    spec = cast.spec(size=400)
    west, south, east, north = spec.view
    outside = shapely.box(west - 500, south, west + 3, north)
    corner = shapely.box(east - 40, north - 40, east, north)
    assert list(lettering(cast.layer(outside, corner, labels=["很长的名称", "角"]), spec)) == []


def test_missing_words_are_no_words() -> None:
    assert texts(cast.layer(cast.square(0, 0, 200), cast.square(200, 0, 200), labels=[None, ""])) == []
    assert texts(cast.layer(cast.square(0, 0, 200))) == []


def test_ground_of_many_small_areas_carries_no_words() -> None:
    tiles = [cast.square(x * 10, y * 10, 10) for x in range(20) for y in range(20)]
    big = cast.square(210, 210, 100)
    labels = ["0101"] * (len(tiles) + 1)
    assert texts(cast.layer(*tiles, big, labels=labels, order=10)) == []


def test_words_of_points_stand_on_the_side_they_are_told() -> None:
    point = shapely.Point(cast.E0 + 200, cast.N0 + 200)
    sides = {(1, 0): "right", (-1, 0): "left", (0, 1): "middle", (0, -1): "middle"}
    for (x, y), anchor in sides.items():
        found = cast.layer(point, labels=["J1"], away=np.array([[x, y]], float), type="circle")
        (word,) = lettering(found, cast.spec(found))
        assert word.anchor == anchor
        assert (word.at.x - point.x) * x + (word.at.y - point.y) * y > 0


def entries(*layers: MapLayer, **more: Any) -> list[str]:
    return [entry.text for entry in legend_entries(cast.spec(*layers, **more))]


def land(*codes: str, **more: Any) -> MapLayer:
    squares = [cast.square(50 * number, 0, 50) for number in range(len(codes))]
    return MapLayer("地类图斑", layer_style("xz.dltb"), cast.shapes(*squares), codes, **more)


def test_the_legend_names_each_class_that_is_seen_once_in_the_order_of_the_style() -> None:
    assert entries(land("0301", "0101", "0101")) == ["0101 水田", "0301 乔木林地"]


def test_the_legend_leaves_out_what_lies_outside_the_map() -> None:
    far = cast.layer(cast.square(90_000, 0, 10), title="远处")
    assert entries(far, cast.layer(cast.square(0, 0, 10), title="近处")) == ["近处"]


def test_marks_come_before_the_ground_and_hidden_layers_not_at_all() -> None:
    mark = cast.layer(cast.square(0, 0, 10), title="项目范围", order=90)
    hidden = cast.layer(cast.square(0, 0, 10), title="辅助线", legend=False)
    assert entries(land("0101"), hidden, mark) == ["项目范围", "0101 水田"]


def test_a_faded_layer_is_one_line_of_the_legend() -> None:
    assert entries(land("0101", "0301", faded=True)) == ["地类图斑"]


def test_an_unknown_class_stands_under_the_name_of_its_layer() -> None:
    assert entries(land("0101", "9999")) == ["0101 水田", "地类图斑"]


def test_what_the_map_is_about_outweighs_large_areas_elsewhere() -> None:
    spec = cast.spec(land("0101", "0301"), focus=cast.square(60, 5, 10))
    weights = {entry.text: entry.weight for entry in legend_entries(spec)}
    assert weights["0301 乔木林地"] > weights["0101 水田"]
