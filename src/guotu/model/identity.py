"""Identifiers: features, nodes, and the id source as a parameter."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable

IdSource = Callable[[], bytes]
"""Gives a fresh 16-byte UUIDv7."""

NODE_ID = re.compile(r"N-\d{6}-\d{2}")


def uuid7(milliseconds: int, randomness: bytes) -> bytes:
    """16 bytes of a version-7 UUID (RFC 9562) from a Unix time in ms and 10 random bytes."""
    raw = bytearray(milliseconds.to_bytes(6, "big") + randomness[:10])
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return bytes(raw)


def feature_id(genesis: bytes, business_key: str) -> bytes:
    """16 bytes of the version-5 UUID of a business key inside a stream whose genesis id is given."""
    return uuid.uuid5(uuid.UUID(bytes=genesis), business_key).bytes


def genesis_id(stream: str, owner: str) -> bytes:
    """The 16-byte genesis id of a stream that a node founds: a digest of its name and its owner."""
    return hashlib.sha256(f"{stream}\n{owner}".encode()).digest()[:16]
