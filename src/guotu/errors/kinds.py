"""Every declared kind: importing this module imports every block of codes."""

from guotu.errors import (
    access,
    catalog,
    checks,
    database,
    datum,
    export,
    files,
    general,
    quality,
    review,
    schema,
    store,
    submission,
    update,
)
from guotu.errors.base import KINDS, Kind

BLOCKS = (
    general,
    files,
    datum,
    database,
    schema,
    quality,
    store,
    catalog,
    access,
    review,
    export,
    checks,
    update,
    submission,
)


def all_kinds() -> dict[str, Kind]:
    """Every kind by code, in order."""
    return dict(sorted(KINDS.items()))
