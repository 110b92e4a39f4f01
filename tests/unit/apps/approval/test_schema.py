"""The review's JSON is what its schema says, in both languages and in every state."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely

from guotu.apps.approval import ReviewRequest
from guotu.errors import Lang
from review_cast import Stage, at, box, clean_stage, parcel, run
from schema_check import faults

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "schemas" / "review.schema.json").read_text(encoding="utf-8")
)


def busy_stage() -> Stage:
    """Something of everything: conflicts, slivers, points, expired rights, gaps, an old layer."""
    stage = clean_stage("gh.yjjbntb", "gl.ckq", "xz.dzzhd", "gl.ydsp", "gh.stbhhx", "xz.dzzhyfq")
    stage.put(
        "gh.yjjbntb",
        [(box(60, 0, 500, 500), {"KCXS": 0.1, "BHKSSJ": date(2022, 10, 1)}), (box(0, 199.96, 90, 50), {})],
    )
    stage.put("gl.ckq", [(box(150, 0, 500, 500), {"KCZKZ": "铜矿", "YXQZ": date(2020, 1, 1)})])
    stage.put(
        "xz.dzzhd",
        [(shapely.Point(*at(50, 50)), {"GMDJ": "大型", "SFXH": "0", "ZHLX": "01", "MC": "某滑坡"})],
    )
    stage.put("gl.ydsp", [(box(60, 0, 500, 500), {"JSXMMC": "某项目", "PZSJ": date(2010, 1, 1)})])
    stage.put("gh.stbhhx", [(box(60, 0, 500, 500), {})], dated=date(1990, 1, 1))
    stage.put("xz.dzzhyfq", [(box(60, 0, 500, 500), {"YFDJ": "高易发"})])
    return stage


REQUESTS = [
    ReviewRequest(use="1001"),
    ReviewRequest(kind="highway", use="1202", stage="supply", importance="high", complexity="simple"),
    ReviewRequest(
        adjust_in=(parcel(box(0, 0, 50, 50), "TR"),), adjust_out=(parcel(box(300, 300, 60, 60), "TC"),)
    ),
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("stage", [clean_stage(), busy_stage(), Stage()], ids=["clean", "busy", "empty"])
def test_the_json_is_what_the_schema_says(stage: Stage, request_: ReviewRequest, lang: Lang) -> None:
    found = run(stage, box(0, 0, 100, 200), box(200, 0, 30, 30), request=request_)
    body = json.loads(found.as_bytes(lang))
    assert faults(body, SCHEMA) == []
    assert sum(Decimal(str(row["area_ha"])) for row in body["landuse_table"]) == Decimal(
        str(body["project"]["area_ha"])
    )


def test_the_schema_finds_a_departure() -> None:
    body: dict[str, Any] = run(clean_stage(), box(0, 0, 100, 200)).as_json()
    body["verdict"] = "maybe"
    body["checks"][0].pop("reason")
    body["extra"] = 1
    assert len(faults(body, SCHEMA)) == 3


def test_english_texts_carry_no_chinese_sentence() -> None:
    """Names of data, laws and classes stay Chinese; what the platform says itself is English."""
    found = run(busy_stage(), box(0, 0, 100, 200))
    for check in found.checks:
        for text in (check.title, check.reason, *check.conditions, *(fact.shown for fact in check.facts)):
            assert text.en
            assert "。" not in text.en
            assert "公顷" not in text.en
        assert check.title.zh != check.title.en


def test_a_review_without_any_layer_is_unknown_everywhere() -> None:
    found = run(Stage(), box(0, 0, 100, 200))
    assert found.verdict == "unknown"
    assert {check.id for check in found.checks if check.verdict != "unknown"} == {"adjustment"}
    assert found.landuse.uncovered_ha == found.area_ha
