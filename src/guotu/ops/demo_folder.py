"""The folder of a demonstration: what it wrote there before may go, nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from guotu.errors.general import FOLDER_FOREIGN, PATH_KIND

MARK = ".guotu-demo"
"""A file that says: `node`, `county` and the files of `WRITTEN` in this folder were made by the demo."""
FOLDERS = ("node", "county")
WRITTEN = ("project.txt", *(f"review.{format}" for format in ("json", "html", "pdf", "docx", "xlsx")))


def clear(out: Path) -> None:
    """Make `out` ready for a new demonstration: made if missing, an earlier demonstration in it removed.

    Other files beside it stay. Raises GT-1015 if `out` is a file, GT-1016 (and removes nothing) if it holds anything while
    no demonstration was made there, or if a link stands where a folder of the demonstration should be
    """
    if out.exists() and not out.is_dir():
        raise PATH_KIND(path=out)
    out.mkdir(parents=True, exist_ok=True)
    found = sorted(entry.name for entry in out.iterdir())
    if found and not _ours(out):
        raise FOLDER_FOREIGN(folder=out, found="、".join(found[:3]))
    links = [name for name in FOLDERS if (out / name).is_symlink()]
    if links:
        raise FOLDER_FOREIGN(folder=out, found="、".join(links))
    (out / MARK).touch()
    for name in FOLDERS:
        if (out / name).exists():
            shutil.rmtree(out / name)
    for name in WRITTEN:
        (out / name).unlink(missing_ok=True)


def _ours(out: Path) -> bool:
    """Marked, or made before marks were: a node that shows accounts of a demonstration."""
    if (out / MARK).is_file():
        return True
    try:
        identity = json.loads((out / "node" / "node.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(identity, dict) and bool(identity.get("demo_accounts"))
