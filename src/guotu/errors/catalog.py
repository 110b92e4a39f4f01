"""GT-30xx the catalogue."""

from guotu.errors.base import Family, Kind

RESOURCE_UNKNOWN = Kind(
    "GT-3001",
    Family.NOT_FOUND,
    "目录中没有资源 {id}",
    "The catalogue has no resource {id}",
    "用 guotu catalog search 查找。",
    "Look for it with `guotu catalog search`.",
)
RESOURCE_EXISTS = Kind(
    "GT-3002",
    Family.CONFLICT,
    "资源 {id} 已登记",
    "Resource {id} is registered already",
    "更新已有的登记，或换一个编号；停用的编号不再另作他用。",
    "Update the entry or choose another id; the id of a retired resource is not given away.",
)
RESOURCE_INVALID = Kind(
    "GT-3003",
    Family.USAGE,
    "资源 {id} 的登记有误：{reason_zh}",
    "The entry of resource {id} is wrong: {reason_en}",
    "元数据项见 docs/references/standards/metadata.md。",
    "The metadata elements are in docs/references/standards/metadata.md.",
)
EDITION_UNKNOWN = Kind(
    "GT-3004",
    Family.NOT_FOUND,
    "资源 {id} 没有 {at} 的版本",
    "Resource {id} has no edition at {at}",
    "用 guotu catalog show 查看各版本及其时点。",
    "See the editions and their dates with `guotu catalog show`.",
)
RESOURCE_KIND = Kind(
    "GT-3005",
    Family.CONFLICT,
    "资源 {id} 是{held}，不是{given}",
    "Resource {id} is a {held}, not a {given}",
    "换一个编号。",
    "Choose another id.",
)
LINK_INVALID = Kind(
    "GT-3006",
    Family.USAGE,
    "关系“{link}”不成立：{reason_zh}",
    "The relation {link} does not hold: {reason_en}",
    "关系写作 about:资源编号、source:资源编号、part-of:资源编号、division:行政区代码、project:项目代码。",
    "Write about:ID, source:ID, part-of:ID, division:CODE or project:CODE.",
)
OUTBOUND_NOT_LISTED = Kind(
    "GT-3010",
    Family.FORBIDDEN,
    "本节点不允许访问 {origin}",
    "This node may not reach {origin}",
    "请管理员在 GUOTU_OUTBOUND_ALLOW 中加入该地址（内网地址需写明网段）。",
    "Have the administrator add it to GUOTU_OUTBOUND_ALLOW (with its network, where it is a private one).",
)
OUTBOUND_ADDRESS = Kind(
    "GT-3011",
    Family.FORBIDDEN,
    "{origin} 解析到不允许的地址",
    "{origin} resolves to an address that is not allowed",
    "内网地址须在 GUOTU_OUTBOUND_ALLOW 中写明网段；云元数据等链路本地地址永不允许。",
    "A private network must be named in GUOTU_OUTBOUND_ALLOW; link-local addresses never are.",
)
SERVICE_UNREACHABLE = Kind(
    "GT-3012",
    Family.BUSY,
    "服务 {origin} 没有应答：{reason_zh}",
    "The service {origin} does not answer: {reason_en}",
    "稍后重试，或联系服务提供单位。",
    "Try again later, or ask the provider.",
    retryable=True,
)
SERVICE_ANSWER = Kind(
    "GT-3013",
    Family.REFUSED,
    "服务 {origin} 的应答不能使用：{reason_zh}",
    "The answer of {origin} cannot be used: {reason_en}",
    "核对服务地址与类型。",
    "Check the address and the kind of service.",
)
SERVICE_LAYER = Kind(
    "GT-3014",
    Family.NOT_FOUND,
    "服务 {id} 没有可显示的图层 {layer}",
    "Service {id} has no layer {layer} that can be shown",
    "用 guotu catalog show 查看其图层。",
    "See its layers with `guotu catalog show`.",
)
SERVICE_ADDRESS = Kind(
    "GT-3015",
    Family.USAGE,
    "服务地址 {url} 不能使用：{reason_zh}",
    "The address {url} cannot be used: {reason_en}",
    "写成 https://主机/路径，不带用户名、密码。",
    "Write https://host/path, without user name or password.",
)
DOWNLOAD_REFUSED = Kind(
    "GT-3016",
    Family.FORBIDDEN,
    "资源 {id} 不予共享，不能下载",
    "Resource {id} is not shared and cannot be downloaded",
    "向责任单位申请。",
    "Ask its owner.",
)
