"""A table of a PostgreSQL database as a source: through the outbound door into a file, then taken in like any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from guotu.guard.outbound import Door, parse_rules
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.model.table_address import TableAddress
from guotu.settings import Settings
from guotu.store.outside_table import Drawn, Reach, draw


@contextmanager
def drawn(
    settings: Settings,
    address: TableAddress,
    *,
    work: Path | None = None,
    door: Door | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> Iterator[tuple[Path, Drawn]]:
    """The table as a GeoParquet file named after it, in a folder that is gone when the block is left.

    Raises   GT-3010/3011/3012 where the door does not let us to the database, else as `store.outside_table.draw`
    """
    by = door or Door(parse_rules(settings.outbound_allow))
    machines = by.machines("postgresql", address.host, address.port, address.origin)
    with TemporaryDirectory(prefix="table-", dir=work) as folder:
        name = re.sub(r"[^\w.-]", "_", address.table)
        target = Path(folder) / f"{name}.parquet"
        reach = Reach(machines[0], settings.sandbox_seconds)
        yield target, draw(address, target, reach, progress=progress, cancel=cancel)
