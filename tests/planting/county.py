"""A clean generated county as Arrow tables in the schemas' shape: what errors are planted into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pyarrow as pa
import shapely

from guotu.demo import layers_plan, layers_survey
from guotu.demo.delivery import in_degrees
from guotu.demo.landscape import grow
from guotu.demo.plan import DIVISION, Calendar, plan_for
from guotu.demo.writers import Table
from guotu.model.exemption import Exemption
from guotu.model.schema import FieldType, LayerSchema
from guotu.quality.exceptions import Exceptions
from guotu.quality.gate import Gate, Layer
from guotu.quality.layerset import SetLayer
from guotu.standards.layers import fields, schema

ARROW = {FieldType.INT: pa.int64(), FieldType.FLOAT: pa.float64(), FieldType.DATE: pa.date32()}


@dataclass(frozen=True, eq=False)
class County:
    """Layers by schema id, as delivered: schema columns and `geometry` (WKB, degrees)."""

    layers: dict[str, pa.Table]
    towns: tuple[str, ...] = field(default=())

    def readers(self, at_once: int = 4096) -> dict[str, SetLayer]:
        return {id: reader(id, table, at_once) for id, table in self.layers.items()}


def reader(id: str, table: pa.Table, at_once: int = 4096) -> SetLayer:
    def read(columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
        yield from table.select([c for c in columns if c in table.column_names]).to_batches(at_once)

    return SetLayer(id, schema(id), read, file=f"{id}.gpkg")


@cache
def county(parcels: int, seed: int) -> County:
    """A clean county: parcels, towns, villages, boundary lines, farmland, red line, urban boundary, planned use, old zones."""
    land = grow(plan_for(parcels), np.random.default_rng([seed, 20240101]))
    survey = layers_survey.survey(land, Calendar(), np.random.default_rng([seed, 1]))
    zoning = layers_plan.zone_parcels(land, survey, np.random.default_rng([seed, 2]))
    towns, villages = layers_survey.divisions(land, survey)
    made = {
        "dltb-2020": survey.table,
        "xzq-2020": towns,
        "cjdcq-2020": villages,
        "yjjbnttb-2020": layers_plan.farmland_table(survey, zoning, land.settlements.town_names),
        "stbhhx-planning": layers_plan.red_line_table(land, survey, zoning),
        "czkfbj-2021": layers_plan.boundary_table(land, survey, zoning),
        "ghdltb-2021": layers_plan.planned_use_table(land, survey, zoning),
        "jsydgzq-2010": layers_plan.control_table(land, survey, zoning),
    }
    layers = {id: arrow(table, schema(id)) for id, table in made.items()}
    layers["xzqjx-2020"] = boundary_lines(layers["xzq-2020"])
    return County(layers, survey.town_codes)


def arrow(table: Table, shape: LayerSchema) -> pa.Table:
    """A drawn table in the schema's columns, empty text as null, coordinates on the store's grid."""
    names = [column.name for column in table.columns]
    found = {hit.field.code: hit.source for hit in fields(shape, names) if hit.field}
    columns = {}
    for each in shape.fields:
        kind = ARROW.get(each.type, pa.string())
        if each.code not in found:
            columns[each.code] = pa.nulls(len(table), kind)
            continue
        values = table.array(found[each.code]).tolist()
        if each.type.is_text:
            columns[each.code] = pa.array([str(v) if v not in (None, "") else None for v in values], kind)
        else:
            columns[each.code] = pa.array([None if v is None or v != v else v for v in values], kind)
    assert table.geometry is not None
    columns["geometry"] = pa.array(shapely.to_wkb(in_degrees(table).geometry), pa.binary())
    return pa.table(columns)


def boundary_lines(towns: pa.Table) -> pa.Table:
    """XZQJX: the edges of the towns, each drawn once, broken where three meet."""
    polygons = shapely.from_wkb(towns["geometry"].to_numpy())
    edges = shapely.line_merge(shapely.union_all(shapely.boundary(polygons)))
    lines = shapely.get_parts(edges)
    count = len(lines)
    columns = {
        "BSM": pa.array([f"3490211210{n + 1:08d}" for n in range(count)]),
        "YSDM": pa.array(["1000600200"] * count),
        "JXLX": pa.array(["660200"] * count),
        "JXXZ": pa.array(["600001"] * count),
        "JXSM": pa.nulls(count, pa.string()),
        "BZ": pa.nulls(count, pa.string()),
        "geometry": pa.array(shapely.to_wkb(lines), pa.binary()),
    }
    return pa.table(columns)


def cut_parcels(county: County) -> dict[str, Exceptions]:
    """Exceptions for the clean county's small and pointed parcels (1504, 1509): roads and village edges have cut them."""
    return {id: _cut(id, county.layers[id]) for id in ("dltb-2020", "yjjbnttb-2020")}


def _cut(id: str, table: pa.Table) -> Exceptions:
    gate = Gate(schema(id), Layer(id), division=DIVISION)
    for batch in table.to_batches(max_chunksize=16_384):
        gate.feed(batch, gate.features + 1)
    shapes = table["geometry"]
    report = gate.finish(lambda rows: {int(row): shapes[int(row) - 1].as_py() for row in rows})
    assert {finding.rule for finding in report.findings} <= {"1504", "1509"}, report.counts
    dataset, day = schema(id).dataset, Calendar().today
    allowed = [
        Exemption(f"LW-{n}", f.rule, dataset, "界线切割", "函", "局", day, key=f.place.key)
        for n, f in enumerate(report.findings)
    ]
    return Exceptions(allowed, dataset=dataset, today=day)


__all__ = ["DIVISION", "County", "arrow", "county", "cut_parcels", "reader"]
