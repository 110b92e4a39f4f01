"""The ports of the store. Every backend passes the same contract suite (`tests/contract`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from guotu.model.access import AccessPlan
from guotu.model.dataset import Commit, CommitNote, StreamName, StreamState
from guotu.model.query import Box, Query
from guotu.model.schema import LayerSchema
from guotu.model.time import AsOf, Version


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of an inspection of one stream."""

    stream: StreamName
    entries: int
    features: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.problems


class Draft(Protocol):
    """One commit in the making. Leaving the `with` block without `commit` leaves nothing behind.

    Batches carry the schema's field columns plus `fid` (fixed_size_binary(16)), `geometry` (WKB degrees CGCS2000; null
    means no geometry), and may carry `valid_from`, `valid_to` (date32) and `lineage` (`model.change.LINEAGE_TYPE`).
    Coordinates are put on the store's 10⁻¹⁰° grid when they enter.
    """

    def put(self, batch: pa.RecordBatch) -> None:
        """Add features, or replace those whose fid is live; a row equal to the live one changes nothing.

        A fid may be touched once per draft (GT-2007); columns or types that are not the schema's raise GT-2005.
        """

    def delete(self, fids: Iterable[bytes], *, valid_to: date | None = None) -> None:
        """End features, from the day `valid_to` on if given; a fid that is not live raises GT-2008."""

    def commit(self, note: CommitNote) -> Commit | None:
        """Close the commit atomically; None when nothing changed.

        Without changed features a commit is still made if the note gives another data date than the state before:
        it says that the same features describe that day too.
        """


class FeatureStore(Protocol):
    """Journal of versions and its projections."""

    def found(self, stream: StreamName, schema: LayerSchema, *, owner: str) -> StreamState:
        """Create a stream (idempotent); raises GT-2005 if the dataset exists with another structure.

        Until its first commit the state of a stream is version 1.0, without features.
        """

    def schema(self, dataset: str) -> LayerSchema:
        """The registered schema; raises GT-2001."""

    def streams(self, dataset: str | None = None) -> list[StreamState]:
        """Every stream with its newest state, ordered by name (streams without any commit are left out)."""

    def moved(self) -> int:
        """A number that is another one after any commit of any process; cheap enough to ask before every answer."""

    def state(self, stream: StreamName, at: AsOf = None) -> StreamState:
        """A stream at a moment; raises GT-2001, GT-2002."""

    def draft(self, stream: StreamName, *, base: Version | None) -> AbstractContextManager[Draft]:
        """Begin a commit on top of `base` (None: the empty stream); raises GT-2003 if the head is another."""

    def read(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        """Features in fid order, in batches of bounded size, at least one (possibly empty) batch so that the schema is known.

        Columns: fid, seq, valid_from, valid_to, the attributes, geometry. A box takes features whose own box meets it.
        Raises GT-2001, GT-2002, GT-2009, GT-2010 — when the first batch is asked for.
        """

    def ever(self, query: Query, plan: AccessPlan) -> Iterator[pa.RecordBatch]:
        """Every version, past and present, of features that a query takes, ordered by fid and seq; at least one batch.

        Columns as `read` gives them, and `ended` after `seq`: the entry that ended the version, null while it holds. The query
        names no moment and no limit; a version counts by its own attributes and geometry. Raises as `read` does.
        """

    def count(self, query: Query, plan: AccessPlan) -> int:
        """How many features `read` would give."""

    def extent(self, query: Query, plan: AccessPlan) -> Box | None:
        """Box around the features `read` would give."""

    def commits(self, stream: StreamName) -> list[Commit]:
        """Oldest first."""

    def history(self, stream: StreamName, fid: bytes, plan: AccessPlan) -> pa.Table:
        """Every version of one feature, oldest first: op, seq, valid_from, valid_to, lineage, attributes, geometry.

        Raises GT-2008 where the reader can see no version of it.
        """

    def changes(
        self, stream: StreamName, after: Version | None, upto: Version | None, plan: AccessPlan
    ) -> Iterator[pa.RecordBatch]:
        """Net changes between two versions: `op` put|del, `fid`, new attributes and geometry."""

    def current_keys(self, stream: StreamName, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Present features as `fid`, the asked fields and `row_hash` (binary(16), see `journal.row_hashes`), in no order.

        What landing a new edition needs to find its differences without fetching what is unchanged.
        """

    def verify(self, stream: StreamName) -> Check:
        """Recompute hash chain, checkpoints, signatures and digest, and compare the projection with the journal."""

    def rebuild(self, stream: StreamName) -> None:
        """Drop the projection and make it again from the journal."""

    def snapshot(self, stream: StreamName, at: AsOf = None) -> Path:
        """GeoParquet file of one version (WKB, bbox covering, Hilbert order), made once and kept."""

    def close(self) -> None: ...


class BlobStore(Protocol):
    """Original files by content hash (hex SHA-256)."""

    def add(self, source: Path | BinaryIO) -> str: ...

    def open(self, digest: str) -> BinaryIO:
        """Raises GT-2006."""

    def path(self, digest: str) -> Path:
        """Raises GT-2006."""

    def __contains__(self, digest: object) -> bool: ...


class RecordStore(Protocol):
    """Small JSON records of the control plane (resources, accounts, sessions, reviews), by kind and id."""

    def put(self, kind: str, id: str, body: dict[str, Any], *, terms: Iterable[str] = ()) -> None:
        """Insert or replace; `terms` are what `search` finds it by."""

    def get(self, kind: str, id: str) -> dict[str, Any] | None: ...

    def all(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Ordered by id."""

    def delete(self, kind: str, id: str) -> bool: ...

    def search(self, kind: str, terms: Iterable[str], limit: int) -> list[tuple[str, float]]:
        """(id, score) of records that carry every term, best first."""

    def close(self) -> None: ...
