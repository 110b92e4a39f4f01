"""Survey updates (变更调查): which ground changed hands between two states of the parcels, and whether the books agree."""

from guotu.quality.update.judge import judge
from guotu.quality.update.pieces import Exchange, exchange

__all__ = ["Exchange", "exchange", "judge"]
