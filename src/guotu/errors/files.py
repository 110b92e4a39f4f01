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
MDB_TOOLS_ABSENT = Kind(
    "GT-1135",
    Family.REFUSED,
    "读取 Access 数据库 {name} 需要 mdbtools，本机没有安装",
    "Reading the Access database {name} needs mdbtools, which this machine does not have",
    "由管理员安装 mdbtools（Debian/Ubuntu：apt-get install mdbtools），或把数据转换为 FileGDB 后提供。",
    "Have the administrator install mdbtools (Debian/Ubuntu: apt-get install mdbtools), or give the data as a FileGDB.",
)
RASTER_NOT_PLACED = Kind(
    "GT-1150",
    Family.REFUSED,
    "栅格 {name} 没有地理定位：{reason_zh}",
    "The raster {name} is not placed on the earth: {reason_en}",
    "连同坐标文件（.tfw、.jgw、.pgw）一起提供，或先做几何纠正；照片与扫描件请用 guotu catalog add --kind document 登记。",
    "Give its world file (.tfw, .jgw, .pgw) beside it, or rectify it first; scans: `guotu catalog add --kind document`.",
)
RASTER_TOO_LARGE = Kind(
    "GT-1151",
    Family.TOO_LARGE,
    "栅格 {name} 声明 {width}×{height}×{bands} 像元，展开约 {megabytes} MB，超过上限 {limit} MB",
    "The raster {name} declares {width}×{height}×{bands} pixels, about {megabytes} MB; the limit is {limit} MB",
    "分幅提供，或请管理员提高 GUOTU_RASTER_MAX_MB。",
    "Give it in sheets, or ask the administrator to raise GUOTU_RASTER_MAX_MB.",
)
RASTER_BOMB = Kind(
    "GT-1152",
    Family.REFUSED,
    "栅格 {name} 只有 {bytes} 字节，却声明展开后约 {megabytes} MB",
    "The raster {name} has {bytes} bytes but declares about {megabytes} MB of pixels",
    "文件不完整或是人为构造的；请从原系统重新导出。",
    "It is cut short or made up; export it again from its source.",
)
RASTER_TYPE = Kind(
    "GT-1153",
    Family.REFUSED,
    "栅格 {name} 的像元不能入库：{reason_zh}",
    "The pixels of {name} cannot be taken in: {reason_en}",
    "转换为 8/16/32 位整数或 32/64 位浮点、各波段类型一致、不超过 {bands} 个波段的栅格。",
    "Convert it to 8/16/32-bit integers or 32/64-bit floats, one type for all bands, at most {bands} bands.",
)
RASTER_FILL = Kind(
    "GT-1154",
    Family.REFUSED,
    "栅格 {name} 第 {band} 波段有未声明的填充值 {value}（{pixels} 个像元）",
    "Band {band} of {name} holds the fill value {value} ({pixels} pixels) without declaring it as nodata",
    "用 --nodata {value} 指明无数据值。",
    "Name it with --nodata {value}.",
)
RASTER_ELSEWHERE = Kind(
    "GT-1155",
    Family.REFUSED,
    "栅格 {name} 的范围（{extent}）与本节点辖区没有重叠",
    "The raster {name} ({extent}) does not touch the territory of this node",
    "核对坐标系与数据；其他辖区的数据由所属节点入库。",
    "Check the coordinate system and the file; data of another territory belong to its own node.",
)
RASTER_EMPTY = Kind(
    "GT-1156",
    Family.REFUSED,
    "栅格 {name} 全部像元都是无数据",
    "Every pixel of {name} is nodata",
    "核对导出条件与无数据值。",
    "Check the export and the nodata value.",
)
RASTER_DIFFERS = Kind(
    "GT-1157",
    Family.UNFORESEEN,
    "{name} 转换后的像元与来源不一致，已放弃",
    "The pixels of {name} differ after conversion; nothing was kept",
    "重试一次；仍然如此请保留文件并报告。",
    "Try once more; if it happens again keep the file and report it.",
)
RASTER_LAYER = Kind(
    "GT-1158",
    Family.REFUSED,
    "{name} 里有几个栅格，需要指明读哪一个：{layers}",
    "{name} holds several rasters; name one of: {layers}",
    "用 --layer 指明。",
    "Name it with --layer.",
)
RASTER_UNKNOWN = Kind(
    "GT-1159",
    Family.REFUSED,
    "{name} 不是能读的栅格",
    "{name} is no raster that is read",
    "请提供 GeoTIFF、COG、ERDAS IMG、NetCDF、ASCII 格网、JPEG 2000，或带坐标文件的 JPEG、PNG。",
    "Give a GeoTIFF, COG, ERDAS IMG, NetCDF, ASCII grid, JPEG 2000, or a JPEG or PNG with its world file.",
)
DOCUMENT_ENCRYPTED = Kind(
    "GT-1160",
    Family.REFUSED,
    "{format} 文件 {name} 设有密码",
    "The {format} file {name} is protected by a password",
    "去掉密码另存后再提供。",
    "Save it without a password and give it again.",
)
DOCUMENT_ARCHIVE = Kind(
    "GT-1161",
    Family.REFUSED,
    "{name} 是{reason_zh}，不能当作一份文档",
    "{name} is {reason_en}, not a document",
    "解开后逐个提供其中的文件。",
    "Unpack it and give its files one by one.",
)
DOCUMENT_TOO_LARGE = Kind(
    "GT-1162",
    Family.TOO_LARGE,
    "{name} 过大：{reason_zh}",
    "{name} is too large: {reason_en}",
    "拆分，或请管理员提高限额。",
    "Split it, or ask the administrator for a higher limit.",
)
DOCUMENT_UNKNOWN = Kind(
    "GT-1163",
    Family.REFUSED,
    "{name} 的内容不是认识的文档格式",
    "The content of {name} is no known document format",
    "请提供 PDF、Office（docx/xlsx/pptx）、ODF、HTML、文本、图片、音频或视频。",
    "Give PDF, Office (docx/xlsx/pptx), ODF, HTML, text, a picture, audio or video.",
)
