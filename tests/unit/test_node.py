"""One node: made, opened, closed."""

from __future__ import annotations

import stat
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from guotu import settings
from guotu.errors import GuotuError
from guotu.guard.subject import GUEST, OPERATOR
from guotu.model.change import FID_TYPE
from guotu.model.dataset import CommitNote, StreamName
from guotu.model.resource import Resource, ResourceKind
from guotu.node import Node, NodeIdentity, id_source, system_clock
from guotu.standards.layers import schema

IDENTITY = NodeIdentity("N-349021-01", "青禾县", "Qinghe", "349021", "county")
SETTINGS = settings.load({})
STREAM = StreamName("xz.xzq", "349021")


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = Node.create(tmp_path / "home", IDENTITY, SETTINGS)
    yield made
    made.close()


def land(node: Node) -> None:
    layer = schema("xz.xzq")
    node.store.found(STREAM, layer, owner="局")
    square = shapely.to_wkb(shapely.box(117.0, 31.0, 117.1, 31.1))
    columns = {
        field.code: pa.nulls(1, {"Float": pa.float64(), "Int": pa.int64()}.get(field.type, pa.string()))
        for field in layer.fields
    }
    batch = pa.RecordBatch.from_pydict(
        {"fid": pa.array([bytes(16)], FID_TYPE), **columns, "geometry": pa.array([square], pa.binary())}
    )
    with node.store.draft(STREAM, base=None) as draft:
        draft.put(batch)
        draft.commit(CommitNote("test", "one square"))


def test_a_home_is_made_once_and_opened_again(node: Node) -> None:
    assert Node.open(node.home, SETTINGS).identity == IDENTITY
    with pytest.raises(GuotuError) as failure:
        Node.create(node.home, IDENTITY, SETTINGS)
    assert failure.value.code == "GT-1004"


@pytest.mark.parametrize("place", ["nowhere", "file"])
def test_what_is_no_home_is_told_as_such(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(GuotuError) as failure:
        Node.open(tmp_path / place, SETTINGS)
    assert failure.value.code == "GT-1003"


def test_the_signing_key_is_for_its_owner_only(node: Node) -> None:
    assert stat.S_IMODE((node.home / "node.key").stat().st_mode) == 0o600
    assert len(node.public_key) == 32


def test_checkpoints_are_signed_and_a_foreign_signature_is_noticed(node: Node, tmp_path: Path) -> None:
    land(node)
    assert node.store.verify(STREAM).sound
    node.close()
    other = Node.create(tmp_path / "other", IDENTITY, SETTINGS)
    (node.home / "node.key").write_bytes((other.home / "node.key").read_bytes())
    check = Node.open(node.home, SETTINGS).store.verify(STREAM)
    assert not check.sound


def test_a_workspace_is_gone_afterwards(node: Node) -> None:
    with node.workspace() as folder:
        (folder / "x").write_text("x")
    assert not folder.exists()


def test_what_the_catalogue_does_not_know_only_the_operator_reads(node: Node) -> None:
    land(node)
    assert node.reader(OPERATOR, "test").schema("xz.xzq").code == "XZQ"
    with pytest.raises(GuotuError) as failure:
        node.reader(GUEST, "test").schema("xz.xzq")
    assert failure.value.code == "GT-2001"
    node.catalog.register(Resource("xz.xzq", ResourceKind.VECTOR, "行政区", "Divisions", "xz", "局"))
    assert node.label_of("xz.xzq") is not None


def test_ids_are_fresh_and_ordered_by_time() -> None:
    ids = id_source(system_clock)
    assert ids() != ids()
    assert system_clock().utcoffset() is not None
