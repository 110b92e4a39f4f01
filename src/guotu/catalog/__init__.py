"""How data is found: registry, classification and search of resources of every kind."""

from guotu.catalog.holdings import Holdings
from guotu.catalog.registry import Catalog, Found

__all__ = ["Catalog", "Found", "Holdings"]
