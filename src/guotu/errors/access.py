"""GT-40xx identity and rights."""

from guotu.errors.base import Family, Kind

SIGN_IN_FAILED = Kind(
    "GT-4001", Family.UNAUTHENTICATED, "账号或密码不对", "Wrong account or password",
    "核对后重试；多次失败会暂时锁定。", "Check and try again; repeated failures lock the account for a while.",
)
NOT_SIGNED_IN = Kind(
    "GT-4002", Family.UNAUTHENTICATED, "请先登录", "Please sign in first",
    "登录后重试。", "Sign in and try again.",
)
FORBIDDEN = Kind(
    "GT-4003", Family.FORBIDDEN, "没有权限：{action}", "Not permitted: {action}",
    "向数据责任部门申请。", "Apply to the department responsible for the data.",
)
LOCKED = Kind(
    "GT-4004", Family.UNAUTHENTICATED, "账号已暂时锁定，{minutes} 分钟后再试", "The account is locked; try again in {minutes} minutes",
    "或联系管理员。", "Or ask the administrator.",
)
