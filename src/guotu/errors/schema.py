"""GT-13xx schemas, fields and code tables."""

from guotu.errors.base import Family, Kind
