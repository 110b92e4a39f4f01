"""What every feature store does: founding, writing, reading."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
import shapely

from contract import store_cast as cast
from contract.store_cast import (
    ALL,
    OTHER,
    OWNER,
    PLAN,
    SCHEMA,
    STREAM,
    fid,
    land,
    note,
    numbers,
    parcels,
    refused,
    table,
)
from guotu.errors import GuotuError
from guotu.model.dataset import StreamName
from guotu.model.query import Query
from guotu.model.schema import Field, FieldType
from guotu.model.time import Version
from guotu.store.journal import row_hashes
from guotu.store.ports import FeatureStore


def test_a_founded_stream_is_empty_and_unlisted(store: FeatureStore) -> None:
    state = store.found(STREAM, SCHEMA, owner=OWNER)
    assert (state.features, state.extent, state.head.version) == (0, None, Version(1, 0))
    assert state.head.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert store.streams() == []
    assert table(store).num_rows == 0
    assert store.found(STREAM, SCHEMA, owner=OWNER) == state
    assert store.schema("xz.dltb") == SCHEMA


def test_another_structure_of_a_dataset_is_refused_but_other_names_are_welcome(store: FeatureStore) -> None:
    store.found(STREAM, SCHEMA, owner=OWNER)
    with refused("GT-2005"):
        store.found(OTHER, replace(SCHEMA, fields=SCHEMA.fields[:-1]), owner=OWNER)
    with refused("GT-2005"):
        store.found(OTHER, replace(SCHEMA, fields=(*SCHEMA.fields[1:], SCHEMA.fields[0])), owner=OWNER)
    renamed = replace(
        SCHEMA, fields=(Field("BSM", "标识", FieldType.CHAR, 18, aliases=("bsm",)), *SCHEMA.fields[1:])
    )
    store.found(OTHER, renamed, owner=OWNER)
    assert store.schema("xz.dltb") == renamed
    with refused("GT-2005"):
        store.found(StreamName("gh.ghyt", "1"), SCHEMA, owner=OWNER)


def test_what_was_put_is_read_back_in_fid_order(store: FeatureStore) -> None:
    commit = land(store, parcels(range(50)))
    assert commit is not None
    assert (commit.first, commit.version, commit.added) == (1, Version(1, 52), 50)
    found = table(store)
    assert found["fid"].to_pylist() == sorted(fid(number) for number in range(50))
    row = found.filter(pa.compute.equal(found["FID"], "第7号")).to_pylist()[0]
    assert row == {
        "fid": fid(7), "seq": 9, "valid_from": None, "valid_to": None, "BSM": "0" * 17 + "7", "DLBM": "0101",
        "TBMJ": 7.25, "SJNF": 2020, "GXSJ": date(2024, 1, 1), "FID": "第7号", "geometry": row["geometry"],
    }  # fmt: skip
    assert shapely.equals_exact(shapely.from_wkb(row["geometry"]), shapely.from_wkb(cast.square(7)), 1e-10)


def test_coordinates_go_to_the_grid_once_and_stay(store: FeatureStore) -> None:
    crooked = bytes(shapely.to_wkb(shapely.Point(118.12345678901234, 30.98765432109876).buffer(0.001)))
    land(store, parcels([1], geometry=crooked))
    once = table(store)
    assert once["geometry"][0].as_py() != crooked
    again = once.to_batches()[0]
    assert land(store, again) is None, "what was read can be put back without a change"


def test_odd_values_survive_or_become_null(store: FeatureStore) -> None:
    odd = [math.nan, -0.0, math.inf, 5e-324, None, 1e308]
    texts = ["", "a\nb", "'\"; DROP TABLE x", "😀𠀀", None, " 尾 "]
    years = [2**63 - 1, -(2**63), 0, None, -1, 1]
    dates = [date(1, 1, 1), date(9999, 12, 31), None, date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29)]
    land(store, parcels(range(6), TBMJ=odd, FID=texts, SJNF=years, GXSJ=dates))
    rows = {row["BSM"]: row for row in table(store).to_pylist()}
    got = [rows[f"{number:018d}"] for number in range(6)]
    assert [row["TBMJ"] for row in got] == [None, 0.0, math.inf, 5e-324, None, 1e308]
    assert struct.pack("d", got[1]["TBMJ"]) == bytes(8), "minus nought is nought"
    assert [row["FID"] for row in got] == texts
    assert [row["SJNF"] for row in got] == years
    assert [row["GXSJ"] for row in got] == dates
    assert store.verify(STREAM).sound


def test_features_may_lack_geometry(store: FeatureStore) -> None:
    land(store, parcels([1, 2], geometry=[None, cast.square(2)]))
    assert table(store)["geometry"].null_count == 1
    assert numbers(table(store, replace(ALL, box=(100, 0, 140, 60)))) == [2]
    assert store.state(STREAM).extent == store.extent(ALL, PLAN)
    assert store.verify(STREAM).sound


def test_a_put_replaces_and_an_equal_put_changes_nothing(store: FeatureStore) -> None:
    first = land(store, parcels(range(10)))
    assert land(store, parcels(range(10))) is None
    second = land(store, parcels(range(5, 12), DLBM=["0101"] * 3 + ["0201"] * 4))
    assert first
    assert second
    assert (second.added, second.changed, second.deleted) == (2, 2, 0)
    assert second.first == first.version.seq + 1
    assert store.commits(STREAM) == [first, second]
    assert store.state(STREAM).features == 12 == store.count(ALL, PLAN)
    assert sorted(zip(numbers(table(store)), table(store)["DLBM"].to_pylist(), strict=True))[7:10] == [
        (7, "0101"), (8, "0201"), (9, "0201"),
    ]  # fmt: skip


def test_deleted_features_are_gone_and_may_come_back(store: FeatureStore) -> None:
    land(store, parcels(range(4)))
    commit = land(store, delete=[fid(1), fid(2)])
    assert commit
    assert commit.deleted == 2
    assert sorted(numbers(table(store))) == [0, 3]
    land(store, parcels([2]))
    assert sorted(numbers(table(store))) == [0, 2, 3]
    assert store.verify(STREAM).sound


def test_unknown_features_cannot_be_deleted_nor_any_touched_twice(store: FeatureStore) -> None:
    with refused("GT-2007"):
        land(store, parcels([5, 6]), parcels([6]))
    with refused("GT-2007"):
        land(store, parcels([5, 6, 5]))
    with refused("GT-2007"):
        land(store, parcels([5, 6]), delete=[fid(6)])
    land(store, parcels(range(3)))
    with refused("GT-2008"):
        land(store, delete=[fid(9)])
    with refused("GT-2007"):
        land(store, parcels([5, 6]), parcels([6]))
    with refused("GT-2007"):
        land(store, parcels([1], DLBM="0201"), delete=[fid(1)])
    assert sorted(numbers(table(store))) == [0, 1, 2]
    assert len(store.commits(STREAM)) == 1


def test_nothing_stays_of_a_draft_that_did_not_commit(store: FeatureStore) -> None:
    head = land(store, parcels(range(3)))
    assert head is not None
    with store.draft(STREAM, base=head.version) as draft:
        draft.put(parcels([7]))
    with pytest.raises(ZeroDivisionError), store.draft(STREAM, base=head.version) as draft:  # noqa: PT012
        draft.put(parcels([8]))
        raise ZeroDivisionError
    assert store.state(STREAM).head == head
    assert store.verify(STREAM).sound
    land(store, parcels([9]))
    assert sorted(numbers(table(store))) == [0, 1, 2, 9]


def test_a_draft_on_another_base_conflicts(store: FeatureStore) -> None:
    land(store, parcels([1]))
    for base in (None, Version(1, 0), Version(2, 3)):
        with refused("GT-2003"), store.draft(STREAM, base=base):
            pass


def test_a_second_writer_is_told_that_the_store_is_busy(store: FeatureStore) -> None:
    store.found(STREAM, SCHEMA, owner=OWNER)
    with store.draft(STREAM, base=None) as draft:
        draft.put(parcels([1]))
        with refused("GT-1006"), store.draft(STREAM, base=None):
            pass
        assert table(store).num_rows == 0, "readers see the state before"
        draft.commit(note())
    assert table(store).num_rows == 1


def test_an_edition_without_changes_is_recorded_when_it_describes_another_day(store: FeatureStore) -> None:
    assert land(store) is None
    empty = land(store, data_date=date(2023, 12, 31))
    assert empty is not None
    assert (empty.added, store.state(STREAM).features) == (0, 0)
    land(store, parcels([1]))
    assert land(store, parcels([1]), data_date=date(2023, 12, 31)) is None
    assert land(store, parcels([1]), data_date=date(2024, 12, 31)) is not None
    assert store.verify(STREAM).sound


def test_the_note_travels_with_the_commit(store: FeatureStore) -> None:
    commit = land(store, parcels([1]), data_date=date(2024, 12, 31))
    assert commit is not None
    assert store.commits(STREAM)[0].note == note(date(2024, 12, 31))
    assert store.state(STREAM).head.label == f"1.3#{commit.chain.hex()[:12]}"


def test_batches_with_other_columns_or_types_are_refused(store: FeatureStore) -> None:
    good = parcels([1])
    with refused("GT-2005"):
        land(store, good.drop_columns(["DLBM"]))
    with refused("GT-2005"):
        land(store, good.append_column("XX", pa.array([1])))
    with refused("GT-2005"):
        land(store, good.set_column(4, "SJNF", pa.array(["vingt"])))
    with refused("GT-2005"):
        land(store, good.set_column(0, "fid", pa.array([b"short"])))
    with refused("GT-2005"):
        land(store, good.set_column(0, "fid", pa.array([None], pa.binary(16))))
    with refused("GT-2005"):
        land(store, parcels([1], FID="a\0b"))
    with pytest.raises(GuotuError):
        land(store, parcels([1], geometry=b"not WKB"))
    assert store.streams() == []


def test_streams_of_a_dataset_are_read_together_or_apart(store: FeatureStore) -> None:
    land(store, parcels(range(5)))
    land(store, parcels(range(200, 203)), stream=OTHER)
    assert sorted(numbers(table(store))) == [0, 1, 2, 3, 4, 200, 201, 202]
    assert sorted(numbers(table(store, replace(ALL, partitions=("330108",))))) == [200, 201, 202]
    assert [state.stream for state in store.streams("xz.dltb")] == [STREAM, OTHER]
    assert store.streams("gh.ghyt") == []
    with refused("GT-2001"):
        table(store, replace(ALL, partitions=("000000",)))
    assert [store.state(name).features for name in (STREAM, OTHER)] == [5, 3]
    assert store.verify(STREAM).sound
    assert store.verify(OTHER).sound


def test_unknown_names_fail_by_name(store: FeatureStore) -> None:
    with refused("GT-2001"):
        store.schema("xz.dltb")
    with refused("GT-2001"):
        table(store)
    with refused("GT-2001"):
        store.state(STREAM)
    with refused("GT-2001"), store.draft(STREAM, base=None):
        pass
    land(store, parcels([1]))
    with refused("GT-2009"):
        table(store, replace(ALL, columns=("NOPE",)))
    with refused("GT-4003"):
        store.count(Query("xz.dltb"), replace(PLAN, dataset="gh.ghyt"))


def test_pages_follow_each_other_without_overlap_or_gap(store: FeatureStore) -> None:
    land(store, parcels(range(25)))
    for query in (ALL, replace(ALL, box=(118, 30, 118.175, 31))):
        whole = table(store, query)["fid"].to_pylist()
        pages, after = [], None
        while page := table(store, replace(query, after=after, limit=4))["fid"].to_pylist():
            pages, after = pages + page, page[-1]
        assert pages == whole
    assert table(store, replace(ALL, limit=0)).num_rows == 0
    assert store.count(replace(ALL, limit=7), PLAN) == 7


def test_columns_come_as_asked(store: FeatureStore) -> None:
    land(store, parcels([1]))
    found = table(store, replace(ALL, columns=("TBMJ", "BSM"), geometry=False))
    assert found.column_names == ["fid", "seq", "valid_from", "valid_to", "TBMJ", "BSM"]


def test_a_box_takes_what_its_border_touches_and_nothing_else(store: FeatureStore) -> None:
    land(store, parcels(range(300)))
    every = {n: shapely.bounds(shapely.from_wkb(cast.square(n))).tolist() for n in range(300)}
    for box in (
        (118.109, 30.009, 118.11, 30.01), (118.1090000001, 30.0090000001, 118.1099999999, 30.0099999999),
        (118.009, 30.0, 118.01, 30.02), (0, 0, 180, 90), (118.5, 30.5, 118.6, 30.6), (118.2, 30.005, 118.2, 30.005),
        (118.25, 30.0, 118.75, 30.015),
    ):  # fmt: skip
        right = {
            n
            for n, (w, s, e, t) in every.items()
            if e >= box[0] and w <= box[2] and t >= box[1] and s <= box[3]
        }
        near = {n for n in right if all(abs(side - edge) < 1e-9 for side, edge in ((every[n][2], box[0]),))}
        found = set(numbers(table(store, replace(ALL, box=box))))
        assert found ^ right <= near, box
        assert store.count(replace(ALL, box=box), PLAN) == len(found)


def test_present_keys_and_row_hashes_find_a_difference(store: FeatureStore) -> None:
    land(store, parcels(range(20)))
    land(store, delete=[fid(3)])
    known = pa.Table.from_batches(store.current_keys(STREAM, ["BSM", "SJNF"]))
    assert known.column_names == ["fid", "BSM", "SJNF", "row_hash"]
    held = {row["BSM"]: row["row_hash"] for row in known.to_pylist()}
    assert len(held) == 19
    edition = parcels(range(20), DLBM=["0101"] * 10 + ["0201"] * 10).drop_columns(["fid"])
    same = [
        key for key, value in zip(edition["BSM"].to_pylist(), row_hashes(SCHEMA, edition).to_pylist(), strict=True)
        if held.get(key) == value
    ]  # fmt: skip
    assert [int(key) for key in same] == [0, 1, 2, 4, 5, 6, 7, 8, 9]
    with refused("GT-2009"):
        list(store.current_keys(STREAM, ["NOPE"]))


def test_large_layers_land_in_one_commit(store: FeatureStore) -> None:
    land(store, parcels(range(3000)), parcels(range(3000, 9500)))
    assert store.count(ALL, PLAN) == 9500
    assert store.count(replace(ALL, box=(118.0, 30.0, 118.0955, 30.0955)), PLAN) == 100
    land(
        store,
        parcels(range(9500, 9600)),
        parcels(range(100), DLBM="0404"),
        delete=[fid(n) for n in range(100, 150)],
    )
    assert store.count(ALL, PLAN) == 9550
    check = store.verify(STREAM)
    assert check.problems == ()
    assert (check.features, check.entries) == (9550, 9502 + 251)
