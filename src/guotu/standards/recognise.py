"""Recognising fields and layers by the names that columns carry in files.

Files name a field by its code, by an older code, by its Chinese name, or by as much of either as ten bytes hold
(the Shapefile's limit, in GBK or UTF-8), in any case, sometimes with a `_1` where two came out alike.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from guotu.model.schema import Constraint, Field, GeometryKind, LayerSchema
from guotu.standards import schemas

_DBF_BYTES = 10
_SHORTEST_STEM = 4
"""Characters of a Chinese name that a truncated one must keep, less those that a numbered twin gave up."""
_NUMBERED = re.compile(r"(.+?)_?(\d{1,2})")
_WEIGHT = {Constraint.MANDATORY: 1.0, Constraint.CONDITIONAL: 0.3, Constraint.OPTIONAL: 0.15}
_STRANGE, _FOREIGN = 0.15, 0.4
"""What a column of no schema, and one of another schema, count against a schema."""
_FAITH = {"code": 1.0, "alias": 0.9, "name": 1.0, "cut": 0.8}
_UNPROVEN = 0.8
"""What counts of an edition, not its dataset's default, that explains no column the default does not."""
_ADDED = {
    "fid",
    "ogc_fid",
    "objectid",
    "objectid_1",
    "id",
    "shape",
    "shape_leng",
    "shape_length",
    "shape_le_1",
    "shape_area",
}
"""Columns that software adds by itself."""
_LEAST = 0.2
"""Scores below this are chance."""


@dataclass(frozen=True, slots=True)
class FieldHit:
    """What a column was taken for and why: by `code`, `alias`, `name` or a `cut` name; field None means unknown."""

    source: str
    field: Field | None
    by: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LayerMatch:
    """A schema that columns may belong to; `score` lies in 0–1. Unpacks as (schema, score)."""

    schema: LayerSchema
    score: float
    hits: tuple[FieldHit, ...]
    missing: tuple[str, ...]
    zh: str
    en: str

    def __iter__(self) -> Iterator[LayerSchema | float]:
        return iter((self.schema, self.score))


def fields(schema: LayerSchema, names: Sequence[str]) -> tuple[FieldHit, ...]:
    """What each column name stands for in a schema, in the order given; a field is given to one column only.

    Plain codes go first, then older codes, full names, and cut names; among twins cut alike the schema's order decides.
    """
    taken: set[str] = set()
    hits: dict[int, FieldHit] = {}
    for by in ("code", "alias", "name", "cut"):
        for at, name in enumerate(names):
            if at not in hits:
                field = next((f for f in _candidates(schema, name, by) if f.code not in taken), None)
                if field is not None:
                    taken.add(field.code)
                    hits[at] = FieldHit(name, field, by, *_reason(by, name, field))
    unknown = ("标准中没有这个字段", "no field of the schema")
    return tuple(hits.get(at) or FieldHit(name, None, "", *unknown) for at, name in enumerate(names))


def match(
    field_names: Sequence[str],
    geometry: GeometryKind | None = None,
    *,
    name: str = "",
    dataset: str | None = None,
) -> list[LayerMatch]:
    """The schemas that columns may belong to, best first.

    A schema of another geometry or another `dataset` is out of question (None: not known). `name` is what the layer is
    called, if that is known.
    The score weighs how many of the mandatory fields are there against how many columns it explains; fields that many layers share
    (BSM, XZQDM) say little, and a layer called by its name needs less proof.
    """
    found = []
    for schema in schemas.all_schemas():
        if geometry in (None, schema.geometry) and dataset in (None, schema.dataset):
            candidate = _match(schema, field_names, _named(schema, name))
            if candidate.score >= _LEAST:
                found.append(candidate)
    return sorted(found, key=lambda each: -each.score)


def _match(schema: LayerSchema, names: Sequence[str], named: bool) -> LayerMatch:
    hits = fields(schema, names)
    known = [(hit.field, _FAITH[hit.by]) for hit in hits if hit.field is not None]
    got = sum(_worth(field) * faith for field, faith in known)
    asked = [field for field in schema.fields if field.constraint is Constraint.MANDATORY]
    met = sum(_worth(field) * faith for field, faith in known if field in asked)
    against = sum(_against(hit.source) for hit in hits if hit.field is None)
    recall, precision = met / sum(map(_worth, asked)), got / (got + against) if got else 0.0
    score = 2 * recall * precision / (recall + precision) if met else 0.0
    if not _proven(schema, names, hits):
        score *= _UNPROVEN
    if named:
        score += (1 - score) * 0.5
    held = {field.code for field, _ in known}
    missing = tuple(field.code for field in asked if field.code not in held)
    zh = f"{len(known)}/{len(names)} 列与“{schema.name}”的字段相符"
    en = f"{len(known)} of {len(names)} columns are fields of {schema.name_en}"
    if missing:
        zh, en = f"{zh}，缺必填字段 {'、'.join(missing)}", f"{en}; mandatory {', '.join(missing)} missing"
    if named:
        zh, en = f"{zh}；图层名相符", f"{en}; the layer's name agrees"
    return LayerMatch(schema, round(score, 4), hits, missing, zh, en)


def _worth(field: Field) -> float:
    return _WEIGHT[field.constraint] / math.sqrt(_sharing()[field.code])


def _proven(schema: LayerSchema, names: Sequence[str], hits: Sequence[FieldHit]) -> bool:
    """Whether an edition is its dataset's default or explains a column that the default does not."""
    default = schemas.schema(schema.dataset)
    if default is schema:
        return True
    return any(
        ours.field and not theirs.field for ours, theirs in zip(hits, fields(default, names), strict=True)
    )


def _against(name: str) -> float:
    if _plain(name) in _ADDED:
        return 0.0
    return _FOREIGN if _plain(name).upper() in _sharing() else _STRANGE


@cache
def _sharing() -> dict[str, int]:
    """How many datasets have a field of that code."""
    found: dict[str, set[str]] = {}
    for schema in schemas.all_schemas():
        for code in schema.codes:
            found.setdefault(code, set()).add(schema.dataset)
    return {code: len(datasets) for code, datasets in found.items()}


def _named(schema: LayerSchema, name: str) -> bool:
    """Whether a layer name is the schema's, alone or among other words (330382DLTB2023, 地类图斑_面)."""
    wanted = _plain(name)
    words = set(re.split(r"[\W_\d]+", wanted))
    return any(_plain(known) in words or _plain(known) == wanted for known in schemas.names(schema.id))


def _candidates(schema: LayerSchema, name: str, by: str) -> list[Field]:
    plain = _plain(name)
    match by:
        case "code":
            return [f for f in schema.fields if _plain(f.code) == plain]
        case "alias":
            return [f for f in schema.fields if plain in map(_plain, f.aliases)]
        case "name":
            return [f for f in schema.fields if _plain(f.name) == plain]
    return [
        f for f in schema.fields if any(_is_cut(plain, _plain(full)) for full in (f.code, f.name, *f.aliases))
    ]


def _is_cut(short: str, full: str) -> bool:
    """Whether `short` is what ten bytes leave of `full`, perhaps numbered."""
    if any(len(full.encode(code)) > _DBF_BYTES and short == _cut(full, code) for code in ("gbk", "utf-8")):
        return True
    numbered = _NUMBERED.fullmatch(short)
    if numbered is None or full.isascii():
        return False
    stem = numbered[1]
    return len(full.encode("gbk")) > _DBF_BYTES and len(stem) >= _SHORTEST_STEM - 1 and full.startswith(stem)


def _cut(full: str, code: str) -> str:
    """The whole characters of a name that fit in a Shapefile's field name."""
    return full.encode(code)[:_DBF_BYTES].decode(code, errors="ignore")


@cache
def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _reason(by: str, name: str, field: Field) -> tuple[str, str]:
    match by:
        case "code":
            return f"代码 {field.code}", f"code {field.code}"
        case "alias":
            return f"{name} 是 {field.code} 的另一写法", f"{name} is another spelling of {field.code}"
        case "name":
            return f"{field.code} 的中文名", f"Chinese name of {field.code}"
    return f"{field.code}（{field.name}）截短而成", f"{field.code} ({field.name}), cut short"
