"""Checkpoints: the text that closes a commit, and its signatures (docs/formats/journal.md)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from guotu.model.dataset import StreamName
from guotu.model.time import Version
from guotu.store.journal import DamagedJournalError

Signer = Callable[[bytes], bytes]
"""Signs bytes with the node's key (Ed25519)."""
Verifier = Callable[[bytes, bytes], bool]
"""(signed bytes, signature) → whether the key granted for the epoch made it."""

HEADER: Final = "gtx-ckpt/1"
PAYLOAD_TYPE: Final = b"application/vnd.gtx-ckpt"
MAX_TEXT: Final = 16_384
_LAYOUT = re.compile(
    rf"{re.escape(HEADER)}\n(?P<stream>[^\n]+)\n(?P<epoch>\d{{1,9}}) (?P<seq>\d{{1,18}})\n(?P<chain>[0-9a-f]{{64}})\n"
    r"(?P<digest>[0-9a-f]{64})\n(?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n(?P<schema>[^\n]+)\n"
)
_SIGNATURE = re.compile(r"— (?P<name>[^\n]+) (?P<sig>[A-Za-z0-9+/]+=*)\n")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State of a stream after a commit."""

    stream: StreamName
    version: Version
    chain: bytes
    digest: bytes
    at: datetime
    schema_id: str

    def statement(self) -> str:
        """The text that is signed, without signature lines."""
        at = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines = (
            HEADER, str(self.stream), f"{self.version.epoch} {self.version.seq}",
            self.chain.hex(), self.digest.hex(), at, self.schema_id,
        )  # fmt: skip
        return "".join(f"{line}\n" for line in lines)

    def text(self, owner: str, signer: Signer | None) -> str:
        """The whole checkpoint; signed by `signer` on behalf of `owner` if there is one."""
        statement = self.statement()
        if signer is None:
            return statement
        signature = base64.b64encode(signer(authenticated(statement.encode()))).decode()
        return f"{statement}\n— {owner} {signature}\n"


def authenticated(payload: bytes) -> bytes:
    """DSSE pre-authentication encoding of a checkpoint statement."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE, len(payload), payload)


def parse(text: str) -> tuple[Checkpoint, list[tuple[str, bytes]]]:
    """A checkpoint and its (name, signature) pairs; raises DamagedJournalError unless every byte is accounted for."""
    found = _LAYOUT.match(text) if len(text) <= MAX_TEXT else None
    if not found:
        raise DamagedJournalError("not a checkpoint")
    try:
        checkpoint = Checkpoint(
            StreamName.parse(found["stream"]),
            Version(int(found["epoch"]), int(found["seq"])),
            bytes.fromhex(found["chain"]),
            bytes.fromhex(found["digest"]),
            datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            found["schema"],
        )
    except ValueError as problem:
        raise DamagedJournalError(f"not a checkpoint: {problem}") from None
    return checkpoint, _signatures(text[found.end() :])


def _signatures(tail: str) -> list[tuple[str, bytes]]:
    if not tail:
        return []
    lines = list(_SIGNATURE.finditer(tail))
    if tail != "\n" + "".join(line[0] for line in lines) or not lines:
        raise DamagedJournalError("malformed signature lines")
    try:
        signatures = [(line["name"], base64.b64decode(line["sig"], validate=True)) for line in lines]
    except binascii.Error as problem:
        raise DamagedJournalError(f"malformed signature: {problem}") from None
    if any(
        base64.b64encode(signature).decode() != line["sig"]
        for (_, signature), line in zip(signatures, lines, strict=True)
    ):
        raise DamagedJournalError("signature not in canonical base64")
    return signatures
