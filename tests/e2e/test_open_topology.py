"""Real coverages with real faults: the districts of China, whose mismatched edges are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely

from guotu.model.finding import QualityReport
from guotu.quality.gate import Gate, Layer
from guotu.quality.profile import gate_profile
from guotu.standards.layers import schema

FILE = next(
    (
        found
        for folder in Path(__file__).resolve().parents
        if (found := folder / "shared/data/open/01_cn_admin_tianditu/cn_tianditu.gpkg").exists()
    ),
    Path("absent"),
)
pytestmark = [
    pytest.mark.open_data,
    pytest.mark.skipif(not FILE.exists(), reason="the open data set is not here"),
]
NINE = {"铁东区", "千山区", "太和区", "兴隆台区", "大洼区", "盘山县", "南票区", "连云区", "岚山区"}


def overlaps(shapes: list[bytes], order: np.ndarray, at_once: int) -> QualityReport:
    whole = gate_profile("survey")
    gate = Gate(schema("xz.xzq"), Layer("districts"), replace(whole, clauses={"1502": whole.clauses["1502"]}))
    shuffled = [shapes[at] for at in order.tolist()]
    for start in range(0, len(shuffled), at_once):
        part = pa.array(shuffled[start : start + at_once], pa.binary())
        gate.feed(pa.RecordBatch.from_arrays([part], ["geometry"]), start + 1)
    return gate.finish(lambda rows: {int(row): shuffled[int(row) - 1] for row in rows})


@pytest.mark.parametrize("at_once", [5000, 97])
def test_the_nine_districts_with_mismatched_edges_are_found_and_only_they(at_once: int) -> None:
    table = pyogrio.read_arrow(FILE, layer="cn_district")[1]
    names = table["district_name"].to_pylist()
    polygons = shapely.orient_polygons(shapely.from_wkb(table["geom"].to_numpy()))
    order = np.random.default_rng(at_once).permutation(len(polygons))
    report = overlaps(shapely.to_wkb(polygons).tolist(), order, at_once)
    tree = shapely.STRtree(polygons)
    met = {
        names[at]
        for finding in report.findings
        for at in tree.query(shapely.from_wkb(finding.geometry), predicate="overlaps").tolist()
        + tree.query(shapely.from_wkb(finding.geometry), predicate="covered_by").tolist()
    }
    assert met == NINE
    assert len(report.findings) == 5
