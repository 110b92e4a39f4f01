"""Parameters between datums as a node would have them — invented, like every place they lead to."""

from __future__ import annotations

import struct
from pathlib import Path

TABLE = """
[[shift]]
name = "西安80 七参数"
source = "Xian80"
method = "bursa"
dx = 120.5
dy = -35.25
dz = 14.75
rx = 1.1
ry = -0.7
rz = 2.3
scale_ppm = -3.5
valid = [112.0, 29.0, 116.0, 32.0]
provenance = "市测绘院 2019，检查点 24 个"
residual_m = 0.035

[[shift]]
name = "北京54 四参数"
source = "Beijing54"
method = "plane"
source_zone = 2435
target_zone = 4547
d_easting = 57.125
d_northing = -3.5
rotation = 0.75
scale = 1.0000015
valid = [112.5, 29.0, 115.5, 32.0]
provenance = "县局 2012"

[[local_grid]]
code = 900001
name = "清河县独立坐标系"
names = ["QINGHE_LOCAL"]
zone = 4547
method = "similarity"
d_easting = 495000.0
d_northing = 3375000.0
rotation = 600.0
scale = 1.00001
area = [[113.9, 30.4], [114.2, 30.4], [114.2, 30.7], [113.9, 30.7]]
provenance = "县局 2008"
residual_m = 0.02

[[local_grid]]
code = 900002
name = "开发区施工坐标系"
zone = 4526
method = "affine"
a = 0.9999
b = -0.0021
c = 38496000.0
d = 0.0020
e = 1.0001
f = 3376000.0
area = [[113.9, 30.4], [114.2, 30.4], [114.2, 30.7], [113.9, 30.7]]
provenance = "设计院 2015"
"""


def ntv2(path: Path, seconds: tuple[float, float]) -> Path:
    """An NTv2 grid of one degree cells over 112–116°E 29–32°N that adds the same seconds of longitude and latitude everywhere."""
    east, north = seconds
    west_lon, east_lon, south, top, step = 112 * 3600.0, 116 * 3600.0, 29 * 3600.0, 32 * 3600.0, 3600.0

    def record(name: str, value: object) -> bytes:
        body = (
            value.encode().ljust(8)
            if isinstance(value, str)
            else (struct.pack("<i", value) + bytes(4) if isinstance(value, int) else struct.pack("<d", value))
        )
        return name.encode().ljust(8) + body

    count = 5 * 4
    head = [
        ("NUM_OREC", 11), ("NUM_SREC", 11), ("NUM_FILE", 1), ("GS_TYPE", "SECONDS"), ("VERSION", "1"),
        ("SYSTEM_F", "XIAN80"), ("SYSTEM_T", "CGCS2000"), ("MAJOR_F", 6378140.0), ("MINOR_F", 6356755.288),
        ("MAJOR_T", 6378137.0), ("MINOR_T", 6356752.314),
        ("SUB_NAME", "TEST"), ("PARENT", "NONE"), ("CREATED", "20200101"), ("UPDATED", "20200101"),
        ("S_LAT", south), ("N_LAT", top), ("E_LONG", -east_lon), ("W_LONG", -west_lon), ("LAT_INC", step), ("LONG_INC", step),
        ("GS_COUNT", count),
    ]  # fmt: skip
    body = b"".join(record(name, value) for name, value in head)
    body += struct.pack("<ffff", north, -east, 0.01, 0.01) * count
    path.write_bytes(body + record("END", 0.0))
    return path
