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
