"""GT-50xx reviews and reports."""

from guotu.errors.base import Family, Kind
