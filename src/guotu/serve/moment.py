"""The moment a request looks at: `at=2024-12-31`, `at=1.42`, or nothing for now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from guotu.errors.general import USAGE
from guotu.model.time import AsOf, parse_as_of


def moment_of(at: Annotated[str | None, Query(max_length=32)] = None) -> AsOf:
    """Raises GT-1001 for what is neither a date nor a version."""
    try:
        return parse_as_of(at)
    except ValueError:
        raise USAGE(reason=f"at={at}: YYYY-MM-DD | epoch.seq") from None


TheMoment = Annotated[AsOf, Depends(moment_of)]
