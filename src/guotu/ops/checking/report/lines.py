"""The result as JSON, and its findings as JSON Lines: one document a line, read without holding the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import shapely

from guotu.errors import Lang
from guotu.model.finding import Finding
from guotu.ops.checking.result import Examination

_LARGEST = 65_536


def lines(examined: Examination, target: Path, lang: Lang) -> None:
    """First a line about the file, then one for each finding, with its geometry in degrees."""
    head = {"file": examined.file, "format": examined.format, "passed": examined.passed, "lang": lang}
    with target.open("wb") as sink:
        sink.write(orjson.dumps(head) + b"\n")
        for finding in examined.findings:
            sink.write(orjson.dumps(with_shape(finding, lang)) + b"\n")


def document(examined: Examination, target: Path, lang: Lang) -> None:
    """One JSON document: what `Examination.as_dict` gives, and `items` with every finding."""
    with target.open("wb") as sink:
        sink.write(orjson.dumps(examined.as_dict(lang))[:-1] + b',"items":[')
        for number, finding in enumerate(examined.findings):
            sink.write((b",\n" if number else b"\n") + orjson.dumps(finding.as_dict(lang)))
        sink.write(b"\n]}\n")


def with_shape(finding: Finding, lang: Lang) -> dict[str, Any]:
    """A finding as JSON with its geometry as GeoJSON, or the point where it is."""
    shown = finding.as_dict(lang)
    if finding.geometry is not None and len(finding.geometry) <= _LARGEST:
        shape = shapely.from_wkb(finding.geometry, on_invalid="ignore")
        shown["geometry"] = None if shape is None else orjson.Fragment(shapely.to_geojson(shape))
    elif finding.place.coordinate is not None:
        shown["geometry"] = {"type": "Point", "coordinates": list(finding.place.coordinate)}
    return shown
