"""What every record store does."""

from __future__ import annotations

import math

import pytest

from guotu.store.ports import RecordStore


def test_records_are_kept_by_kind_and_id(records: RecordStore) -> None:
    records.put("resource", "xz.dltb", {"title": "地类图斑", "n": [1, None, {"x": 2.5}]})
    records.put("account", "xz.dltb", {"other": True})
    assert records.get("resource", "xz.dltb") == {"title": "地类图斑", "n": [1, None, {"x": 2.5}]}
    assert records.get("account", "xz.dltb") == {"other": True}
    assert records.get("resource", "absent") is None


def test_a_record_put_again_replaces_body_and_terms(records: RecordStore) -> None:
    records.put("r", "a", {"v": 1}, terms=["永久", "基本"])
    records.put("r", "a", {"v": 2}, terms=["农田"])
    assert records.get("r", "a") == {"v": 2}
    assert records.search("r", ["永久"], 10) == []
    assert [name for name, _ in records.search("r", ["农田"], 10)] == ["a"]


def test_all_records_of_a_kind_come_in_the_order_of_their_ids(records: RecordStore) -> None:
    for name in ("b", "a", "中", "Z"):
        records.put("r", name, {"id": name})
    records.put("s", "x", {})
    assert [name for name, _ in records.all("r")] == ["Z", "a", "b", "中"]


def test_a_record_can_be_changed_while_all_are_walked(records: RecordStore) -> None:
    for number in range(5):
        records.put("r", str(number), {"n": number})
    for name, body in list(records.all("r")):
        records.put("r", name, {"n": body["n"] + 1})
    assert [body["n"] for _, body in records.all("r")] == [1, 2, 3, 4, 5]


def test_deleted_records_leave_no_trace(records: RecordStore) -> None:
    records.put("r", "a", {}, terms=["x"])
    assert records.delete("r", "a") is True
    assert records.delete("r", "a") is False
    assert records.get("r", "a") is None
    assert records.search("r", ["x"], 10) == []


def test_search_wants_every_term_and_ranks_rare_and_repeated_ones_higher(records: RecordStore) -> None:
    records.put("r", "farm", {}, terms=["农田", "农田", "图斑"])
    records.put("r", "land", {}, terms=["图斑", "农田"])
    records.put("r", "mine", {}, terms=["图斑", "矿"])
    assert [name for name, _ in records.search("r", ["农田"], 10)] == ["farm", "land"]
    assert [name for name, _ in records.search("r", ["图斑", "矿"], 10)] == ["mine"]
    assert records.search("r", ["图斑", "absent"], 10) == []
    scores = dict(records.search("r", ["图斑"], 10))
    assert scores["farm"] == scores["land"] == scores["mine"] > 0
    assert dict(records.search("r", ["矿"], 10))["mine"] > scores["mine"]
    assert len(records.search("r", ["图斑"], 2)) == 2


def test_a_term_is_never_found_by_its_beginning(records: RecordStore) -> None:
    records.put("r", "a", {}, terms=["国土空间"])
    assert records.search("r", ["国土"], 10) == []
    assert records.search("r", [], 10) == []


def test_what_json_cannot_hold_is_refused(records: RecordStore) -> None:
    with pytest.raises(ValueError, match="JSON"):
        records.put("r", "a", {"x": math.nan})
    assert records.get("r", "a") is None
