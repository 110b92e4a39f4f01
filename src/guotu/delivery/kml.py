"""KML and KMZ: placemarks with their attributes as extended data under Chinese names, painted as on the platform's map."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from guotu.delivery.outgoing import Appearance, Colours, Outgoing
from guotu.model.arrays import Float64Array
from guotu.model.change import GEOMETRY
from guotu.model.schema import Field, FieldType

_TYPES = {FieldType.INT: "int", FieldType.FLOAT: "double"}
_PLAIN = Appearance(Colours("#8080801c", "#606060"))
_DECIMALS = 10
_DEFAULT = "default"
_FORBIDDEN = {code: " " for code in range(32) if code not in (9, 10, 13)}


def write_kml(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """KML 2.2 in degrees; heights are none, every shape lies on the ground."""
    with target.open("wb") as file:
        _document(outgoing, file)
    return {}


def write_kmz(outgoing: Outgoing, target: Path) -> dict[str, Any]:
    """The same, packed as `doc.kml`."""
    inside = zipfile.ZipInfo("doc.kml", (1980, 1, 1, 0, 0, 0))
    inside.compress_type = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(target, "w", compresslevel=4) as archive,
        archive.open(inside, "w", force_zip64=True) as file,
    ):
        _document(outgoing, file)
    return {}


def _document(outgoing: Outgoing, file: IO[bytes]) -> None:
    look = outgoing.appearance or _PLAIN
    name = _text(outgoing.title or outgoing.schema.name)
    head = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>',
        f"<name>{name}</name>",
        *_styles(look),
        f'<Schema name={quoteattr(outgoing.schema.code)} id="fields">',
        *(_declared(field) for field in outgoing.fields),
        "</Schema>",
        f"<Folder><name>{_text(outgoing.schema.code)}</name>",
    ]
    file.write("\n".join(head).encode() + b"\n")
    for placemarks in _placemarks(outgoing, look):
        file.write(placemarks.encode())
    file.write(b"</Folder>\n</Document>\n</kml>\n")


def _styles(look: Appearance) -> Iterator[str]:
    yield _style(_DEFAULT, look.default)
    for value, (_, colours) in look.classes.items():
        yield _style(value, colours)


def _style(id: str, colours: Colours) -> str:
    line = _colour(colours.stroke or "#00000000")
    fill, filled = _colour(colours.fill or "#00000000"), int(colours.fill is not None)
    return (
        f"<Style id={quoteattr('s-' + id)}><IconStyle><color>{fill if filled else line}</color><scale>0.6</scale></IconStyle>"
        f"<LineStyle><color>{line}</color><width>{max(colours.width, 1):g}</width></LineStyle>"
        f"<PolyStyle><color>{fill}</color><fill>{filled}</fill><outline>1</outline></PolyStyle></Style>"
    )


def _colour(colour: str) -> str:
    """aabbggrr of #rrggbb or #rrggbbaa."""
    digits = colour[1:].ljust(8, "f")
    return digits[6:8] + digits[4:6] + digits[2:4] + digits[:2]


def _declared(field: Field) -> str:
    kind = _TYPES.get(field.type, "string")
    return (
        f'<SimpleField type="{kind}" name={quoteattr(field.code)}>'
        f"<displayName>{_text(field.name)}</displayName></SimpleField>"
    )


def _placemarks(outgoing: Outgoing, look: Appearance) -> Iterator[str]:
    """The features of a batch at a time."""
    for batch in outgoing.batches:
        columns = [(name, batch.column(name).to_pylist()) for name in outgoing.names]
        values = dict(columns)
        labels = values.get(outgoing.label_field or "", [None] * batch.num_rows)
        classes = values.get(look.field or "", [None] * batch.num_rows)
        shapes: Any = [None] * batch.num_rows
        if outgoing.spatial:
            shapes = np.atleast_1d(shapely.from_wkb(batch.column(GEOMETRY).to_numpy(zero_copy_only=False)))
        rows = []
        for row, shape in enumerate(shapes):
            data = "".join(
                f'<SimpleData name="{name}">{_text(column[row])}</SimpleData>'
                for name, column in columns
                if column[row] is not None
            )
            label = f"<name>{_text(labels[row])}</name>" if labels[row] is not None else ""
            rows.append(
                f"<Placemark>{label}<styleUrl>#s-{_text(_class(classes[row], look))}</styleUrl>"
                f'<ExtendedData><SchemaData schemaUrl="#fields">{data}</SchemaData></ExtendedData>'
                f"{'' if shape is None else _geometry(shape)}</Placemark>\n"
            )
        yield "".join(rows)


def _class(value: object, look: Appearance) -> str:
    text = str(value)[: look.prefix] if look.prefix else str(value)
    return text if text in look.classes else _DEFAULT


def _geometry(shape: Any) -> str:
    kind = shape.geom_type
    if kind.startswith("Multi"):
        return f"<MultiGeometry>{''.join(_geometry(part) for part in shape.geoms)}</MultiGeometry>"
    if kind == "Polygon":
        inner = "".join(f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in shape.interiors)
        return f"<Polygon><outerBoundaryIs>{_ring(shape.exterior)}</outerBoundaryIs>{inner}</Polygon>"
    tag = "Point" if kind == "Point" else "LineString"
    return f"<{tag}><coordinates>{_pairs(shape)}</coordinates></{tag}>"


def _ring(ring: Any) -> str:
    return f"<LinearRing><coordinates>{_pairs(ring)}</coordinates></LinearRing>"


def _pairs(shape: Any) -> str:
    xy: Float64Array = np.round(shapely.get_coordinates(shape), _DECIMALS)
    return " ".join(f"{x!r},{y!r}" for x, y in xy.tolist())


def _text(value: Any) -> str:
    return escape(str(value).translate(_FORBIDDEN))
