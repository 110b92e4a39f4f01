"""Files put in place whole: written into a folder beside the target, packed where they are several, moved at the end."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from guotu.delivery.formats import Format
from guotu.delivery.outgoing import Outgoing

RECEIPT: Final = "receipt.json"
_STORED = {".kmz", ".xlsx", ".parquet", ".gpkg.gz"}
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """One layer to write and the name of its file, without folder."""

    name: str
    outgoing: Outgoing


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A hidden folder beside the target, gone afterwards whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=".guotu-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_parts(parts: list[Part], form: Format, folder: Path) -> list[dict[str, Any]]:
    """Write every part into the folder; gives what the writer remarked on each."""
    folder.mkdir()
    return [form.write(part.outgoing, folder / part.name) for part in parts]


def members(folder: Path) -> list[dict[str, Any]]:
    """Every file of a folder: name, bytes, SHA-256."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return [
        {"name": path.relative_to(folder).as_posix(), "bytes": path.stat().st_size, "sha256": _digest(path)}
        for path in found
    ]


def pack(folder: Path, archive: Path, receipt: dict[str, Any]) -> None:
    """The folder's files and the receipt as one zip, the receipt first; equal content gives equal bytes."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        packed.writestr(zipfile.ZipInfo(RECEIPT, _EPOCH), receipt_bytes(receipt))
        for each in receipt["files"]:
            path = folder / each["name"]
            how = zipfile.ZIP_STORED if path.suffix in _STORED else zipfile.ZIP_DEFLATED
            info = zipfile.ZipInfo(each["name"], _EPOCH)
            info.compress_type, info.external_attr = how, 0o644 << 16
            with path.open("rb") as source, packed.open(info, "w", force_zip64=True) as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def place(source: Path, target: Path) -> None:
    """Put a file or folder in the place of another at once; an old folder is moved aside first."""
    if source.is_dir() and target.exists():
        aside = source.with_name("replaced")
        os.replace(target, aside)
        try:
            os.replace(source, target)
        except OSError:
            os.replace(aside, target)
            raise
        return
    os.replace(source, target)


def receipt_bytes(receipt: dict[str, Any]) -> bytes:
    return orjson.dumps(receipt, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
