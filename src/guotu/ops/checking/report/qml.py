"""The default style of the error layers, as QGIS keeps styles: red for A, orange for B, amber for C, blue for D."""

from __future__ import annotations

from html import escape

from guotu.errors import Lang
from guotu.ops.checking.report.words import word

COLOURS = {"A": (176, 0, 22), "B": (214, 90, 0), "C": (190, 140, 0), "D": (22, 96, 192)}
"""Colours of severities, red green blue; the page and the portal use the same."""

STYLES = {"point": "marker", "line": "line", "polygon": "fill"}


def qml(kind: str, lang: Lang) -> str:
    """A style categorised by severity."""
    categories, symbols = [], []
    for number, (severity, colour) in enumerate(COLOURS.items()):
        label = escape(f"{severity} {word(severity, lang)}")
        categories.append(
            f'<category value="{severity}" symbol="{number}" label="{label}" render="true" type="string"/>'
        )
        symbols.append(
            f'<symbol name="{number}" type="{STYLES[kind]}" alpha="1" clip_to_extent="1">{_layer(kind, colour)}</symbol>'
        )
    text = "text_zh" if lang == "zh" else "text_en"
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.22.0" styleCategories="Symbology|MapTips">'
        f'<renderer-v2 type="categorizedSymbol" attr="severity" enableorderby="0" forceraster="0" symbollevels="0">'
        f"<categories>{''.join(categories)}</categories><symbols>{''.join(symbols)}</symbols></renderer-v2>"
        f'<mapTip>[% "rule" %] [% "{text}" %]</mapTip><previewExpression>"{text}"</previewExpression></qgis>'
    )


def _layer(kind: str, colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    solid, pale = f"{red},{green},{blue},255", f"{red},{green},{blue},60"
    if kind == "point":
        given = {
            "name": "circle",
            "color": solid,
            "outline_color": "255,255,255,255",
            "size": "3",
            "size_unit": "MM",
        }
        return _simple("SimpleMarker", given)
    if kind == "line":
        return _simple("SimpleLine", {"line_color": solid, "line_width": "0.6", "line_width_unit": "MM"})
    given = {
        "color": pale,
        "outline_color": solid,
        "outline_width": "0.5",
        "outline_width_unit": "MM",
        "style": "solid",
    }
    return _simple("SimpleFill", given)


def _simple(name: str, given: dict[str, str]) -> str:
    old = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in given.items())
    new = "".join(f'<Option name="{key}" value="{value}" type="QString"/>' for key, value in given.items())
    return f'<layer class="{name}" enabled="1" pass="0" locked="0"><Option type="Map">{new}</Option>{old}</layer>'
