"""GT-10xx usage and settings, GT-60xx rendering, GT-90xx what nobody foresaw."""

from guotu.errors.base import Family, Kind

USAGE = Kind(
    "GT-1001",
    Family.USAGE,
    "用法不对：{reason}",
    "Wrong usage: {reason}",
    "查看该命令的 --help。",
    "See the command's --help.",
)
SETTING_INVALID = Kind(
    "GT-1002",
    Family.USAGE,
    "设置 {name} 的值“{value}”无效：{reason}",
    "Setting {name} has an invalid value {value!r}: {reason}",
    "见 docs/references/settings.md。",
    "See docs/references/settings.md.",
)
NO_HOME = Kind(
    "GT-1003",
    Family.NOT_FOUND,
    "{home} 不是节点目录",
    "{home} is not a node home",
    "先运行 guotu init，或用 --home 指明节点目录。",
    "Run `guotu init` first, or name the home with --home.",
)
HOME_EXISTS = Kind(
    "GT-1004",
    Family.CONFLICT,
    "{home} 已是节点目录",
    "{home} is a node home already",
    "换一个空目录，或直接使用该节点。",
    "Choose an empty folder, or use that node.",
)
CANCELLED = Kind(
    "GT-1005",
    Family.BUSY,
    "操作已取消，没有写入任何数据",
    "Cancelled; nothing was written",
    "需要时重新运行。",
    "Run it again when needed.",
)
BUSY = Kind(
    "GT-1006",
    Family.BUSY,
    "节点正忙：{reason}",
    "The node is busy: {reason}",
    "稍后再试。",
    "Try again in a moment.",
    retryable=True,
)
UNFORESEEN = Kind(
    "GT-9001",
    Family.UNFORESEEN,
    "发生未预料的错误（编号 {reference}）",
    "Something unforeseen happened (reference {reference})",
    "请把编号告诉管理员，日志中有详情。",
    "Give the reference to the administrator; the log holds the details.",
)
FORMAT_NOT_WRITTEN = Kind(
    "GT-6001",
    Family.USAGE,
    "不能写出 {format} 格式",
    "Format {format} is not written",
    "可选：{known}。",
    "Choose one of: {known}.",
)
