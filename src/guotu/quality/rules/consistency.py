"""1306 codes and names, 1307 division prefixes, 1310–1313 slope and deduction of cultivated land."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from guotu.model.arrays import BoolArray
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.codes import land_class_name
from guotu.quality.majority import Majority
from guotu.quality.registry import Again, Hits, Late, Surroundings, row_rule, running_rule

_PAIRS = (("QSDWDM", "QSDWMC"), ("ZLDWDM", "ZLDWMC"), ("XZQDM", "XZQMC"))


@row_rule("1306", "DLBM", "DLMC")
def class_names(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """A land-class code carries its own name."""
    if not chunk.has("DLBM", "DLMC"):
        return
    codes, names = chunk.coded("DLBM"), chunk.coded("DLMC")
    pairs = codes.index.astype(np.int64) * len(names.values) + names.index
    distinct, place = np.unique(pairs, return_inverse=True)
    wrong, due = np.zeros(len(distinct), bool), [""] * len(distinct)
    for at, pair in enumerate(distinct.tolist()):
        code, name = codes.values[pair // len(names.values)], names.values[pair % len(names.values)]
        wanted = None if code is None else land_class_name(chunk.schema, code)
        if wanted is not None and name is not None and name != wanted:
            wrong[at], due[at] = True, wanted
    rows = chunk.rows(wrong[place])
    yield Hits(
        rows,
        "地类编码 {DLBM} 的名称应为“{due}”，现为“{DLMC}”",
        "land class {DLBM} is named {due}, not {DLMC}",
        "DLMC",
        facts={"due": [due[place[row]] for row in rows]},
    )


class UnitNames:
    """One unit code, one name: the one that most rows have."""

    def __init__(self, around: Surroundings, _: Clause) -> None:
        codes = set(around.schema.codes)
        self.names = {pair: Majority() for pair in _PAIRS if codes.issuperset(pair)}

    def feed(self, chunk: Chunk) -> None:
        for pair, known in self.names.items():
            if chunk.has(*pair):
                self._compare(chunk, pair, known)

    def _compare(self, chunk: Chunk, pair: tuple[str, str], known: Majority) -> None:
        codes, names = chunk.coded(pair[0]), chunk.coded(pair[1])
        mixed = codes.index.astype(np.int64) * len(names.values) + names.index
        order = np.argsort(mixed, kind="stable")
        distinct, start = np.unique(mixed[order], return_index=True)
        for value, rows in zip(distinct.tolist(), np.split(order, start[1:]), strict=True):
            code, name = codes.values[value // len(names.values)], names.values[value % len(names.values)]
            if code is not None and name is not None:
                known.vote(code, name, rows, chunk.key, chunk.first_row)

    def finish(self, _: Again) -> Iterator[Late]:
        for pair, known in self.names.items():
            for each in known.dissent():
                more = ("", "") if each.row else (f"（{each.count} 个要素）", f" ({each.count} features)")
                yield Late(
                    f"{pair[0]} {each.thing} 在本层名为“{each.common}”，此处为“{each.value}”{more[0]}",
                    f"{pair[0]} {each.thing} is named {each.common} in this layer, here {each.value}{more[1]}",
                    row=each.row,
                    key=each.key,
                    field=pair[1],
                )


@running_rule("1306")
def unit_names(around: Surroundings, clause: Clause) -> UnitNames:
    return UnitNames(around, clause)


def _prefix(division: str | None) -> str:
    """`330106` → `330106`, `330100` → `3301`, `000000` → empty: pairs of zeros are cut from the right only."""
    code = (division or "")[:6]
    while code.endswith("00"):
        code = code[:-2]
    return code


@row_rule("1307")
def division_prefix(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """BSM, ZLDWDM and XZQDM begin with the division of the stream."""
    prefix = _prefix(chunk.division)
    for code in ("BSM", "ZLDWDM", "XZQDM"):
        if not prefix or not chunk.has(code) or not chunk.schema.field(code).type.is_text:
            continue
        column = chunk.coded(code)
        yield Hits(
            chunk.rows(column.given & ~column.starting(prefix)),
            f"{code}“{{{code}}}”不属于本行政区（{prefix}…）",
            f"{code} {{{code}}} is outside this division ({prefix}…)",
            code,
        )


def _filled(chunk: Chunk, code: str) -> BoolArray:
    return chunk.coded(code).given if chunk.has(code) else np.zeros(len(chunk), bool)


def _positive(chunk: Chunk, code: str) -> BoolArray:
    with np.errstate(invalid="ignore"):
        return chunk.numbers(code) > 0 if chunk.has(code) else np.zeros(len(chunk), bool)


def _cropland(chunk: Chunk) -> BoolArray:
    return chunk.coded("DLBM").starting("01")


def _slope(chunk: Chunk, *grades: str) -> BoolArray:
    return chunk.coded("GDPDJB").among(*grades)


@row_rule("1310", "DLBM", "GDPDJB")
def slope_of_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Cultivated land has a slope grade."""
    if chunk.has("DLBM", "GDPDJB"):
        bad = _cropland(chunk) & ~_slope(chunk, "1", "2", "3", "4", "5")
        yield Hits(
            chunk.rows(bad),
            "耕地（{DLBM}）的坡度级“{GDPDJB}”不在 1–5 之内",
            "cultivated land ({DLBM}) has slope grade {GDPDJB}, not 1–5",
            "GDPDJB",
        )


@row_rule("1311", "GDPDJB")
def flat_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Grade 1 has neither terrace kind nor deduction."""
    if chunk.has("GDPDJB"):
        bad = _slope(chunk, "1") & (
            _filled(chunk, "GDLX") | _positive(chunk, "KCXS") | _filled(chunk, "KCDLBM")
        )
        yield Hits(
            chunk.rows(bad),
            "坡度 1 级不应有耕地类型（{GDLX}）、扣除系数（{KCXS}）或扣除地类（{KCDLBM}）",
            "slope grade 1 allows no GDLX ({GDLX}), KCXS ({KCXS}) or KCDLBM ({KCDLBM})",
            "GDPDJB",
        )


@row_rule("1312", "DLBM", "GDPDJB", "GDLX", "KCXS")
def sloping_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Grades 2–5 name terrace or slope; terraces are deducted."""
    if not chunk.has("DLBM", "GDPDJB", "GDLX"):
        return
    sloping = _cropland(chunk) & _slope(chunk, "2", "3", "4", "5")
    kind = chunk.coded("GDLX")
    yield Hits(
        chunk.rows(sloping & ~kind.among("TT", "PD")),
        "坡度 {GDPDJB} 级耕地的耕地类型“{GDLX}”应为 TT 或 PD",
        "cultivated land of slope grade {GDPDJB} has GDLX {GDLX}, not TT or PD",
        "GDLX",
    )
    yield Hits(
        chunk.rows(sloping & kind.among("TT") & ~_positive(chunk, "KCXS")),
        "梯田（坡度 {GDPDJB} 级）没有扣除系数",
        "a terrace (slope grade {GDPDJB}) has no KCXS",
        "KCXS",
    )


@row_rule("1313", "DLBM", "KCXS", "KCDLBM")
def deduction_of_cropland(chunk: Chunk, _: Clause) -> Iterator[Hits]:
    """Only cultivated land is deducted, and only as field ridges (1203)."""
    if not chunk.has("DLBM", "KCXS", "KCDLBM"):
        return
    deducted, ridge = _positive(chunk, "KCXS"), chunk.coded("KCDLBM")
    yield Hits(
        chunk.rows(~_cropland(chunk) & (deducted | ridge.given)),
        "非耕地（{DLBM}）不应有扣除（系数 {KCXS}，扣除地类 {KCDLBM}）",
        "land that is not cultivated ({DLBM}) is deducted (KCXS {KCXS}, KCDLBM {KCDLBM})",
        "KCXS",
    )
    yield Hits(
        chunk.rows(_cropland(chunk) & (deducted != ridge.among("1203"))),
        "扣除系数 {KCXS} 与扣除地类“{KCDLBM}”不相应（大于 0 时应为 1203，否则为空）",
        "KCXS {KCXS} and KCDLBM {KCDLBM} disagree (1203 where above 0, else empty)",
        "KCDLBM",
    )


class RidgeShares:
    """One deduction share for each kind of sloping land and slope grade: a constant of the county."""

    def __init__(self, _: Surroundings, __: Clause) -> None:
        self.shares = Majority()

    def feed(self, chunk: Chunk) -> None:
        if not chunk.has("DLBM", "GDPDJB", "GDLX", "KCXS"):
            return
        kinds, grades = chunk.coded("GDLX"), chunk.coded("GDPDJB")
        shares = np.nan_to_num(chunk.numbers("KCXS"))
        rows = chunk.rows(_cropland(chunk) & kinds.given & grades.given & (shares > 0))
        mixed = kinds.index[rows].astype(np.int64) * len(grades.values) + grades.index[rows]
        order = np.lexsort((rows, shares[rows], mixed))
        rows, mixed = rows[order], mixed[order]
        cuts = np.flatnonzero((np.diff(mixed) != 0) | (np.diff(shares[rows]) != 0)) + 1
        for group in np.split(rows, cuts):
            if len(group):
                row = int(group[0])
                pair = str(kinds.values[kinds.index[row]]), str(grades.values[grades.index[row]])
                self.shares.vote(pair, float(shares[row]), group, chunk.key, chunk.first_row)

    def finish(self, _: Again) -> Iterator[Late]:
        for each in self.shares.dissent():
            assert isinstance(each.thing, tuple)
            kind, grade = each.thing
            more = ("", "") if each.row else (f"（{each.count} 个要素）", f" ({each.count} features)")
            yield Late(
                f"{kind} 坡度 {grade} 级的扣除系数 {each.value:g} 与本县系数 {each.common:g} 不一致{more[0]}",
                f"KCXS {each.value:g} of {kind} on slope grade {grade} is not the county's {each.common:g}{more[1]}",
                row=each.row,
                key=each.key,
                field="KCXS",
            )


@running_rule("1312", "DLBM", "GDPDJB", "GDLX", "KCXS")
def ridge_shares(around: Surroundings, clause: Clause) -> RidgeShares:
    return RidgeShares(around, clause)
