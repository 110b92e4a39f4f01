"""The node's parameters between datums and its local grids, from the table in its home."""

from __future__ import annotations

from pathlib import Path

from guotu.errors import Place
from guotu.errors.datum import DATUM_TABLE_INVALID
from guotu.kernel.datum_table import FILE, DatumTable, parse


def datum_table(home: Path) -> DatumTable:
    """What `datum.toml` says; nothing where the node has no such file.

    Raises   GT-1225
    """
    file = home / FILE
    if not file.is_file():
        return DatumTable()

    def grid_file(name: str) -> str | None:
        path = (home / name).resolve()
        return str(path) if path.is_file() else None

    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DATUM_TABLE_INVALID(place=Place(file=FILE), entry="UTF-8", reason="?") from None
    return parse(text, grid_file)
