"""Questions that a file leaves open, with what may be answered: the coordinate system, the schema."""

from __future__ import annotations

import numpy as np

from guotu.errors import GuotuError, Place
from guotu.errors.schema import LAYER_UNRECOGNISED
from guotu.ingest.crs_evidence import name
from guotu.kernel.coords import crs_from_epsg, transform_xy
from guotu.model.datum import CGCS2000, Crs, GaussKruger
from guotu.ops.checking.result import Question
from guotu.standards.recognise import LayerMatch

_MIDDLE = 37
"""The 3-degree zone in the middle of the country, begun with where nothing else is known."""
_ZONES = range(25, 46)
_WIDE = range(13, 24)


def crs_question(problem: GuotuError, near: float | None) -> Question:
    """Which system are the coordinates in? Each choice says where the layer would then lie.

    `near` is a longitude the layer is likely to be near (the node's territory), None where nothing is known.
    """
    choices = [(str(crs.epsg), *_label(crs, problem.place)) for crs in _candidates(problem.place, near)]
    return Question(
        "crs",
        problem.code,
        (problem.detail("zh"), problem.detail("en")),
        (
            "选择坐标系；每项后面是数据会落在哪里，请与实际位置核对。",
            "Choose the coordinate system; each says where the data would lie — compare with where they are.",
        ),
        tuple(choices),
    )


def schema_question(file: str, layer: str, columns: tuple[str, ...], found: list[LayerMatch]) -> Question:
    """Which layer of the standards is this? Schemas whose fields are met at least in part come first."""
    problem = LAYER_UNRECOGNISED(
        place=Place(file=file, layer=layer), name=layer, fields="、".join(columns[:12])
    )
    return Question(
        "schema",
        problem.code,
        (problem.detail("zh"), problem.detail("en")),
        ("选择图层结构后重新检查。", "Choose the layer's schema and check again."),
        tuple((match.schema.id, match.schema.name, match.schema.name_en) for match in found),
    )


def unrecognised(file: str, layer: str, columns: tuple[str, ...]) -> GuotuError:
    """GT-1390 for a layer that resembles none of the standards."""
    place = Place(file=file, layer=layer)
    return LAYER_UNRECOGNISED(place=place, name=file, fields="、".join(columns[:12]))


def _candidates(place: Place, near: float | None) -> list[Crs]:
    x, y = place.coordinate or (0.0, 0.0)
    if abs(x) <= 360 and abs(y) <= 90:
        return [CGCS2000]
    if x >= 1e6:
        zone = int(x // 1e6)
        found: list[Crs] = [GaussKruger(3, zone)] if zone in _ZONES else []
        return [*found, *([GaussKruger(6, zone)] if zone in _WIDE else [])]
    own = _MIDDLE if near is None else min(max(round(near / 3), 25), 45)
    narrow = sorted(_ZONES, key=lambda zone: (abs(zone - own), zone))
    wide = sorted(_WIDE, key=lambda zone: (abs(6 * zone - 3 - 3 * own), zone))
    return [
        *(GaussKruger(3, zone, False) for zone in narrow),
        *(GaussKruger(6, zone, False) for zone in wide),
    ]


def _label(crs: Crs, place: Place) -> tuple[str, str]:
    zh, en = name(crs)
    if place.coordinate is None or isinstance(crs_from_epsg(crs.epsg), type(CGCS2000)):
        return zh, en
    try:
        lon, lat = transform_xy(np.array([place.coordinate]), crs, CGCS2000)[0].tolist()
    except GuotuError:
        return f"{zh} → 落在合理范围以外", f"{en} → outside what it can mean"
    return f"{zh} → 约 {lon:.3f}°E {lat:.3f}°N", f"{en} → about {lon:.3f}°E {lat:.3f}°N"
