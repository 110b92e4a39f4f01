"""1314–1319: planting, refinement, settlement code, road and ditch width, islands of land-use parcels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.registry import Hits, row_rule

_CROPS = ("LS", "FLS", "LYFL", "XG", "LLJZ", "WG")
_RESTORABLE = ("02", "0301", "0302", "0305", "0307", "0403K", "0404", "1104")
_REFINED_CROPLAND = ("HDGD", "HQGD", "LQGD", "MQGD", "SHGD", "SMGD")
_SETTLED = ("05", "06", "07", "08", "09", "1004", "1005", "1201")
_WIDE = ("1001", "1002", "1003", "1004", "1006", "1009", "1101", "1107", "1107A")
_MUST_BE_WIDE = ("1001", "1003", "1006", "1009", "1107", "1107A")


@row_rule("1314", "DLBM", "ZZSXDM")
def planting_of_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Cultivated land says what grows on it."""
    if chunk.has("DLBM", "ZZSXDM"):
        bad = chunk.coded("DLBM").starting("01") & ~chunk.coded("ZZSXDM").among(*_CROPS)
        yield Hits(
            chunk.rows(bad),
            "耕地（{DLBM}）的种植属性“{ZZSXDM}”不在 LS、FLS、LYFL、XG、LLJZ、WG 之内",
            "cultivated land ({DLBM}) has planting {ZZSXDM}, not LS, FLS, LYFL, XG, LLJZ or WG",
            "ZZSXDM",
        )


@row_rule("1315", "DLBM", "ZZSXDM")
def restorable_land(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Restorable land is orchard, wood, grass or pond; the codes of cultivated land stay there."""
    if not chunk.has("DLBM", "ZZSXDM"):
        return
    land, planting = chunk.coded("DLBM"), chunk.coded("ZZSXDM")
    fit = land.starting(*_RESTORABLE)
    adjustable = land.where(lambda code: code is not None and code.endswith("K"))
    bad = (planting.among("JKHF") & ~fit) | (planting.among("GCHF") & ~fit & ~adjustable)
    bad |= planting.among(*_CROPS) & ~land.starting("01")
    yield Hits(
        chunk.rows(bad),
        "地类 {DLBM} 不应标注种植属性“{ZZSXDM}”",
        "land class {DLBM} does not take planting {ZZSXDM}",
        "ZZSXDM",
    )


@row_rule("1316", "DLBM", "TBXHDM", "ZZSXDM")
def refined_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Refined kinds of cultivated land are cultivated."""
    if chunk.has("DLBM", "TBXHDM", "ZZSXDM"):
        cultivated = chunk.coded("DLBM").starting("01") & chunk.coded("ZZSXDM").among("LS", "LYFL", "FLS")
        bad = chunk.coded("TBXHDM").among(*_REFINED_CROPLAND) & ~cultivated
        yield Hits(
            chunk.rows(bad),
            "细化代码 {TBXHDM} 要求耕地且种植属性为 LS、LYFL 或 FLS（现为 {DLBM}，{ZZSXDM}）",
            "refinement {TBXHDM} needs cultivated land with planting LS, LYFL or FLS (found {DLBM}, {ZZSXDM})",
            "TBXHDM",
        )


@row_rule("1317", "DLBM", "CZCSXM")
def settlement_code(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Settled land carries a settlement code; salt fields and mines are 204 or lie in a settlement."""
    if not chunk.has("DLBM", "CZCSXM"):
        return
    land, settlement = chunk.coded("DLBM"), chunk.coded("CZCSXM")
    yield Hits(
        chunk.rows(land.starting(*_SETTLED) & ~settlement.given),
        "地类 {DLBM} 必须填写城镇村属性码",
        "land class {DLBM} needs CZCSXM",
        "CZCSXM",
    )
    mines = land.among("0602", "0603") & settlement.given
    bad = mines & ~settlement.where(
        lambda code: code is not None and code[:3] in ("201", "202", "203", "204", "205")
    )
    yield Hits(
        chunk.rows(bad),
        "采矿、盐田用地的城镇村属性码“{CZCSXM}”应为 201–205",
        "CZCSXM {CZCSXM} of a mine or salt field must be 201–205",
        "CZCSXM",
    )


@row_rule("1318", "DLBM", "XZDWKD")
def linear_width(chunk: Chunk, clause: Clause) -> Iterator[Hits]:
    """Only roads, canals and rivers have a width; rural roads stay within the limit."""
    if not chunk.has("DLBM", "XZDWKD"):
        return
    land, width = chunk.coded("DLBM"), np.nan_to_num(chunk.numbers("XZDWKD"))
    limit = clause.number("rural_road_m")
    for bad, zh, en in (
        (
            ~land.among(*_WIDE) & (width > 0),
            "地类 {DLBM} 不应填写宽度（{XZDWKD}）",
            "land class {DLBM} takes no width",
        ),
        (
            land.among(*_MUST_BE_WIDE) & (width <= 0),
            "地类 {DLBM} 必须填写宽度",
            "land class {DLBM} needs a width",
        ),
        (
            land.among("1006") & (width > limit),
            f"农村道路宽度 {{XZDWKD}} m 大于 {limit:g} m",
            f"a rural road is {{XZDWKD}} m wide, more than {limit:g} m",
        ),
    ):
        yield Hits(chunk.rows(bad), zh, en, "XZDWKD")


@row_rule("1319", "MSSM", "HDMC")
def islands(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Islands have a name, land has none."""
    if chunk.has("MSSM", "HDMC"):
        bad = chunk.coded("MSSM").among("01") != chunk.coded("HDMC").given
        yield Hits(
            chunk.rows(bad),
            "描述说明 {MSSM} 与海岛名称“{HDMC}”不相应",
            "MSSM {MSSM} and HDMC {HDMC} disagree",
            "HDMC",
        )
