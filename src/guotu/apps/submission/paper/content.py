"""What stands on the papers: words and tables made of a receipt, a bulletin, a return."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any, Final

from guotu.apps.submission.bulletin import Bulletin, UnitRow
from guotu.apps.submission.lists import Progress, terms
from guotu.apps.submission.machine import machine
from guotu.apps.submission.paper.report import place_of
from guotu.apps.submission.paper.sheet import Column, Paper, Table
from guotu.apps.submission.receipt import code_of, fingerprint
from guotu.errors import Lang
from guotu.standards.rules import rules

NO_TITLES: Final[Mapping[str, str]] = MappingProxyType({})
BEIJING: Final = timezone(timedelta(hours=8))
SHOWN = 200
"""Findings a notice of return prints; the report has them all."""
Say = Callable[[str, str], str]


def _speaker(lang: Lang) -> Say:
    return lambda zh, en: zh if lang == "zh" else en


def receipt_paper(sealed: Mapping[str, Any], lang: Lang) -> Paper:
    """The receipt as it is printed."""
    told, say = sealed["payload"], _speaker(lang)
    package, check = told["package"], told["check"]
    when = _moment(told["received"], lang)
    verdict = _verdict(check, say)
    opening = say(
        f"你单位于 {_moment(told['from']['at'], lang)} 报送的“{package['name']}”（第 {told['round']} 次报送）已于 {when} 接收，"
        f"共 {package['count']} 个文件、{_size(package['bytes'])}，接收检查结论：{verdict}。",
        f"Your package {package['name']!r}, submitted {_moment(told['from']['at'], lang)} (round {told['round']}), was received "
        f"{when}: {package['count']} files, {_size(package['bytes'])}. Verdict on receipt: {verdict}.",
    )
    layers = Table(
        say("图层", "Layers"),
        say("一、图层", "1 Layers"),
        (
            Column(say("图层", "Layer"), 0.2),
            Column(say("数据集", "Dataset"), 0.18),
            Column(say("要素数", "Features"), 0.14, "right"),
            Column(say("面积（㎡）", "Area (m²)"), 0.24, "right"),
            Column(say("坐标系", "CRS"), 0.24),
        ),
        tuple(
            (
                each["layer"],
                each["dataset"],
                int(each["features"]),
                "" if each["area_m2"] is None else float(each["area_m2"]),
                f"EPSG:{each['epsg']}",
            )
            for each in told["layers"]
        ),
    )
    files = Table(
        say("文件", "Files"),
        say("二、文件", "2 Files"),
        (
            Column(say("文件", "File"), 0.44),
            Column(say("字节", "Bytes"), 0.14, "right"),
            Column("SHA-256", 0.42),
        ),
        tuple((each["path"], int(each["size"]), each["sha256"]) for each in package["files"]),
    )
    rules = _rules(check, say("三、检查", "3 Check"), say)
    key = sealed["signature"]["key"]
    return Paper(
        title=say("国土空间数据汇交回执", "Receipt of a submission"),
        number=told["number"],
        lang=lang,
        to=told["from"]["unit"],
        body=(opening, layers, files, rules),
        signed=(told["node"]["name"], f"{told['by']['name']}　{when}"),
        small=(
            say(f"核验码 {code_of(told)}", f"Verification code {code_of(told)}"),
            say(
                f"签名密钥指纹 {fingerprint(key)}；整包校验值 {package['digest']}",
                f"Key fingerprint {fingerprint(key)}; digest of the package {package['digest']}",
            ),
            say(
                "凭 JSON 回执可离线核验：guotu submission verify 回执.json",
                "The receipt as JSON can be verified offline: guotu submission verify RECEIPT.json",
            ),
        ),
    )


def return_paper(record: Mapping[str, Any], report: Mapping[str, Any], lang: Lang) -> Paper:
    """The notice that a submission is returned: why, until when, with what findings and remarks."""
    say, now = _speaker(lang), record["rounds"][-1]
    told = now["returned"]
    opening = say(
        f"你单位报送的“{now['package']['name']}”（{record['id']}，第 {now['number']} 次报送）经审查予以退回。"
        f"退回理由：{told['reason']}。请于 {told['deadline']} 前改正后重新报送。",
        f"{now['package']['name']!r} ({record['id']}, round {now['number']}) is returned: {told['reason']}. "
        f"Please mend it and hand it in again by {told['deadline']}.",
    )
    remarks = Table(
        say("审查意见", "Remarks"),
        say("一、审查意见", "1 Remarks"),
        (
            Column(say("序号", "No."), 0.1, "center"),
            Column(say("图层", "Layer"), 0.18),
            Column(say("意见", "Remark"), 0.72),
        ),
        tuple((each["number"], each["layer"], each["text"]) for each in now["remarks"] if not each["lifted"])
        or (("", "", say("无", "none")),),
    )
    found = report["findings"]
    rows = tuple(
        (number, each["rule"], place_of(each["place"]), each["detail"])
        for number, each in enumerate(found[:SHOWN], 1)
    )
    findings = Table(
        say("检查问题", "Findings"),
        say(
            f"二、检查问题（共 {len(found)} 处，列出前 {len(rows)} 处）",
            f"2 Findings ({len(rows)} of {len(found)})",
        ),
        (
            Column(say("序号", "No."), 0.08, "center"),
            Column(say("规则", "Rule"), 0.1, "center"),
            Column(say("位置", "Place"), 0.36),
            Column(say("问题", "What is wrong"), 0.46),
        ),
        rows or (("", "", "", say("无", "none")),),
    )
    return Paper(
        title=say("汇交成果退回通知", "Notice of return"),
        number=f"{record['id']}-{now['number']}",
        lang=lang,
        to=record["unit"],
        body=(opening, remarks, findings),
        signed=(told["by"], _moment(told["at"], lang)),
    )


def bulletin_paper(
    made: Bulletin, lang: Lang, organiser: str, titles: Mapping[str, str] = NO_TITLES
) -> Paper:
    """The bulletin as it is sent round; `titles` are the names of profiles by id."""
    say, total = _speaker(lang), made.total
    opening = say(
        f"截至 {made.on:%Y年%-m月%-d日}，“{made.title}”应报 {total.due} 项：按期报送 {total.in_time} 项，逾期报送 {total.late} 项，"
        f"逾期未报 {total.missing} 项，未到期 {total.open} 项；退回 {total.returns} 次，已采纳 {total.adopted} 项。现通报如下。",
        f"As of {made.on}, of {total.due} items of {made.title!r} {total.in_time} came in time, {total.late} late, {total.missing} "
        f"are overdue, {total.open} are not yet due; {total.returns} were returned, {total.adopted} are adopted.",
    )
    by = terms()
    rule = say(
        f"计分：逾期每日扣 {by.late_point:g} 分（至多 {by.late_most:g} 分），每退回一次扣 {by.return_point:g} 分"
        f"（至多 {by.return_most:g} 分），逾期未报计 0 分；单位得分为各应计项的平均，90 分以上为优、75 为良、60 为合格。",
        f"Points: {by.late_point:g} less a day late (at most {by.late_most:g}), {by.return_point:g} less a return "
        f"(at most {by.return_most:g}), 0 for what is overdue; a unit's points are the mean of its items; "
        "90 excellent, 75 good, 60 qualified.",
    )
    return Paper(
        title=say(f"{made.title}情况通报", f"{made.title}: bulletin"),
        number=f"TB-{made.year}-{made.on:%m%d}",
        lang=lang,
        to=say("各责任单位", "All units"),
        body=(opening, _units(made, lang, say), _items(made.items, lang, say, titles), rule),
        signed=(organiser, f"{made.on:%Y年%-m月%-d日}" if lang == "zh" else made.on.isoformat()),
        small=(say(f"计分办法版本 {by.edition}", f"Terms edition {by.edition}"),),
    )


def _units(made: Bulletin, lang: Lang, say: Say) -> Table:
    columns = (
        Column(say("责任单位", "Unit"), 0.24),
        Column(say("应报", "Due"), 0.07, "right"),
        Column(say("按期", "In time"), 0.07, "right"),
        Column(say("逾期", "Late"), 0.07, "right"),
        Column(say("未报", "Missing"), 0.07, "right"),
        Column(say("未到期", "Not due"), 0.09, "right"),
        Column(say("退回次数", "Returns"), 0.1, "right"),
        Column(say("采纳", "Adopted"), 0.07, "right"),
        Column(say("得分", "Points"), 0.1, "right"),
        Column(say("等级", "Grade"), 0.12, "center"),
    )
    rows = [_unit(row, row.unit, lang) for row in made.units]
    rows.append(_unit(made.total, say("合计", "All"), lang))
    return Table(
        say("各单位", "Units"), say("表 1　各单位汇交情况", "Table 1  Units"), columns, tuple(rows), True
    )


def _unit(row: UnitRow, name: str, lang: Lang) -> tuple[str | int | float, ...]:
    return (
        name,
        row.due,
        row.in_time,
        row.late,
        row.missing,
        row.open,
        row.returns,
        row.adopted,
        "—" if row.points is None else row.points,
        row.grade.word(lang) if row.grade else "—",
    )


def _items(items: Sequence[Progress], lang: Lang, say: Say, titles: Mapping[str, str]) -> Table:
    columns = (
        Column(say("责任单位", "Unit"), 0.22),
        Column(say("行政区", "Division"), 0.11, "center"),
        Column(say("汇交内容", "What"), 0.23),
        Column(say("截止日期", "Deadline"), 0.13, "center"),
        Column(say("首次报送", "Handed in"), 0.13, "center"),
        Column(say("退回", "Returns"), 0.07, "right"),
        Column(say("情况", "Standing"), 0.11, "center"),
    )
    words = terms().reminders
    rows = tuple(
        (
            each.item.unit,
            each.item.division,
            each.item.title or titles.get(each.item.profile, each.item.profile),
            each.item.deadline.isoformat(),
            each.handed_in.isoformat() if each.handed_in else "",
            each.returns,
            words[each.reminder].in_(lang),
        )
        for each in items
    )
    return Table(say("明细", "Items"), say("表 2　汇交清单明细", "Table 2  Items"), columns, rows)


def _rules(check: Mapping[str, Any], caption: str, say: Say) -> Table:
    rows = tuple(
        (
            f"{each['rule']} {_rule(each['rule'], say)}",
            each["severity"],
            int(each["count"]),
            say("是", "yes") if each["hard"] else say("否", "no"),
        )
        for each in check["counts"]
    )
    columns = (
        Column(say("规则", "Rule"), 0.46),
        Column(say("等级", "Severity"), 0.18, "center"),
        Column(say("处数", "Count"), 0.18, "right"),
        Column(say("必须改正", "Refuses"), 0.18, "center"),
    )
    return Table(
        say("检查", "Check"), caption, columns, rows or ((say("无问题", "nothing found"), "", 0, ""),)
    )


def _rule(id: str, say: Say) -> str:
    """The name of a rule of the standards; local rules go by their number."""
    known = rules().get(id)
    return say(known.name, known.name_en) if known else ""


def _verdict(check: Mapping[str, Any], say: Say) -> str:
    if check["passed"]:
        return say(f"通过（提示 {check['remarks']} 处）", f"passed ({check['remarks']} remarks)")
    return say(
        f"未通过（必须改正 {check['hard']} 处，提示 {check['remarks']} 处）",
        f"refused ({check['hard']} to be corrected, {check['remarks']} remarks)",
    )


def _moment(text: str, lang: Lang) -> str:
    """A moment as papers write it: official time of China (UTC+8)."""
    at = datetime.fromisoformat(text).astimezone(BEIJING)
    if lang == "zh":
        return f"{at.year}年{at.month}月{at.day}日{at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M} (UTC+8)"


def _size(count: int) -> str:
    return f"{count / (1 << 20):.2f} MB" if count >= 1 << 20 else f"{count / 1024:.1f} KB"


def state_title(state: str, lang: Lang) -> str:
    """The name of a state, "—" before there is any."""
    known = machine().states.get(state)
    return known.title.in_(lang) if known else "—"
