"""Inside the sandbox: what a file says of its columns beside their names — aliases, and the values a domain allows."""

from __future__ import annotations

import html
import re
from typing import Any

import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import open_arrow

_ALIAS, _DOMAIN = b"GDAL:OGR:alternative_name", b"GDAL:OGR:domain_name"
_MOST_VALUES, _LONGEST = 500, 1 << 20
_CODED = re.compile(
    r"<CodedValue\b[^>]{0,200}>\s*<Name>([^<]{0,400})</Name>\s*<Code\b[^>]{0,200}>([^<]{0,400})</Code>"
)
_ENUMERATIONS = """SELECT constraint_name, value, description FROM gpkg_data_column_constraints
WHERE constraint_type = 'enum' ORDER BY rowid"""

Column = dict[str, Any]
Domains = dict[str, list[list[str]]]


def columns_of(path: str, schema: pa.Schema, fields: list[str]) -> list[Column]:
    """Alias, domain and the domain's (code, text) pairs of each field that has any."""
    told = {name: schema.field(name).metadata or {} for name in fields if name in schema.names}
    found: list[Column] = [
        {"name": name, "alias": _text(about.get(_ALIAS)), "domain": _text(about.get(_DOMAIN))}
        for name, about in told.items()
        if about.get(_ALIAS) or about.get(_DOMAIN)
    ]
    if any(column["domain"] for column in found):
        domains = _domains(path)
        for column in found:
            column["codes"] = domains.get(column["domain"], [])
    return found


def _text(raw: bytes | None) -> str:
    return raw.decode("utf-8", "replace")[:400] if raw else ""


def _domains(path: str) -> Domains:
    try:
        return _of_geodatabase(path) if path.endswith(".gdb") else _of_geopackage(path)
    except (DataLayerError, DataSourceError, KeyError, ValueError):
        return {}


def _rows(path: str, **what: str) -> list[dict[str, Any]]:
    with open_arrow(path, **what) as (_, stream):
        found: list[dict[str, Any]] = pa.RecordBatchReader.from_stream(stream).read_all().to_pylist()
    return found


def _of_geopackage(path: str) -> Domains:
    found: Domains = {}
    for row in _rows(path, sql=_ENUMERATIONS):
        values = found.setdefault(str(row["constraint_name"]), [])
        if len(values) < _MOST_VALUES:
            values.append([str(row["value"]), str(row["description"] or "")])
    return found


def _of_geodatabase(path: str) -> Domains:
    """Domains are kept as XML texts; only their pairs are looked for, nothing is parsed as a document."""
    found: Domains = {}
    for row in _rows(path, layer="GDB_Items"):
        text = str(row.get("Definition") or "")[:_LONGEST]
        if "GPCodedValueDomain" in text:
            pairs = _CODED.findall(text)[:_MOST_VALUES]
            found[str(row["Name"])] = [[html.unescape(code), html.unescape(name)] for name, code in pairs]
    return found
