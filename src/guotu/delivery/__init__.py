"""How it leaves: features of a query in the formats of the trade."""

from guotu.delivery.files import FORMATS, write
from guotu.delivery.geojson import collection, feature_rows

__all__ = ["FORMATS", "collection", "feature_rows", "write"]
