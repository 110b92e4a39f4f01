"""The address of one table of a PostgreSQL database."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from guotu.errors import GuotuError
from guotu.errors.database import TABLE_ADDRESS

SCHEMES = ("postgresql", "postgres")
PORT = 5432
_OPTIONS = {"table", "geometry", "sslmode"}
_SSL_MODES = ("prefer", "require", "verify-ca", "verify-full")
_LONGEST = 63
"""Bytes of a name of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class TableAddress:
    """Where a table is and who asks for it; the password is never shown.

    `geometry` names the geometry column where there are several.
    """

    host: str
    port: int
    database: str
    user: str | None
    schema: str
    table: str
    geometry: str | None = None
    sslmode: str = "prefer"
    password: str | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        """All that messages tell of the database."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"postgresql://{host}:{self.port}/{self.database}"

    @property
    def name(self) -> str:
        """Schema and table."""
        return f"{self.schema}.{self.table}"

    def __str__(self) -> str:
        return f"{self.origin}?table={self.name}"


def is_table_address(text: str) -> bool:
    """Whether a text means a database and not a file."""
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


def parse_table_address(text: str) -> TableAddress:
    """`postgresql://[user[:password]@]host[:port]/database?table=[schema.]table`. Raises GT-1240."""
    try:
        parts = urlsplit(text)
        port = parts.port or PORT
        given = parse_qsl(parts.query, strict_parsing=True) if parts.query else []
    except ValueError:
        raise _wrong("写法不对", "it cannot be read") from None
    options = dict(given)
    database = unquote(parts.path.removeprefix("/"))
    if not parts.hostname or not database or "/" in database:
        raise _wrong("缺主机或库名", "host or database is missing")
    if len(options) < len(given) or not set(options) <= _OPTIONS:
        unknown = "、".join(sorted(set(options) - _OPTIONS)) or "—"
        raise _wrong(f"参数不认识或重复（{unknown}）", f"options unknown or given twice ({unknown})")
    schema, _, table = options.get("table", "").rpartition(".")
    if not table:
        raise _wrong("缺 table=表名", "table=NAME is missing")
    sslmode = options.get("sslmode", "prefer")
    if sslmode not in _SSL_MODES:
        raise _wrong(f"sslmode 应为 {'、'.join(_SSL_MODES)}", f"sslmode is one of {', '.join(_SSL_MODES)}")
    names = (database, schema or "public", table, options.get("geometry"))
    if any(name and ("\0" in name or len(name.encode()) > _LONGEST) for name in names):
        raise _wrong("名称过长", "a name is too long")
    return TableAddress(
        parts.hostname,
        port,
        database,
        unquote(parts.username) if parts.username else None,
        schema or "public",
        table,
        options.get("geometry"),
        sslmode,
        unquote(parts.password) if parts.password else None,
    )


def _wrong(zh: str, en: str) -> GuotuError:
    return TABLE_ADDRESS(reason_zh=zh, reason_en=en)
