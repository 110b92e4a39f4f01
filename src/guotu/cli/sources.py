"""What a verb is given to read: a file or folder, or a table of a database."""

from __future__ import annotations

from pathlib import Path

import click

from guotu.cli.context import Stages, Told
from guotu.model.table_address import TableAddress, is_table_address, parse_table_address

_STAGES = {"fetch": ("读取数据库的表", "Reading the table of the database")}


def chosen(_context: click.Context, _parameter: click.Parameter, text: str) -> Path | TableAddress:
    """A path, or the table that `postgresql://…?table=…` means; raises GT-1240."""
    return parse_table_address(text) if is_table_address(text) else Path(text)


source_argument = click.argument("source", metavar="PATH", callback=chosen)


def as_file(told: Told, source: Path | TableAddress) -> Path:
    """The file itself; a table is read into one that is gone when the verb ends. Raises as `ops.database.drawn`."""
    if isinstance(source, Path):
        return source
    from guotu.ops.database import drawn

    context = click.get_current_context()
    with Stages(_STAGES, told.lang) as progress:
        path, found = context.with_resource(drawn(told.settings, source, progress=progress))
    if found.left_out:
        left = "、".join(found.left_out)
        told.say(f"未读的列：{left}", f"columns not read: {left}")
    return path
