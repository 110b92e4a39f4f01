"""Relations on a node: of ground, of keys, of days; the story of a place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from guotu import settings
from guotu.errors import GuotuError
from guotu.guard.subject import GUEST, OPERATOR
from guotu.kernel.area import ellipsoid_area
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.identity import feature_id
from guotu.model.resource import Label, Resource, ResourceKind, Secrecy
from guotu.node import Node, NodeIdentity
from guotu.ops.relating import audit, ground_of, overlaps, relation, story_of
from guotu.standards import catalogue, layers
from guotu.store.canonical import ARROW_TYPES

DIVISION = "330106"


def plot(column: float, width: float = 1.0, height: float = 1.0) -> shapely.Polygon:
    west = 120 + column * 0.001
    return shapely.box(west, 30, west + width * 0.001, 30 + height * 0.001)


def fid(dataset: str, name: str) -> bytes:
    return feature_id(b"relations-test" + bytes(2), f"{dataset}/{name}")


@pytest.fixture
def node(tmp_path: Path):
    identity = NodeIdentity(f"N-{DIVISION}-01", "测试", "Test", DIVISION, "county")
    made = Node.create(tmp_path / "node", identity, settings.load({}))
    yield made
    made.close()


def land(
    node: Node,
    dataset: str,
    rows: dict[str, dict],
    day: date,
    gone: tuple[str, ...] = (),
    secrecy=Secrecy.PUBLIC,
) -> None:
    """One commit of a dataset: objects by name, each with `geometry` and the fields it fills."""
    schema = layers.schema(dataset)
    stream = StreamName(dataset, DIVISION)
    state = node.store.found(stream, schema, owner="局")
    columns = {"fid": pa.array([fid(dataset, name) for name in rows], pa.binary(16))}
    for field in schema.fields:
        values = [row.get(field.code) for row in rows.values()]
        columns[field.code] = pa.array(values, ARROW_TYPES[field.type])
    columns["geometry"] = pa.array([shapely.to_wkb(row["geometry"]) for row in rows.values()], pa.binary())
    base = None if not node.store.commits(stream) else state.head.version
    with node.store.draft(stream, base=base) as draft:
        if rows:
            draft.put(pa.record_batch(columns))
        draft.delete([fid(dataset, name) for name in gone])
        draft.commit(CommitNote("张三", "入库", day))
    if node.catalog.find(dataset) is None:
        known = catalogue.dataset(dataset)
        node.catalog.register(
            Resource(
                dataset,
                ResourceKind.VECTOR,
                known.title,
                known.title_en,
                known.category,
                "局",
                label=Label(secrecy),
            )
        )


@pytest.fixture
def county(node: Node) -> Node:
    """Land that was approved, supplied and misused; an approval that was withdrawn."""
    land(node, "gl.ydsp", {
        "a": {"geometry": plot(0), "PZWH": "浙土〔2020〕1号", "DKMC": "一号地块", "PZSJ": date(2020, 5, 1)},
        "b": {"geometry": plot(2), "PZWH": "浙土〔2020〕2号", "PZSJ": date(2020, 6, 1)},
    }, date(2020, 12, 31))  # fmt: skip
    land(node, "gl.gdgl", {
        "s": {"geometry": plot(0, 0.95), "INSTANCEID": "1", "PFWH": "浙土〔2020〕1号", "HTQDRQ": date(2021, 3, 1)},
        "early": {"geometry": plot(2), "INSTANCEID": "2", "PFWH": "浙土〔2020〕2号", "HTQDRQ": date(2019, 1, 1)},
        "stray": {"geometry": plot(9), "INSTANCEID": "3"},
        "other": {"geometry": plot(0, 0.9), "INSTANCEID": "4", "PFWH": "浙土〔2020〕2号", "HTQDRQ": date(2022, 1, 1)},
    }, date(2022, 12, 31))  # fmt: skip
    renamed = {
        "geometry": plot(0),
        "PZWH": "浙土〔2020〕1号",
        "DKMC": "一号地块（更名）",
        "PZSJ": date(2020, 5, 1),
    }
    land(node, "gl.ydsp", {"a": renamed}, date(2023, 12, 31), gone=("b",))
    seen = {"geometry": plot(0, 0.2), "BSM": "1", "FXSJ": date(2024, 4, 4)}
    land(node, "gl.wfyd", {"w": seen}, date(2024, 12, 31), secrecy=Secrecy.INTERNAL)
    return node


def test_everything_that_happened_comes_by_its_day(county: Node) -> None:
    told = story_of(county, OPERATOR, plot(0))
    own = [
        (event.day.isoformat(), event.dataset, event.kind, event.feature == fid(event.dataset, "other").hex())
        for event in told.events
    ]
    assert own == [
        ("2020-05-01", "gl.ydsp", "appeared", False),
        ("2021-03-01", "gl.gdgl", "appeared", False),
        ("2022-01-01", "gl.gdgl", "appeared", True),
        ("2023-12-31", "gl.ydsp", "changed", False),
        ("2024-04-04", "gl.wfyd", "appeared", False),
    ]  # fmt: skip
    changed = told.events[3]
    assert dict(changed.changes) == {"DKMC": ("一号地块", "一号地块（更名）")}
    assert told.events[1].share == pytest.approx(0.95, abs=1e-6)
    assert told.area_m2 == pytest.approx(ellipsoid_area([plot(0)])[0])


def test_what_ended_is_part_of_the_story(county: Node) -> None:
    told = story_of(county, OPERATOR, shapely.Point(120.0025, 30.0005))
    assert [(event.dataset, event.kind) for event in told.events] == [
        ("gl.gdgl", "appeared"), ("gl.ydsp", "appeared"), ("gl.ydsp", "ended"),
    ]  # fmt: skip
    assert {event.share for event in told.events} == {None}


def test_links_tell_what_binds_objects_of_the_place(county: Node) -> None:
    links = {(link.relation, link.second[1], link.by) for link in story_of(county, OPERATOR, plot(0)).links}
    assert links == {
        ("approval-supply", fid("gl.gdgl", "s").hex(), "keys"),
        ("approval-supply", fid("gl.gdgl", "other").hex(), "place"),
        ("approval-enforcement", fid("gl.wfyd", "w").hex(), "place"),
    }


def test_what_a_subject_may_not_see_never_happened(county: Node) -> None:
    told = story_of(county, GUEST, plot(0))
    assert {event.dataset for event in told.events} == {"gl.ydsp", "gl.gdgl"}


def test_neighbours_are_not_part_of_the_story(county: Node) -> None:
    assert story_of(county, OPERATOR, plot(1)).events == ()


def test_an_audit_finds_what_is_alone_runs_backwards_or_lies_elsewhere(county: Node) -> None:
    found = audit(county.reader(OPERATOR, "test"), relation("approval-supply"))
    faults = {bond.fid: bond.faults for bond in found.examples}
    assert faults == {
        fid("gl.gdgl", "stray"): ("alone",),
        fid("gl.gdgl", "early"): ("alone",),
    }
    assert found.objects == 4
    assert found.bound == {"keys+place": 1, "none": 2, "place": 1}


def test_days_and_ground_are_compared_while_the_approval_stands(county: Node) -> None:
    land(
        county,
        "gl.ydsp",
        {"b": {"geometry": plot(2), "PZWH": "浙土〔2020〕2号", "PZSJ": date(2020, 6, 1)}},
        date(2025, 1, 1),
    )
    found = audit(county.reader(OPERATOR, "test"), relation("approval-supply"))
    assert {bond.fid: bond.faults for bond in found.examples} == {
        fid("gl.gdgl", "stray"): ("alone",),
        fid("gl.gdgl", "early"): ("backwards",),
        fid("gl.gdgl", "other"): ("elsewhere",),
    }


def test_an_unknown_relation_names_the_known_ones() -> None:
    with pytest.raises(GuotuError, match="GT-1434"):
        relation("friendship")


def test_overlaps_are_kept_until_a_layer_moves(county: Node) -> None:
    reader = county.reader(OPERATOR, "test")

    def pairs() -> list[tuple[bytes, bytes, float]]:
        rows = pa.Table.from_batches(overlaps(county, reader, "gl.ydsp", "gl.gdgl")).to_pylist()
        return sorted((row["first"], row["second"], row["share_of_second"]) for row in rows)

    first = pairs()
    assert [(a, b) for a, b, _ in first] == sorted(
        (fid("gl.ydsp", "a"), fid("gl.gdgl", name)) for name in ("s", "other")
    )
    assert all(share == pytest.approx(1.0) for _, _, share in first)
    (kept,) = (county.home / "relations").rglob("*.arrow")
    assert pairs() == first
    land(county, "gl.ydsp", {"c": {"geometry": plot(9, 0.5)}}, date(2025, 1, 1))
    assert len(pairs()) == 3
    assert not kept.exists()


def test_the_ground_of_an_object_that_ended_is_where_it_last_lay(county: Node) -> None:
    reader = county.reader(OPERATOR, "test")
    assert ground_of(reader, "gl.ydsp", fid("gl.ydsp", "b").hex()).equals_exact(plot(2), 1e-9)
    with pytest.raises(GuotuError, match="GT-2008"):
        ground_of(reader, "gl.ydsp", "00" * 16)


def test_a_reader_who_sees_a_part_gets_an_answer_of_his_own(county: Node) -> None:
    reader = county.reader(OPERATOR, "test")
    plan = reader.plan
    cut = replace(reader, plan=lambda dataset: replace(plan(dataset), clip=shapely.to_wkb(plot(5))))
    assert list(overlaps(county, cut, "gl.ydsp", "gl.gdgl")) == []
    assert not (county.home / "relations").exists()
