"""Arrow binary columns as flat bytes with offsets, and back, without a copy where none is needed."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from guotu.model.arrays import BoolArray, Int64Array

Bytes: TypeAlias = npt.NDArray[np.uint8]

_WIDE = 2**31


def buffers(array: Any) -> tuple[Bytes, Int64Array, BoolArray]:
    """Read-only bytes, (n + 1,) int64 offsets and (n,) validity of an Arrow binary array of any width."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if not (pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type)):
        array = array.cast(pa.large_binary())
    wide = pa.types.is_large_binary(array.type)
    n = len(array)
    _, offset_buffer, data_buffer = array.buffers()
    dtype = np.dtype(np.int64 if wide else np.int32)
    if n == 0 or offset_buffer is None:
        offsets = np.zeros(n + 1, np.int64)
    else:
        offsets = np.frombuffer(offset_buffer, dtype, n + 1, array.offset * dtype.itemsize).astype(np.int64)
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer is not None else np.empty(0, np.uint8)
    data.flags.writeable = False  # one array type, so every loop is compiled once
    if not array.null_count:
        return data, offsets, np.ones(n, np.bool_)
    return data, offsets, np.ascontiguousarray(array.is_valid().to_numpy(zero_copy_only=False))


def from_buffers(data: Bytes, offsets: Int64Array, missing: BoolArray) -> Any:
    """An Arrow binary array (large where 2 GiB are passed) over given bytes."""
    wide = bool(offsets[-1] >= _WIDE)
    parts = pa.py_buffer(offsets if wide else offsets.astype(np.int32)), pa.py_buffer(data)
    mask = None
    if missing.any():
        mask = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(
        pa.large_binary() if wide else pa.binary(), len(missing), [mask, *parts], int(missing.sum())
    )
