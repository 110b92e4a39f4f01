"""Drawn maps: true to scale, nothing lost at edges, the same each time, vector and raster alike."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest
import shapely

import map_cast as cast
from guotu.analysis.cartography import MapLayer, Paint, draw, layer_style, mark_style
from guotu.analysis.cartography.style import marks, styled


def test_a_length_on_the_map_is_true_to_scale() -> None:
    spec = cast.spec(cast.layer(cast.square(100, 100, 200)), dpi=254)
    seen = cast.Pixels(draw(spec))
    _, middle = cast.sheet_mm(spec, 200, 150)
    row = round((1 - middle / spec.height_mm) * seen.image.height())
    expected = cast.pixels_of(200 / spec.metres_per_mm, 254)
    assert seen.run((255, 0, 0), row) == pytest.approx(expected, abs=2)


def test_a_place_is_where_its_coordinates_say() -> None:
    spec = cast.spec(cast.layer(cast.square(100, 300, 40)))
    seen = cast.Pixels(draw(spec))
    assert cast.near(seen.at_mm(*cast.sheet_mm(spec, 105, 305)), (255, 0, 0))
    assert cast.near(seen.at_mm(*cast.sheet_mm(spec, 90, 305)), (255, 255, 255))
    assert cast.near(seen.at_mm(*cast.sheet_mm(spec, 105, 290)), (255, 255, 255))


def test_points_on_the_very_edge_of_a_layer_are_drawn() -> None:
    places = [
        shapely.Point(cast.E0 + x, cast.N0 + y) for x, y in ((60, 60), (60, 340), (300, 60), (180, 200))
    ]
    paint = Paint(fill="#0000ff", stroke="#0000ff", radius=6)
    spec = cast.spec(cast.layer(*places, paint=paint, type="circle"))
    seen = cast.Pixels(draw(spec))
    for place in places:
        at = cast.sheet_mm(spec, place.x - cast.E0, place.y - cast.N0)
        assert cast.near(seen.at_mm(*at), (0, 0, 255))


def test_what_reaches_beyond_the_map_is_cut_at_the_frame() -> None:
    spec = cast.spec(cast.layer(cast.square(-9_000, -9_000, 20_000)))
    seen = cast.Pixels(draw(spec))
    left, below, right, _ = spec.frame
    assert cast.near(seen.at_mm(left + 2, below + 2), (255, 0, 0))
    for x, y in (
        (left - 3.6, below + 40.5),
        (right + 3.6, below + 40.5),
        (spec.width_mm - 1.5, 60),
        (left + 60, 1.4),
    ):
        assert cast.near(seen.at_mm(x, y), (255, 255, 255))


def test_a_higher_order_lies_on_top_whatever_the_order_given() -> None:
    ground = cast.layer(cast.square(0, 0, 400), paint=Paint(fill="#00ff00", stroke=None), order=10)
    above = cast.layer(cast.square(0, 0, 400), order=50)
    for layers in ((ground, above), (above, ground)):
        spec = cast.spec(*layers)
        assert cast.near(cast.Pixels(draw(spec)).at_mm(*cast.sheet_mm(spec, 200, 233)), (255, 0, 0))


def test_classes_take_their_own_paint_and_unknown_ones_the_default() -> None:
    style = layer_style("xz.dltb")
    found = MapLayer(
        "地类", style, cast.shapes(cast.square(0, 0, 190), cast.square(200, 0, 190)), ["0301", "9999"]
    )
    spec = cast.spec(found)
    seen = cast.Pixels(draw(spec))
    wood = style.rule_of("0301")
    assert wood is not None
    assert seen.at_mm(*cast.sheet_mm(spec, 95, 80)) == pytest.approx(_rgb(wood.paint.fill), abs=6)
    assert seen.at_mm(*cast.sheet_mm(spec, 295, 80)) == pytest.approx(_rgb(style.default.fill), abs=6)


def _rgb(colour: str | None) -> tuple[int, int, int]:
    assert colour is not None
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def test_faded_and_outlined_layers_let_what_matters_stand_out() -> None:
    whole = cast.square(0, 0, 400)
    at = cast.sheet_mm(cast.spec(size=400), 200, 233)
    plain = cast.Pixels(draw(cast.spec(cast.layer(whole)))).at_mm(*at)
    faded = cast.Pixels(draw(cast.spec(cast.layer(whole, faded=True)))).at_mm(*at)
    empty = cast.Pixels(draw(cast.spec(cast.layer(whole, outlined=True)))).at_mm(*at)
    assert cast.near(plain, (255, 0, 0))
    assert faded[1] > 100
    assert faded[0] > 250
    assert cast.near(empty, (255, 255, 255))


def test_the_same_map_has_the_same_bytes() -> None:
    spec = cast.spec(cast.layer(cast.square(10, 10, 300), labels=["嵘璟"]), title="图名", note="来源：甲")
    for format in ("png", "svg"):
        assert draw(spec, format).data == draw(spec, format).data  # type: ignore[arg-type]


def test_a_pdf_has_the_true_size_and_words_that_can_be_found() -> None:
    spec = cast.spec(
        cast.layer(cast.square(10, 10, 300), labels=["嵘璟村"], title="村界"), title="青禾县规划图"
    )
    picture = draw(spec, "pdf")
    document = pypdfium2.PdfDocument(picture.data)
    width, height = document[0].get_size()
    assert (width, height) == pytest.approx((spec.width_mm / 25.4 * 72, spec.height_mm / 25.4 * 72), abs=0.1)
    text = document[0].get_textpage().get_text_bounded()
    for words in ("青禾县规划图", "村界", "北", "2000国家大地坐标系"):
        assert words in text.replace("\r\n", "")
    document.close()


def test_an_svg_is_drawn_without_rasters() -> None:
    body = draw(cast.spec(cast.layer(cast.square(10, 10, 300))), "svg").data
    assert body.startswith(b"<?xml")
    assert b"<image" not in body


def test_many_small_areas_keep_their_colours_under_their_outlines() -> None:
    paint = Paint(fill="#00c800", stroke="#000000", width=1)
    tiles = [cast.square(x * 4, y * 4, 4) for x in range(30) for y in range(30)]
    spec = cast.spec(cast.layer(*tiles, paint=paint), size=400)
    assert (
        cast.Pixels(draw(spec)).count((0, 200, 0)) > 0.5 * cast.pixels_of(120 / spec.metres_per_mm, 96) ** 2
    )


def test_every_declared_style_can_be_drawn() -> None:
    styles = [*(layer_style(dataset) for dataset in styled()), *(mark_style(id) for id in marks())]
    assert len(styles) > 20
    layers = []
    for number, style in enumerate(styles):
        area = cast.square(10 * number, 10 * number, 60)
        shape = {"fill": area, "line": area.exterior, "circle": area.centroid}[style.type]
        rules = [rule.values[0] for rule in style.rules] or [""]
        layers.append(MapLayer(style.id, style, np.array([shape] * len(rules), object), rules))
    assert len(draw(cast.spec(*layers)).png) > 1_000
