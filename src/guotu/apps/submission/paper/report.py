"""The report of a package's check as a paper: verdict, rules broken, every finding with its place and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guotu.apps.submission.paper.sheet import Column, Paper, Table
from guotu.errors import Lang

SHOWN = 5_000


def report_paper(report: Mapping[str, Any], number: str, lang: Lang, to: str = "") -> Paper:
    """A report (`QualityReport.as_dict`) to print, to edit, or to filter in a workbook."""
    zh = lang == "zh"
    counts = Table(
        "规则" if zh else "Rules",
        "一、违反的规则" if zh else "1 Rules broken",
        (
            Column("规则" if zh else "Rule", 0.12, "center"),
            Column("名称" if zh else "Name", 0.44),
            Column("等级" if zh else "Severity", 0.14, "center"),
            Column("处数" if zh else "Count", 0.14, "right"),
            Column("必须改正" if zh else "Refuses", 0.16, "center"),
        ),
        tuple(
            (each["rule"], each["name"], each["severity"], int(each["count"]), _yes(each["hard"], zh))
            for each in report["counts"]
        )
        or (("—", "无" if zh else "none", "", 0, ""),),
    )
    found = report["findings"][:SHOWN]
    findings = Table(
        "问题" if zh else "Findings",
        "二、问题" if zh else "2 Findings",
        (
            Column("序号" if zh else "No.", 0.07, "center"),
            Column("规则" if zh else "Rule", 0.08, "center"),
            Column("位置" if zh else "Place", 0.29),
            Column("问题" if zh else "What is wrong", 0.3),
            Column("处理办法" if zh else "Remedy", 0.26),
        ),
        tuple(
            (at, each["rule"], place_of(each["place"]), each["detail"], each["remedy"])
            for at, each in enumerate(found, 1)
        )
        or (("", "", "", "无" if zh else "none", ""),),
    )
    opening = (
        f"“{report['layer']}”检查结果：{report['summary']}。"
        if zh
        else f"{report['layer']}: {report['summary']}."
    )
    return Paper(
        title="汇交成果检查报告" if zh else "Check of a package",
        number=number,
        lang=lang,
        to=to or ("报送单位" if zh else "To the unit"),
        body=(opening, counts, findings),
        signed=(),
        small=("、".join(report["judged_by"]),),
    )


def place_of(place: Mapping[str, Any]) -> str:
    """A place in words: file, layer, field, key, row."""
    parts = [str(place[name]) for name in ("file", "layer", "field", "key") if place.get(name)]
    return " · ".join([*parts, *([f"#{place['row']}"] if place.get("row") else [])])


def _yes(value: bool, zh: bool) -> str:
    return ("是" if value else "否") if zh else ("yes" if value else "no")
