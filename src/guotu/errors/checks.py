"""GT-70xx uploads in pieces, checks before submission, proposals of repair."""

from guotu.errors.base import Family, Kind

UPLOAD_UNKNOWN = Kind(
    "GT-7001",
    Family.NOT_FOUND,
    "没有上传 {id}",
    "There is no upload {id}",
    "上传只有上传人可见，到期后删除；请重新上传。",
    "An upload is seen by who made it only, and removed when it expires; upload again.",
)
UPLOAD_NAMES = Kind(
    "GT-7002",
    Family.USAGE,
    "文件名“{name}”不能接受：{reason_zh}",
    "The file name {name!r} is not accepted: {reason_en}",
    "改正文件名后重新上传。",
    "Correct the name and upload again.",
)
UPLOAD_TOO_LARGE = Kind(
    "GT-7003",
    Family.TOO_LARGE,
    "文件有 {megabytes} MB，超过一次上传的上限 {limit} MB",
    "The file has {megabytes} MB; one upload may have {limit} MB",
    "拆分或压缩后上传，或请管理员提高 {setting}。",
    "Split or compress it, or ask the administrator to raise {setting}.",
)
UPLOAD_QUOTA = Kind(
    "GT-7004",
    Family.TOO_LARGE,
    "您的上传空间不够：已用 {used} MB，限额 {limit} MB",
    "Your room for uploads is used up: {used} MB of {limit} MB",
    "删除不再需要的上传和检查，或等它们到期。",
    "Remove uploads and checks no longer needed, or wait until they expire.",
)
UPLOAD_OFFSET = Kind(
    "GT-7005",
    Family.CONFLICT,
    "应从第 {expected} 字节续传，却从第 {given} 字节开始",
    "The upload goes on at byte {expected}, not at {given}",
    "先用 HEAD 查询已收到的字节数，再从那里续传。",
    "Ask with HEAD how far it has come, and go on from there.",
)
UPLOAD_OVERFULL = Kind(
    "GT-7006",
    Family.USAGE,
    "收到的字节比声明的 {size} 多",
    "More bytes came than the declared {size}",
    "文件在上传途中变了；重新选择文件上传。",
    "The file changed on the way; choose it again.",
)
UPLOAD_DIGEST = Kind(
    "GT-7007",
    Family.REFUSED,
    "上传的内容与校验值不符：声明 {declared}，收到的是 {found}",
    "The content does not match its digest: declared {declared}, received {found}",
    "传输有误或文件在上传途中变了，收到的内容已删除；请重新上传。",
    "It was damaged on the way or changed meanwhile; what came was removed. Upload again.",
)
UPLOAD_BUSY = Kind(
    "GT-7008",
    Family.BUSY,
    "这个上传正由另一个请求写入",
    "Another request is writing to this upload",
    "稍后查询进度再续传。",
    "Ask for its progress in a while and go on.",
    retryable=True,
)
UPLOAD_UNFINISHED = Kind(
    "GT-7009",
    Family.CONFLICT,
    "文件还没有传完：{offset}/{size} 字节",
    "The upload is not complete: {offset} of {size} bytes",
    "续传余下的部分。",
    "Send the rest.",
)
UPLOAD_COMPLETE = Kind(
    "GT-7010",
    Family.CONFLICT,
    "这个上传已经完成，不能再写",
    "This upload is complete and takes no more",
    "需要改动时另建一个上传。",
    "Make another upload for other content.",
)
CHECK_UNKNOWN = Kind(
    "GT-7011",
    Family.NOT_FOUND,
    "没有检查 {id}",
    "There is no check {id}",
    "检查结果到期后删除；请重新检查。",
    "A check's result is removed when it expires; check again.",
)
CHECK_UNFINISHED = Kind(
    "GT-7012",
    Family.CONFLICT,
    "检查还没有结果（{status}）",
    "The check has no result ({status})",
    "等检查完成；失败的检查请看其原因。",
    "Wait until it is done; a failed check says why.",
)
CHECK_LAYER = Kind(
    "GT-7013",
    Family.NOT_FOUND,
    "检查结果里没有图层“{layer}”，有：{known}",
    "The check has no layer {layer!r}; it has: {known}",
    "从列出的图层里选一个。",
    "Choose one of the listed layers.",
)
MAPPING_INVALID = Kind(
    "GT-7014",
    Family.USAGE,
    "字段对应有误：{reason_zh}",
    "The field mapping is wrong: {reason_en}",
    "来源字段须在文件中，标准字段须在图层结构中，一个标准字段只对应一个来源字段。",
    "Columns must be in the file, fields in the schema, and a field is given to one column.",
)
SHARE_LABEL = Kind(
    "GT-7015",
    Family.FORBIDDEN,
    "这份检查结果的密级是“{secrecy}”，您无权查看",
    "This result is labelled {secrecy} and is not for you to see",
    "用有相应权限的账号登录后再打开链接。",
    "Sign in with an account that may see it, then open the link again.",
)
SHARE_LOWER = Kind(
    "GT-7016",
    Family.FORBIDDEN,
    "密级不能低于该数据集在目录中的“{least}”",
    "The label cannot be lower than the dataset's {least}",
    "按目录中的密级分享，查看人须登录。",
    "Share it under the catalogue's label; readers sign in.",
)
VISITORS_REFUSED = Kind(
    "GT-7017",
    Family.UNAUTHENTICATED,
    "这个节点须登录后才能上传和检查",
    "This node takes uploads and checks from accounts only",
    "登录后重试；管理员可用 GUOTU_VISITOR_UPLOAD_MB 开放给访客。",
    "Sign in and try again; the administrator can open it with GUOTU_VISITOR_UPLOAD_MB.",
)
REPORT_UNREADABLE = Kind(
    "GT-7018",
    Family.REFUSED,
    "{name} 不是修复建议文件：{reason}",
    "{name} is no file of proposals: {reason}",
    "用 guotu check --propose 重新生成。",
    "Make it again with `guotu check --propose`.",
)
PROPOSAL_UNKNOWN = Kind(
    "GT-7019",
    Family.NOT_FOUND,
    "没有修复建议 {id}",
    "There is no proposal {id}",
    "编号见修复建议列表。",
    "See the list of proposals for their ids.",
)
PROPOSAL_STALE = Kind(
    "GT-7020",
    Family.CONFLICT,
    "修复建议 {id} 与文件不符：第 {row} 行已不是建议时的样子",
    "Proposal {id} does not fit the file: row {row} is no longer what it was",
    "对现在的文件重新生成修复建议。",
    "Make the proposals again for the present file.",
)
REPAIR_TARGET = Kind(
    "GT-7021",
    Family.USAGE,
    "修复结果不能写回来源文件 {name}",
    "The repaired copy cannot be written over its source {name}",
    "用 -o 指定另一个文件；来源文件从不改动。",
    "Name another file with -o; the source is never touched.",
)
