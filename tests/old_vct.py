"""A VCT 2.0 file as the second survey's programs wrote them."""

from __future__ import annotations

HEAD = """HeadBegin
DataMark:LANDUSE-VCT
Version:2.0
Unit:M
Dim:2
Topo:1
Coordinate:M
Projection:高斯-克吕格投影
Spheroid:CGCS2000,6378137,298.257222101
Parameters:6378137,298.257222101
Meridian:114
MinX:0
MinY:0
MaxX:1
MaxY:1
ScaleM:10000
Date:20091231
Separator:,
HeadEnd
FeatureCodeBegin
2001010100,地类图斑,Polygon,0,DLTB
1000609000,行政区界线,Line,0,XZQJX
1000119000,控制点,Point,0,KZD
1000600200,注记,Annotation,0,ZJ
FeatureCodeEnd
TableStructureBegin
DLTB,3
BSM,Int,10
DLBM,Char,4
DLMC,Char,60
0
XZQJX,2
BSM,Int,10
JXLX,Char,6
0
KZD,2
BSM,Int,10
MC,Char,20
0
ZJ,1
BSM,Int,10
0
TableStructureEnd
"""
BODY = """PointBegin
5001
1000119000
控制点
1
38500010.5,3380020.25
0
PointEnd
LineBegin
1
1099000000
界线
1
3
38500100,3380000
38500100,3380100
38500000,3380100
0
2
1099000000
界线
1
3
38500100.0,3380000
38500000,3380000
38500000,3380100
0
3
1099000000
界线
1
5
38500020,3380020
38500040,3380020
38500040,3380040
38500020,3380040
38500020,3380020
0
4
1000609000
行政区界线
1
2
38500100,3380000
38500300,3380000
0
LineEnd
PolygonBegin
101
2001010100
地类图斑
38500050,3380050
4
1,2
0,3
0
102
2001010100
地类图斑
38500030,3380030
1
3
0
PolygonEnd
AnnotationBegin
7001
1000600200
注记
宋体
0
0,0,F
3
0
清河县
1
38500060,3380060
0
AnnotationEnd
AttributeBegin
DLTB
101,011,水田
102,013,旱地
TableEnd
XZQJX
4,4,660200
TableEnd
KZD
5001,点甲
TableEnd
ZJ
7001
TableEnd
AttributeEnd
"""
WHOLE = HEAD + BODY


def turned(whole: str = WHOLE) -> str:
    """The same file with northings first."""
    lines = []
    for line in whole.split("\n"):
        cells = line.split(",")
        pair = len(cells) == 2 and all(cell[:3] in ("385", "338") for cell in cells)
        lines.append(",".join(cells[::-1]) if pair else line)
    return "\n".join(lines)


def single() -> str:
    """The same with nothing but its land-use parcels."""
    head = HEAD[: HEAD.index("1000609000")] + "FeatureCodeEnd\n"
    tables = HEAD[HEAD.index("TableStructureBegin") : HEAD.index("XZQJX,2")] + "TableStructureEnd\n"
    drawn = BODY[BODY.index("LineBegin") : BODY.index("AnnotationBegin")]
    rows = BODY[BODY.index("AttributeBegin") : BODY.index("XZQJX\n")] + "AttributeEnd\n"
    return head + tables + drawn + rows
