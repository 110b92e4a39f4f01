"""A table of somebody else's PostgreSQL database, read once into a GeoParquet file: read-only, in one snapshot, row by row."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj

from guotu.errors import GuotuError, Place
from guotu.errors.database import (
    DATABASE_BROKEN,
    DATABASE_DRIVER_ABSENT,
    DATABASE_LOGIN,
    DATABASE_UNREACHABLE,
    TABLE_FORBIDDEN,
    TABLE_GEOMETRY,
    TABLE_SRIDS,
    TABLE_TEXT,
    TABLE_TIME,
    TABLE_UNKNOWN,
)
from guotu.errors.general import CANCELLED
from guotu.model.table_address import TableAddress

if TYPE_CHECKING:
    import psycopg

_CONNECT_SECONDS = 10
_ROWS = 4096
_TABLES_SHOWN = 8
_SHAPES = ("geometry", "geography")
_WHOLE, _FRACTION = ("int2", "int4", "int8"), ("float4", "float8")
_RELATION = """
SELECT c.oid, c.reltuples::int8, has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND c.relname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_COLUMNS = """
SELECT a.attname, t.typname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attnum
"""
_IN_SIGHT = """
SELECT schemaname || '.' || tablename FROM pg_catalog.pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'spatial_ref_sys'
  AND has_schema_privilege(schemaname, 'USAGE') ORDER BY 1 LIMIT 9
"""
_SYSTEM = "SELECT auth_name, auth_srid, srtext FROM {}.spatial_ref_sys WHERE srid = %s"
_POSTGIS = """
SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'postgis'
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where to connect and how long reading may take: an address that the outbound door has checked."""

    machine: str
    seconds: int = 3600
    tick: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was written: rows, columns that were left out, the SRID of the shapes (None: no geometry column, 0: unknown)."""

    rows: int
    left_out: tuple[str, ...]
    srid: int | None


@dataclass(frozen=True, slots=True)
class _Table:
    columns: tuple[tuple[str, str], ...]
    geometry: str | None
    left_out: tuple[str, ...]
    expected: int | None


def draw(
    address: TableAddress,
    target: Path,
    reach: Reach,
    *,
    progress: Callable[[str, int, int | None], None] = lambda _stage, _done, _total: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Drawn:
    """Write a table or view to `target` as GeoParquet, its SRID as coordinate system, in the order the database gives.

    Whole numbers and floats stay what they are, everything else travels as text. The transaction is read-only and sees one
    state of the database. `progress` hears ("fetch", rows, estimate or None).
    Raises   GT-1241 to GT-1250, GT-1005 cancelled; then `target` is gone
    """
    try:
        with _connected(address, reach) as connection:
            return _drawn(connection, address, target, reach, progress, cancel)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _drawn(
    connection: psycopg.Connection[Any],
    address: TableAddress,
    target: Path,
    reach: Reach,
    progress: Callable[[str, int, int | None], None],
    cancel: Callable[[], bool],
) -> Drawn:
    import psycopg

    started, rows = reach.tick(), 0
    try:
        table = _table(connection, address)
        shapes = _Shapes(connection, address, table.geometry)
        with contextlib.ExitStack() as stack:
            writer: pq.ParquetWriter | None = None
            for batch in _batches(connection, address, table, shapes):
                if writer is None:
                    schema = batch.schema.with_metadata(shapes.metadata())
                    writer = stack.enter_context(pq.ParquetWriter(target, schema, compression="zstd"))
                writer.write_batch(batch)
                rows += batch.num_rows
                progress("fetch", rows, None if table.expected is None else max(rows, table.expected))
                if cancel():
                    raise CANCELLED()
                if reach.tick() - started > reach.seconds:
                    raise TABLE_TIME(place=_place(address), table=address.name, seconds=reach.seconds)
        return Drawn(rows, table.left_out, shapes.srid)
    except psycopg.errors.QueryCanceled:
        raise TABLE_TIME(place=_place(address), table=address.name, seconds=reach.seconds) from None
    except psycopg.errors.InsufficientPrivilege:
        raise TABLE_FORBIDDEN(place=_place(address), table=address.name) from None
    except UnicodeDecodeError:
        encoding = connection.info.parameter_status("server_encoding")
        raise TABLE_TEXT(place=_place(address), table=address.name, encoding=encoding) from None
    except psycopg.Error as problem:
        code = problem.sqlstate
        zh, en = (f"错误 {code}", f"error {code}") if code else ("连接断开", "the connection was lost")
        raise DATABASE_BROKEN(place=_place(address), table=address.name, reason_zh=zh, reason_en=en) from None


@contextlib.contextmanager
def _connected(address: TableAddress, reach: Reach) -> Iterator[psycopg.Connection[Any]]:
    """One read-only snapshot, at the machine that was checked, by the name that was asked for."""
    try:
        import psycopg
    except ImportError:
        raise DATABASE_DRIVER_ABSENT() from None
    _knock(address, reach)
    try:
        connection = psycopg.connect(
            host=address.host,
            hostaddr=reach.machine,
            port=address.port,
            dbname=address.database,
            user=address.user,
            password=address.password,
            sslmode=address.sslmode,
            gssencmode="disable",
            connect_timeout=_CONNECT_SECONDS,
            application_name="guotu",
            client_encoding="UTF8",
        )
    except psycopg.errors.ConnectionTimeout:
        raise _unreachable(address, "超时", "it took too long") from None
    except psycopg.Error as problem:
        zh, en = _why(str(problem))
        raise DATABASE_LOGIN(origin=address.origin, reason_zh=zh, reason_en=en) from None
    with contextlib.closing(connection):
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for setting, value in (
            ("search_path", "pg_catalog"),
            ("statement_timeout", f"{reach.seconds}s"),
            ("lock_timeout", f"{min(30, reach.seconds)}s"),
            ("extra_float_digits", "3"),
        ):
            connection.execute("SELECT set_config(%s, %s, true)", (setting, value))
        yield connection


def _knock(address: TableAddress, reach: Reach) -> None:
    """Tells a machine that is not there from one that turns us away."""
    try:
        socket.create_connection((reach.machine, address.port), _CONNECT_SECONDS).close()
    except TimeoutError:
        raise _unreachable(address, "超时", "it took too long") from None
    except OSError:
        raise _unreachable(address, "连接被拒绝", "the connection is refused") from None


def _unreachable(address: TableAddress, zh: str, en: str) -> GuotuError:
    return DATABASE_UNREACHABLE(origin=address.origin, reason_zh=zh, reason_en=en)


def _why(told: str) -> tuple[str, str]:
    """The reason in our words: what the server says may name users and machines."""
    for mark, zh, en in (
        ("no password supplied", "没有给口令", "no password was given"),
        ("password authentication failed", "用户或口令不对", "user or password is wrong"),
        ("pg_hba.conf", "服务器不接受来自本机的这个用户", "the server takes no such user from this machine"),
        ("database", "没有这个库或无权连接", "there is no such database or it may not be used"),
        ("SSL", "加密连接不成立", "no encrypted connection came about"),
        ("certificate", "证书不可信", "its certificate is not trusted"),
    ):
        if mark in told:
            return zh, en
    return "登录失败，或对方不是 PostgreSQL", "the login failed, or it is no PostgreSQL"


def _place(address: TableAddress) -> Place:
    return Place(file=address.origin, layer=address.name)


def _table(connection: psycopg.Connection[Any], address: TableAddress) -> _Table:
    found = connection.execute(_RELATION, (address.schema, address.table)).fetchone()
    if found is None:
        names = [str(name) for (name,) in connection.execute(_IN_SIGHT)]
        shown = "、".join(names[:_TABLES_SHOWN]) + ("…" if len(names) > _TABLES_SHOWN else "")
        raise TABLE_UNKNOWN(
            place=_place(address), origin=address.origin, table=address.name, tables=shown or "—"
        )
    oid, estimate, allowed = found
    if not allowed:
        raise TABLE_FORBIDDEN(place=_place(address), table=address.name)
    columns = [(str(name), str(kind)) for name, kind in connection.execute(_COLUMNS, (oid,))]
    geometry = _geometry(columns, address)
    values = tuple((name, kind) for name, kind in columns if kind not in (*_SHAPES, "bytea", "raster"))
    kept = {name for name, _ in values} | {geometry}
    left_out = tuple(name for name, _ in columns if name not in kept)
    return _Table(values, geometry, left_out, estimate if estimate > 0 else None)


def _geometry(columns: Sequence[tuple[str, str]], address: TableAddress) -> str | None:
    found = [name for name, kind in columns if kind in _SHAPES]
    if address.geometry in found or (address.geometry is None and len(found) < 2):
        return address.geometry or next(iter(found), None)
    zh, en = (
        (f"没有图形列 {address.geometry}", f"there is no geometry column {address.geometry}")
        if address.geometry
        else (f"有 {len(found)} 个", f"there are {len(found)}")
    )
    raise TABLE_GEOMETRY(
        place=_place(address),
        table=address.name,
        reason_zh=zh,
        reason_en=en,
        columns="、".join(found) or "—",
    )


class _Shapes:
    """The geometry column: EWKB taken apart into WKB and the one SRID of all."""

    def __init__(
        self, connection: psycopg.Connection[Any], address: TableAddress, column: str | None
    ) -> None:
        self._connection, self._address, self.column = connection, address, column
        self.srid: int | None = None

    def taken(self, raw: bytes | None) -> bytes | None:
        """WKB without SRID. Raises GT-1250 where it is not the SRID of the others."""
        if raw is None:
            return None
        order: Literal["little", "big"] = "little" if raw[0] == 1 else "big"
        kind, srid = int.from_bytes(raw[1:5], order), 0
        if kind & 0x2000_0000:
            srid = int.from_bytes(raw[5:9], order)
            kind &= ~0x2000_0000
            raw = raw[:1] + kind.to_bytes(4, order) + raw[9:]
        if self.srid is None:
            self.srid = srid
        elif srid != self.srid:
            srids = "、".join(map(str, sorted((srid, self.srid))))
            raise TABLE_SRIDS(place=_place(self._address), table=self._address.name, srids=srids)
        return raw

    def metadata(self) -> dict[bytes, bytes]:
        """GeoParquet's own, with the coordinate system that the database's table of SRIDs tells (null: it tells none)."""
        if self.column is None:
            return {}
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": self._system()}
        geo = {"version": "1.1.0", "primary_column": self.column, "columns": {self.column: column}}
        return {b"geo": json.dumps(geo).encode()}

    def _system(self) -> dict[str, Any] | None:
        from psycopg import sql

        where = self._connection.execute(_POSTGIS).fetchone()
        if not self.srid or where is None:
            return None
        query = sql.SQL(_SYSTEM).format(sql.Identifier(where[0]))
        found = self._connection.execute(query, (self.srid,)).fetchone()
        if found is None:
            return None
        authority, code, text = found
        try:
            crs = pyproj.CRS.from_epsg(code) if authority == "EPSG" else pyproj.CRS.from_wkt(text)
        except pyproj.exceptions.CRSError:
            return None
        told: dict[str, Any] = crs.to_json_dict()
        return told


def _batches(
    connection: psycopg.Connection[Any], address: TableAddress, table: _Table, shapes: _Shapes
) -> Iterator[pa.RecordBatch]:
    """All rows through a cursor of the server; at least one batch, so that an empty table has its columns."""
    from psycopg import sql

    kinds = [_kind(kind) for _, kind in table.columns]
    wanted = [
        sql.SQL("{}::" + cast).format(sql.Identifier(name))
        for (name, _), (cast, _) in zip(table.columns, kinds, strict=True)
    ]
    if table.geometry is not None:
        wanted.append(sql.SQL("{}::bytea").format(sql.Identifier(table.geometry)))
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join(wanted), sql.Identifier(address.schema, address.table)
    )
    names = [name for name, _ in table.columns] + ([table.geometry] if table.geometry else [])
    with connection.cursor("guotu", binary=True) as cursor:
        cursor.execute(query)
        rows = cursor.fetchmany(_ROWS)
        while True:
            columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(names)
            arrays = [
                pa.array(column, kind) for column, (_, kind) in zip(columns, kinds, strict=False)
            ]  # the geometry comes after them
            if table.geometry is not None:
                arrays.append(pa.array([shapes.taken(raw) for raw in columns[-1]], pa.binary()))
            yield pa.RecordBatch.from_arrays(arrays, names=names)
            rows = cursor.fetchmany(_ROWS) if rows else []
            if not rows:
                return


def _kind(name: str) -> tuple[str, pa.DataType]:
    """How a column is asked for and kept."""
    if name in _WHOLE:
        return "int8", pa.int64()
    return ("float8", pa.float64()) if name in _FRACTION else ("text", pa.string())
