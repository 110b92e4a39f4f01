"""Original files, named by the SHA-256 of their content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from guotu.errors.store import BLOB_UNKNOWN
from guotu.store.durable import sync_folder

CHUNK: Final = 2**20
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class FileBlobStore:
    """See `guotu.store.ports.BlobStore`. A blob lies at `<root>/<first two digits>/<digest>` and is never changed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def add(self, source: Path | BinaryIO) -> str:
        """Keep a file's bytes, streaming; returns their digest. Adding the same bytes again changes nothing."""
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return self._add(stream)
        return self._add(source)

    def _add(self, stream: BinaryIO) -> str:
        self._root.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="incoming-", dir=self._root)
        incoming = Path(name)
        try:
            digest = hashlib.sha256()
            with os.fdopen(handle, "wb") as out:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            return self._place(incoming, digest.hexdigest())
        finally:
            incoming.unlink(missing_ok=True)

    def _place(self, incoming: Path, digest: str) -> str:
        target = self._root / digest[:2] / digest
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            incoming.chmod(0o400)
            incoming.replace(target)
            sync_folder(target.parent)
            sync_folder(self._root)
        return digest

    def open(self, digest: str) -> BinaryIO:
        return self.path(digest).open("rb")

    def path(self, digest: str) -> Path:
        if digest not in self:
            raise BLOB_UNKNOWN(hash=digest)
        return self._root / digest[:2] / digest

    def __contains__(self, digest: object) -> bool:
        return (
            isinstance(digest, str)
            and bool(_DIGEST.fullmatch(digest))
            and (self._root / digest[:2] / digest).is_file()
        )
