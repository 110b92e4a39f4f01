"""Everything in two SQLite files: features with their journal, and the records of the control plane."""

from guotu.store.sqlite.features import SqliteFeatureStore
from guotu.store.sqlite.records import SqliteRecordStore

__all__ = ["SqliteFeatureStore", "SqliteRecordStore"]
