"""Which column of a file is which field of the schema, and why the others stay outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from guotu.model.finding import FieldMatch
from guotu.model.schema import LayerSchema
from guotu.standards import recognise

_SUFFIX = re.compile(r"_\d{1,2}$")
_AUTOMATIC = re.compile(
    r"(objectid|fid|id|shape|shape_leng(th)?|shape_area|geom|ogc_fid)(_\d+)?", re.IGNORECASE
)


def match_fields(
    schema: LayerSchema, names: Sequence[str], aliases: Mapping[str, str] | None = None
) -> tuple[FieldMatch, ...]:
    """One match per column, in the order of the columns; a field is taken by one column.

    Needs    aliases: what the file calls a column beside its name, counted where the name says nothing

    Names are recognised as the standards spell, shorten and cut them; a name with a number behind it (`DLBM_1`) counts
    for its field only where nothing else does. Columns that no field wants keep code None and say why.
    """
    found: dict[str, FieldMatch] = {}
    exact_first = sorted(names, key=lambda name: name not in schema.codes)
    for hit in recognise.fields(schema, exact_first):
        if hit.field is not None:
            found[hit.source] = FieldMatch(hit.source, hit.field.code, hit.zh, hit.en)
    taken = {match.code for match in found.values()}
    numbered = {
        _SUFFIX.sub("", name): name for name in reversed(names) if name not in found and _SUFFIX.search(name)
    }
    for hit in recognise.fields(schema, list(numbered)):
        if hit.field is not None and hit.field.code not in taken:
            name = numbered[hit.source]
            reasons = f"{hit.zh}（不计序号后缀）", f"{hit.en}, its numeric suffix apart"
            found[name] = FieldMatch(name, hit.field.code, *reasons)
            taken.add(hit.field.code)
    _by_alias(schema, {name: (aliases or {}).get(name, "") for name in names if name not in found}, found)
    return tuple(found.get(name) or _left_out(name, schema) for name in names)


def _by_alias(schema: LayerSchema, aliases: Mapping[str, str], found: dict[str, FieldMatch]) -> None:
    """Columns whose alias is a field's name, of fields that no column has taken."""
    taken = {match.code for match in found.values()}
    named = {alias: name for name, alias in aliases.items() if alias}
    for hit in recognise.fields(schema, list(named)):
        if hit.field is not None and hit.field.code not in taken:
            name = named[hit.source]
            reasons = f"别名“{hit.source}”：{hit.zh}", f"by its alias {hit.source}: {hit.en}"
            found[name] = FieldMatch(name, hit.field.code, *reasons)
            taken.add(hit.field.code)


def _left_out(name: str, schema: LayerSchema) -> FieldMatch:
    if _AUTOMATIC.fullmatch(name.strip()):
        return FieldMatch(
            name, None, "GIS 软件的自动字段，不入库", "automatic column of GIS software, left out"
        )
    if recognise.fields(schema, [_SUFFIX.sub("", name)])[0].field is not None:
        return FieldMatch(name, None, "同名字段的副本，不入库", "copy of a field that is there, left out")
    return FieldMatch(name, None, "图层结构中没有该字段，不入库", "not a field of the schema, left out")
