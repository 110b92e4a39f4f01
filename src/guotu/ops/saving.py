"""Kept files written out, whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from guotu.node import Node


def write_blob(node: Node, digest: str, target: Path) -> None:
    """Copy a blob to `target`: beside it first, then in its place. Raises GT-2006."""
    with node.blobs.open(digest) as source:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as part:
            shutil.copyfileobj(source, part, 1 << 20)
        Path(part.name).replace(target)
