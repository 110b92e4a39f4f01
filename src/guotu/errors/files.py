"""GT-11xx files, archives and formats."""

from guotu.errors.base import Family, Kind

FILE_NOT_FOUND = Kind(
    "GT-1101",
    Family.NOT_FOUND,
    "找不到文件 {name}",
    "There is no file {name}",
    "核对路径后重试。",
    "Check the path and try again.",
)
FILE_EMPTY = Kind(
    "GT-1102",
    Family.REFUSED,
    "{name} 是空的",
    "{name} is empty",
    "重新导出或重新上传该文件。",
    "Export or upload the file again.",
)
FORMAT_UNKNOWN = Kind(
    "GT-1103",
    Family.REFUSED,
    "{name} 的内容不是认识的数据格式",
    "The content of {name} is no known data format",
    "请提供 Shapefile、GeoPackage、FileGDB、GeoJSON、GML、KML、GeoParquet、CSV、XLSX 或界址点 TXT。",
    "Please give a Shapefile, GeoPackage, FileGDB, GeoJSON, GML, KML, GeoParquet, CSV, XLSX or boundary TXT.",
)
FORMAT_NOT_READ = Kind(
    "GT-1104",
    Family.REFUSED,
    "暂不能读取 {format} 格式：{name}",
    "Format not yet read: {format} ({name})",
    "请先转换为{target_zh}。",
    "Please convert it to {target_en} first.",
)
FORMAT_DISGUISED = Kind(
    "GT-1105",
    Family.REFUSED,
    "{name} 的扩展名是 {claimed}，内容却是 {found}",
    "{name} is called {claimed} but contains {found}",
    "请提供真正的 {claimed} 文件，不要改扩展名。",
    "Give a real {claimed} file; renaming does not convert it.",
)
REFERENCE_REFUSED = Kind(
    "GT-1106",
    Family.REFUSED,
    "{name} 是 {format}，它引用别处的数据，不予打开",
    "{name} is a {format}: it points at data elsewhere and is not opened",
    "请提供数据文件本身，而不是引用它的描述文件。",
    "Give the data file itself, not a description that points at it.",
)
ARCHIVE_DAMAGED = Kind(
    "GT-1107",
    Family.REFUSED,
    "压缩包 {name} 不完整或已损坏：{reason_zh}",
    "The archive {name} is truncated or damaged: {reason_en}",
    "重新压缩并重新上传；上传中断也会造成这种情况。",
    "Compress and upload it again; a broken upload has the same effect.",
)
ARCHIVE_ENCRYPTED = Kind(
    "GT-1108",
    Family.REFUSED,
    "压缩包 {name} 设有密码",
    "The archive {name} is encrypted",
    "解密后去掉密码重新压缩。",
    "Decrypt it and compress it again without a password.",
)
ARCHIVE_NAME = Kind(
    "GT-1109",
    Family.REFUSED,
    "压缩包 {name} 内有不安全的文件名“{member}”",
    "The archive {name} holds an unsafe name {member!r}",
    "用相对路径、不含“..”和链接的方式重新压缩。",
    "Compress it again with relative paths, without '..' and links.",
)
ARCHIVE_NESTED = Kind(
    "GT-1110",
    Family.REFUSED,
    "压缩包 {name} 里还有压缩包 {member}",
    "The archive {name} holds another archive {member}",
    "把内层压缩包解开，只压缩一层。",
    "Unpack the inner archive and compress one level only.",
)
ARCHIVE_BOMB = Kind(
    "GT-1111",
    Family.REFUSED,
    "压缩包 {name} 中 {member} 的压缩比超过 {limit}",
    "{member} in the archive {name} is compressed more than {limit} times",
    "确认不是“压缩炸弹”；正常数据请以文件夹或 GeoPackage 提供。",
    "Make sure it is no zip bomb; give regular data as a folder or a GeoPackage.",
)
ARCHIVE_TOO_LARGE = Kind(
    "GT-1112",
    Family.TOO_LARGE,
    "压缩包 {name} 解开后超过限额：{reason_zh}",
    "The archive {name} is too large when unpacked: {reason_en}",
    "分批提供，或请管理员提高限额。",
    "Give it in parts, or ask the administrator for a higher limit.",
)
ARCHIVE_NOTHING = Kind(
    "GT-1113",
    Family.REFUSED,
    "{name} 里没有可读的数据文件（有：{members}）",
    "{name} holds no readable data file (it has: {members})",
    "压缩包内应有 .shp、.gpkg、.gdb、.geojson 或界址点 .txt。",
    "It should hold a .shp, .gpkg, .gdb, .geojson or a boundary .txt.",
)
ARCHIVE_AMBIGUOUS = Kind(
    "GT-1114",
    Family.REFUSED,
    "{name} 里有几种数据，不知读哪一个：{members}",
    "{name} holds several kinds of data: {members}",
    "每次只提供其中一个。",
    "Give one of them at a time.",
)
FILE_DAMAGED = Kind(
    "GT-1115",
    Family.REFUSED,
    "{format} 文件 {name} 已损坏：{reason_zh}",
    "The {format} file {name} is damaged: {reason_en}",
    "从原系统重新导出；不要用手工截断或拼接的文件。",
    "Export it again from its source; do not use cut or glued files.",
)
LAYER_UNKNOWN = Kind(
    "GT-1116",
    Family.NOT_FOUND,
    "{name} 里没有图层 {layer}，有：{layers}",
    "{name} has no layer {layer}; it has: {layers}",
    "从列出的图层里选一个。",
    "Choose one of the listed layers.",
)
LAYER_AMBIGUOUS = Kind(
    "GT-1117",
    Family.REFUSED,
    "{name} 有多个图层，需要指明读哪一个：{layers}",
    "{name} has several layers; name one of: {layers}",
    "用 --layer 指明图层。",
    "Name it with --layer.",
)
LAYER_EMPTY = Kind(
    "GT-1118",
    Family.REFUSED,
    "图层 {layer} 没有要素",
    "The layer {layer} has no features",
    "检查导出条件，提供有要素的图层。",
    "Check the export; give a layer that has features.",
)
ENCODING_UNKNOWN = Kind(
    "GT-1119",
    Family.USAGE,
    "不认识的编码 {encoding}",
    "Unknown encoding {encoding}",
    "常用编码：GBK、GB18030、UTF-8。",
    "Usual encodings: GBK, GB18030, UTF-8.",
)
TEXT_DAMAGED = Kind(
    "GT-1120",
    Family.REFUSED,
    "{name} 的文字按 {encoding} 解不开（字节 {bytes}）",
    "Text of {name} cannot be decoded as {encoding} (bytes {bytes})",
    "核对编码（--encoding），或从原系统按 UTF-8/GBK 重新导出。",
    "Check the encoding (--encoding), or export again as UTF-8 or GBK.",
)
READER_TIME = Kind(
    "GT-1121",
    Family.TOO_LARGE,
    "读取 {name} 超过时限（{seconds} 秒）",
    "Reading {name} took longer than {seconds} seconds",
    "拆分文件，或请管理员提高时限。",
    "Split the file, or ask the administrator for a longer limit.",
)
READER_MEMORY = Kind(
    "GT-1122",
    Family.TOO_LARGE,
    "读取 {name} 所需内存超过上限（{megabytes} MB）",
    "Reading {name} needs more than {megabytes} MB of memory",
    "拆分文件或其中过大的要素。",
    "Split the file, or the oversized features in it.",
)
READER_STOPPED = Kind(
    "GT-1123",
    Family.REFUSED,
    "读取 {name} 时读取进程意外停止（{reason_zh}）",
    "The reading process stopped unexpectedly on {name} ({reason_en})",
    "文件很可能已损坏；用原软件检查并重新导出。",
    "The file is most likely damaged; check and export it again.",
)
TEXT_TOO_LARGE = Kind(
    "GT-1124",
    Family.TOO_LARGE,
    "界址点文件 {name} 过大（{megabytes} MB）",
    "The boundary file {name} is too large ({megabytes} MB)",
    "拆分为多个文件。",
    "Split it into several files.",
)
TXT_NO_PARCEL = Kind(
    "GT-1125",
    Family.REFUSED,
    "{name} 里没有以“@”结尾的地块行",
    "{name} has no parcel line ending in '@'",
    "每个地块的说明行末尾应为“@”，其后是界址点行。",
    "Each parcel needs a line ending in '@', followed by its points.",
)
TXT_LINE = Kind(
    "GT-1126",
    Family.REFUSED,
    "第 {line} 行读不懂：{reason_zh}",
    "Line {line} cannot be read: {reason_en}",
    "按“点号,圈号,X,Y”改正该行。",
    "Correct the line to 'point,ring,X,Y'.",
)
TXT_RING = Kind(
    "GT-1127",
    Family.REFUSED,
    "地块 {parcel} 第 {ring} 圈不能成面：{reason_zh}",
    "Ring {ring} of parcel {parcel} makes no polygon: {reason_en}",
    "补全或改正该圈的界址点。",
    "Complete or correct the points of that ring.",
)
GEOMETRY_KIND = Kind(
    "GT-1128",
    Family.REFUSED,
    "项目范围应为面，{name} 里却是{found_zh}",
    "A project boundary must be polygons; {name} holds {found_en}",
    "提供面图层。",
    "Give a polygon layer.",
)
PART_MISSING = Kind(
    "GT-1129",
    Family.REFUSED,
    "{name} 缺少同名的 {part} 文件",
    "{name} lacks its {part} companion",
    "把同名的 .shp、.dbf、.shx、.prj 一起提供（压缩成一个 zip）。",
    "Give .shp, .dbf, .shx and .prj of one name together (as one zip).",
)
GEOMETRY_BAD = Kind(
    "GT-1130",
    Family.REFUSED,
    "地块 {parcel} 的图形有误：{reason_zh}",
    "The geometry of parcel {parcel} is faulty: {reason_en}",
    "在制图软件中改正后重新提供。",
    "Correct it in the drawing program and give it again.",
)
TXT_DECLARED = Kind(
    "GT-1131",
    Family.REFUSED,
    "文件头的“{key}={value}”读不懂或不能接受",
    "The header says {key}={value}, which cannot be accepted",
    "改正文件头；接受 2000 国家大地坐标系、高斯克吕格、3 或 6 度分带、米。",
    "Correct the header; CGCS2000, Gauss-Krüger, 3 or 6 degree zones and metres are accepted.",
)
TABLE_NO_HEADER = Kind(
    "GT-1132",
    Family.REFUSED,
    "{name} 里找不到表头行",
    "{name} has no header row",
    "第一行写各列的名称，名称不要用数字，也不要合并单元格。",
    "Give the columns names in the first row: words, not numbers, and no merged cells.",
)
TABLE_ROW = Kind(
    "GT-1133",
    Family.REFUSED,
    "{name} 第 {line} 行有 {cells} 个单元格，表头只有 {width} 列",
    "Line {line} of {name} has {cells} cells where the header names {width} columns",
    "给多出的列补上列名；值中含分隔符的要用英文双引号括起。",
    "Name the extra columns; quote values that contain the delimiter.",
)
XML_UNSAFE = Kind(
    "GT-1134",
    Family.REFUSED,
    "{format} 文件 {name} 不安全：{reason_zh}",
    "The {format} file {name} is not safe to read: {reason_en}",
    "重新导出为不含 DTD、实体和外部引用的文件。",
    "Export it again without a DTD, entities or references to elsewhere.",
)
