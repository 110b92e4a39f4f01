"""What a reader asks of a dataset."""

from __future__ import annotations

from dataclasses import dataclass

from guotu.model.filter import Filter
from guotu.model.time import AsOf

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees on CGCS2000."""


@dataclass(frozen=True, slots=True)
class Query:
    """Features of a dataset: by box, filter and moment; `partitions` None means every stream of the dataset.

    `columns` None means every attribute; fid, seq and geometry always come unless `geometry` is False.
    Rows come ordered by fid; `after` (a fid) and `limit` page through them.
    """

    dataset: str
    partitions: tuple[str, ...] | None = None
    box: Box | None = None
    where: Filter | None = None
    at: AsOf = None
    columns: tuple[str, ...] | None = None
    geometry: bool = True
    after: bytes | None = None
    limit: int | None = None
