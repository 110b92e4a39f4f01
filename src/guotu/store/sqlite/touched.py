"""Which features a draft has touched."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from guotu.errors.store import FEATURE_REPEATED


class Touched:
    """Refuses a feature that is touched twice (GT-2007): at once, or for the founding of a stream at the end.

    Founding lands millions of features that nothing can collide with but each other; their ids are then kept as 16 bytes
    each and compared once, sorted.
    """

    def __init__(self, *, founding: bool) -> None:
        self._founding = founding
        self._seen: set[bytes] = set()
        self._chunks: list[bytes] = []

    def add(self, fids: Sequence[bytes]) -> None:
        """Note features as touched."""
        new = set(fids)
        if len(new) < len(fids):
            raise FEATURE_REPEATED(
                fid=next(fid for place, fid in enumerate(fids) if fid in fids[:place]).hex()
            )
        if self._founding:
            self._chunks.append(b"".join(fids))
            return
        if repeated := self._seen & new:
            raise FEATURE_REPEATED(fid=min(repeated).hex())
        self._seen |= new

    def require_new(self, fid: bytes) -> None:
        """The feature must not be among those touched."""
        known = fid in self._seen or any(
            fid in (chunk[at : at + 16] for at in range(0, len(chunk), 16)) for chunk in self._chunks
        )
        if known:
            raise FEATURE_REPEATED(fid=fid.hex())

    def settle(self) -> None:
        """Compare what was put off."""
        halves = np.frombuffer(b"".join(self._chunks), ">u8").reshape(-1, 2)
        ordered = halves[np.lexsort((halves[:, 1], halves[:, 0]))]
        same = np.flatnonzero((ordered[1:] == ordered[:-1]).all(axis=1))
        if len(same):
            raise FEATURE_REPEATED(fid=ordered[same[0]].tobytes().hex())
        self._chunks = []
