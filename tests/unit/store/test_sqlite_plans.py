"""How SQLite answers: by the tree for a box, by an index for a key, never by looking at everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contract.conftest import open_sqlite
from contract.store_cast import ALL, PLAN, STREAM, fid, land, parcels
from guotu.model.filter import Compare
from guotu.model.query import Query
from guotu.store.sqlite import SqliteFeatureStore
from guotu.store.sqlite.reading import prepare
from guotu.store.sqlite.selecting import plan_of

SMALL = (118.1, 30.0, 118.12, 30.01)
WIDE = (118.0, 30.0, 119.0, 30.2)


@pytest.fixture
def store(tmp_path: Path):  # type: ignore[no-untyped-def]
    opened = open_sqlite(tmp_path)
    land(opened, parcels(range(2000)), data_date=date(2022, 12, 31))
    land(opened, parcels(range(5), DLBM="0201"), delete=[fid(7)], data_date=date(2023, 12, 31))
    yield opened
    opened.close()


def explained(store: SqliteFeatureStore, query: Query) -> str:
    with store._connections.snapshot() as connection:
        answer = prepare(connection, query, PLAN)
        assert answer.selection is not None
        sql, values = answer.selection.sql(answer.expressions(), " ORDER BY p.fid")
        return plan_of(connection, sql, values)


@pytest.mark.parametrize("at", [None, date(2022, 12, 31), "first"])
def test_a_small_box_goes_through_the_tree_first(store: SqliteFeatureStore, at: object) -> None:
    moment = store.commits(STREAM)[0].version if at == "first" else at
    plan = explained(store, replace(ALL, box=SMALL, at=moment))
    lines = [line for line in plan.splitlines() if line.startswith(("SCAN", "SEARCH"))]
    first = next(line for line in lines if " b " in line or " p " in line)
    assert first.startswith("SCAN b VIRTUAL TABLE INDEX 2:"), plan
    assert "SEARCH p USING INTEGER PRIMARY KEY" in plan


def test_a_wide_box_walks_the_features_in_order_without_sorting(store: SqliteFeatureStore) -> None:
    plan = explained(store, replace(ALL, box=WIDE))
    assert "SCAN p USING INDEX f_xz_dltb_fid" in plan
    assert "VIRTUAL TABLE INDEX 2:" in plan
    assert "TEMP B-TREE" not in plan


def test_a_business_key_goes_through_its_index(store: SqliteFeatureStore) -> None:
    assert "f_xz_dltb_key" in explained(store, replace(ALL, where=Compare("BSM", "=", "0" * 17 + "9")))


def test_a_page_starts_where_the_last_one_ended(store: SqliteFeatureStore) -> None:
    plan = explained(store, replace(ALL, after=fid(100), limit=10))
    assert "SEARCH p USING INDEX f_xz_dltb_fid (fid>?)" in plan
    assert "TEMP B-TREE" not in plan


def test_a_live_feature_is_found_by_its_index(store: SqliteFeatureStore) -> None:
    with store._connections.reading() as connection:
        sql = "SELECT row FROM f_xz_dltb WHERE fid = ? AND stream = ? AND seq_to = 9223372036854775807"
        assert "SEARCH f_xz_dltb USING INDEX f_xz_dltb_fid (fid=?)" in plan_of(connection, sql, (fid(1), 1))
