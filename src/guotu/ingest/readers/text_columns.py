"""DBF text that crossed GDAL as Latin-1 becomes what it is; each distinct value is decoded once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guotu.errors import Place
from guotu.errors.files import TEXT_DAMAGED
from guotu.ingest import encoding as encodings


def decode_batches(
    batches: Iterable[pa.RecordBatch], codec: str, widths: dict[str, int], place: Place
) -> Iterator[pa.RecordBatch]:
    """Each batch with its string columns decoded.

    Needs    widths: bytes of each field, since only a value that fills its field may end in half a character
    Raises   GT-1120 with row (from 1), field and bytes of the first value that does not decode
    """
    first = 0
    for batch in batches:
        columns = [
            _column(
                batch.column(index), codec, widths.get(name, 0), Place(file=place.file, field=name), first
            )
            if pa.types.is_string(batch.schema.field(index).type)
            else batch.column(index)
            for index, name in enumerate(batch.schema.names)
        ]
        yield pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
        first += batch.num_rows


def _column(column: pa.Array, codec: str, width: int, place: Place, first: int) -> pa.Array:
    if pc.all(pc.string_is_ascii(column)).as_py() in (True, None):
        return column
    coded = column.dictionary_encode()
    texts: list[str | None] = []
    for index, value in enumerate(coded.dictionary.to_pylist()):
        raw = value.encode("latin-1")
        text = _text(raw, codec, width)
        if text is None:
            row = first + int(np.flatnonzero(coded.indices.to_numpy(zero_copy_only=False) == index)[0]) + 1
            raise TEXT_DAMAGED(
                place=Place(file=place.file, row=row, field=place.field),
                name=place.file,
                encoding=encodings.label(codec),
                bytes=encodings.shown(raw),
            )
        texts.append(text)
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(texts, pa.string())).dictionary_decode()


def _text(raw: bytes, codec: str, width: int) -> str | None:
    """Decoded, None where it is not possible; half a character at the end of a full field is dropped."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        if len(raw) < width - 3:
            return None
    try:
        return encodings.decode_cut(raw, codec)
    except UnicodeDecodeError:
        return None
