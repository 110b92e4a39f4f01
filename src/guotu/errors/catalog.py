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
