"""Who may approve: State Council, province, or nobody needs to (土地管理法 第四十四、四十六条)."""

from __future__ import annotations

from decimal import Decimal

from guotu.apps.approval.case import Case
from guotu.apps.approval.landuse import LandUse
from guotu.apps.approval.result import Authority, CheckResult, Verdict
from guotu.apps.approval.words import Text

TITLES = {
    "state-council": Text("国务院", "State Council"),
    "province": Text("省级人民政府", "provincial government"),
    "below-province": Text("省级以下人民政府", "government below the province"),
    "none": Text("不涉及农用地转用和土地征收", "no conversion and no taking"),
    "unknown": Text("无法判定", "unknown"),
}


def authority(case: Case, land: LandUse, landuse: CheckResult, farmland: CheckResult) -> Authority:
    """The level that follows from 永久基本农田, other cultivated land and other land taken; `unknown` where these are not known."""
    section = case.profile.section("authority")
    level, reason = _decide(
        land,
        landuse,
        farmland,
        Decimal(str(section["cultivated_ha"])),
        Decimal(str(section["other_ha"])),
        case,
    )
    if level == "province" and section["delegated"]:
        level, reason = "below-province", reason + Text("（已授权或委托）", "(delegated)")
    return Authority(level, TITLES[level], reason, case.profile.clauses_of("authority"))


def _decide(
    land: LandUse, landuse: CheckResult, farmland: CheckResult, cultivated_limit: Decimal, other_limit: Decimal, case: Case
) -> tuple[str, Text]:  # fmt: skip
    gross = farmland.total("gross")
    assert gross is not None
    if farmland.verdict is not Verdict.UNKNOWN and case.matters(gross):
        return "state-council", Text(
            f"涉及永久基本农田 {gross.area_ha} 公顷。", f"{gross.area_ha} ha of permanent basic farmland."
        )
    if landuse.verdict is Verdict.UNKNOWN or farmland.verdict is Verdict.UNKNOWN:
        return "unknown", Text(
            "地类或永久基本农田数据不足以判定。", "Land-class or farmland data does not allow an answer."
        )
    table = land.table
    cultivated = table.cultivated_ha
    other = sum(
        (row.area_ha for row in table.rows if row.ownership == "集体" and row.first_code != "01"), Decimal(0)
    )
    if cultivated > cultivated_limit:
        return "state-council", Text(
            f"永久基本农田以外的耕地 {cultivated} 公顷，超过 {cultivated_limit} 公顷。",
            f"{cultivated} ha of cultivated land exceed {cultivated_limit} ha.",
        )
    if other > other_limit:
        return "state-council", Text(
            f"征收其他土地 {other} 公顷，超过 {other_limit} 公顷。",
            f"{other} ha of other land taken exceed {other_limit} ha.",
        )
    if table.sum(three_class="农用地") > 0 or table.sum(ownership="集体") > 0:
        return "province", Text(
            "涉及农用地转用或土地征收，未达到国务院审批标准。",
            "Conversion or taking below the State Council's thresholds.",
        )
    return "none", Text("全部为国有建设用地或未利用地。", "State-owned construction or unused land only.")
