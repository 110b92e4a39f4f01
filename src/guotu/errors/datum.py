"""GT-12xx datum, coordinates and geometry."""

from guotu.errors.base import Family, Kind

COORDINATES_OUTSIDE = Kind(
    "GT-1201",
    Family.REFUSED,
    "坐标 ({x}, {y}) 超出{system_zh}的合理范围",
    "Coordinate ({x}, {y}) is outside {system_en}",
    "检查坐标系、带号、纵横坐标是否颠倒。",
    "Check the coordinate system, the zone number, and whether the two columns are swapped.",
)
DATUM_SHIFT_UNCONFIGURED = Kind(
    "GT-1203",
    Family.REFUSED,
    "没有配置从 {source} 到 {target} 的转换参数",
    "No parameters are configured to go from {source} to {target}",
    "请先用法定参数转换为 CGCS2000，或由管理员在节点上配置本地转换参数。",
    "Transform to CGCS2000 with the official parameters first, or have the administrator configure local ones.",
)
CRS_UNSUPPORTED = Kind(
    "GT-1204",
    Family.REFUSED,
    "不支持坐标系 {name}",
    "Coordinate system {name} is not supported",
    "请使用 CGCS2000 经纬度（EPSG:4490）或 CGCS2000 高斯-克吕格 3°/6° 带（EPSG:4491–4554）。",
    "Use CGCS2000 longitude/latitude (EPSG:4490) or a CGCS2000 Gauss-Krüger zone (EPSG:4491–4554).",
)
CRS_UNREADABLE = Kind(
    "GT-1205",
    Family.REFUSED,
    "坐标系说明无法读取：{reason}",
    "The description of the coordinate system cannot be read: {reason}",
    "检查 .prj 文件是否完整，或指明坐标系。",
    "Check that the .prj file is whole, or name the coordinate system.",
)
GEOMETRY_MALFORMED = Kind(
    "GT-1206",
    Family.REFUSED,
    "第 {row} 行的图形数据损坏：{reason_zh}",
    "The geometry of row {row} is malformed: {reason_en}",
    "用原软件修复几何后重新导出。",
    "Repair the geometry in its own program and export again.",
)
GEOMETRY_TOO_LARGE = Kind(
    "GT-1207",
    Family.TOO_LARGE,
    "第 {row} 行的图形过于复杂：{measure_zh} {value} 超过 {limit}",
    "The geometry of row {row} is too complex: {measure_en} {value} exceeds {limit}",
    "拆分图形后重新提交。",
    "Split the geometry and submit it again.",
)
GEOMETRY_KIND = Kind(
    "GT-1208",
    Family.REFUSED,
    "第 {row} 行是 {found}，这里只接受{accepted_zh}",
    "Row {row} is a {found}; only {accepted_en} are accepted here",
    "改为单一类型的点、线或面图层。",
    "Use a layer of one kind: points, lines or polygons.",
)
SHIFT_OUT_OF_AREA = Kind(
    "GT-1209",
    Family.REFUSED,
    "坐标 ({x}, {y}) 不在转换参数的适用范围内",
    "Coordinate ({x}, {y}) is outside the area the shift parameters are valid for",
    "换用适用于该地区的转换参数。",
    "Use parameters that are valid for that area.",
)
GRID_DAMAGED = Kind(
    "GT-1210",
    Family.REFUSED,
    "第 {row} 行的编码图形损坏",
    "The encoded geometry of row {row} is damaged",
    "运行 guotu verify 检查日志，并从备份恢复。",
    "Run `guotu verify` on the journal and restore from a backup.",
)
CRS_UNKNOWN = Kind(
    "GT-1221",
    Family.REFUSED,
    "文件没有声明坐标系，坐标数值也判断不出：{reason_zh}",
    "The file declares no CRS and its coordinates do not tell: {reason_en}",
    "指明坐标系的 EPSG 代码（如 4526）：命令行用 --crs，HTTP 用 crs 或 crs_epsg；或补上 .prj 文件。",
    "Name the EPSG code of the CRS (for example 4526): --crs, or crs or crs_epsg over HTTP; or add its .prj.",
)
CRS_CONTRADICTED = Kind(
    "GT-1222",
    Family.REFUSED,
    "声明的坐标系与坐标不符：声明 {declared_zh}，而{found_zh}",
    "The declared CRS contradicts the coordinates: declared {declared_en}, but {found_en}",
    "改正 .prj 或文件头，或换用正确的数据；平台不替您猜。",
    "Correct the .prj or the header, or give the right data; nothing is guessed.",
)
AXES_SWAPPED = Kind(
    "GT-1223",
    Family.REFUSED,
    "坐标的纵横轴颠倒（东坐标写在了北坐标的位置）",
    "The axes are swapped (eastings stand where northings belong)",
    "按（东，北）或（经度，纬度）的次序重新导出。",
    "Export again in the order (easting, northing) or (longitude, latitude).",
)
GCJ_REFUSED = Kind(
    "GT-1224",
    Family.REFUSED,
    "数据标明为 {system}（加密偏移坐标），不能入库",
    "The data say they are in {system} (an obfuscated offset), which is not stored",
    "请提供 CGCS2000 原始坐标的数据。",
    "Give the data in original CGCS2000 coordinates.",
)
DATUM_TABLE_INVALID = Kind(
    "GT-1225",
    Family.USAGE,
    "节点的坐标转换参数表 datum.toml 有误（{entry}）：{reason}",
    "The node's table of transformation parameters, datum.toml, is wrong at {entry}: {reason}",
    "由管理员改正该项；写法见“坐标转换参数”说明。",
    "Have the administrator correct that entry; the format is told in the reference of datum parameters.",
)
LOCAL_GRID_UNKNOWN = Kind(
    "GT-1226",
    Family.REFUSED,
    "本节点没有代号为 {code} 的独立坐标系（有：{known}）",
    "This node knows no local grid {code} (it knows: {known})",
    "核对代号，或由管理员在 datum.toml 中配置该独立坐标系。",
    "Check the code, or have the administrator configure that grid in datum.toml.",
)
LOCAL_GRID_OUTSIDE = Kind(
    "GT-1227",
    Family.REFUSED,
    "坐标 ({x}, {y}) 不在独立坐标系“{grid}”的适用范围内",
    "Coordinate ({x}, {y}) lies outside the area of the local grid {grid}",
    "核对数据是否确为该独立坐标系；范围以外请用国家坐标系提供。",
    "Check that the data really are in that grid; beyond its area give them in a national system.",
)
