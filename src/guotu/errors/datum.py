"""GT-12xx datum, coordinates and geometry."""

from guotu.errors.base import Family, Kind

CRS_UNKNOWN = Kind(
    "GT-1221", Family.REFUSED, "文件没有声明坐标系，坐标数值也判断不出", "The file declares no CRS and its coordinates do not tell",
    "用 --crs 指明坐标系（如 4526），或补上 .prj 文件。", "Name the CRS with --crs (for example 4526), or add the .prj file.",
)
CRS_CONTRADICTED = Kind(
    "GT-1222", Family.REFUSED, "声明的坐标系与坐标不符：声明 {declared_zh}，而{found_zh}",
    "The declared CRS contradicts the coordinates: declared {declared_en}, but {found_en}",
    "改正 .prj 或文件头，或换用正确的数据；平台不替您猜。", "Correct the .prj or the header, or give the right data; nothing is guessed.",
)
AXES_SWAPPED = Kind(
    "GT-1223", Family.REFUSED, "坐标的纵横轴颠倒（东坐标写在了北坐标的位置）", "The axes are swapped (eastings stand where northings belong)",
    "按（东，北）或（经度，纬度）的次序重新导出。", "Export again in the order (easting, northing) or (longitude, latitude).",
)
GCJ_REFUSED = Kind(
    "GT-1224", Family.REFUSED, "数据标明为 {system}（加密偏移坐标），不能入库", "The data say they are in {system} (an obfuscated offset), which is not stored",
    "请提供 CGCS2000 原始坐标的数据。", "Give the data in original CGCS2000 coordinates.",
)
