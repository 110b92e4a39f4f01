"""The one switch between compiled loops and their numpy/shapely twins."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

COMPILED: bool = importlib.util.find_spec("numba") is not None
"""Whether loops run compiled; where False (no numba wheel for the platform) public verbs take their twins."""

_njit: Callable[..., Any] | None = importlib.import_module("numba").njit if COMPILED else None


def loop(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a scalar loop, keeping the machine code beside the source where that is writable.

    Without numba the function stays as it is: correct, slow, and only used where no twin exists.
    """
    if _njit is None:
        return function
    try:
        return _njit(function, cache=True, nogil=True, error_model="numpy")  # type: ignore[no-any-return]
    except RuntimeError:  # no writable place for the cache
        return _njit(function, nogil=True, error_model="numpy")  # type: ignore[no-any-return]
