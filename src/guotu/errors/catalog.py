"""GT-30xx the catalogue."""

from guotu.errors.base import Family, Kind
