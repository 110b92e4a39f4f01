"""Loading the layer schemas (`data/layers`); the rooms use them through `guotu.standards.layers`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from guotu.errors.schema import LAYER_UNKNOWN
from guotu.model.dataset import DATASET_CODE
from guotu.model.schema import Constraint, Field, FieldType, GeometryKind, LayerSchema
from guotu.standards import domains, tables
from guotu.standards.tables import require

_FIELD_COLUMNS = (
    "code", "name", "type", "length", "decimals", "constraint", "domain", "rule", "aliases", "confidence",
)  # fmt: skip
_LIST_COLUMNS = ("code", "name", "geometry", "ysdm", "group", "fields", "confidence", "note")


@dataclass(frozen=True, slots=True)
class SurveyLayer:
    """A layer of the survey database by its code and feature code (要素代码), whether or not its field table is known."""

    code: str
    name: str
    geometry: str
    ysdm: str
    group: str
    fields: tuple[str, ...]
    confidence: str
    note: str


@cache
def all_schemas() -> tuple[LayerSchema, ...]:
    """Every schema in every edition, in the order of the manifest."""
    entries = tables.manifest("layers")["layer"]
    tables.require_distinct((entry["id"] for entry in entries), "layers")
    tables.require_confidence((entry["confidence"] for entry in entries), "layers")
    found = tuple(_schema(entry) for entry in entries)
    for dataset in {schema.dataset for schema in found}:
        defaults = [entry["id"] for entry in entries if entry["dataset"] == dataset and entry["default"]]
        require(len(defaults) == 1, f"layers: {dataset} has defaults {defaults}")
    return found


@cache
def schema(id_or_dataset: str) -> LayerSchema:
    """A schema by its id (`dltb-2020`), its dataset (`xz.dltb`) or layer code (`DLTB`) in the default edition, or its Chinese name.

    Raises   GT-1301
    """
    wanted = id_or_dataset.strip().casefold()
    for entry, found in zip(tables.manifest("layers")["layer"], all_schemas(), strict=True):
        if wanted == found.id:
            return found
        if entry["default"] and wanted in {name.casefold() for name in names(found.id)}:
            return found
    raise LAYER_UNKNOWN(layer=id_or_dataset, known=tables.listing([found.id for found in all_schemas()]))


@cache
def names(id: str) -> tuple[str, ...]:
    """Every name a layer is met under: dataset, code, Chinese name, and those of the manifest; raises KeyError."""
    for entry in tables.manifest("layers")["layer"]:
        if entry["id"] == id:
            return tuple(dict.fromkeys([entry["dataset"], entry["code"], entry["name"], *entry["names"]]))
    raise KeyError(id)


@cache
def survey_layers() -> tuple[SurveyLayer, ...]:
    """The layer list of the survey database (TD/T 1057-2020), for reading exchange files."""
    rows = tables.rows("layers/survey_layers.csv", _LIST_COLUMNS)
    tables.require_distinct((row["code"] for row in rows), "survey_layers")
    tables.require_distinct((row["ysdm"] for row in rows if row["ysdm"]), "survey_layers: feature code")
    tables.require_confidence((row["confidence"] for row in rows), "survey_layers")
    return tuple(
        SurveyLayer(
            code=row["code"],
            name=row["name"],
            geometry=row["geometry"],
            ysdm=row["ysdm"],
            group=row["group"],
            fields=tables.split(row["fields"]),
            confidence=row["confidence"],
            note=row["note"],
        )
        for row in rows
    )


def _schema(entry: dict[str, Any]) -> LayerSchema:
    id = entry["id"]
    fields = tuple(_field(id, row) for row in tables.rows(f"layers/{id}.csv", _FIELD_COLUMNS))
    found = LayerSchema(
        id=id,
        code=entry["code"],
        dataset=entry["dataset"],
        name=entry["name"],
        name_en=entry["name_en"],
        edition=entry["edition"],
        geometry=GeometryKind(entry["geometry"]),
        fields=fields,
        key=tuple(entry["key"]),
        coverage=entry["coverage"],
        area_field=entry["area_field"] or None,
        ysdm=entry["ysdm"] or None,
        source=entry["source"],
        confidence=entry["confidence"],
    )
    _check(found)
    return found


def _field(id: str, row: tables.Row) -> Field:
    tables.require_confidence([row["confidence"]], f"{id}.{row['code']}")
    return Field(
        code=row["code"],
        name=row["name"],
        type=FieldType(row["type"]),
        length=int(row["length"]) if row["length"] else None,
        decimals=int(row["decimals"]) if row["decimals"] else None,
        constraint=Constraint(row["constraint"]),
        domain=row["domain"] or None,
        rule=row["rule"],
        aliases=tables.split(row["aliases"]),
        confidence=row["confidence"],
    )


def _check(found: LayerSchema) -> None:
    require(DATASET_CODE.fullmatch(found.dataset) is not None, f"{found.id}: dataset {found.dataset}")
    tables.require_distinct(found.codes, found.id)
    tables.require_distinct((field.name for field in found.fields), found.id)
    spellings = [alias.casefold() for field in found.fields for alias in field.aliases]
    tables.require_distinct([*spellings, *(code.casefold() for code in found.codes)], f"{found.id}: alias")
    for code in (*found.key, *([found.area_field] if found.area_field else [])):
        require(code in found.codes, f"{found.id}: no field {code}")
    require(not found.coverage or found.geometry is GeometryKind.POLYGON, f"{found.id}: only polygons tile")
    for field in found.fields:
        require(field.code == field.code.upper(), f"{found.id}.{field.code}: not upper case")
        if field.domain is None:
            continue
        longest = max(len(code.encode("gbk")) for code in domains.domain(field.domain))
        require(field.type.is_text, f"{found.id}.{field.code}: a domain on {field.type}")
        require(
            field.length is None or longest <= field.length,
            f"{found.id}.{field.code}: domain wider than field",
        )
    if found.ysdm:
        listed = {layer.code: layer.ysdm for layer in survey_layers()}
        require(listed.get(found.code, found.ysdm) == found.ysdm, f"{found.id}: feature code {found.ysdm}")
