"""Every way to fail: a stable code, a cause, a place, a remedy, in Chinese and English.

One module per block of codes. A kind knows no HTTP and no SQL: its `Family` is turned into a status
by the one table at each edge (`serve.problems`, `cli.exits`).
"""

from guotu.errors.base import Family, GuotuError, Kind, Lang, Place

__all__ = ["Family", "GuotuError", "Kind", "Lang", "Place"]
