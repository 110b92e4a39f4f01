"""Random lives of a store: SQLite and memory are driven side by side and every answer compared."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contract import store_cast as cast
from contract.conftest import open_sqlite
from contract.store_cast import ALL, OTHER, PLAN, STREAM, fid, parcels
from guotu.errors import GuotuError
from guotu.model.filter import And, Compare, In, IsNull, Like, Not, Or
from guotu.model.query import Query
from guotu.store.memory import MemoryFeatureStore

FEATURES = st.lists(st.integers(0, 30), unique=True, max_size=8)
CODES = st.sampled_from(["0101", "0201", "03%1", "a\\b", "", None])
DAYS = st.none() | st.sampled_from(
    [date(2019, 12, 31), date(2021, 6, 1), date(2022, 12, 31), date(2024, 12, 31)]
)
BOXES = st.none() | st.tuples(
    st.floats(117.99, 118.1), st.floats(29.99, 30.05), st.floats(0, 0.3), st.floats(0, 0.1)
).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
LEAVES = st.one_of(
    st.builds(
        Compare,
        st.just("DLBM"),
        st.sampled_from(["=", "<>", "<", ">="]),
        st.sampled_from(["0101", "0201", ""]),
    ),
    st.builds(Compare, st.just("TBMJ"), st.sampled_from(["=", "<", ">="]), st.floats(allow_nan=True)),
    st.builds(In, st.just("DLBM"), st.lists(st.sampled_from(["0101", "x"]), max_size=2).map(tuple)),
    st.builds(Like, st.just("DLBM"), st.sampled_from(["0%", r"03\%_", "%", "_", "", "A%"])),
    st.builds(IsNull, st.sampled_from(["DLBM", "GXSJ"])),
)
FILTERS = st.none() | st.recursive(
    LEAVES,
    lambda parts: (
        st.builds(Not, parts)
        | st.lists(parts, max_size=3).map(lambda some: And(tuple(some)))
        | st.lists(parts, max_size=3).map(lambda some: Or(tuple(some)))
    ),
    max_leaves=5,
)
PLANS = st.builds(
    lambda where, clip, masked, columns: replace(
        PLAN, where=where, clip=clip, masked=masked, columns=columns
    ),
    FILTERS,
    st.none() | st.just(bytes(shapely.to_wkb(shapely.Point(118.05, 30.0).buffer(0.04)))),
    st.sampled_from([frozenset(), frozenset({"DLBM"}), frozenset({"geometry"})]),
    st.none() | st.just(frozenset({"BSM", "DLBM", "TBMJ", "GXSJ"})),
)


class Stores(RuleBasedStateMachine):
    """Two stores, one life."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.sqlite = open_sqlite(Path(self.folder.name))
        self.memory = MemoryFeatureStore(clock=cast.clock, signer=cast.sign, verifier=cast.verify)
        self.both = (self.sqlite, self.memory)
        for store in self.both:
            for stream in (STREAM, OTHER):
                store.found(stream, cast.SCHEMA, owner=cast.OWNER)

    def same(self, call: Any) -> Any:
        """The answer of both, or their error code; fails if they differ."""
        answers = []
        for store in self.both:
            try:
                answers.append(call(store))
            except GuotuError as error:
                answers.append(error.code)
        assert answers[0] == answers[1]
        return answers[0]

    @rule(
        stream=st.sampled_from([STREAM, OTHER]), puts=FEATURES, code=CODES, size=st.sampled_from([0.009, 0.004, None]),
        gone=FEATURES, day=DAYS, since=st.none() | DAYS, ended=st.none() | DAYS, keep=st.booleans(), twice=st.booleans(),
    )  # fmt: skip
    def write(self, stream, puts, code, size, gone, day, since, ended, keep, twice) -> None:  # type: ignore[no-untyped-def]
        offset = 0 if stream == STREAM else 100
        puts, gone = [n + offset for n in puts], [n + offset for n in gone]
        shapes = [None if size is None else cast.square(n % 31, size) for n in puts]
        columns: dict[str, Any] = {"DLBM": code, "geometry": shapes, "GXSJ": day}
        if since is not None:
            columns["valid_from"] = since
        batch = parcels(puts, **columns)
        live = {
            value[-1]
            for value in cast.table(self.memory, replace(ALL, partitions=(stream.partition,)))[
                "fid"
            ].to_pylist()
        }
        deletable = [fid(n) for n in gone if (n % 256) in live and (n not in puts or twice)]

        def call(store: Any) -> Any:
            with store.draft(stream, base=store.state(stream).head.version) as draft:
                draft.put(batch)
                draft.delete(deletable, valid_to=ended)
                return draft.commit(cast.note(day)) if keep else None

        self.same(call)

    def any_moment(self, data: st.DataObject) -> Any:
        versions = [commit.version for commit in self.memory.commits(STREAM)]
        moments = [None, date(2020, 1, 1), date(2023, 1, 1), date(2025, 1, 1), date(2018, 1, 1), *versions]
        return data.draw(st.sampled_from(moments))

    @rule(data=st.data(), box=BOXES, where=FILTERS, plan=PLANS, limit=st.none() | st.integers(0, 9))
    def read(self, data, box, where, plan, limit) -> None:  # type: ignore[no-untyped-def]
        partitions = data.draw(st.sampled_from([None, ("330106",), ("330108", "330106")]))
        query = Query("xz.dltb", partitions, box, where, self.any_moment(data), limit=limit)
        self.same(lambda store: cast.table(store, query, plan).to_pylist())
        self.same(lambda store: store.count(query, plan))
        self.same(lambda store: store.extent(query, plan))

    @rule(data=st.data(), plan=PLANS)
    def compare(self, data, plan) -> None:  # type: ignore[no-untyped-def]
        versions = [None, *(commit.version for commit in self.memory.commits(STREAM))]
        after, upto = data.draw(st.sampled_from(versions)), data.draw(st.sampled_from(versions))

        def net(store: Any) -> Any:
            return [row for batch in store.changes(STREAM, after, upto, plan) for row in batch.to_pylist()]

        self.same(net)
        number = data.draw(st.integers(0, 30))
        self.same(lambda store: store.history(STREAM, fid(number), plan).to_pylist())
        self.same(
            lambda store: store.state(STREAM, self.memory.state(STREAM).head.version if after else None)
        )

    @precondition(lambda self: self.memory.commits(STREAM))
    @rule(stream=st.sampled_from([STREAM, OTHER]))
    def rebuild(self, stream) -> None:  # type: ignore[no-untyped-def]
        self.sqlite.rebuild(stream)

    @rule()
    def reopen(self) -> None:
        self.sqlite.close()
        self.sqlite = open_sqlite(Path(self.folder.name))
        self.both = (self.sqlite, self.memory)

    @invariant()
    def agree(self) -> None:
        self.same(lambda store: store.streams())
        for stream in (STREAM, OTHER):
            assert self.sqlite.verify(stream) == self.memory.verify(stream)
            assert self.sqlite.verify(stream).problems == ()

    def teardown(self) -> None:
        self.sqlite.close()
        self.folder.cleanup()


TestStores = Stores.TestCase
TestStores.settings = settings(
    max_examples=12,
    stateful_step_count=14,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
