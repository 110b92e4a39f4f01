"""No answer gives more than its plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
import shapely

from contract import store_cast as cast
from contract.store_cast import ALL, PLAN, STREAM, fid, land, numbers, parcels, refused, table
from guotu.model.access import AccessPlan, Limits
from guotu.model.filter import And, Between, Compare, Filter, In, IsNull, Like, Not, Or
from guotu.store.ports import FeatureStore


@pytest.fixture(autouse=True)
def landed(store: FeatureStore) -> None:
    land(store, parcels(range(10), DLBM=["0101"] * 5 + ["0201"] * 5))
    land(store, parcels([4], DLBM="0301"), parcels([20], DLBM="0301"), delete=[fid(9)])


def found(store: FeatureStore, plan: AccessPlan, where: Filter | None = None) -> list[int]:
    return sorted(numbers(table(store, replace(ALL, where=where), plan)))


def test_rows_are_cut_by_the_plan_and_by_the_query(store: FeatureStore) -> None:
    plan = replace(PLAN, where=Compare("DLBM", "<>", "0201"))
    assert found(store, plan) == [0, 1, 2, 3, 4, 20]
    assert found(store, plan, Compare("TBMJ", ">", 2.5)) == [3, 4, 20]
    assert store.count(ALL, plan) == 6


def test_a_hidden_column_does_not_exist_for_anything(store: FeatureStore) -> None:
    plan = replace(PLAN, columns=frozenset({"BSM", "TBMJ"}))
    assert table(store, ALL, plan).column_names == [
        "fid",
        "seq",
        "valid_from",
        "valid_to",
        "BSM",
        "TBMJ",
        "geometry",
    ]
    calls = [
        lambda p, code: table(store, replace(ALL, columns=(code,)), p),
        lambda p, code: table(
            store, replace(ALL, where=Not(And((IsNull("BSM"), Compare(code, "=", "0201"))))), p
        ),
        lambda p, code: store.count(replace(ALL, where=Like(code, "%")), p),
    ]
    for call in calls:
        with pytest.raises(Exception) as hidden:  # noqa: PT011
            call(plan, "DLBM")
        with pytest.raises(Exception) as absent:  # noqa: PT011
            call(plan, "NOPE")
        assert str(hidden.value).replace("DLBM", "NOPE") == str(absent.value), (
            "hidden and absent must not differ"
        )
    assert "DLBM" not in store.history(STREAM, fid(4), plan).column_names
    assert "DLBM" not in next(iter(store.changes(STREAM, None, None, plan))).schema.names


def test_the_plan_itself_may_filter_by_a_column_it_hides(store: FeatureStore) -> None:
    plan = replace(PLAN, columns=frozenset({"BSM"}), where=Compare("DLBM", "=", "0301"))
    assert found(store, plan) == [4, 20]


def test_masked_columns_read_and_filter_as_null(store: FeatureStore) -> None:
    plan = replace(PLAN, masked=frozenset({"DLBM"}), where=Compare("DLBM", "=", "0101"))
    assert table(store, ALL, plan)["DLBM"].null_count == 4
    assert found(store, plan, Compare("DLBM", "=", "0101")) == []
    assert found(store, plan, Not(Compare("DLBM", "=", "0201"))) == []
    assert found(store, plan, IsNull("DLBM")) == [0, 1, 2, 3]
    assert store.history(STREAM, fid(1), plan)["DLBM"].to_pylist() == [None]


def test_masked_geometry_is_null_and_found_by_no_box(store: FeatureStore) -> None:
    plan = replace(PLAN, masked=frozenset({"geometry"}))
    assert table(store, ALL, plan)["geometry"].null_count == 10
    assert table(store, replace(ALL, box=(0, 0, 180, 90)), plan).num_rows == 0
    assert store.extent(ALL, plan) is None
    assert store.history(STREAM, fid(1), plan)["geometry"].null_count == 1


def test_the_clip_keeps_out_what_lies_outside_or_only_touches(store: FeatureStore) -> None:
    area = shapely.box(118.02, 30.0, 118.0399, 30.01) | shapely.box(118.0395, 30.0, 118.04, 30.001)
    plan = replace(PLAN, clip=bytes(shapely.to_wkb(area)))
    assert found(store, plan) == [2, 3]
    assert sorted(numbers(table(store, replace(ALL, box=(118.035, 30, 118.2, 31)), plan))) == [3]
    assert store.count(ALL, plan) == 2
    assert store.extent(ALL, plan) == pytest.approx((118.02, 30.0, 118.039, 30.009), abs=1e-9)
    land(store, parcels([50], geometry=[None]))
    assert found(store, plan) == [2, 3], "what has no place is not inside"
    with refused("GT-2008"):
        store.history(STREAM, fid(7), plan)


def test_changes_show_what_left_the_readers_sight_as_deleted(store: FeatureStore) -> None:
    first = store.commits(STREAM)[0].version
    plan = replace(PLAN, where=Compare("DLBM", "=", "0101"))
    rows = [row for batch in store.changes(STREAM, first, None, plan) for row in batch.to_pylist()]
    assert [(row["op"], row["fid"]) for row in rows] == [("del", fid(4))]


def test_a_row_limit_of_the_plan_holds_whatever_is_asked(store: FeatureStore) -> None:
    plan = replace(PLAN, limits=Limits(rows=3))
    assert table(store, replace(ALL, limit=100), plan).num_rows == 3
    assert table(store, replace(ALL, box=(0, 0, 180, 90)), plan).num_rows == 3
    assert table(store, replace(ALL, limit=2), plan).num_rows == 2


ODD = ["0101", "01%1", "01_1", "a\\b", "A", "a", "*x?", "[a]", "地类", None, "", "ab"]


@pytest.mark.parametrize(
    ("where", "right"),
    [
        (Like("FID", "01%"), {0, 1, 2}),
        (Like("FID", r"01\%1"), {1}),
        (Like("FID", r"01\_1"), {2}),
        (Like("FID", "01_1"), {0, 1, 2}),
        (Like("FID", r"a\\b"), {3}),
        (Like("FID", "a"), {5}),
        (Like("FID", "*x?"), {6}),
        (Like("FID", "[a]"), {7}),
        (Like("FID", "__"), {8, 11}),
        (Like("FID", "%类%"), {8}),
        (Like("FID", ""), {10}),
        (Not(Like("FID", "%")), set()),
        (Compare("FID", "=", "a\0b"), set()),
        (Compare("FID", "<>", "A"), {0, 1, 2, 3, 5, 6, 7, 8, 10, 11}),
        (In("FID", ()), set()),
        (Not(In("FID", ())), set(range(12))),
        (In("FID", ("A", "a", "'")), {4, 5}),
        (In("FID", (*tuple(f"x{n}" for n in range(500)), "A", "ab")), {4, 11}),
        (In("SJNF", tuple(range(2020, 3000))), set(range(12))),
        (In("TBMJ", tuple(n + 0.25 for n in range(3, 900))), set(range(3, 12))),
        (IsNull("FID"), {9}),
        (Not(IsNull("FID")), set(range(12)) - {9}),
        (Between("TBMJ", 2.25, 4.25), {2, 3, 4}),
        (Between("TBMJ", 4, 2), set()),
        (Compare("TBMJ", "=", 3.25), {3}),
        (Compare("TBMJ", "=", float("nan")), set()),
        (Compare("SJNF", ">=", 2019.5), set(range(12))),
        (Compare("SJNF", "<", 2**70), set(range(12))),
        (Compare("GXSJ", "=", date(2024, 1, 1)), set(range(12))),
        (Compare("GXSJ", "<", "2024-01-02"), set(range(12))),
        (And(()), set(range(12))),
        (Or(()), set()),
        (Or((Compare("FID", "=", "A"), And((Compare("TBMJ", ">", 9), Not(IsNull("FID")))))), {4, 10, 11}),
        (And(tuple(Compare("TBMJ", "<>", float(n)) for n in range(3000))), set(range(12))),
    ],
)  # fmt: skip
def test_filters_mean_the_same_everywhere(store: FeatureStore, where: Filter, right: set[int]) -> None:
    land(store, delete=[fid(n) for n in (*range(9), 20)])
    land(store, parcels(range(12), FID=ODD))
    assert set(found(store, PLAN, where)) == right
    assert store.count(replace(ALL, where=where), PLAN) == len(right)


@pytest.mark.parametrize(
    "where",
    [
        Compare("DLBM", "=", 101), Compare("SJNF", "=", "2020"), Compare("GXSJ", "=", "gestern"), Like("SJNF", "20%"),
        Compare("GXSJ", "<", 3), In("TBMJ", ("x",)), Between("SJNF", "a", 3), Like("DLBM", "%a" * 9),
    ],
)  # fmt: skip
def test_conditions_of_the_wrong_type_are_refused(store: FeatureStore, where: Filter) -> None:
    with refused("GT-2010"):
        store.count(replace(ALL, where=where), PLAN)


def test_the_answer_is_arrow_in_the_types_of_the_schema(store: FeatureStore) -> None:
    kinds = {field.name: field.type for field in table(store).schema}
    assert kinds == {
        "fid": pa.binary(16), "seq": pa.int64(), "valid_from": pa.date32(), "valid_to": pa.date32(),
        "BSM": pa.string(), "DLBM": pa.string(), "TBMJ": pa.float64(), "SJNF": pa.int64(), "GXSJ": pa.date32(),
        "FID": pa.string(), "geometry": pa.binary(),
    }  # fmt: skip
    assert cast.SCHEMA.codes == tuple(kinds)[4:-1]
