"""Plain, readable stores in memory: what the others are compared with."""

from guotu.store.memory.features import MemoryFeatureStore
from guotu.store.memory.records import MemoryRecordStore

__all__ = ["MemoryFeatureStore", "MemoryRecordStore"]
