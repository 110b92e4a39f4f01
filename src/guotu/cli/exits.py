"""The one table that turns failures into exit statuses."""

from __future__ import annotations

import sys

import click
import orjson

from guotu.errors import Family, GuotuError

STATUS: dict[Family, int] = {
    Family.USAGE: 2,
    Family.REFUSED: 3,
    Family.HELD: 4,
    Family.UNAUTHENTICATED: 5,
    Family.FORBIDDEN: 5,
    Family.NOT_FOUND: 6,
    Family.BUSY: 7,
    Family.CONFLICT: 7,
    Family.TOO_LARGE: 2,
    Family.UNFORESEEN: 1,
}


def report(error: GuotuError, lang: str) -> int:
    """Say a failure (JSON on stdout where `--json` was asked, words on stderr always) and give its status."""
    shown = error.as_dict("en" if lang == "en" else "zh")
    if "--json" in sys.argv:
        sys.stdout.write(orjson.dumps({"error": shown}).decode() + "\n")
    place = " ".join(f"{part}={value}" for part, value in shown.get("place", {}).items())
    click.echo(f"{shown['code']} {shown['detail']}" + (f" [{place}]" if place else ""), err=True)
    click.echo(f"  → {shown['hint']}", err=True)
    return STATUS[error.kind.family]
