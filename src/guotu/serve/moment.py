"""The moment a request looks at: `at=2024-12-31`, `at=1.42`, or nothing for now."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from guotu.errors.general import REQUEST_INVALID
from guotu.model.time import AsOf, parse_as_of


def moment_of(at: Annotated[str | None, Query(max_length=32)] = None) -> AsOf:
    """Raises GT-1007 for what is neither a date nor a version."""
    try:
        return parse_as_of(at)
    except ValueError:
        raise REQUEST_INVALID(reason=f"at={at}: YYYY-MM-DD | epoch.seq") from None


TheMoment = Annotated[AsOf, Depends(moment_of)]
