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
REQUEST_INVALID = Kind(
    "GT-1007",
    Family.USAGE,
    "请求参数不对：{reason}",
    "Wrong request: {reason}",
    "接口与参数见 docs/references/http.md。",
    "See docs/references/http.md for the interface and its parameters.",
)
ROUTE_UNKNOWN = Kind(
    "GT-1008",
    Family.NOT_FOUND,
    "没有 {path}",
    "There is no {path}",
    "接口清单见 /api/openapi.json。",
    "See /api/openapi.json for what there is.",
)
BODY_TOO_LARGE = Kind(
    "GT-1009",
    Family.TOO_LARGE,
    "请求内容超过 {limit}",
    "The request's body is larger than {limit}",
    "缩小文件后重试；上限由管理员设置（GUOTU_MAX_UPLOAD_MB）。",
    "Send a smaller file; the administrator sets the limit (GUOTU_MAX_UPLOAD_MB).",
)
VERB_UNKNOWN = Kind(
    "GT-1010",
    Family.USAGE,
    "没有命令“{name}”",
    "There is no command {name!r}",
    "可用的命令：{known}。",
    "There are: {known}.",
)
ADDRESS_TAKEN = Kind(
    "GT-1011",
    Family.BUSY,
    "{address} 已被别的程序占用",
    "{address} is used by another program",
    "换一个端口（--port，0 任选空闲端口），或先停止占用它的程序。",
    "Choose another port (--port, 0 picks a free one), or stop the program that uses it.",
)
ADDRESS_UNUSABLE = Kind(
    "GT-1012",
    Family.USAGE,
    "不能监听 {address}：{reason}",
    "Cannot listen on {address}: {reason}",
    "核对 --host 与 --port；1024 以下的端口需要管理员权限。",
    "Check --host and --port; ports below 1024 need privileges.",
)
PATH_MISSING = Kind(
    "GT-1013",
    Family.NOT_FOUND,
    "没有文件或文件夹 {path}",
    "There is no file or folder {path}",
    "核对路径；写入文件时，其所在文件夹须先存在。",
    "Check the path; a folder must exist before a file is written into it.",
)
PATH_FORBIDDEN = Kind(
    "GT-1014",
    Family.FORBIDDEN,
    "没有读写 {path} 的权限",
    "No permission to read or write {path}",
    "用有权限的系统账户运行，或请管理员开放权限。",
    "Run as a system account that may, or ask the administrator for the permission.",
)
PATH_KIND = Kind(
    "GT-1015",
    Family.USAGE,
    "{path} 应为文件却是文件夹，或应为文件夹却是文件",
    "{path} is a folder where a file is needed, or a file where a folder is",
    "核对路径。",
    "Check the path.",
)
FOLDER_FOREIGN = Kind(
    "GT-1016",
    Family.CONFLICT,
    "{folder} 里有不是演示程序写下的内容（{found}），没有改动任何文件",
    "{folder} holds what the demo did not write ({found}); no file was touched",
    "用 --out 另选一个新的或空的文件夹。",
    "Choose a new or empty folder with --out.",
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
