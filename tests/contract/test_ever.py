"""Every version of what a query takes, alike on every backend."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import shapely

from contract.store_cast import ALL, OTHER, PLAN, fid, land, numbers, parcels
from guotu.model.access import AccessPlan
from guotu.model.filter import Compare
from guotu.model.query import Query
from guotu.store.ports import FeatureStore


def ever(store: FeatureStore, query: Query = ALL, plan: AccessPlan = PLAN) -> pa.Table:
    return pa.Table.from_batches(store.ever(query, plan))


def test_versions_come_in_order_and_tell_when_they_ended(store: FeatureStore) -> None:
    land(store, parcels([1, 2]), data_date=date(2020, 1, 1))
    land(store, parcels([1], DLBM="0301"), data_date=date(2021, 1, 1))
    land(store, delete=[fid(1)], data_date=date(2022, 1, 1))
    found = ever(store, Query("xz.dltb", columns=("DLBM",)))
    assert found.column_names == ["fid", "seq", "ended", "valid_from", "valid_to", "DLBM", "geometry"]
    first, second, other = found.to_pylist()
    assert numbers(found) == [1, 1, 2]
    assert [row["DLBM"] for row in (first, second, other)] == ["0101", "0301", "0101"]
    assert first["seq"] < first["ended"] == second["seq"] < second["ended"]
    assert other["ended"] is None


def test_a_version_counts_by_its_own_place_and_attributes(store: FeatureStore) -> None:
    land(store, parcels([1, 2]))
    away = bytes(shapely.to_wkb(shapely.box(118.5, 30.5, 118.6, 30.6)))
    land(store, parcels([1], geometry=away, DLBM="0702"))
    here = Query("xz.dltb", box=(118.005, 30.0, 118.015, 30.005))
    found = ever(store, here)
    assert numbers(found) == [1]
    assert found["ended"].null_count == 0
    assert numbers(ever(store, Query("xz.dltb", where=Compare("DLBM", "=", "0702")))) == [1]


def test_every_stream_of_a_dataset_is_looked_at(store: FeatureStore) -> None:
    land(store, parcels([1]))
    land(store, parcels([2]), stream=OTHER)
    assert sorted(numbers(ever(store))) == [1, 2]
    assert numbers(ever(store, Query("xz.dltb", ("330108",)))) == [2]


def test_plans_hold_for_the_past_too(store: FeatureStore) -> None:
    land(store, parcels([1, 2]))
    land(store, parcels([1], DLBM="0301"))
    cut = AccessPlan(
        "xz.dltb", "tester", "test", where=Compare("DLBM", "=", "0301"), masked=frozenset({"BSM"})
    )
    found = ever(store, ALL, cut)
    assert found["DLBM"].to_pylist() == ["0301"]
    assert found["BSM"].null_count == 1


def test_nothing_is_an_empty_table(store: FeatureStore) -> None:
    land(store, parcels([1]))
    found = ever(store, Query("xz.dltb", box=(100.0, 20.0, 100.1, 20.1)))
    assert (found.num_rows, found.column_names[2]) == (0, "ended")
