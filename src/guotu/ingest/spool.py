"""Checked batches on disk, between the gate and the store: one Arrow file (lz4) in the work folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from guotu.model.arrays import Int64Array
from guotu.model.change import GEOMETRY


class Spool:
    """Written once, read as often as needed. Rows are counted from 0 in the order written.

    Read through plain file calls: a mapping would count the whole file as this process's memory and gain nothing, for
    every batch is unpacked anyway.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer: pa.ipc.RecordBatchFileWriter | None = None
        self._sizes: list[int] = []

    def __len__(self) -> int:
        return sum(self._sizes)

    def write(self, batch: pa.RecordBatch) -> None:
        """Append a batch; all have one schema."""
        if self._writer is None:
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writer = pa.ipc.new_file(str(self.path), batch.schema, options=options)
        self._writer.write_batch(batch)
        self._sizes.append(batch.num_rows)

    def close(self) -> None:
        """End writing."""
        if self._writer is not None:
            self._writer.close()

    def batches(self, columns: tuple[str, ...] | None = None) -> Iterator[pa.RecordBatch]:
        """Every batch in order; only `columns` are unpacked if given."""
        if not self._sizes:
            return
        with pa.OSFile(str(self.path)) as source, self._reader(source, columns) as reader:
            for number in range(reader.num_record_batches):
                yield reader.get_batch(number)

    def shapes(self, rows: Int64Array) -> Mapping[int, bytes]:
        """WKB of some rows, numbered from 1 as the gate counts; rows without geometry are left out."""
        wanted = np.sort(np.asarray(rows, np.int64)) - 1
        found: dict[int, bytes] = {}
        if not len(wanted):
            return found
        starts = np.concatenate(([0], np.cumsum(self._sizes)))
        if GEOMETRY not in self._names():
            return found
        with pa.OSFile(str(self.path)) as source, self._reader(source, (GEOMETRY,)) as reader:
            for number in np.unique(np.searchsorted(starts, wanted, side="right") - 1):
                here = wanted[(wanted >= starts[number]) & (wanted < starts[number + 1])]
                column = reader.get_batch(int(number)).column(0).take(pa.array(here - starts[number]))
                pairs = zip(here.tolist(), column.to_pylist(), strict=True)
                found.update((row + 1, wkb) for row, wkb in pairs if wkb is not None)
        return found

    def _names(self) -> list[str]:
        """Columns of the spool; a table's has no geometry."""
        with pa.OSFile(str(self.path)) as source, pa.ipc.open_file(source) as reader:
            return list(reader.schema.names)

    def _reader(self, source: pa.NativeFile, columns: tuple[str, ...] | None) -> pa.ipc.RecordBatchFileReader:
        if columns is None:
            return pa.ipc.open_file(source)
        names = pa.ipc.open_file(source).schema.names
        options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
        return pa.ipc.open_file(source, options=options)
