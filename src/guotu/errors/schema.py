"""GT-13xx schemas, fields and code tables."""

from guotu.errors.base import Family, Kind

LAYER_UNKNOWN = Kind(
    "GT-1301",
    Family.NOT_FOUND,
    "没有图层标准“{layer}”",
    "There is no layer schema {layer!r}",
    "可用的有：{known}。",
    "Known schemas: {known}.",
)
SCHEME_UNKNOWN = Kind(
    "GT-1302",
    Family.NOT_FOUND,
    "没有地类分类“{scheme}”",
    "There is no land-class scheme {scheme!r}",
    "可用的有：{known}。",
    "Known schemes: {known}.",
)
MAPPING_UNKNOWN = Kind(
    "GT-1303",
    Family.NOT_FOUND,
    "没有从“{source}”到“{target}”的地类对应表",
    "There is no land-class mapping from {source!r} to {target!r}",
    "可用的有：{known}。",
    "Known mappings: {known}.",
)
EDITION_UNKNOWN = Kind(
    "GT-1304",
    Family.NOT_FOUND,
    "“{scheme}”没有三大类版本“{edition}”",
    "Scheme {scheme!r} has no three-class edition {edition!r}",
    "可用的有：{known}。",
    "Known editions: {known}.",
)
DOMAIN_UNKNOWN = Kind(
    "GT-1305",
    Family.NOT_FOUND,
    "没有值域“{domain}”",
    "There is no value domain {domain!r}",
    "可用的有：{known}。",
    "Known domains: {known}.",
)
DIVISION_UNKNOWN = Kind(
    "GT-1306",
    Family.NOT_FOUND,
    "行政区代码 {code} 不在代码表中（时点 {on}）",
    "Division code {code} is not in the table (as of {on})",
    "核对代码与时点；本级代码用节点的行政区代码表装入。",
    "Check code and date; a node loads its own codes with its division table.",
)
DIVISION_CODE_INVALID = Kind(
    "GT-1307",
    Family.USAGE,
    "“{code}”不是行政区代码",
    "{code!r} is not a division code",
    "应为 6、9、12 或 19 位数字，前两位为省级代码。",
    "It has 6, 9, 12 or 19 digits and begins with a province.",
)
DIVISION_TABLE_INVALID = Kind(
    "GT-1308",
    Family.REFUSED,
    "行政区代码表有误：{reason_zh}",
    "The division table is wrong: {reason_en}",
    "表头应为 code,name,level,parent,valid_from,valid_to,successor；日期写作 2024-12-31，改正后重新装入。",
    "The header is code,name,level,parent,valid_from,valid_to,successor with dates as 2024-12-31; correct it and load it again.",
)
IDENTIFIER_INVALID = Kind(
    "GT-1309",
    Family.USAGE,
    "{name_zh}“{text}”有误：{reason_zh}",
    "{name_en} {text!r} is wrong: {reason_en}",
    "按原证件或登记簿逐位核对。",
    "Compare it character by character with the document or register.",
)
SHEET_INVALID = Kind(
    "GT-1310",
    Family.USAGE,
    "图幅号“{text}”有误：{reason_zh}",
    "Map sheet number {text!r} is wrong: {reason_en}",
    "写法如 I50G077016（GB/T 13989-2012）。",
    "Write it like I50G077016 (GB/T 13989-2012).",
)
CATEGORY_UNKNOWN = Kind(
    "GT-1311",
    Family.NOT_FOUND,
    "资源目录中没有分类“{category}”",
    "There is no catalogue category {category!r}",
    "分类见 docs/references/standards/catalogue.md。",
    "See docs/references/standards/catalogue.md.",
)
DATASET_UNDECLARED = Kind(
    "GT-1312",
    Family.NOT_FOUND,
    "标准目录中没有数据集“{dataset}”",
    "The standard catalogue has no dataset {dataset!r}",
    "数据集代码见 docs/references/standards/catalogue.md。",
    "See docs/references/standards/catalogue.md.",
)
RULE_UNKNOWN = Kind(
    "GT-1313",
    Family.NOT_FOUND,
    "没有质检规则 {rule}",
    "There is no quality rule {rule}",
    "规则见 docs/references/standards/quality-rules.md。",
    "See docs/references/standards/quality-rules.md.",
)
LAYER_UNRECOGNISED = Kind(
    "GT-1390",
    Family.REFUSED,
    "认不出 {name} 是哪一种图层（字段：{fields}）",
    "{name} is no layer that is known by its fields ({fields})",
    "用 --dataset 或 --schema 指明图层。",
    "Name the layer with --dataset or --schema.",
)
