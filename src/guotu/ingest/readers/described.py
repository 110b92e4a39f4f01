"""What is known of a layer before its coordinate system is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from guotu.ingest.encoding import EncodingChoice
from guotu.ingest.sandbox import Protection
from guotu.model.arrays import Float64Array
from guotu.model.schema import GeometryKind

Warnings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What a file says of a column beside its name: an alias, a domain and the (code, text) pairs that it allows."""

    name: str
    alias: str = ""
    domain: str = ""
    codes: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name,
            "alias": self.alias,
            "domain": self.domain,
            "codes": [list(pair) for pair in self.codes],
        }


def columns_told(raw: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """The columns a child has told of."""
    return tuple(
        Column(
            str(each["name"]),
            str(each.get("alias") or ""),
            str(each.get("domain") or ""),
            tuple((str(code), str(text)) for code, text in each.get("codes", ())),
        )
        for each in raw
    )


@dataclass(frozen=True, slots=True)
class Described:
    """A layer as its file tells it.

    `declared` is "EPSG:n" or WKT, None where the file says nothing; `declared_is_default` where only the format's own rule says it.
    `sample` (n, 2) holds one vertex of each of the first features.
    """

    name: str
    fields: tuple[str, ...]
    count: int
    geometry: GeometryKind
    declared: str | None
    declared_is_default: bool
    sample: Float64Array
    encoding: EncodingChoice
    warnings: Warnings
    read: Callable[[], Iterator[pa.RecordBatch]] = field(repr=False)
    evidence: tuple[str, str] | None = None
    """Why `declared` is what it is (zh, en), where the reader knows better than the general rule."""
    columns: tuple[Column, ...] = ()
    """Of those columns that the file says more of than their names."""
    settled: bool = False
    """The reader has weighed what was asked and has moved the coordinates where they had to be."""


class LayerFile(Protocol):
    """A file of one or more layers."""

    def names(self) -> tuple[str, ...]:
        """All layers, cheaply if possible."""
        ...

    def describe(self, layer: str) -> Described: ...

    @property
    def protection(self) -> Protection | None:
        """The walls around its reader; None where no foreign parser is involved."""
        ...

    def close(self) -> None: ...
