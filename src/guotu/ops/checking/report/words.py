"""The words of reports in both languages, and how a finding's place is said."""

from __future__ import annotations

from guotu.errors import Lang, Place

_WORDS = {
    "title": ("质检报告", "Quality report"),
    "file": ("文件", "File"),
    "format": ("格式", "Format"),
    "layer": ("图层", "Layer"),
    "schema": ("图层结构", "Schema"),
    "features": ("要素数", "Features"),
    "crs": ("坐标系", "Coordinate system"),
    "encoding": ("文字编码", "Encoding"),
    "verdict": ("结论", "Verdict"),
    "passed": ("通过", "passed"),
    "refused": ("未通过", "refused"),
    "asks": ("待确认", "to be answered"),
    "score": ("得分", "Score"),
    "grade": ("等级", "Grade"),
    "summary": ("汇总", "Summary"),
    "rules": ("规则", "Rules"),
    "rule": ("规则", "Rule"),
    "name": ("名称", "Name"),
    "category": ("类别", "Category"),
    "severity": ("严重程度", "Severity"),
    "count": ("处数", "Count"),
    "excepted": ("例外", "Excepted"),
    "hard": ("不予入库", "Refuses"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "findings": ("问题", "Findings"),
    "number": ("序号", "No."),
    "place": ("位置", "Place"),
    "detail": ("说明", "What is wrong"),
    "remedy": ("处理办法", "Remedy"),
    "fields": ("字段对应", "Fields"),
    "source": ("文件中的字段", "Field of the file"),
    "field": ("标准字段", "Field of the standard"),
    "reason": ("依据", "Why"),
    "notes": ("备注", "Notes"),
    "row": ("行", "row"),
    "key": ("标识", "key"),
    "x": ("经度", "longitude"),
    "y": ("纬度", "latitude"),
    "measure": ("量值", "Measure"),
    "unit": ("单位", "Unit"),
    "map": ("问题分布", "Where the findings lie"),
    "none": ("没有发现问题", "Nothing was found"),
    "all": ("全部", "All"),
    "filter": ("筛选", "Filter"),
    "whole": ("全图", "Whole map"),
    "judged_by": ("规则包", "Rule packs"),
    "question": ("须先回答", "To be answered first"),
    "click": (
        "点击表格行在图上查看，点击图形查看说明；滚轮缩放，拖动平移。",
        "Click a row to see it on the map, a shape to see its row; wheel zooms, drag moves.",
    ),
    "left": (
        "此处列出 {shown} 处，共 {total} 处；全部见 XLSX、JSON Lines 或错误图层。",
        "{shown} of {total} findings are listed here; all are in the XLSX, JSON Lines or error layer.",
    ),
    "A": ("严重", "major"),
    "B": ("重", "serious"),
    "C": ("较重", "light"),
    "D": ("轻", "slight"),
    "basis": ("坐标均为 CGCS2000 经纬度。", "Coordinates are degrees on CGCS2000."),
}


def word(name: str, lang: Lang, **facts: object) -> str:
    """A word or sentence of the reports."""
    text = _WORDS[name][0 if lang == "zh" else 1]
    return text.format(**facts) if facts else text


def heads(names: tuple[str, ...], lang: Lang) -> list[str]:
    """Heads of a table."""
    return [word(name, lang) for name in names]


def place_in_words(place: Place, lang: Lang) -> str:
    """`DLTB · 行 17 · 标识 330… · TBMJ`"""
    parts = [place.layer]
    if place.row is not None:
        parts.append(f"{word('row', lang)} {place.row}")
    if place.key:
        parts.append(f"{word('key', lang)} {place.key}")
    parts.append(place.field)
    if place.row is None and place.coordinate:
        parts.append("({:.6f}, {:.6f})".format(*place.coordinate))
    return " · ".join(part for part in parts if part)
