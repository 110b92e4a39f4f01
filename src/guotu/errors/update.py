"""GT-143x survey updates, levelling, flows."""

from guotu.errors.base import Family, Kind

UPDATE_WITHOUT_BASE = Kind(
    "GT-1430",
    Family.REFUSED,
    "{stream} 还没有基础数据，增量无从更新",
    "{stream} holds nothing yet that an increment could update",
    "先用 guotu ingest 入库完整的一版。",
    "First land a whole edition with guotu ingest.",
)
LEVELLING_REFUSED = Kind(
    "GT-1431",
    Family.REFUSED,
    "{unit}：控制面积 {control} 平方米，图斑合计 {found} 平方米，平均每个图斑要调 {share} 平方米，超过 {allowed} 平方米",
    "{unit}: the control area is {control} m², its parcels sum to {found} m²; {share} m² for each parcel is more than {allowed} m²",
    "图形或控制面积有误：检查缝隙、重叠和界线，改正后再调平。",
    "Geometry or control area is wrong: look for gaps, overlaps and boundaries, then level again.",
)
CONTROL_MISSING = Kind(
    "GT-1432",
    Family.REFUSED,
    "没有 {unit} 的控制面积",
    "There is no control area of {unit}",
    "在控制面积表中补上这个单位，列名 ZLDWDM、MSSM、KZMJ（平方米）。",
    "Add the unit to the table of control areas; its columns are ZLDWDM, MSSM, KZMJ (m²).",
)
CONTROL_UNREADABLE = Kind(
    "GT-1433",
    Family.REFUSED,
    "控制面积表第 {row} 行读不懂：{reason}",
    "Row {row} of the control areas cannot be read: {reason}",
    "列名 ZLDWDM（村代码，12 或 19 位）、MSSM（00 陆地、01 海岛，可缺）、KZMJ（平方米）。",
    "Its columns are ZLDWDM (code of the village, 12 or 19 digits), MSSM (00 land, 01 island, may be left out) and KZMJ (m²).",
)
RELATION_UNKNOWN = Kind(
    "GT-1434",
    Family.NOT_FOUND,
    "没有关系“{relation}”",
    "There is no relation {relation!r}",
    "可选：{known}。",
    "Choose one of: {known}.",
)
