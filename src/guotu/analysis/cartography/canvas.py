"""The one place that speaks to the renderer: painted shapes and words in plane coordinates become pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

import shapely

from guotu.analysis.cartography.style import Paint
from guotu.settings import kept_environment

with kept_environment(
    "PROJ_LIB", "PROJ_DATA", "GDAL_DATA"
):  # its own copies would mislead the other GDAL users
    import mapnik

CSS_DPI = 96.0
SANS = "Noto Sans CJK SC Regular"
BOLD = "Noto Sans CJK SC Bold"

Anchor = Literal["middle", "left", "right"]


@dataclass(frozen=True, slots=True)
class Words:
    """Text at a point; `anchor` says on which side of the point it stands, `size` is in CSS pixels.

    `keep` draws it whatever it meets; otherwise it gives way to earlier words.
    """

    text: str
    at: Any
    size: float = 9.0
    anchor: Anchor = "middle"
    colour: str = "#1d2733"
    bold: bool = False
    halo: float = 1.2
    keep: bool = False


@cache
def _register_fonts() -> bool:
    folder = resources.files("guotu.analysis").joinpath("fonts")
    for name in ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"):
        mapnik.FontEngine.register_font(str(folder.joinpath(name)))
    return True


class Canvas:
    """A sheet of `width` × `height` pixels over a box of the plane; what is added later lies on top."""

    def __init__(self, box: tuple[float, float, float, float], width: int, height: int, dpi: int) -> None:
        _register_fonts()
        self._map = mapnik.Map(width, height, "epsg:3857")
        self._map.background = mapnik.Color("#ffffff")
        self._map.zoom_to_box(mapnik.Box2d(*box))
        self._scale = dpi / CSS_DPI
        self._count = 0

    def paint(self, shapes: Iterable[Any], paint: Paint, *, points: bool = False) -> None:
        """Fill and outline shapes."""
        symbols = _marker(paint) if points else _area(paint)
        self._add([(shape, "") for shape in shapes if shape is not None], symbols)

    def trace(self, lines: Iterable[Any], paint: Paint) -> None:
        """Draw lines only."""
        self._add([(line, "") for line in lines], _line(paint))

    def write(self, words: Iterable[Words]) -> None:
        """Write words; those of one look go together."""
        looks: dict[tuple[Any, ...], list[tuple[Any, str]]] = {}
        for word in words:
            look = (word.size, word.anchor, word.colour, word.bold, word.halo, word.keep)
            looks.setdefault(look, []).append((word.at, word.text))
        for look, rows in looks.items():
            self._add(rows, _text(*look))

    def png(self) -> bytes:
        """The sheet as a palette PNG."""
        image = mapnik.Image(self._map.width, self._map.height)
        mapnik.render(self._map, image, self._scale)
        return bytes(image.to_string("png256:z=6:m=h"))

    def _add(self, rows: list[tuple[Any, str]], symbols: str) -> None:
        if not rows or not symbols:
            return
        self._count += 1
        name = f"s{self._count}"
        xml = f'<Map srs="epsg:3857"><Style name="{name}"><Rule>{symbols}</Rule></Style></Map>'
        mapnik.load_map_from_string(self._map, xml, False)
        layer = mapnik.Layer(name, "epsg:3857")
        layer.datasource = _source(rows)
        layer.styles.append(name)
        self._map.layers.append(layer)


def _source(rows: list[tuple[Any, str]]) -> Any:
    source, context = mapnik.MemoryDatasource(), mapnik.Context()
    context.push("t")
    for number, (shape, text) in enumerate(rows):
        feature = mapnik.Feature(context, number)
        feature.geometry = mapnik.Geometry.from_wkb(shapely.to_wkb(shape))
        feature["t"] = text
        source.add_feature(feature)
    return source


def _area(paint: Paint) -> str:
    fill = f"<PolygonSymbolizer {_colour('fill', paint.fill)} gamma='0.7'/>" if paint.fill else ""
    return fill + (_line(paint) if paint.stroke and paint.width else "")


def _line(paint: Paint) -> str:
    dash = f' stroke-dasharray="{",".join(map(str, paint.dash))}"' if paint.dash else ""
    return (
        f"<LineSymbolizer {_colour('stroke', paint.stroke)} stroke-width={quoteattr(str(paint.width))}"
        f' stroke-linejoin="round"{dash}/>'
    )


def _marker(paint: Paint) -> str:
    size = 2 * paint.radius
    return (
        f'<MarkersSymbolizer marker-type="ellipse" width="{size}" height="{size}" allow-overlap="true" ignore-placement="true" '
        f"{_colour('fill', paint.fill or '#ffffff')} {_colour('stroke', paint.stroke or '#000000')} "
        f'stroke-width="{paint.width}"/>'
    )


def _text(size: float, anchor: Anchor, colour: str, bold: bool, halo: float, keep: bool) -> str:
    overlap = 'allow-overlap="true"' if keep else 'minimum-distance="2" avoid-edges="true"'
    return (
        f'<TextSymbolizer face-name="{BOLD if bold else SANS}" size="{size}" fill="{colour}" halo-fill="#ffffff" '
        f'halo-radius="{halo}" horizontal-alignment="{anchor}" vertical-alignment="middle" '
        f'placement="point" {overlap}>[t]</TextSymbolizer>'
    )


def _colour(name: str, colour: str | None) -> str:
    """Mapnik takes #rrggbb and an opacity of its own."""
    given = colour or "#000000"
    opacity = int(given[7:9], 16) / 255 if len(given) == 9 else 1.0
    return f'{name}="{given[:7]}" {name}-opacity="{opacity:.3f}"'
