"""Every faulty file through the door of a real node: the code it deserves, at its place, and nothing stored."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from faulty.zoo import CASES, Case
from guotu import settings
from guotu.errors import GuotuError
from guotu.model.finding import QualityReport
from guotu.node import Node, NodeIdentity
from guotu.ops.intake import Delivery, take_in

CHINESE = re.compile(r"[\u4e00-\u9fff]")
REFUSED = [case for case in CASES if case.stage in ("open", "gate")]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Node:
    identity = NodeIdentity("N-330106-01", "测试节点", "Test node", "330106", "county")
    return Node.create(tmp_path_factory.mktemp("node") / "home", identity, settings.load({}))


def held(node: Node) -> tuple[int, list[str], list[str], list[str]]:
    """All that a node keeps: streams, resources, blobs, work."""
    blobs = [file.name for file in (node.home / "blobs").rglob("*") if file.is_file()]
    work = [file.name for file in (node.home / "work").iterdir()]
    return len(node.store.streams()), [r.id for r in node.catalog.list()], blobs, work


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_faulty_file_is_refused_with_reason_place_and_remedy_and_leaves_nothing(
    case: Case, node: Node, tmp_path: Path
) -> None:
    before = held(node)
    with pytest.raises(GuotuError) as failure:
        take_in(node, Delivery(case.build(tmp_path), schema=case.schema))
    error = failure.value
    report = error.facts.get("report")
    if isinstance(report, QualityReport):
        found = [finding for finding in report.findings if finding.rule == case.code_or_rule]
        assert found, f"{case.code_or_rule} not among {[finding.rule for finding in report.findings]}"
        told = [
            (f.zh, f.en, f.remedy_zh, f.remedy_en, json.dumps(f.place.as_dict(), ensure_ascii=False))
            for f in found
        ]
    else:
        assert error.code == case.code_or_rule
        place = json.dumps(error.place.as_dict(), ensure_ascii=False)
        told = [(error.detail("zh"), error.detail("en"), error.hint("zh"), error.hint("en"), place)]
    assert any(case.place_contains in place for *_, place in told)
    for zh, en, remedy_zh, remedy_en, _ in told:
        assert CHINESE.search(zh)
        assert CHINESE.search(remedy_zh)
        assert en
        assert remedy_en
    assert held(node) == before
