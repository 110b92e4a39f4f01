"""How it leaves: features of a query in the formats of the trade."""

from guotu.delivery.formats import FORMATS
from guotu.delivery.geojson import collection, feature_rows
from guotu.delivery.simple import write

__all__ = ["FORMATS", "collection", "feature_rows", "write"]
