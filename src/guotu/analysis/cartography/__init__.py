"""Maps drawn by the platform: styles, map bodies in a Gauss-Krüger zone, furniture."""

from guotu.analysis.cartography.draw import draw
from guotu.analysis.cartography.spec import MapLayer, MapSpec, Picture, PictureFormat
from guotu.analysis.cartography.style import LayerStyle, Paint, layer_style, mark_style

__all__ = [
    "LayerStyle",
    "MapLayer",
    "MapSpec",
    "Paint",
    "Picture",
    "PictureFormat",
    "draw",
    "layer_style",
    "mark_style",
]
