"""The reference page of the formats that are written, made from their declaration."""

from __future__ import annotations

from typing import Final

from guotu.delivery.boundary_txt import ROLES
from guotu.delivery.formats import FORMATS, Format
from guotu.delivery.matrix import CLAIMS, OPERATIONS
from guotu.model.schema import GeometryKind

_KINDS = {
    GeometryKind.POINT: "points",
    GeometryKind.LINE: "lines",
    GeometryKind.POLYGON: "polygons",
    GeometryKind.NONE: "tables",
}
_ROLES = {
    "number": "地块编号",
    "name": "地块名称",
    "use": "地块用途",
    "land_class": "地类编码",
    "sheet": "图幅号",
}

_HEAD: Final = """# Formats that are written

`guotu export` and `POST /api/exports` write them, `guotu query -o` too. Writers take batches from
the reader and keep one at a time (what grows is an index); files appear whole or not at all. Values
are never cut off: what a format cannot hold is refused with its place.

"""

_TAIL: Final = """
Exact: the coordinate read back is the one that was kept, which lies on a grid of 10⁻¹⁰ degrees. In
a zone the projection itself is good to 10⁻⁷ m.

## What every export does

* **Coordinates** are CGCS2000 degrees, or a Gauss-Krüger zone (`--crs 4527`, `--crs auto`). A box
  that reaches more than half a degree over its zone is refused (GT-6009) or becomes one file a zone
  (`--split-zones`, each feature by the middle of its box). No other datum leaves.
* **Regions**: a box, a division with those under it, a boundary file. Taken is what lies in it at
  least in part; polygons that reach less than 10⁻⁷ degrees (1 cm) into it share its border and stay
  out. `--cut` cuts at the border: the layer's own area field is measured again on the ellipsoid,
  other area fields shrink in proportion, both told in the receipt.
* **Access**: only the columns the reader may see, masked ones empty, only rows inside the reader's
  limits; a dataset labelled 不予共享 is refused (GT-6006).
* **Identity** (`--identity`): `FEATURE_ID`, `VALID_FROM`, `VALID_TO` beside the standard's fields.
  GeoJSON features carry their id in any case.
* Null geometries stay null; polygons and multipolygons are told apart only where the format does.

## The receipt

`receipt.json` in the zip, `<file>.receipt.json` beside a single file, `guotu-export/1`: node,
moment, subject, dataset and schema, owner and label, basis (streams with version and hash), region,
condition, columns, coordinate systems, number of features, of those without geometry and of those
cut, area on the ellipsoid, extent, whether everything was written, remarks of the writer (widened
fields, code lists, axis order), and every file with its size and SHA-256.

"""


_MATRIX: Final = """## Formats and operations

Every mark is a test that runs (`tests/e2e/test_formats_matrix.py`): *read back by other tools* on every layer of the demo county,
in a zone where the format has one; – where the operation makes no sense for the format or is not claimed. VCT and boundary TXT are
GB 18030 by their rules, KMZ and XLSX are archives themselves, a sheet cannot name its coordinate system, text sequences are not
read.

"""


def page() -> str:
    """Markdown of docs/references/formats-written.md."""
    rows = [
        "| format | `--format` | carries | coordinates | read back within | notes |\n|---|---|---|---|---|---|\n"
    ]
    rows += [_row(each) for each in FORMATS.values()]
    roles = "| of a parcel line | taken from the first of |\n|---|---|\n" + "".join(
        f"| {_ROLES[role]} | {', '.join(f'`{code}`' for code in codes)} |\n" for role, codes in ROLES.items()
    )
    return _HEAD + "".join(rows) + _TAIL + _matrix() + "## Fields of boundary TXT\n\n" + roles


def _matrix() -> str:
    """What is tested of every format."""
    titles = [en for _, en in OPERATIONS.values()]
    lines = [f"| format | {' | '.join(titles)} |", "|---" * (len(titles) + 1) + "|"]
    for id, claimed in CLAIMS.items():
        cells = ["✓" if operation in claimed else "–" for operation in OPERATIONS]
        lines.append(f"| {FORMATS[id].name} | {' | '.join(cells)} |")
    return _MATRIX + "\n".join(lines) + "\n\n"


def _row(each: Format) -> str:
    carries = ", ".join(name for kind, name in _KINDS.items() if kind in each.carries)
    where = {(True, True): "degrees, zones", (True, False): "degrees", (False, True): "zones"}[
        each.degrees, each.plane
    ]
    return f"| {each.name} | `{each.id}` | {carries} | {where} | {_within(each)} | {each.en}. |\n"


def _within(each: Format) -> str:
    degrees, metres = each.resolution
    told = []
    if each.degrees:
        told.append(f"{degrees:.0e}°".replace("e-0", "e-") if degrees else "exact")
    if each.plane:
        told.append(f"{metres * 1000:g} mm" if metres else "exact")
    return ", ".join(dict.fromkeys(told))
