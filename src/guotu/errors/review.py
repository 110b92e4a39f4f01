"""GT-50xx reviews and reports."""

from guotu.errors.base import Family, Kind

PROFILE_UNKNOWN = Kind(
    "GT-5001",
    Family.NOT_FOUND,
    "没有审查规则集“{profile}”",
    "There is no review profile {profile!r}",
    "规则集见 docs/references/review-profile.md。",
    "See docs/references/review-profile.md.",
)
KIND_UNKNOWN = Kind(
    "GT-5002",
    Family.USAGE,
    "没有项目类别“{kind}”",
    "There is no project kind {kind!r}",
    "可选：{known}。",
    "Choose one of: {known}.",
)
USE_UNKNOWN = Kind(
    "GT-5003",
    Family.USAGE,
    "“{use}”不是用地用海分类的编码",
    "{use!r} is no land-use class",
    "按《国土空间调查、规划、用途管制用地用海分类指南》填写 2、4 或 6 位编码。",
    "Give a code of 2, 4 or 6 digits of the land and sea use classification.",
)
PROJECT_EMPTY = Kind(
    "GT-5004",
    Family.REFUSED,
    "项目“{name}”没有可审查的地块",
    "Project {name!r} has no parcel to review",
    "检查界址点文件，至少应有一个面积大于零的地块。",
    "Check the boundary file; it needs at least one parcel with area.",
)
PARCELS_OVERLAP = Kind(
    "GT-5005",
    Family.REFUSED,
    "地块 {first} 与地块 {second} 重叠 {area_m2} 平方米，面积会被重复计算",
    "Parcels {first} and {second} overlap by {area_m2} m²; their area would be counted twice",
    "修正界址点，使各地块互不重叠。",
    "Correct the boundary points so that no two parcels overlap.",
)
PARCEL_INVALID = Kind(
    "GT-5006",
    Family.REFUSED,
    "地块 {parcel} 的图形无效：{reason}",
    "The geometry of parcel {parcel} is not valid: {reason}",
    "检查该地块的圈号与点序，边界不得自相交。",
    "Check ring numbers and point order; the boundary must not cross itself.",
)
BASIS_CHANGED = Kind(
    "GT-5007",
    Family.CONFLICT,
    "{stream} 现在的版本是 {found}，与审查依据 {label} 不一致",
    "{stream} is now {found}, not the {label} that the review rests on",
    "审查依据的版本已不可得；按新数据重新审查。",
    "That version can no longer be had; review again on the new data.",
)
BOUNDARY_UNKNOWN = Kind(
    "GT-5090",
    Family.NOT_FOUND,
    "没有项目范围 {id}",
    "There is no boundary {id}",
    "重新提供项目范围文件。",
    "Give the boundary file again.",
)
REVIEW_UNKNOWN = Kind(
    "GT-5091",
    Family.NOT_FOUND,
    "没有审查记录 {id}",
    "There is no review {id}",
    "在“审查记录”中查看。",
    "See the list of reviews.",
)
REPORT_FORMAT = Kind(
    "GT-5092",
    Family.USAGE,
    "没有 {format} 格式的审查报告",
    "There is no report in {format}",
    "可选：{known}。",
    "Choose one of: {known}.",
)
