"""A boundary TXT seen as a layer: one polygon per parcel, its particulars as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from guotu.ingest import boundary_txt
from guotu.ingest.encoding import EncodingChoice, label
from guotu.ingest.readers.described import Described
from guotu.ingest.sandbox import Protection
from guotu.kernel.coords import transform
from guotu.kernel.datum_table import DatumTable
from guotu.model.schema import GeometryKind

_NOTHING = DatumTable()
FIELDS = ("DKBH", "DKMC", "DKYT", "DLBM", "DKMJ", "TFH")
"""Number, name, use, land class, declared area (hectares), map sheet."""


class TxtFile:
    """One layer, named like the file, in the file's own system."""

    def __init__(self, path: Path, crs_epsg: int | None = None, table: DatumTable = _NOTHING) -> None:
        self.boundary = boundary_txt.read(path.read_bytes(), name=path.name, crs_epsg=crs_epsg, table=table)
        self._name = path.stem

    @property
    def protection(self) -> Protection | None:
        return None

    def names(self) -> tuple[str, ...]:
        return (self._name,)

    def describe(self, layer: str) -> Described:
        text = self.boundary
        points = [point for parcel in text.parcels for ring in parcel.rings for point in ring.points]
        codec = label(text.encoding)
        return Described(
            name=layer,
            fields=FIELDS,
            count=len(text.parcels),
            geometry=GeometryKind.POLYGON,
            declared=f"EPSG:{text.crs.epsg}",
            declared_is_default=False,
            sample=np.array([(point.x, point.y) for point in points[:400]], dtype=np.float64),
            encoding=EncodingChoice(text.encoding, f"按 {codec} 解码", f"decoded as {codec}"),
            warnings=text.warnings,
            read=self._batches,
            evidence=(text.evidence_zh, text.evidence_en),
            settled=True,
        )

    def close(self) -> None:
        """Nothing to stop."""

    def _batches(self) -> Iterator[pa.RecordBatch]:
        text = self.boundary
        polygons = [
            parcel.polygon
            if parcel.crs == text.crs
            else transform(np.array([parcel.polygon], dtype=object), parcel.crs, text.crs)[0]
            for parcel in text.parcels
        ]
        declared = [float(parcel.declared_ha) if parcel.declared_ha else None for parcel in text.parcels]
        columns = [
            pa.array([parcel.number for parcel in text.parcels], pa.string()),
            pa.array([parcel.name for parcel in text.parcels], pa.string()),
            pa.array([parcel.use for parcel in text.parcels], pa.string()),
            pa.array([parcel.land_class for parcel in text.parcels], pa.string()),
            pa.array(declared, pa.float64()),
            pa.array([parcel.sheet for parcel in text.parcels], pa.string()),
            pa.array(shapely.to_wkb(polygons, byte_order=1), pa.binary()),
        ]
        yield pa.RecordBatch.from_arrays(columns, names=[*FIELDS, "geometry"])
