"""GT-14xx the quality gate."""

from guotu.errors.base import Family, Kind
