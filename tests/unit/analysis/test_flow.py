"""Flow tables between two editions of a layer of parcels."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from guotu.analysis.flow import changed, flow_table, process_rows
from guotu.model.access import AccessPlan
from guotu.model.dataset import CommitNote
from guotu.model.time import Version
from guotu.store.reading import Reader
from unit.ingest.deliveries import STREAM, Node, node, write  # noqa: F401
from unit.quality.parcel_rows import built, cell, parcel, wood

BASE = [parcel(number) for number in range(6)]
LATER = CommitNote("李四", "变更调查", date(2025, 12, 31))


@pytest.fixture
def reader(node: Node, tmp_path: Path) -> Reader:  # noqa: F811
    """A year in which one parcel was divided, one became wood, and one passed to the next village."""
    left = parcel(11, cell(1, 0, 0.4), TBMJ=round(BASE[1]["TBMJ"] * 0.4, 2))
    left["TBDLMJ"] = left["TBMJ"]
    rest = round(BASE[1]["TBMJ"] - left["TBMJ"], 2)
    right = built(12, geometry=cell(1.4, 0, 0.6), TBMJ=rest, TBDLMJ=rest)
    moved = BASE[3] | {"ZLDWDM": "330106200" + "0000000000"}
    node.land(write(tmp_path / "base.gpkg", BASE))
    node.land(
        write(tmp_path / "next.gpkg", [BASE[0], left, right, wood(2), moved, BASE[4], BASE[5]]), note=LATER
    )
    return Reader(node.store, lambda dataset: AccessPlan(dataset, "test", "flow"))


def versions(reader: Reader) -> tuple[Version, Version]:
    first, second = reader.store.commits(STREAM)
    return first.version, second.version


def test_every_square_metre_that_changed_is_told_once(reader: Reader) -> None:
    table = flow_table(reader, "xz.dltb", *versions(reader))
    cells = {(flow.old, flow.new, flow.unit == flow.unit_after): flow.area_m2 for flow in table.flows}
    part = Decimal(str(round(BASE[1]["TBMJ"] - round(BASE[1]["TBMJ"] * 0.4, 2), 2)))
    assert cells == {
        ("0101", "0702", True): part,
        ("0101", "0301", True): Decimal(str(BASE[2]["TBMJ"])),
        ("0101", "0101", False): Decimal(str(BASE[3]["TBMJ"])),
    }
    assert (table.parcels_before, table.parcels_after) == (3, 4)
    assert table.total_m2 == sum(cells.values())


def test_before_less_outflow_plus_inflow_is_after(reader: Reader) -> None:
    table = flow_table(reader, "xz.dltb", *versions(reader))
    assert table.balanced
    assert {row.residual_m2 for row in table.balances} == {Decimal("0.00")}
    paddy = next(row for row in table.balances if row.code == "0101" and row.out_m2)
    assert paddy.before_m2 - paddy.out_m2 + paddy.in_m2 == paddy.after_m2


def test_hectares_add_up_to_the_hectares_of_all(reader: Reader) -> None:
    table = flow_table(reader, "xz.dltb", *versions(reader))
    assert sum(flow.area_ha for flow in table.flows) == (table.total_m2 / 10_000).quantize(Decimal("0.01"))


def test_within_a_county_nothing_passes_from_unit_to_unit(reader: Reader) -> None:
    table = flow_table(reader, "xz.dltb", *versions(reader), level="county")
    assert {flow.unit for flow in table.flows} == {"330106"}
    assert len(table.flows) == 2
    assert table.balanced


def test_days_name_the_versions_that_described_them(reader: Reader) -> None:
    by_day = flow_table(reader, "xz.dltb", date(2024, 12, 31), date(2025, 12, 31))
    assert by_day.basis == flow_table(reader, "xz.dltb", *versions(reader)).basis


def test_nothing_flows_between_a_version_and_itself(reader: Reader) -> None:
    first, _ = versions(reader)
    table = flow_table(reader, "xz.dltb", first, first)
    assert (table.flows, table.balances, table.total_m2, table.balanced) == ((), (), 0, True)


def test_the_process_layer_has_both_sides_of_every_piece(reader: Reader) -> None:
    swap, _ = changed(reader, STREAM, *versions(reader))
    rows = process_rows(swap).to_pylist()
    assert [(row["BGQDLBM"], row["BGHDLBM"]) for row in rows if row["BGQTBBSM"] == BASE[1]["BSM"]] == [
        ("0101", "0101"), ("0101", "0702"),
    ]  # fmt: skip
    assert sum(row["TBBGMJ"] for row in rows) == pytest.approx(
        sum(row["TBMJ"] for row in BASE[1:4]), abs=1e-6
    )
