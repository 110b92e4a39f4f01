"""GT-40xx identity and rights."""

from guotu.errors.base import Family, Kind

SIGN_IN_FAILED = Kind(
    "GT-4001",
    Family.UNAUTHENTICATED,
    "账号或密码不对",
    "Wrong account or password",
    "核对后重试；多次失败会暂时锁定。",
    "Check and try again; repeated failures lock the account for a while.",
)
NOT_SIGNED_IN = Kind(
    "GT-4002",
    Family.UNAUTHENTICATED,
    "请先登录",
    "Please sign in first",
    "登录后重试。",
    "Sign in and try again.",
)
FORBIDDEN = Kind(
    "GT-4003",
    Family.FORBIDDEN,
    "没有权限：{action}",
    "Not permitted: {action}",
    "向数据责任部门申请。",
    "Apply to the department responsible for the data.",
)
LOCKED = Kind(
    "GT-4004",
    Family.UNAUTHENTICATED,
    "账号已暂时锁定，{minutes} 分钟后再试",
    "The account is locked; try again in {minutes} minutes",
    "或联系管理员。",
    "Or ask the administrator.",
)
ACCOUNT_EXISTS = Kind(
    "GT-4005",
    Family.CONFLICT,
    "账号 {account} 已存在",
    "Account {account} exists already",
    "换一个账号名。",
    "Choose another account name.",
)
PASSWORD_WEAK = Kind(
    "GT-4006",
    Family.USAGE,
    "密码太弱",
    "The password is too weak",
    "至少 {shortest} 位，含大写、小写、数字、符号中的三类，且不含账号名。",
    "At least {shortest} characters of three kinds (upper, lower, digit, symbol), without the account name.",
)
ACCOUNT_UNKNOWN = Kind(
    "GT-4007",
    Family.NOT_FOUND,
    "没有账号 {account}",
    "There is no account {account}",
    "用 guotu user list 查看账号。",
    "See `guotu user list`.",
)
REQUEST_FORGED = Kind(
    "GT-4008",
    Family.FORBIDDEN,
    "请求缺少或带有错误的防伪标识",
    "The request's anti-forgery token is missing or wrong",
    "刷新页面后重试。",
    "Reload the page and try again.",
)
