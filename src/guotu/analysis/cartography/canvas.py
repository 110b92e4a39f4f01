"""The one place that speaks to the renderer: painted shapes and words in plane coordinates become a picture."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.sax.saxutils import quoteattr

import shapely

from guotu.analysis import typefaces
from guotu.analysis.cartography.spec import MM_PER_INCH, Box
from guotu.analysis.cartography.style import Paint
from guotu.settings import kept_environment

with kept_environment(
    "PROJ_LIB", "PROJ_DATA", "GDAL_DATA"
):  # its own copies would mislead the other GDAL users
    import mapnik

CSS_DPI = 96.0
VECTOR_DPI = 288
"""Vector pictures are drawn at four times a point: at one, letters would stand on whole points."""
FACES = ("NotoSansSC-Regular", "NotoSansSC-Bold", "NotoSansSC-Rare")
FONT_SETS = "".join(
    f'<FontSet name="{name}"><Font face-name="{typefaces.SANS} {face}"/>'
    f'<Font face-name="{typefaces.RARE} Regular"/></FontSet>'
    for name, face in (("regular", "Regular"), ("bold", "Bold"))
)

Anchor = Literal["middle", "left", "right"]
Height = Literal["middle", "top", "bottom"]


@dataclass(frozen=True, slots=True)
class Words:
    """Text at a point; `anchor` and `height` say on which side of the point it stands, `size` is in CSS pixels, `turn` in degrees.

    `keep` draws it whatever it meets; otherwise it gives way to earlier words.
    """

    text: str
    at: Any
    size: float = 9.0
    anchor: Anchor = "middle"
    height: Height = "middle"
    colour: str = "#1d2733"
    bold: bool = False
    halo: float = 1.2
    turn: int = 0
    keep: bool = False


@cache
def _register_fonts() -> bool:
    return all(mapnik.FontEngine.register_font(str(typefaces.file(face))) for face in FACES)


class Canvas:
    """A sheet of a size in millimetres over a box of the plane; what is added later lies on top."""

    def __init__(self, box: Box, width_mm: float, height_mm: float, dpi: int) -> None:
        _register_fonts()
        width, height = (round(size / MM_PER_INCH * dpi) for size in (width_mm, height_mm))
        self._map = mapnik.Map(width, height, "epsg:3857")
        self._map.background = mapnik.Color("#ffffff")
        self._map.zoom_to_box(mapnik.Box2d(*box))
        self._scale = dpi / CSS_DPI
        self._count = 0

    def paint(self, shapes: Iterable[Any], paint: Paint, *, points: bool = False) -> None:
        """Fill and outline shapes."""
        symbols = _marker(paint) if points else _casing(paint) + _area(paint)
        self._add([(shape, "") for shape in shapes if shape is not None], symbols)

    def trace(self, lines: Iterable[Any], paint: Paint) -> None:
        """Draw lines only."""
        self._add([(line, "") for line in lines], _line(paint))

    def write(self, words: Iterable[Words]) -> None:
        """Write words; those of one look go together."""
        looks: dict[Words, list[tuple[Any, str]]] = {}
        for word in words:
            rows = looks.setdefault(replace(word, text="", at=None), [])
            rows.append((word.at, typefaces.printable(word.text)))
        for look, rows in looks.items():
            self._add(rows, _text(look))

    def png(self) -> bytes:
        """The sheet as a palette PNG."""
        image = mapnik.Image(self._map.width, self._map.height)
        mapnik.render(self._map, image, self._scale)
        return bytes(image.to_string("png256:z=6:m=h"))

    def vector(self, format: Literal["svg", "pdf"]) -> bytes:
        """The sheet as lines and outlines; its units are pixels of the canvas."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"sheet.{format}"
            mapnik.render_to_file(self._map, str(file), format, self._scale)
            return file.read_bytes()

    def _add(self, rows: list[tuple[Any, str]], symbols: str) -> None:
        if not rows or not symbols:
            return
        self._count += 1
        name = f"s{self._count}"
        style = f'<Style name="{name}"><Rule>{symbols}</Rule></Style>'
        fonts = FONT_SETS if "TextSymbolizer" in symbols else ""
        mapnik.load_map_from_string(self._map, f'<Map srs="epsg:3857">{fonts}{style}</Map>', False)
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


def _casing(paint: Paint) -> str:
    return _line(Paint(stroke=paint.casing, width=paint.width + 2.4)) if paint.casing else ""


def _line(paint: Paint) -> str:
    dash = f' stroke-dasharray="{",".join(map(str, paint.dash))}"' if paint.dash else ""
    return (
        f"<LineSymbolizer {_colour('stroke', paint.stroke)} stroke-width={quoteattr(str(paint.width))}"
        f' stroke-linejoin="round"{dash}/>'
    )


def _marker(paint: Paint) -> str:
    size = 2 * paint.radius
    fill = _colour("fill", paint.fill) if paint.fill else 'fill-opacity="0"'
    return (
        f'<MarkersSymbolizer marker-type="ellipse" width="{size}" height="{size}" allow-overlap="true" ignore-placement="true" '
        f'{fill} {_colour("stroke", paint.stroke or "#000000")} stroke-width="{paint.width}"/>'
    )


def _text(look: Words) -> str:
    overlap = 'allow-overlap="true"' if look.keep else 'minimum-distance="2" avoid-edges="true"'
    turned = f' orientation="{look.turn}"' if look.turn else ""
    return (
        f'<TextSymbolizer fontset-name="{"bold" if look.bold else "regular"}" size="{look.size}" fill="{look.colour}" '
        f'halo-fill="#ffffff" halo-radius="{look.halo}" horizontal-alignment="{look.anchor}" '
        f'vertical-alignment="{look.height}"{turned} placement="point" {overlap}>[t]</TextSymbolizer>'
    )


def _colour(name: str, colour: str | None) -> str:
    """Mapnik takes #rrggbb and an opacity of its own."""
    given = colour or "#000000"
    opacity = int(given[7:9], 16) / 255 if len(given) == 9 else 1.0
    return f'{name}="{given[:7]}" {name}-opacity="{opacity:.3f}"'
