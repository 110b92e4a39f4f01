"""Uploads: pieces in order, whose they are, what they may weigh, and what a killed server leaves."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guotu.errors import GuotuError
from guotu.guard.subject import GUEST, Role, Subject
from guotu.model.identity import uuid7
from guotu.model.resource import Secrecy
from guotu.ops.uploads import VISITOR, Uploads, Wanted
from guotu.settings import load
from guotu.store.memory import MemoryRecordStore

LI = Subject("li", "李", "", frozenset({Role.SURVEYOR}), Secrecy.INTERNAL)
WANG = Subject("wang", "王", "", frozenset({Role.SURVEYOR}), Secrecy.INTERNAL)
PASSER_BY = Subject(f"{VISITOR}1", "访客", "", frozenset({Role.GUEST}), Secrecy.PUBLIC)
BODY = bytes(range(256)) * 40


@pytest.fixture
def make(tmp_path: Path, clock: Any) -> Callable[..., Uploads]:
    records, numbers = MemoryRecordStore(), iter(range(1, 1000))

    def one(**given: int) -> Uploads:
        ids = lambda: uuid7(next(numbers), os.urandom(10))  # noqa: E731
        return Uploads(tmp_path / "uploads", records, clock, ids, load({}, **given))

    return one


def refused(code: str, act: Callable[[], Any]) -> GuotuError:
    with pytest.raises(GuotuError) as caught:
        act()
    assert caught.value.code == code
    return caught.value


def send(uploads: Uploads, id: str, body: bytes, offset: int = 0, subject: Subject = LI) -> None:
    with uploads.writing(id, subject, offset) as sink:
        sink.write(body)


def test_pieces_become_the_file(make: Callable[..., Uploads]) -> None:
    uploads = make()
    id = uploads.begin(LI, Wanted("地类图斑.gpkg", len(BODY))).id
    send(uploads, id, BODY[:3000])
    assert uploads.get(id, LI).offset == 3000
    send(uploads, id, BODY[3000:], 3000)
    digest = hashlib.sha256(BODY).hexdigest()
    assert uploads.complete(id, LI, digest).complete
    assert uploads.complete(id, LI).sha256 == digest
    path = uploads.path(id, LI)
    assert path.name == "地类图斑.gpkg"
    assert path.read_bytes() == BODY


def test_another_process_goes_on_where_the_first_was_killed(make: Callable[..., Uploads]) -> None:
    first = make()
    id = first.begin(LI, Wanted("a.gpkg", len(BODY))).id
    try:
        with first.writing(id, LI, 0) as sink:
            sink.write(BODY[:5000])
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    second = make()
    assert second.get(id, LI).offset == 5000
    send(second, id, BODY[5000:], 5000)
    assert second.complete(id, LI, hashlib.sha256(BODY).hexdigest()).complete


def test_a_folder_arrives_with_its_files(make: Callable[..., Uploads]) -> None:
    uploads = make()
    files = (("矢量/DLTB.shp", 100), ("矢量/DLTB.dbf", 0), ("说明.txt", 50))
    id = uploads.begin(LI, Wanted("330106", 0, files)).id
    send(uploads, id, BODY[:150])
    uploads.complete(id, LI)
    folder = uploads.path(id, LI)
    assert (folder / "矢量" / "DLTB.shp").read_bytes() == BODY[:100]
    assert (folder / "矢量" / "DLTB.dbf").read_bytes() == b""
    assert (folder / "说明.txt").read_bytes() == BODY[100:150]


def test_a_piece_out_of_place_or_beyond_the_end_is_refused(make: Callable[..., Uploads]) -> None:
    uploads = make()
    id = uploads.begin(LI, Wanted("a.gpkg", 100)).id
    send(uploads, id, BODY[:60])
    refused("GT-7005", lambda: send(uploads, id, BODY[:10], 50))
    refused("GT-7006", lambda: send(uploads, id, BODY[:41], 60))
    assert uploads.get(id, LI).offset == 60
    refused("GT-7009", lambda: uploads.complete(id, LI))
    refused("GT-7009", lambda: uploads.path(id, LI))


def test_two_writers_at_once_are_one_too_many(make: Callable[..., Uploads]) -> None:
    uploads = make()
    id = uploads.begin(LI, Wanted("a.gpkg", 100)).id
    with uploads.writing(id, LI, 0):
        refused("GT-7008", lambda: send(uploads, id, BODY[:10]))


def test_a_wrong_digest_drops_the_bytes(make: Callable[..., Uploads]) -> None:
    uploads = make()
    id = uploads.begin(LI, Wanted("a.gpkg", 10)).id
    send(uploads, id, BODY[:10])
    refused("GT-7007", lambda: uploads.complete(id, LI, "0" * 64))
    refused("GT-7001", lambda: uploads.get(id, LI))


def test_nobody_sees_the_upload_of_another(make: Callable[..., Uploads]) -> None:
    uploads = make()
    id = uploads.begin(LI, Wanted("a.gpkg", 10)).id
    for other in (WANG, GUEST):
        refused("GT-7001", lambda who=other: uploads.get(id, who))
        refused("GT-7001", lambda who=other: uploads.remove(id, who))
        assert uploads.mine(other) == []
    uploads.remove(id, LI)
    refused("GT-7001", lambda: uploads.get(id, LI))


def test_size_quota_and_expiry_hold(make: Callable[..., Uploads], clock: Any, tmp_path: Path) -> None:
    uploads = make(upload_max_mb=2, upload_quota_mb=3, upload_hours=1)
    refused("GT-7003", lambda: uploads.begin(LI, Wanted("a.gpkg", 3 << 20)))
    id = uploads.begin(LI, Wanted("a.gpkg", 2 << 20)).id
    refused("GT-7004", lambda: uploads.begin(LI, Wanted("b.gpkg", 2 << 20)))
    uploads.begin(WANG, Wanted("b.gpkg", 2 << 20))
    clock.pass_by(hours=1)
    refused("GT-7001", lambda: uploads.get(id, LI))
    uploads.begin(LI, Wanted("b.gpkg", 2 << 20))
    assert not (tmp_path / "uploads" / id).exists()


def test_visitors_are_taken_only_where_the_node_says_so(make: Callable[..., Uploads]) -> None:
    refused("GT-7017", lambda: make().begin(PASSER_BY, Wanted("a.gpkg", 1)))
    open_node = make(visitor_upload_mb=1)
    refused("GT-7017", lambda: open_node.begin(GUEST, Wanted("a.gpkg", 1)))
    refused("GT-7003", lambda: open_node.begin(PASSER_BY, Wanted("a.gpkg", 2 << 20)))
    assert open_node.begin(PASSER_BY, Wanted("a.gpkg", 1 << 20)).offset == 0


@pytest.mark.parametrize("name", ["../a", "a/../../b", "", "a\x00b", "C:/x", "x" * 300])
def test_names_that_lead_astray_are_refused(make: Callable[..., Uploads], name: str) -> None:
    refused("GT-7002", lambda: make().begin(LI, Wanted(name, 1)))
    refused("GT-7002", lambda: make().begin(LI, Wanted("folder", 0, ((name, 1),))))


def test_files_of_one_name_are_refused(make: Callable[..., Uploads]) -> None:
    refused("GT-7002", lambda: make().begin(LI, Wanted("f", 0, (("a.shp", 1), ("A.shp", 1)))))
