"""Answers from packs are the answers of the store, bit for bit, for as long as they are the newest."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.store_cast import ALL, OTHER, PLAN, SCHEMA, STREAM, fid, land, parcels, table
from guotu.model.access import AccessPlan
from guotu.model.filter import Compare
from guotu.model.query import Query
from guotu.store import packed
from guotu.store.ports import FeatureStore
from guotu.store.present import Present
from guotu.store.reading import Reader

EVERYWHERE = (110.0, 20.0, 130.0, 40.0)


@pytest.fixture
def present(store: FeatureStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Present:
    monkeypatch.setattr(packed, "BATCH_ROWS", 16)
    land(store, parcels(range(100), geometry=[*parcels(range(99))["geometry"].to_pylist(), None]))
    land(store, parcels(range(200, 230)), stream=OTHER)
    present = Present(store, tmp_path / "packs")
    assert len(present.unpacked()) == 2
    for state in present.unpacked():
        assert present.pack(state)
    assert present.unpacked() == []
    return present


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    box=st.tuples(
        st.floats(117.9, 119.1), st.floats(29.9, 30.3), st.floats(0, 1.2), st.floats(0, 0.4)
    ).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])),
    partitions=st.sampled_from([None, ("330106",), ("330108",), ("330108", "330106")]),
    columns=st.sampled_from([None, (), ("DLBM",), ("TBMJ", "BSM")]),
    geometry=st.booleans(),
    masked=st.sampled_from([frozenset[str](), frozenset({"BSM", "TBMJ"})]),
    seen=st.sampled_from([None, frozenset({"BSM", "DLBM", "TBMJ"})]),
)  # fmt: skip
def test_a_small_box_reads_alike_from_pack_and_store(
    present: Present, store: FeatureStore, box, partitions, columns, geometry, masked, seen
) -> None:
    query = Query("xz.dltb", partitions, box=box, columns=columns, geometry=geometry)
    plan = AccessPlan("xz.dltb", "tester", "test", columns=seen, masked=masked)
    ready = present.table(query, plan)
    assert ready is not None
    assert ready.combine_chunks().equals(table(store, query, plan).combine_chunks())


def test_borders_of_a_box_count_in_both(present: Present, store: FeatureStore) -> None:
    query = Query("xz.dltb", box=(118.009, 30.009, 118.01, 30.01))
    ready = present.table(query, PLAN)
    assert ready is not None
    assert ready.num_rows == 2
    assert ready["fid"].to_pylist() == table(store, query)["fid"].to_pylist()


def test_what_packs_cannot_answer_is_left_to_the_store(present: Present) -> None:
    box = (118.0, 30.0, 118.1, 30.1)
    for query in (
        ALL,
        Query("xz.dltb", box=box, where=Compare("DLBM", "=", "0101")),
        Query("xz.dltb", box=box, limit=3),
        Query("xz.dltb", box=box, after=fid(1)),
        Query("xz.dltb", box=box, partitions=("999999",)),
        Query("xz.none", box=box),
    ):
        assert present.table(query, AccessPlan(query.dataset, "tester", "test")) is None
    query = Query("xz.dltb", box=box)
    assert present.table(query, AccessPlan("gh.none", "tester", "test")) is None
    assert (
        present.table(query, AccessPlan("xz.dltb", "tester", "test", masked=frozenset({"geometry"}))) is None
    )


def test_a_box_of_too_many_is_left_to_the_store(present: Present, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MOST_ROWS", 99)
    assert present.table(Query("xz.dltb", ("330106",), box=EVERYWHERE), PLAN).num_rows == 99  # type: ignore[union-attr]
    monkeypatch.setattr(packed, "MOST_ROWS", 98)
    assert present.table(Query("xz.dltb", ("330106",), box=EVERYWHERE), PLAN) is None


def test_a_commit_ends_the_pack_until_it_is_made_again(present: Present, store: FeatureStore) -> None:
    query = Query("xz.dltb", box=EVERYWHERE)
    reader = Reader(store, lambda _: PLAN, present)
    assert reader.table(query).num_rows == 129
    land(store, parcels([400]))
    assert present.table(query, PLAN) is None
    assert reader.table(query).num_rows == 130
    assert [state.features for state in reader.heads("xz.dltb")] == [101, 30]
    (stale,) = present.unpacked()
    assert present.pack(stale)
    ready = present.table(query, PLAN)
    assert ready is not None
    assert ready.num_rows == 130
    assert len(list((present.folder / "xz.dltb" / "330106").iterdir())) == 1


def test_another_opening_of_the_node_finds_the_packs(present: Present, store: FeatureStore) -> None:
    other = Present(store, present.folder)
    assert other.unpacked() == []
    assert other.table(Query("xz.dltb", box=EVERYWHERE), PLAN) is not None


def test_a_version_is_answered_only_where_it_is_the_newest(present: Present, store: FeatureStore) -> None:
    first = store.state(STREAM).head.version
    query = Query("xz.dltb", ("330106",), box=EVERYWHERE, at=first)
    assert present.table(query, PLAN) is not None
    land(store, parcels([400]))
    for state in present.unpacked():
        present.pack(state)
    assert present.table(query, PLAN) is None


def test_a_stream_that_moved_while_it_was_packed_gets_no_pack(
    store: FeatureStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(store, parcels(range(3)))
    present = Present(store, tmp_path / "packs")
    (state,) = present.unpacked()
    land(store, parcels([7]))
    assert not present.pack(state)
    assert present.table(Query("xz.dltb", box=EVERYWHERE), PLAN) is None


def test_an_emptied_stream_packs_to_nothing(store: FeatureStore, tmp_path: Path) -> None:
    land(store, parcels([1, 2]))
    land(store, delete=[fid(1), fid(2)])
    present = Present(store, tmp_path / "packs")
    for state in present.unpacked():
        assert present.pack(state)
    ready = present.table(Query("xz.dltb", box=EVERYWHERE), PLAN)
    assert ready is not None
    assert ready.num_rows == 0
    assert ready.schema.names[:2] == ["fid", "seq"]
    assert present.schema("xz.dltb") == SCHEMA
