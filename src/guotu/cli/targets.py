"""Files that a verb is to write or to read: found out before the work, not after."""

from __future__ import annotations

from pathlib import Path

from guotu.errors.general import PATH_KIND, PATH_MISSING


def must_be_writable(*targets: Path | None) -> None:
    """Raises GT-1013 where the folder of a target is missing, GT-1015 where the target is a folder."""
    for target in targets:
        if target is None:
            continue
        if not target.parent.is_dir():
            raise PATH_MISSING(path=target.parent)
        if target.is_dir():
            raise PATH_KIND(path=target)


def must_be_files(*sources: Path) -> None:
    """Raises GT-1013 where one is missing, GT-1015 where it is a folder."""
    for source in sources:
        if not source.exists():
            raise PATH_MISSING(path=source)
        if source.is_dir():
            raise PATH_KIND(path=source)
