"""Rules asked of a whole delivery (1101–1103): folders and file names, readability, metadata.

They judge a `Listing`, which says what lies where and what came of opening it; nothing is read here.
"""

from guotu.quality.package.judge import Judgement, judge
from guotu.quality.package.listing import LayerFact, Listed, Listing, Metadata

__all__ = ["Judgement", "LayerFact", "Listed", "Listing", "Metadata", "judge"]
