"""Reading the tables of the trade that travel inside the package.

A broken table is a fault of the package, not of its user: every doubt is an AssertionError, met by the first test that loads it.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Any

Row = dict[str, str]


def text(path: str) -> str:
    """A file under `standards/data`, by its path there."""
    return resources.files("guotu.standards").joinpath("data", *path.split("/")).read_text(encoding="utf-8")


@cache
def rows(path: str, columns: tuple[str, ...]) -> tuple[Row, ...]:
    """The rows of a CSV file whose header must be exactly `columns`."""
    reader = csv.DictReader(io.StringIO(text(path)), strict=True)
    require(tuple(reader.fieldnames or ()) == columns, f"{path}: header {reader.fieldnames} is not {columns}")
    found = []
    for number, row in enumerate(reader, start=2):
        require(None not in row and None not in row.values(), f"{path}:{number}: wrong number of columns")
        require(all(value == value.strip() for value in row.values()), f"{path}:{number}: stray blanks")
        found.append(row)
    return tuple(found)


@cache
def manifest(folder: str) -> dict[str, Any]:
    """The `manifest.toml` of one family of tables."""
    return tomllib.loads(text(f"{folder}/manifest.toml"))


def require(condition: bool, what: str) -> None:
    """State what the tables promise."""
    if not condition:
        raise AssertionError(f"standards/data: {what}")


def require_distinct(keys: Iterable[object], what: str) -> None:
    """No key twice."""
    seen: set[object] = set()
    for key in keys:
        require(key not in seen, f"{what}: {key} twice")
        seen.add(key)


def require_confidence(tags: Iterable[str], what: str) -> None:
    """A seen in its source or certain, B believed right, C shape right but details uncertain."""
    for tag in tags:
        require(tag in ("A", "B", "C"), f"{what}: confidence {tag!r}")


def split(value: str) -> tuple[str, ...]:
    """A `;`-separated cell."""
    return tuple(part for part in value.split(";") if part)


def listing(names: Sequence[str]) -> str:
    """Names as an error's remedy lists them."""
    return "、".join(names)
