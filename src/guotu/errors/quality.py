"""GT-14xx the quality gate."""

from guotu.errors.base import Family, Kind

QUALITY_REFUSED = Kind(
    "GT-1401",
    Family.REFUSED,
    "{layer} 未通过质量检查，没有入库：{features} 个要素，{hard} 处必须改正，{light} 处提示",
    "{layer} did not pass the quality gate and was not stored: {features} features, {hard} must be corrected, "
    "{light} remarks",
    "按检查报告逐条改正后重新入库；guotu check 可单独运行同样的检查。",
    "Correct what the report lists and try again; `guotu check` runs the same checks alone.",
)
PROFILE_UNKNOWN = Kind(
    "GT-1402",
    Family.NOT_FOUND,
    "没有质检方案“{profile}”",
    "There is no gate profile {profile!r}",
    "可用的方案：{known}。",
    "Known profiles: {known}.",
)
PROFILE_INVALID = Kind(
    "GT-1403",
    Family.USAGE,
    "质检方案“{profile}”有误：{reason}",
    "Gate profile {profile!r} is wrong: {reason}",
    "对照 docs/references/quality-rules.md 改正。",
    "See docs/references/quality-rules.md.",
)
