"""Landing edition B over edition A gives B, whatever A and B are."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guotu.ingest.edition import Comparison, difference
from guotu.ingest.spool import Spool
from guotu.model.access import AccessPlan
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.identity import feature_id, genesis_id, uuid7
from guotu.model.query import Query
from guotu.model.schema import Field, FieldType, GeometryKind, LayerSchema
from guotu.store.sqlite import SqliteFeatureStore

STREAM = StreamName("xz.trial", "330106")
OWNER = "owner"
GENESIS = genesis_id(str(STREAM), OWNER)
FIELDS = (Field("BH", "编号", FieldType.CHAR, 8), Field("LX", "类型", FieldType.CHAR, 4))
KEYED = LayerSchema("t-1", "T", "xz.trial", "试验", "Trial", "1", GeometryKind.POLYGON, FIELDS, key=("BH",))
KEYLESS = LayerSchema("t-1", "T", "xz.trial", "试验", "Trial", "1", GeometryKind.POLYGON, FIELDS)
STEP = 0.001
PLAN = AccessPlan("xz.trial", "test", "test")
Row = tuple[str | None, str | None, tuple[int, int, int, int]]


@st.composite
def editions(draw: st.DrawFn) -> list[Row]:
    """Strips of a grid of 4 by 3 cells joined into parcels, some left empty; keys from a small pool, each once."""
    rows: list[tuple[int, int, int, int]] = []
    for line in range(3):
        column = 0
        while column < 4:
            width = draw(st.integers(1, 4 - column))
            if draw(st.integers(0, 5)):
                rows.append((column, line, width, 1))
            column += width
    keys = draw(st.permutations([f"K{n}" for n in range(14)]))
    kinds = draw(st.lists(st.sampled_from(["a", "b", None]), min_size=len(rows), max_size=len(rows)))
    return [(key, kind, box) for key, kind, box in zip(keys, kinds, rows, strict=False)]


def polygon(box: tuple[int, int, int, int]) -> shapely.Polygon:
    column, line, width, height = box
    west, south = 120 + column * STEP, 30 + line * STEP
    return shapely.box(west, south, 120 + (column + width) * STEP, 30 + (line + height) * STEP)


def batch(rows: list[Row]) -> pa.RecordBatch:
    columns = {
        "BH": pa.array([row[0] for row in rows], pa.string()),
        "LX": pa.array([row[1] for row in rows], pa.string()),
        "geometry": pa.array([shapely.to_wkb(polygon(row[2])) for row in rows], pa.binary()),
    }
    return pa.record_batch(columns)


class Stream:
    """A stream in a fresh store that takes editions."""

    def __init__(self, folder: Path, schema: LayerSchema) -> None:
        self.folder, self.schema = folder, schema
        self.store = SqliteFeatureStore(
            folder / "data.db", clock=lambda: datetime(2026, 1, 1, tzinfo=UTC), snapshots=folder / "snapshots"
        )
        self.store.found(STREAM, schema, owner=OWNER)
        numbers = count(1)
        self.compare = Comparison(
            self.store, STREAM, schema, PLAN, GENESIS, lambda: uuid7(1, next(numbers).to_bytes(10, "big"))
        )

    def land(self, rows: list[Row]) -> Commit | None:
        spool = Spool(self.folder / "rows.arrow")
        for start in range(0, len(rows), 3):
            spool.write(batch(rows[start : start + 3]))
        spool.close()
        first = not self.store.commits(STREAM)
        found = difference(spool, self.compare, first=first, step=lambda _done, _total: None)
        base = None if first else self.store.state(STREAM).head.version
        with self.store.draft(STREAM, base=base) as draft:
            draft.delete(found.gone)
            for each in found.batches(spool):
                if each.num_rows:
                    draft.put(each)
            return draft.commit(CommitNote("a", "m", date(2024, 12, 31)))

    def features(self) -> list[dict[str, Any]]:
        return list(pa.Table.from_batches(self.store.read(Query("xz.trial"), PLAN)).to_pylist())

    def contents(self) -> list[tuple[Any, ...]]:
        """What a reader sees, without identifiers."""
        return sorted(
            told(row["BH"], row["LX"], shapely.from_wkb(row["geometry"])) for row in self.features()
        )

    def by_key(self) -> dict[str, bytes]:
        return {row["BH"]: row["fid"] for row in self.features()}

    def lineage(self, fid: bytes) -> list[dict[str, Any]]:
        return list(self.store.history(STREAM, fid, PLAN).column("lineage")[-1].as_py() or [])


def told(key: str | None, kind: str | None, geometry: shapely.Geometry) -> tuple[Any, ...]:
    return key or "", kind or "", tuple(round(side / STEP) for side in geometry.bounds)


def expected(rows: list[Row]) -> list[tuple[Any, ...]]:
    return sorted(told(key, kind, polygon(box)) for key, kind, box in rows)


@contextmanager
def stream(schema: LayerSchema = KEYED) -> Iterator[Stream]:
    with tempfile.TemporaryDirectory() as folder:
        made = Stream(Path(folder), schema)
        try:
            yield made
        finally:
            made.store.close()


@pytest.mark.parametrize("schema", [KEYED, KEYLESS])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(a=editions(), b=editions(), c=editions())
def test_the_newest_edition_is_what_a_reader_sees(
    schema: LayerSchema, a: list[Row], b: list[Row], c: list[Row]
) -> None:
    with stream(schema) as made:
        for edition in (a, b, c):
            made.land(edition)
            assert made.contents() == expected(edition)
        assert made.land(c) is None
        assert made.store.verify(STREAM).sound


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(a=editions(), b=editions())
@example(a=[("K0", "a", (0, 0, 2, 1))], b=[("K0", "a", (0, 0, 1, 1)), ("K1", "a", (1, 0, 1, 1))])
def test_parts_of_an_old_feature_never_sum_to_more_than_the_whole(a: list[Row], b: list[Row]) -> None:
    with stream() as made:
        made.land(a)
        before = made.by_key()
        made.land(b)
        sums: dict[bytes, float] = defaultdict(float)
        after = made.features()
        for row in after:
            for heir in made.lineage(row["fid"]):
                assert heir["fid"] in before.values()
                assert heir["fid"] != row["fid"]
                assert 0.001 <= heir["part"] <= 1
                sums[heir["fid"]] += heir["part"]
        assert all(total <= 1 + 1e-6 for total in sums.values())


def test_a_renamed_key_keeps_its_feature() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 1, 1)), ("K2", "a", (1, 0, 1, 1))])
        before = made.by_key()
        commit = made.land([("K9", "b", (0, 0, 1, 1)), ("K2", "a", (1, 0, 1, 1))])
        assert commit is not None
        assert (commit.added, commit.changed, commit.deleted) == (0, 1, 0)
        assert made.by_key() == {"K9": before["K1"], "K2": before["K2"]}


def test_a_split_names_its_parent_with_shares() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 4, 1))])
        parent = made.by_key()["K1"]
        made.land([("K2", "a", (0, 0, 1, 1)), ("K3", "a", (1, 0, 3, 1))])
        heirs = {key: made.lineage(fid) for key, fid in made.by_key().items()}
        assert {
            key: [(heir["fid"], round(heir["part"], 6)) for heir in lines] for key, lines in heirs.items()
        } == {
            "K2": [(parent, 0.25)],
            "K3": [(parent, 0.75)],
        }


def test_a_merge_into_a_surviving_feature_names_the_one_that_ended() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 1, 1)), ("K2", "a", (1, 0, 1, 1))])
        before = made.by_key()
        made.land([("K1", "a", (0, 0, 2, 1))])
        assert made.by_key() == {"K1": before["K1"]}
        heirs = made.lineage(before["K1"])
        assert [(heir["fid"], round(heir["part"], 6)) for heir in heirs] == [(before["K2"], 1.0)]


def test_a_change_of_attributes_alone_has_no_lineage() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 1, 1)), ("K2", "a", (1, 0, 1, 1))])
        made.land([("K1", "b", (0, 0, 1, 1)), ("K2", "a", (1, 0, 1, 1))])
        assert made.lineage(made.by_key()["K1"]) == []


def test_fids_come_from_keys_and_are_never_issued_again() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 1, 1))])
        assert made.by_key()["K1"] == feature_id(GENESIS, "K1")
        made.land([("K2", "a", (3, 2, 1, 1))])
        made.land([("K1", "a", (0, 0, 1, 1)), ("K2", "a", (3, 2, 1, 1))])
        reborn = made.by_key()["K1"]
        assert reborn != feature_id(GENESIS, "K1")
        assert reborn[6] >> 4 == 7


def test_a_new_feature_with_a_key_that_moved_on_gets_its_own_fid() -> None:
    with stream() as made:
        made.land([("K1", "a", (0, 0, 1, 1))])
        made.land([("K2", "a", (0, 0, 1, 1))])
        made.land([("K2", "a", (0, 0, 1, 1)), ("K1", "a", (2, 0, 1, 1))])
        assert len(set(made.by_key().values())) == 2


def test_features_without_key_get_fresh_fids() -> None:
    with stream(KEYLESS) as made:
        made.land([(None, "a", (0, 0, 1, 1)), (None, "a", (1, 0, 1, 1))])
        assert all(row["fid"][6] >> 4 == 7 for row in made.features())
