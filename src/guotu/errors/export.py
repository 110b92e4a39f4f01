"""GT-6002…6020 jobs and exports."""

from guotu.errors.base import Family, Kind

JOB_UNKNOWN = Kind(
    "GT-6002",
    Family.NOT_FOUND,
    "没有任务 {id}",
    "There is no job {id}",
    "任务只有提交人可见，结果到期后删除；需要时重新提交。",
    "A job is seen by who submitted it only, and its result is removed when it expires; submit it again if needed.",
)
JOB_UNFINISHED = Kind(
    "GT-6003",
    Family.CONFLICT,
    "任务 {id} 没有可下载的结果（{status}）",
    "Job {id} has no result to download ({status})",
    "等任务完成后再下载；失败的任务请看其原因。",
    "Download it when the job is done; a failed job says why it failed.",
)
JOB_INTERRUPTED = Kind(
    "GT-6004",
    Family.BUSY,
    "任务未做完时节点停止了，没有留下结果",
    "The node stopped before the job was done; nothing of it was kept",
    "重新提交。",
    "Submit it again.",
    retryable=True,
)
JOBS_TOO_MANY = Kind(
    "GT-6005",
    Family.BUSY,
    "您已有 {count} 个任务在排队或运行",
    "You have {count} jobs waiting or running already",
    "等其中一个完成，或取消不需要的任务。",
    "Wait until one of them is done, or cancel those not needed.",
    retryable=True,
)
EXPORT_FORBIDDEN = Kind(
    "GT-6006",
    Family.FORBIDDEN,
    "数据集 {dataset} 不予共享，不能导出",
    "Dataset {dataset} is not shared and may not be exported",
    "向数据责任单位申请共享；在线查看不受影响。",
    "Apply to the organisation responsible for the data; looking at it here is not affected.",
)
FILE_TOO_LARGE = Kind(
    "GT-6007",
    Family.TOO_LARGE,
    "{format} 的 {part} 将有 {size}，超过该格式的上限 {limit}",
    "The {part} of the {format} would hold {size}, more than the {limit} the format allows",
    "改用 GeoPackage 或 FileGDB，或按行政区、范围、条件分批导出。",
    "Write a GeoPackage or FileGDB instead, or export in parts by division, region or condition.",
)
LAYER_NOT_CARRIED = Kind(
    "GT-6008",
    Family.USAGE,
    "{format} 不能容纳{layer}：{reason_zh}",
    "{format} cannot carry {layer}: {reason_en}",
    "换一种格式：{others}。",
    "Choose another format: {others}.",
)
ZONES_SEVERAL = Kind(
    "GT-6009",
    Family.USAGE,
    "数据跨 {zones} 带，不能放进一个投影带",
    "The data reach over zones {zones} and do not fit into one",
    "用 --split-zones 每带写一个文件，或用经纬度（不给 --crs），或按行政区分批导出。",
    "Write one file per zone with --split-zones, or degrees (no --crs), or export in parts by division.",
)
DIVISION_NOT_HELD = Kind(
    "GT-6010",
    Family.NOT_FOUND,
    "本节点没有行政区 {code} 的范围",
    "This node does not hold the outline of division {code}",
    "核对代码；行政区范围取自 {datasets}，也可用 --clip 给出范围文件。",
    "Check the code; outlines come from {datasets}. A file with the region can be given with --clip.",
)
REGION_SEVERAL = Kind(
    "GT-6011",
    Family.USAGE,
    "范围只能给一种：{given}",
    "Give one region only: {given}",
    "在 --bbox、--division、--clip 中选一个。",
    "Choose one of --bbox, --division and --clip.",
)
CRS_NOT_CARRIED = Kind(
    "GT-6012",
    Family.USAGE,
    "{format} 不能用坐标系 {crs}，只能用{carried_zh}",
    "{format} cannot be in {crs}, only in {carried_en}",
    "去掉 --crs 或换一种格式。",
    "Leave --crs out or choose another format.",
)
VALUE_TOO_LONG = Kind(
    "GT-6013",
    Family.REFUSED,
    "{format} 容不下字段 {field} 的一个值：{size}，上限 {limit}",
    "{format} cannot hold a value of {field}: {size}, the limit is {limit}",
    "改用 GeoPackage 或 FileGDB，或用 --columns 去掉该字段；值不会被截断。",
    "Write a GeoPackage or FileGDB, or leave the field out with --columns; values are never cut off.",
)
ROW_NOT_CARRIED = Kind(
    "GT-6014",
    Family.REFUSED,
    "{format} 不能容纳一个要素：{reason_zh}",
    "{format} cannot carry a feature: {reason_en}",
    "用 --filter 去掉这类要素，或改用 GeoPackage。",
    "Leave such features out with --filter, or write a GeoPackage.",
)
FORMAT_NOT_TOLD = Kind(
    "GT-6015",
    Family.USAGE,
    "从“{name}”看不出格式",
    "{name} does not tell its format",
    "用 --format 指明：{known}。",
    "Say it with --format: {known}.",
)
