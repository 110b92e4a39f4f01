"""Tables of `data.db` and the shape of a projection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from guotu.model.dataset import DATASET_CODE
from guotu.model.schema import FieldType, LayerSchema

FORMAT: Final = "guotu-store/1"
LIVE: Final = 2**63 - 1
"""`seq_to` of the present row of a feature."""

DDL: Final = """
CREATE TABLE dataset (code TEXT PRIMARY KEY, schema TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stream (id INTEGER PRIMARY KEY, dataset TEXT NOT NULL REFERENCES dataset (code), partition TEXT NOT NULL,
  owner TEXT NOT NULL, west REAL, south REAL, east REAL, north REAL, UNIQUE (dataset, partition)) STRICT;
CREATE TABLE epoch (stream INTEGER NOT NULL REFERENCES stream (id), epoch INTEGER NOT NULL, start_seq INTEGER NOT NULL,
  start_hash BLOB NOT NULL, holder TEXT NOT NULL, granted TEXT NOT NULL, PRIMARY KEY (stream, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE ckpt (stream INTEGER NOT NULL REFERENCES stream (id), last INTEGER NOT NULL, epoch INTEGER NOT NULL,
  first INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, deleted INTEGER NOT NULL,
  features INTEGER NOT NULL, described INTEGER NOT NULL, valid_time INTEGER NOT NULL, text TEXT NOT NULL,
  note BLOB NOT NULL, PRIMARY KEY (stream, last)) STRICT, WITHOUT ROWID;
CREATE TABLE log (stream INTEGER NOT NULL REFERENCES stream (id), first INTEGER NOT NULL, last INTEGER NOT NULL,
  bodies BLOB NOT NULL, UNIQUE (stream, first)) STRICT
"""

SYSTEM: Final = (
    "row", "stream", "fid", "seq_from", "seq_to", "valid_from", "valid_to", "until", "body_hash", "row_hash",
)  # fmt: skip
_SQL_TYPES: Final = {FieldType.INT: "INTEGER", FieldType.DATE: "INTEGER", FieldType.FLOAT: "REAL"}


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Projection:
    """The table of a dataset: one row per version of a feature; `until` is the day from which a later entry holds instead.

    Dates are days since 1970-01-01. The R-tree beside it has the box of every row that has a geometry, live or historic.
    """

    schema: LayerSchema

    @cached_property
    def table(self) -> str:
        if not DATASET_CODE.fullmatch(self.schema.dataset):
            raise ValueError(f"not a dataset code: {self.schema.dataset!r}")
        return "f_" + self.schema.dataset.replace(".", "_")

    @property
    def tree(self) -> str:
        return self.table + "_box"

    def column(self, code: str) -> str:
        """The quoted column of an attribute; the prefix keeps it apart from the system's columns."""
        return quoted("a_" + code)

    @cached_property
    def insert(self) -> str:
        marks = ", ".join("?" * (len(SYSTEM) + len(self.schema.fields) + 1))
        return f"INSERT INTO {self.table} VALUES ({marks})"

    def create(self) -> list[str]:
        """Statements that make the table, its tree and its indexes."""
        attributes = "".join(
            f", {self.column(field.code)} {_SQL_TYPES.get(field.type, 'TEXT')}"
            for field in self.schema.fields
        )
        return [
            f"CREATE TABLE {self.table} (row INTEGER PRIMARY KEY, stream INTEGER NOT NULL, fid BLOB NOT NULL, "
            "seq_from INTEGER NOT NULL, seq_to INTEGER NOT NULL, valid_from INTEGER, valid_to INTEGER, until INTEGER, "
            f"body_hash BLOB NOT NULL, row_hash BLOB NOT NULL{attributes}, geometry BLOB) STRICT",
            f"CREATE VIRTUAL TABLE {self.tree} USING rtree (row, west, east, south, north)",
            *self.create_indexes(),
        ]

    def create_indexes(self) -> list[str]:
        """`fid` pages through features and finds one; the business key finds by what people know."""
        statements = [f"CREATE INDEX {self.table}_fid ON {self.table} (fid, seq_from)"]
        if self.schema.key:
            key = ", ".join(self.column(code) for code in self.schema.key)
            statements.append(f"CREATE INDEX {self.table}_key ON {self.table} ({key})")
        return statements

    def drop_indexes(self) -> list[str]:
        return [f"DROP INDEX IF EXISTS {self.table}_fid", f"DROP INDEX IF EXISTS {self.table}_key"]
