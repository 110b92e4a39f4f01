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
LOCAL_RULE_INVALID = Kind(
    "GT-1404",
    Family.USAGE,
    "{file} 第 {line} 行的地方规则“{rule}”有误：{reason_zh}",
    "Local rule {rule!r} in {file}, line {line}, is wrong: {reason_en}",
    "对照 docs/how-tos/add-a-local-rule.md 改正；该文件的规则改好之前都不生效。",
    "See docs/how-tos/add-a-local-rule.md; nothing in the file counts until it is right.",
)
PACK_UNREADABLE = Kind(
    "GT-1405",
    Family.USAGE,
    "规则包 {file} 不是正确的 TOML：{reason}",
    "The rule pack {file} is no valid TOML: {reason}",
    "按指出的行列改正；文件应为 UTF-8。",
    "Correct it at the line and column shown; the file must be UTF-8.",
)
EXEMPTION_UNKNOWN = Kind(
    "GT-1406",
    Family.NOT_FOUND,
    "没有例外说明“{exemption}”",
    "There is no exception {exemption!r}",
    "guotu exception list 列出全部例外说明。",
    "`guotu exception list` shows them all.",
)
EXEMPTION_INVALID = Kind(
    "GT-1407",
    Family.USAGE,
    "例外说明有误：{reason_zh}",
    "The exception is wrong: {reason_en}",
    "例外说明须写明规则、数据集、理由、文号、批准人，截止日期不早于批准日期。",
    "An exception names rule, dataset, reason, document and who approved it; it ends no earlier than it begins.",
)
REPAIR_OUTDATED = Kind(
    "GT-1408",
    Family.CONFLICT,
    "图层 {layer} 第 {row} 行的 {field} 与修复清单记载的不符",
    "Layer {layer}, row {row}: {field} does not say what the list of repairs expects",
    "清单须出自同一份文件；请重新检查并生成清单。",
    "The list must come from this very file; check it again and make a new list.",
)
REPAIR_LIST_INVALID = Kind(
    "GT-1409",
    Family.USAGE,
    "{file} 第 {line} 行不是修复建议：{reason}",
    "{file}, line {line}, is no proposal: {reason}",
    "用 guotu repair 生成的清单或日志，不要改动其中的内容，删去不要的行即可。",
    "Use a list or log that guotu repair wrote; lines may be deleted, not changed.",
)
