"""Versions and dates, held against an oracle that replays the changes by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from contract.store_cast import (
    ALL,
    OTHER,
    OWNER,
    PLAN,
    SCHEMA,
    STREAM,
    fid,
    land,
    numbers,
    parcels,
    refused,
    table,
)
from guotu.model.filter import Compare
from guotu.model.time import Version
from guotu.store.ports import FeatureStore


def state(store: FeatureStore, at: object) -> dict[int, str]:
    found = table(store, replace(ALL, at=at))
    return dict(sorted(zip(numbers(found), found["DLBM"].to_pylist(), strict=True)))


def test_every_version_reads_as_it_was(store: FeatureStore) -> None:
    oracle, held = {}, {}
    for step in range(8):
        puts = [n for n in range(20) if n % (step + 2) == 0]
        gone = [n for n in held if n % 7 == step % 7 and n not in puts]
        code = f"01{step:02d}"
        commit = land(store, parcels(puts, DLBM=code), delete=[fid(n) for n in gone])
        assert commit is not None
        held = {**{n: c for n, c in held.items() if n not in gone}, **dict.fromkeys(puts, code)}
        oracle[commit.version] = dict(sorted(held.items()))
    for version, right in oracle.items():
        assert state(store, version) == right
        assert (
            store.state(STREAM, version).features == len(right) == store.count(replace(ALL, at=version), PLAN)
        )
        assert store.state(STREAM, version).head.version == version
        assert store.extent(replace(ALL, at=version), PLAN) == store.state(STREAM, version).extent
        boxed = replace(
            ALL, at=version, box=(118.0, 30.0, 118.0455, 30.2), where=Compare("DLBM", "<>", "0100")
        )
        assert sorted(numbers(table(store, boxed))) == [n for n, c in right.items() if n < 5 and c != "0100"]


def test_versions_that_were_never_closed_do_not_exist(store: FeatureStore) -> None:
    commit = land(store, parcels(range(5)))
    assert commit is not None
    for version in (Version(1, 3), Version(2, commit.version.seq), Version(1, 0), Version(1, 99)):
        with refused("GT-2002"):
            table(store, replace(ALL, at=version))
        with refused("GT-2002"):
            store.state(STREAM, version)


def test_a_date_means_the_edition_that_describes_it(store: FeatureStore) -> None:
    versions = [
        land(store, parcels(range(3), DLBM="0101"), data_date=date(2022, 12, 31)),
        land(store, parcels([0], DLBM="0201"), data_date=date(2023, 12, 31)),
        land(store, parcels([1], DLBM="0301")),
        land(store, parcels([2], DLBM="0404"), data_date=date(2024, 12, 31)),
    ]
    assert state(store, date(2022, 12, 31)) == {0: "0101", 1: "0101", 2: "0101"}
    assert state(store, date(2023, 12, 30)) == {0: "0101", 1: "0101", 2: "0101"}
    corrected = {0: "0201", 1: "0301", 2: "0101"}
    assert state(store, date(2023, 12, 31)) == corrected, (
        "a commit without a data date corrects the edition before it"
    )
    assert state(store, date(2024, 6, 1)) == corrected
    assert state(store, date(2030, 1, 1)) == {0: "0201", 1: "0301", 2: "0404"} == state(store, None)
    assert store.state(STREAM, date(2024, 6, 1)).head == versions[2]
    for call in (lambda: state(store, date(2022, 12, 30)), lambda: store.state(STREAM, date(2000, 1, 1))):
        with refused("GT-2002"):
            call()


def test_an_older_edition_landed_late_answers_for_its_own_years(store: FeatureStore) -> None:
    land(store, parcels([0], DLBM="0301"), data_date=date(2023, 12, 31))
    land(store, parcels([0], DLBM="0101"), data_date=date(2020, 12, 31))
    assert state(store, date(2021, 5, 1)) == {0: "0101"}
    assert state(store, date(2024, 5, 1)) == {0: "0301"}
    assert state(store, None) == {0: "0101"}, "the newest version is what was written last"


def test_without_any_data_date_the_day_of_writing_counts(store: FeatureStore) -> None:
    land(store, parcels([1]))
    assert state(store, date(2026, 1, 2)) == {1: "0101"}
    with refused("GT-2002"):
        state(store, date(2026, 1, 1))


def test_valid_time_is_answered_at_the_newest_version(store: FeatureStore) -> None:
    land(store, parcels([0, 1, 2], valid_from=date(2010, 1, 1)), data_date=date(2022, 12, 31))
    land(store, parcels([0], DLBM="0201", valid_from=date(2015, 7, 1)), data_date=date(2023, 12, 31))
    land(store, delete=[fid(1)], valid_to=date(2018, 3, 1))
    land(store, parcels([3], DLBM="0301", valid_from=date(2012, 1, 1), valid_to=date(2013, 1, 1)))
    land(store, parcels([4], DLBM="0404"), data_date=date(2024, 12, 31))
    assert state(store, date(2011, 1, 1)) == {0: "0101", 1: "0101", 2: "0101"}
    assert state(store, date(2012, 12, 31)) == {0: "0101", 1: "0101", 2: "0101", 3: "0301"}
    assert state(store, date(2013, 1, 1)) == {0: "0101", 1: "0101", 2: "0101"}
    assert state(store, date(2015, 7, 1)) == {0: "0201", 1: "0101", 2: "0101"}
    assert state(store, date(2018, 3, 1)) == {0: "0201", 2: "0101"}
    assert state(store, date(2024, 12, 31)) == {0: "0201", 2: "0101", 4: "0404"}
    assert state(store, date(1999, 1, 1)) == {}
    assert store.state(STREAM, date(2018, 3, 1)).features == 2
    assert store.verify(STREAM).sound
    store.rebuild(STREAM)
    assert state(store, date(2015, 7, 1)) == {0: "0201", 1: "0101", 2: "0101"}
    assert store.verify(STREAM).sound


def test_a_correction_reaches_back_as_far_as_it_says(store: FeatureStore) -> None:
    land(store, parcels([0], DLBM="0101", valid_from=date(2010, 1, 1)), data_date=date(2020, 12, 31))
    land(store, parcels([0], DLBM="0201", valid_from=date(2015, 1, 1)))
    land(store, parcels([0], DLBM="0301", valid_from=date(2012, 1, 1)))
    assert state(store, date(2011, 1, 1)) == {0: "0101"}
    assert state(store, date(2013, 1, 1)) == {0: "0301"}
    assert state(store, date(2016, 1, 1)) == {0: "0301"}, "what was said in between no longer holds"


def test_streams_that_do_not_reach_back_are_left_out(store: FeatureStore) -> None:
    land(store, parcels([0]), data_date=date(2020, 12, 31))
    land(store, parcels([200]), data_date=date(2023, 12, 31), stream=OTHER)
    assert state(store, date(2021, 1, 1)) == {0: "0101"}
    assert state(store, date(2024, 1, 1)) == {0: "0101", 200: "0101"}
    with refused("GT-2002"):
        table(store, replace(ALL, at=date(2021, 1, 1), partitions=("330108",)))
    with refused("GT-2002"):
        table(store, replace(ALL, at=date(2019, 1, 1)))


def test_history_tells_every_version_of_a_feature(store: FeatureStore) -> None:
    lineage = [{"fid": fid(8), "part": 0.25}, {"fid": fid(9), "part": None}]
    land(store, parcels(range(3)))
    land(store, parcels([1], DLBM="0201", lineage=[lineage], valid_from=date(2020, 1, 1)))
    land(store, delete=[fid(1)], valid_to=date(2021, 1, 1))
    land(store, parcels([1], DLBM="0301"))
    rows = store.history(STREAM, fid(1), PLAN).to_pylist()
    assert [(row["op"], row["DLBM"]) for row in rows] == [
        ("put", "0101"), ("put", "0201"), ("del", None), ("put", "0301"),
    ]  # fmt: skip
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert rows[1]["lineage"] == lineage
    assert (rows[1]["valid_from"], rows[2]["valid_to"]) == (date(2020, 1, 1), date(2021, 1, 1))
    assert rows[2]["geometry"] is None
    with refused("GT-2008"):
        store.history(STREAM, fid(77), PLAN)


def test_a_put_with_lineage_is_a_change_even_if_nothing_else_is(store: FeatureStore) -> None:
    land(store, parcels([1]))
    assert land(store, parcels([1], lineage=[[{"fid": fid(0), "part": 1.0}]])) is not None
    assert store.verify(STREAM).sound


def test_changes_are_the_net_difference_of_two_versions(store: FeatureStore) -> None:
    first = land(store, parcels(range(6)))
    land(store, parcels([0], DLBM="0201"), delete=[fid(5)])
    land(store, parcels([0, 6], DLBM=["0101", "0101"]), delete=[fid(4)])
    last = land(store, parcels([1], DLBM="0404"), delete=[fid(6)])
    assert first
    assert last

    def net(after: Version | None, upto: Version | None) -> list[tuple[str, int, str | None]]:
        rows = [row for batch in store.changes(STREAM, after, upto, PLAN) for row in batch.to_pylist()]
        return [(row["op"], int.from_bytes(row["fid"][-4:], "big"), row["DLBM"]) for row in rows]

    assert sorted(net(first.version, None)) == [("del", 4, None), ("del", 5, None), ("put", 1, "0404")]
    assert sorted(net(None, first.version)) == [("put", n, "0101") for n in range(6)]
    assert net(last.version, None) == net(first.version, first.version) == []
    assert sorted(net(None, None)) == [
        ("put", 0, "0101"),
        ("put", 1, "0404"),
        ("put", 2, "0101"),
        ("put", 3, "0101"),
    ]
    with refused("GT-2002"):
        net(Version(1, 2), None)


@pytest.mark.parametrize("moment", [None, "first"])
def test_a_snapshot_is_the_version_as_a_file(store: FeatureStore, moment: str | None) -> None:
    import geopandas
    import pyarrow.parquet as pq

    first = land(store, parcels(range(30)), data_date=date(2023, 12, 31))
    land(store, parcels([3], DLBM="0201"), delete=[fid(4)])
    assert first is not None
    at = first.version if moment else None
    path = store.snapshot(STREAM, at)
    assert store.snapshot(STREAM, at) == path
    assert path.parts[-3:-1] == ("xz.dltb", "330106")
    found = pq.read_table(path)
    right = table(store, replace(ALL, at=at))
    assert found.drop_columns(["bbox"]).sort_by("fid").equals(right.sort_by("fid"))
    frame = geopandas.read_parquet(path, bbox=(118.0, 30.0, 118.0455, 30.1))
    assert frame.crs.to_epsg() == 4490
    assert set(frame["BSM"].astype(int)) == {0, 1, 2, 3, 4} - (set() if moment else {4})


def test_an_empty_version_makes_an_empty_snapshot(store: FeatureStore) -> None:
    import pyarrow.parquet as pq

    store.found(STREAM, SCHEMA, owner=OWNER)
    with refused("GT-2002"):
        store.snapshot(STREAM)
    land(store, data_date=date(2023, 12, 31))
    assert pq.read_table(store.snapshot(STREAM)).num_rows == 0
