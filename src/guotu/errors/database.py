"""GT-124x tables of other people's databases."""

from guotu.errors.base import Family, Kind

TABLE_ADDRESS = Kind(
    "GT-1240",
    Family.USAGE,
    "数据库表的地址有误：{reason_zh}",
    "The address of the database table is wrong: {reason_en}",
    "写作 postgresql://用户@主机[:端口]/库名?table=[模式.]表名，可加 &geometry=图形列、&sslmode=verify-full。",
    "Write postgresql://USER@HOST[:PORT]/DATABASE?table=[SCHEMA.]TABLE, and &geometry=COLUMN or &sslmode=verify-full as needed.",
)
DATABASE_UNREACHABLE = Kind(
    "GT-1241",
    Family.BUSY,
    "数据库 {origin} 连接不上：{reason_zh}",
    "The database {origin} cannot be reached: {reason_en}",
    "核对主机、端口与网络，稍后重试。",
    "Check host, port and network, and try again later.",
    retryable=True,
)
DATABASE_LOGIN = Kind(
    "GT-1242",
    Family.FORBIDDEN,
    "数据库 {origin} 不让登录：{reason_zh}",
    "The database {origin} does not let us in: {reason_en}",
    "核对库名、用户与口令；口令放在 ~/.pgpass 或 PGPASSWORD，比写在命令里安全。",
    "Check database, user and password; a password is safer in ~/.pgpass or PGPASSWORD than on the command line.",
)
TABLE_UNKNOWN = Kind(
    "GT-1243",
    Family.NOT_FOUND,
    "数据库 {origin} 中没有表或视图 {table}",
    "The database {origin} has no table or view {table}",
    "核对模式名与表名（区分大小写）；能看到的表：{tables}。",
    "Check schema and table, upper and lower case too; tables in sight: {tables}.",
)
TABLE_FORBIDDEN = Kind(
    "GT-1244",
    Family.FORBIDDEN,
    "用户没有读取 {table} 的权限",
    "The user may not read {table}",
    "请数据库管理员授予该模式的 USAGE 与该表的 SELECT。",
    "Have the database's administrator grant USAGE on the schema and SELECT on the table.",
)
TABLE_GEOMETRY = Kind(
    "GT-1245",
    Family.REFUSED,
    "{table} 的图形列不能确定：{reason_zh}",
    "The geometry column of {table} cannot be settled: {reason_en}",
    "用 &geometry=列名 指明；图形列：{columns}。",
    "Name it with &geometry=COLUMN; geometry columns: {columns}.",
)
TABLE_TIME = Kind(
    "GT-1246",
    Family.BUSY,
    "读取 {table} 超过了 {seconds} 秒",
    "Reading {table} took more than {seconds} s",
    "表可能被锁住或视图过慢；换个时间，或请管理员提高 GUOTU_SANDBOX_SECONDS。",
    "The table may be locked or a slow view; choose another hour, or have GUOTU_SANDBOX_SECONDS raised.",
    retryable=True,
)
DATABASE_DRIVER_ABSENT = Kind(
    "GT-1247",
    Family.REFUSED,
    "读取 PostgreSQL 的表需要 psycopg，本机没有安装",
    "Reading tables of PostgreSQL needs psycopg, which is not installed",
    "由管理员安装：pip install 'guotu[postgresql]'；或把表导出为 GeoPackage 后提供。",
    "Have the administrator run pip install 'guotu[postgresql]', or give the table as a GeoPackage.",
)
DATABASE_BROKEN = Kind(
    "GT-1248",
    Family.BUSY,
    "读取 {table} 时数据库中断：{reason_zh}",
    "The database broke off while {table} was read: {reason_en}",
    "什么也没有入库；稍后重试，仍然如此请联系数据库管理员。",
    "Nothing was stored; try again later, and if it stays so ask the database's administrator.",
    retryable=True,
)
TABLE_TEXT = Kind(
    "GT-1249",
    Family.REFUSED,
    "{table} 的文字不是 UTF-8，数据库的编码（{encoding}）也没有声明它",
    "Text of {table} is not UTF-8, and the database's encoding ({encoding}) does not say what it is",
    "请数据库管理员把库转换为 UTF8，或把表导出为文件并指明编码。",
    "Have the database converted to UTF8, or give the table as a file and name its encoding.",
)
TABLE_SRIDS = Kind(
    "GT-1250",
    Family.REFUSED,
    "{table} 的图形有几种 SRID：{srids}",
    "The shapes of {table} have several SRIDs: {srids}",
    "按坐标系分成几个视图，分别入库。",
    "Make a view for each coordinate system and take them in one by one.",
)
