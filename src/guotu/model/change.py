"""Changes: what a commit does to features, as Arrow batches."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

FID: Final = "fid"
SEQ: Final = "seq"
ENDED: Final = "ended"
VALID_FROM: Final = "valid_from"
VALID_TO: Final = "valid_to"
GEOMETRY: Final = "geometry"
OP: Final = "op"
LINEAGE: Final = "lineage"

FID_TYPE: Final = pa.binary(16)
LINEAGE_TYPE: Final = pa.list_(pa.struct([("fid", FID_TYPE), ("part", pa.float64())]))
"""Predecessors of a feature and the share of each predecessor's area that it took over (0..1)."""

SYSTEM_COLUMNS: Final = (FID, SEQ, VALID_FROM, VALID_TO, GEOMETRY)
"""Lower case, so that they never meet a field code of a standard (always upper case)."""

PUT: Final = "put"
DELETE: Final = "del"
