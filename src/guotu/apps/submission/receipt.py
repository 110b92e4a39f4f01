"""The receipt (回执): what arrived, when, from whom, with what verdict; signed, and verified without any node.

The file is JSON: `payload` (the receipt), `signature` {algorithm, key, value}. What is signed is the DSSE pre-authentication
encoding of the payload's canonical JSON (docs/formats/submission-receipt.md). The printed code is the beginning of the payload's
SHA-256, so that paper and file can be told to be the same.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from guotu.apps.submission.trail import canonical
from guotu.errors.submission import RECEIPT_FORGED, RECEIPT_UNREADABLE

EDITION: Final = "guotu-submission-receipt/1"
PAYLOAD_TYPE: Final = b"application/vnd.guotu-submission-receipt"
ALGORITHM: Final = "Ed25519"
LARGEST: Final = 32 << 20
_PARTS: Final = {"receipt", "number", "node", "submission", "round", "package", "from", "received", "check"}


def sealed(payload: dict[str, Any], sign: Callable[[bytes], bytes], key: bytes) -> dict[str, Any]:
    """A receipt with its signature; `key` are the 32 raw bytes of the public key."""
    body = {"receipt": EDITION, **payload}
    value = base64.b64encode(sign(_encoded(body))).decode()
    return {"payload": body, "signature": {"algorithm": ALGORITHM, "key": key.hex(), "value": value}}


def code_of(payload: dict[str, Any]) -> str:
    """The verification code printed on paper: 20 hexadecimal digits in groups of four."""
    digest = hashlib.sha256(canonical(payload)).hexdigest()[:20].upper()
    return "-".join(digest[at : at + 4] for at in range(0, 20, 4))


def fingerprint(key: str) -> str:
    """What a public key is recognised by: the beginning of its SHA-256."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:16].upper()
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def parse(body: bytes, name: str) -> dict[str, Any]:
    """A receipt from its file; raises GT-7039."""
    if len(body) > LARGEST:
        raise RECEIPT_UNREADABLE(name=name, reason=f"> {LARGEST >> 20} MB")
    try:
        found = json.loads(body)
        payload, signature = found["payload"], found["signature"]
        whole = (
            isinstance(payload, dict)
            and payload.keys() >= _PARTS
            and payload["receipt"] == EDITION
            and isinstance(signature, dict)
            and signature["algorithm"] == ALGORITHM
            and len(bytes.fromhex(signature["key"])) == 32
            and bool(base64.b64decode(signature["value"], validate=True))
        )
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as wrong:
        raise RECEIPT_UNREADABLE(name=name, reason=str(wrong)[:200]) from None
    if not whole:
        raise RECEIPT_UNREADABLE(name=name, reason=EDITION)
    return dict(found)


def verify(receipt: dict[str, Any], name: str, trusted: bytes | None = None) -> str:
    """The fingerprint of the key that signed; with a `trusted` key (32 bytes) it must be that one.

    Raises   GT-7038 where the content was changed or another key signed
    """
    signature = receipt["signature"]
    key = bytes.fromhex(signature["key"])
    if trusted is not None and key != trusted:
        raise RECEIPT_FORGED(
            name=name,
            reason_zh=f"签名密钥 {fingerprint(signature['key'])} 不是接收单位的 {fingerprint(trusted.hex())}",
            reason_en=f"it is signed by {fingerprint(signature['key'])}, not by the receiver's {fingerprint(trusted.hex())}",
        )
    try:
        signed = base64.b64decode(signature["value"], validate=True)
        Ed25519PublicKey.from_public_bytes(key).verify(signed, _encoded(receipt["payload"]))
    except (InvalidSignature, ValueError):
        raise RECEIPT_FORGED(
            name=name,
            reason_zh="内容与签名不符，签发后被改动过",
            reason_en="its content does not fit the signature; it was changed afterwards",
        ) from None
    return fingerprint(signature["key"])


def _encoded(payload: dict[str, Any]) -> bytes:
    body = canonical(payload)
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(body), body)
