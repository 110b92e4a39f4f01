"""The cast of the store's tests: a small layer, its parcels, and a signing key that is always the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest
import shapely
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guotu.errors import GuotuError
from guotu.model.access import AccessPlan
from guotu.model.change import FID_TYPE, LINEAGE_TYPE
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.query import Query
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from guotu.store.ports import FeatureStore

STREAM = StreamName("xz.dltb", "330106")
OTHER = StreamName("xz.dltb", "330108")
OWNER = "N-330106-01"
SCHEMA = LayerSchema(
    "dltb-2019", "DLTB", "xz.dltb", "地类图斑", "Land-use parcels", "2019", GeometryKind.POLYGON,
    (
        Field("BSM", "标识码", FieldType.CHAR, 18),
        Field("DLBM", "地类编码", FieldType.VARCHAR, 5),
        Field("TBMJ", "图斑面积", FieldType.FLOAT),
        Field("SJNF", "数据年份", FieldType.INT),
        Field("GXSJ", "更新时间", FieldType.DATE),
        Field("FID", "a field named like a system column", FieldType.TEXT),
    ),
    key=("BSM",),
)  # fmt: skip
PLAN = AccessPlan("xz.dltb", "tester", "test")
ALL = Query("xz.dltb")

_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def clock() -> datetime:
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def sign(message: bytes) -> bytes:
    return _KEY.sign(message)


def verify(message: bytes, signature: bytes) -> bool:
    try:
        _KEY.public_key().verify(signature, message)
    except InvalidSignature:
        return False
    return True


def fid(number: int) -> bytes:
    """Feature ids whose order is not the order of writing."""
    return (number * 7919 % 100_003).to_bytes(4, "big") + bytes(8) + number.to_bytes(4, "big")


def square(number: int, size: float = 0.009) -> bytes:
    """A square in a grid of a hundred columns, a hundredth of a degree apart."""
    west, south = 118 + number % 100 * 0.01, 30 + number // 100 * 0.01
    return bytes(shapely.to_wkb(shapely.box(west, south, west + size, south + size)))


def parcels(numbers: Sequence[int], **columns: Any) -> pa.RecordBatch:
    """Parcels with plain attributes; `columns` replaces whole columns, a single value standing for all rows."""
    count = len(numbers)
    arrays: dict[str, Any] = {
        "fid": [fid(number) for number in numbers],
        "BSM": [f"{number:018d}" for number in numbers],
        "DLBM": ["0101"] * count,
        "TBMJ": [number + 0.25 for number in numbers],
        "SJNF": [2020] * count,
        "GXSJ": [date(2024, 1, 1)] * count,
        "FID": [f"第{number}号" for number in numbers],
        "geometry": [square(number) for number in numbers],
    }
    types = {
        "fid": FID_TYPE, "BSM": pa.string(), "DLBM": pa.string(), "TBMJ": pa.float64(), "SJNF": pa.int64(),
        "GXSJ": pa.date32(), "FID": pa.string(), "geometry": pa.binary(),
        "valid_from": pa.date32(), "valid_to": pa.date32(), "lineage": LINEAGE_TYPE,
    }  # fmt: skip
    for name, value in columns.items():
        arrays[name] = value if isinstance(value, list) else [value] * count
    return pa.RecordBatch.from_pydict(
        {name: pa.array(values, types[name]) for name, values in arrays.items()}
    )


def note(data_date: date | None = None, message: str = "入库") -> CommitNote:
    return CommitNote("张三", message, data_date, ("ab" * 32,), "通过")


def land(
    store: FeatureStore,
    *batches: pa.RecordBatch,
    delete: Sequence[bytes] = (),
    data_date: date | None = None,
    stream: StreamName = STREAM,
    valid_to: date | None = None,
) -> Commit | None:
    """One commit on the head of a stream that is founded if need be."""
    base = store.found(stream, SCHEMA, owner=OWNER).head.version
    with store.draft(stream, base=base) as draft:
        for batch in batches:
            draft.put(batch)
        draft.delete(delete, valid_to=valid_to)
        return draft.commit(note(data_date))


def table(store: FeatureStore, query: Query = ALL, plan: AccessPlan = PLAN) -> pa.Table:
    return pa.Table.from_batches(store.read(query, plan))


def numbers(found: pa.Table) -> list[int]:
    """Which parcels of the cast a table holds, in its order."""
    return [int.from_bytes(value[-4:], "big") for value in found["fid"].to_pylist()]


def refused(code: str) -> pytest.RaisesExc[GuotuError]:
    """The error of that code is expected."""
    return pytest.RaisesExc(GuotuError, check=lambda error: error.code == code)
