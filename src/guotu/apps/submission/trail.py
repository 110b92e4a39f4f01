"""The trail of a submission: every step with who, when and what digests, chained by hash and signed by the node."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, Final

from guotu.errors.submission import TRAIL_BROKEN

Signer = Callable[[bytes], bytes]
Verifier = Callable[[bytes, bytes], bool]
NOTHING: Final = "0" * 64
"""What the first step follows."""


def canonical(body: Any) -> bytes:
    """JSON with sorted keys and no blanks: the bytes that are hashed and signed."""
    return json.dumps(
        body, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def appended(trail: Sequence[dict[str, Any]], step: dict[str, Any], signer: Signer) -> list[dict[str, Any]]:
    """The trail with one more step; `step` is plain JSON without `seq`, `prev`, `hash`, `sig`."""
    previous = trail[-1]["hash"] if trail else NOTHING
    body = {**step, "seq": len(trail) + 1, "prev": previous}
    digest = _hash(body)
    signature = base64.b64encode(signer(_signed(digest))).decode()
    return [*trail, {**body, "hash": digest, "sig": signature}]


def verify(id: str, trail: Sequence[dict[str, Any]], verifier: Verifier | None = None) -> str:
    """The hash of the last step; raises GT-7042 where a step was changed, left out, moved or signed by another key."""
    previous = NOTHING
    for number, entry in enumerate(trail, 1):
        body = {name: value for name, value in entry.items() if name not in ("hash", "sig")}
        sound = entry["seq"] == number and entry["prev"] == previous and entry["hash"] == _hash(body)
        if sound and verifier is not None:
            sound = verifier(_signed(entry["hash"]), base64.b64decode(entry["sig"]))
        if not sound:
            raise TRAIL_BROKEN(id=id, step=number)
        previous = entry["hash"]
    return previous


def _hash(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


def _signed(digest: str) -> bytes:
    return b"guotu-submission-trail/1\n" + digest.encode()
