"""GT-12xx datum, coordinates and geometry."""

from guotu.errors.base import Family, Kind
