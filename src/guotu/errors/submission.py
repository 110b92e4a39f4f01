"""GT-703x–706x packages and their submission (汇交)."""

from guotu.errors.base import Family, Kind

PACKAGE_PROFILE_UNKNOWN = Kind(
    "GT-7030",
    Family.NOT_FOUND,
    "没有汇交方案“{profile}”",
    "There is no package profile {profile!r}",
    "可用的方案：{known}；本地方案放在节点目录的 packages/ 下。",
    "Known profiles: {known}; an office keeps its own in packages/ of the node's home.",
)
PACKAGE_PROFILE_INVALID = Kind(
    "GT-7031",
    Family.USAGE,
    "汇交方案“{profile}”有误：{reason}",
    "Package profile {profile!r} is wrong: {reason}",
    "对照 docs/formats/package-profile.md 改正。",
    "See docs/formats/package-profile.md.",
)
PACKAGE_LACKS = Kind(
    "GT-7032",
    Family.REFUSED,
    "不能组成汇交包：缺少 {missing}",
    "The package cannot be made: {missing} is missing",
    "先把这些图层入库，或换一个汇交方案。",
    "Take these layers in first, or choose another profile.",
)
SUBMISSION_UNKNOWN = Kind(
    "GT-7033",
    Family.NOT_FOUND,
    "没有汇交 {id}",
    "There is no submission {id}",
    "汇交只对报送单位和接收单位可见；编号见 guotu submission list。",
    "A submission is seen by the unit that hands it in and by the receiver; see `guotu submission list`.",
)
STEP_ILLEGAL = Kind(
    "GT-7034",
    Family.CONFLICT,
    "汇交 {id} 处于“{state_zh}”，不能{action_zh}",
    "Submission {id} is {state_en!r}: {action_en} is not possible",
    "现在可以：{possible_zh}。",
    "Possible now: {possible_en}.",
)
STEP_FORBIDDEN = Kind(
    "GT-7035",
    Family.FORBIDDEN,
    "{who} 不能{action_zh}：{reason_zh}",
    "{who} may not {action_en}: {reason_en}",
    "由有权的人办理；角色与单位由管理员设定。",
    "Somebody entitled has to do it; the administrator sets roles and organisations.",
)
STEP_RACED = Kind(
    "GT-7036",
    Family.CONFLICT,
    "汇交 {id} 已被别人办理：您看到的是第 {seen} 步，现在是第 {now} 步（{state_zh}，{by}）",
    "Somebody else was first with submission {id}: you saw step {seen}, it is at step {now} ({state_en}, by {by})",
    "重新打开后再办理。",
    "Open it again, then decide.",
)
STEP_CONDITION = Kind(
    "GT-7037",
    Family.REFUSED,
    "汇交 {id} 不能{action_zh}：{reason_zh}",
    "Submission {id}: {action_en} is refused, {reason_en}",
    "条件具备后再办理：{remedy_zh}",
    "Meet the condition first: {remedy_en}",
)
RECEIPT_FORGED = Kind(
    "GT-7038",
    Family.REFUSED,
    "回执 {name} 未通过核验：{reason_zh}",
    "Receipt {name} does not verify: {reason_en}",
    "不要依据这份回执办事；请向接收单位索取原件。",
    "Do not rely on it; ask the receiver for the original.",
)
RECEIPT_UNREADABLE = Kind(
    "GT-7039",
    Family.USAGE,
    "{name} 不是汇交回执：{reason}",
    "{name} is no receipt of a submission: {reason}",
    "核验需要 JSON 格式的回执（.json）；PDF 上的核验码与它相同。",
    "Verification needs the receipt as JSON; the code printed on the PDF is the same.",
)
LIST_INVALID = Kind(
    "GT-7040",
    Family.USAGE,
    "汇交清单有误：{reason_zh}",
    "The list of submissions is wrong: {reason_en}",
    "每项须有行政区代码、责任单位、汇交方案和截止日期。",
    "Every item needs division, unit, profile and deadline.",
)
LIST_UNKNOWN = Kind(
    "GT-7041",
    Family.NOT_FOUND,
    "没有 {year} 年的汇交清单",
    "There is no list of submissions for {year}",
    "用 guotu submission due add 建立；已有：{known}。",
    "Make it with `guotu submission due add`; there are: {known}.",
)
TRAIL_BROKEN = Kind(
    "GT-7042",
    Family.REFUSED,
    "汇交 {id} 的办理记录被改动过：第 {step} 步不符",
    "The trail of submission {id} was tampered with: step {step} does not fit",
    "停止办理，用备份和已发出的回执核对。",
    "Stop, and compare with backups and the receipts given out.",
)
ADOPTION_FAILED = Kind(
    "GT-7043",
    Family.REFUSED,
    "汇交 {id} 没有入库：{layer} 未能入库（{reason}），已写入的 {undone} 个图层已恢复原状",
    "Submission {id} was not adopted: {layer} could not be landed ({reason}); {undone} layers already written were taken back",
    "按原因处理后重新采纳，或退回。",
    "Deal with the cause and adopt again, or return it.",
)
PACKAGE_UNREADABLE = Kind(
    "GT-7044",
    Family.USAGE,
    "{name} 不是汇交包：应为文件夹或 ZIP 压缩包",
    "{name} is no package: a folder or a zip archive is expected",
    "把成果按方案的目录结构放好，再提交整个文件夹或其 ZIP。",
    "Lay the product out as the profile has it, then hand in the folder or its zip.",
)
FINDING_UNKNOWN = Kind(
    "GT-7045",
    Family.NOT_FOUND,
    "汇交 {id} 第 {round} 次的检查没有第 {number} 个问题",
    "The check of submission {id}, round {round}, has no finding {number}",
    "序号见检查报告，从 1 起。",
    "See the report for their numbers, counted from 1.",
)
