"""GT-20xx journal, versions and projections."""

from guotu.errors.base import Family, Kind

DATASET_UNKNOWN = Kind(
    "GT-2001",
    Family.NOT_FOUND,
    "没有数据集 {dataset}",
    "There is no dataset {dataset}",
    "用 guotu catalog list 查看已有数据集。",
    "See `guotu catalog list`.",
)
VERSION_UNKNOWN = Kind(
    "GT-2002",
    Family.NOT_FOUND,
    "数据集 {dataset} 没有版本 {at}",
    "Dataset {dataset} has no version {at}",
    "用 guotu history {dataset} 查看版本。",
    "See `guotu history {dataset}`.",
)
CONFLICTING_WRITE = Kind(
    "GT-2003",
    Family.CONFLICT,
    "{stream} 在写入期间已有新版本 {found}（期望 {expected}）",
    "{stream} moved to {found} during the write (expected {expected})",
    "重新运行，将与新版本比较。",
    "Run again; it will be compared with the new version.",
    retryable=True,
)
CHAIN_BROKEN = Kind(
    "GT-2004",
    Family.UNFORESEEN,
    "{stream} 的日志链在 {version} 处不一致：{reason}",
    "The journal of {stream} is inconsistent at {version}: {reason}",
    "从备份或上级节点恢复该流；不要继续写入。",
    "Restore the stream from a backup or its parent; write nothing more.",
)
SCHEMA_CONFLICT = Kind(
    "GT-2005",
    Family.CONFLICT,
    "{dataset} 的图层结构与已登记的不一致：{reason}",
    "The schema of {dataset} differs from the registered one: {reason}",
    "核对图层结构版本，或登记新的结构版本。",
    "Check the schema edition, or register a new one.",
)
BLOB_UNKNOWN = Kind(
    "GT-2006",
    Family.NOT_FOUND,
    "没有内容为 {hash} 的文件",
    "There is no stored file {hash}",
    "该文件未入库或已按规定清除。",
    "It was never stored, or was removed by rule.",
)
FEATURE_REPEATED = Kind(
    "GT-2007",
    Family.REFUSED,
    "要素 {fid} 在同一次提交中出现两次",
    "Feature {fid} appears twice in one commit",
    "一次提交中每个要素只写一次；核对业务主键是否重复。",
    "Write each feature once per commit; look for a repeated business key.",
)
FEATURE_UNKNOWN = Kind(
    "GT-2008",
    Family.NOT_FOUND,
    "{stream} 中没有要素 {fid}",
    "{stream} has no feature {fid}",
    "核对要素标识；它可能已被删除。",
    "Check the feature's identifier; it may have been deleted.",
)
FIELD_UNKNOWN = Kind(
    "GT-2009",
    Family.USAGE,
    "数据集 {dataset} 没有字段 {field}",
    "Dataset {dataset} has no field {field}",
    "用 guotu catalog show {dataset} 查看字段。",
    "See the fields with `guotu catalog show {dataset}`.",
)
FILTER_INVALID = Kind(
    "GT-2010",
    Family.USAGE,
    "对字段 {field} 的条件无效：{reason}",
    "The condition on {field} is not valid: {reason}",
    "按字段类型书写条件值。",
    "Write the value in the type of the field.",
)
STORAGE_FULL = Kind(
    "GT-2011",
    Family.BUSY,
    "磁盘空间不足，本次写入没有保存",
    "The disk is full; nothing of this write was kept",
    "腾出空间后重新运行。",
    "Free some space and run it again.",
    retryable=True,
)
STORE_FORMAT = Kind(
    "GT-2012",
    Family.CONFLICT,
    "{path} 的存储格式是 {found}，本程序支持 {expected}",
    "{path} has store format {found}; this program supports {expected}",
    "使用写入它的版本打开，或升级程序。",
    "Open it with the version that wrote it, or upgrade.",
)
FILTER_SYNTAX = Kind(
    "GT-2013",
    Family.USAGE,
    "条件在第 {at} 个字符处读不懂：{found_zh}",
    "The condition cannot be read at character {at}: {found_en}",
    "写法如 DLBM LIKE '01%' AND TBMJ > 1000；可用的运算见 docs/references/cli.md。",
    "Write it like DLBM LIKE '01%' AND TBMJ > 1000; docs/references/cli.md lists the operators.",
)
