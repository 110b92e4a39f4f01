"""A package held against a receipt: the same files, or which differ. Needs no node."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from guotu.ingest.package import digests, members, unpacked


def package_differs(payload: Mapping[str, Any], path: Path) -> list[str]:
    """The paths at which a package is another than the receipt's; empty where it is the same. Raises GT-7044, GT-11xx."""
    with tempfile.TemporaryDirectory() as work:
        root, _ = unpacked(path, Path(work))
        found = {name: digests(file)["sha256"] for name, file in members(root)}
    told = {each["path"]: each["sha256"] for each in payload["package"]["files"]}
    return sorted(name for name in found.keys() | told.keys() if found.get(name) != told.get(name))
