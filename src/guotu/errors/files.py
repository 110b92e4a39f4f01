"""GT-11xx files, archives and formats."""

from guotu.errors.base import Family, Kind
