"""The features a check met, as tables: columns chosen for each dataset (`hits.toml`), long lists summed up."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from guotu.apps.approval.report.document import Align, Column, Row, Table, Tone
from guotu.apps.approval.report.figures import square_metres
from guotu.apps.approval.result import CheckResult, Hit, Review
from guotu.apps.approval.words import Text
from guotu.errors import Lang
from guotu.standards import domains, layers

MOST_ROWS = 15
"""Longer tables show their biggest rows, or groups; the workbook has them all."""
PLAIN_FIELDS = 3
NUMBER, AREA, RATIO, DISTANCE, PARCEL, REMARK = 0.07, 0.14, 0.125, 0.13, 0.12, 0.16


@dataclass(frozen=True, slots=True)
class Shown:
    """One column of a dataset's table: which attributes, under which title."""

    title: Text
    fields: tuple[str, ...]
    share: float
    align: Align = "left"
    join: bool = False
    separator: str = " "
    titled: bool = False
    """Takes the hit's own title where the feature has no attributes (ground that no feature covers)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the hits of a dataset are shown."""

    columns: tuple[Shown, ...]
    group: tuple[str, ...] = ()
    ratio: bool = False


@cache
def _plans() -> dict[str, Plan]:
    text = resources.files(__package__).joinpath("hits.toml").read_text(encoding="utf-8")
    return {dataset: _plan(body) for dataset, body in tomllib.loads(text).items() if isinstance(body, dict)}


def planned() -> tuple[str, ...]:
    """Datasets with columns of their own."""
    return tuple(_plans())


def _plan(body: Mapping[str, Any]) -> Plan:
    columns = tuple(
        Shown(
            title=Text(entry["zh"], entry["en"]),
            fields=tuple(entry["fields"]),
            share=float(entry["share"]),
            align=entry.get("align", "left"),
            join=entry.get("join", False),
            separator=entry.get("sep", " "),
            titled=entry.get("title", False) or number == 0,
        )
        for number, entry in enumerate(body["columns"])
    )
    return Plan(columns, tuple(body.get("group", ())), body.get("ratio", False))


def plan_of(dataset: str) -> Plan:
    """The columns of a dataset: declared ones, else its title and the first fields of its schema."""
    if dataset in _plans():
        return _plans()[dataset]
    fields = [field for field in layers.schema(dataset).fields if field.code not in ("BSM", "YSDM")]
    return Plan(
        tuple(
            Shown(Text(field.name, field.code), (field.code,), 0.66 / PLAIN_FIELDS, titled=number == 0)
            for number, field in enumerate(fields[:PLAIN_FIELDS])
        )
    )


def ordered(check: CheckResult) -> list[Hit]:
    """The hits dataset by dataset, counted ones first, the biggest (or nearest) before the others."""
    datasets = list(dict.fromkeys(hit.dataset for hit in check.hits))
    return sorted(
        check.hits,
        key=lambda hit: (
            datasets.index(hit.dataset),
            not hit.counted,
            -round(hit.area_m2, 4),
            hit.distance_m or 0.0,
        ),
    )


def values(hit: Hit, lang: Lang) -> list[str]:
    """One text a column of the hit's dataset."""
    return [_value(shown, hit, lang) for shown in plan_of(hit.dataset).columns]


def _value(shown: Shown, hit: Hit, lang: Lang) -> str:
    found = [
        named(hit.dataset, field, hit.attributes[field])
        for field in shown.fields
        if hit.attributes.get(field) not in (None, "")
    ]
    if not found:
        return hit.title.in_(lang) if shown.titled and not hit.attributes else "—"
    return shown.separator.join(_once(found)) if shown.join else found[0]


def _once(texts: Sequence[str]) -> list[str]:
    """Texts without those that an earlier one already ends in (`0101 水田`, `水田`)."""
    kept: list[str] = []
    for text in texts:
        if not any(earlier == text or earlier.endswith(f" {text}") for earlier in kept):
            kept.append(text)
    return kept


def named(dataset: str, code: str, value: Any) -> str:
    """A value as people read it: the name of its code where the field has a value domain that knows it."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    known = next((field for field in layers.schema(dataset).fields if field.code == code), None)
    if known is None or known.domain is None:
        return text
    names = domains.domain(known.domain)
    if text not in names or names.name(text) == text:
        return text
    return (
        names.name(text) if not text[:1].isdigit() or known.domain in SHORT else f"{text} {names.name(text)}"
    )


SHORT = ("QSXZ", "DZZHLX")
"""Domains whose names say enough without the code."""


def spoken(hit: Hit, lang: Lang) -> str:
    """The attributes in one line, for the workbook."""
    columns = plan_of(hit.dataset).columns
    pairs = [(c.title.in_(lang), v) for c, v in zip(columns, values(hit, lang), strict=True) if v != "—"]
    colon, between = ("：", "；") if lang == "zh" else (": ", "; ")
    return between.join(f"{title}{colon}{value}" for title, value in pairs)


def tables(review: Review, check: CheckResult, lang: Lang) -> Iterator[Table]:
    """One table for each dataset that was met; ground that no feature covers is told by the check's sums alone."""
    for dataset, group in groupby(ordered(check), key=lambda hit: hit.dataset):
        hits = list(group)
        if not any(hit.feature for hit in hits):
            continue
        plan = plan_of(dataset)
        caption = _caption(review, check, dataset, lang)
        if len(hits) > MOST_ROWS and plan.group:
            yield _grouped(caption, plan, hits, lang)
        else:
            yield _listed(caption, plan, hits, lang, parcels=len(review.parcels) > 1)


def _caption(review: Review, check: CheckResult, dataset: str, lang: Lang) -> str:
    entry = next((entry for entry in (*check.basis, *review.basis) if entry.dataset == dataset), None)
    schema = layers.schema(dataset)
    title = entry.title.in_(lang) if entry else schema.name if lang == "zh" else schema.name_en
    return f"涉及的{title}" if lang == "zh" else f"Met: {title}"


@dataclass(frozen=True, slots=True)
class _Extra:
    """Which columns stand beside the attributes."""

    parcel: bool
    area: bool
    distance: bool
    ratio: bool
    remark: bool


def _listed(caption: str, plan: Plan, hits: Sequence[Hit], lang: Lang, *, parcels: bool) -> Table:
    extra = _Extra(
        parcel=parcels,
        area=any(hit.area_m2 for hit in hits),
        distance=any(hit.distance_m for hit in hits),
        ratio=plan.ratio and any(hit.share is not None for hit in hits),
        remark=any(hit.note is not None or not hit.counted for hit in hits),
    )
    shown = hits if len(hits) <= MOST_ROWS else hits[:MOST_ROWS]
    rows = [_row(number, hit, extra, lang) for number, hit in enumerate(shown, 1)]
    if len(hits) > len(shown):
        rows.append(_rest(len(plan.columns), hits[len(shown) :], extra, lang))
    return Table(caption, _shares(_heads(plan, extra, lang)), tuple(rows))


def _heads(plan: Plan, extra: _Extra, lang: Lang) -> list[Column]:
    zh = lang == "zh"
    columns = [Column("序号" if zh else "No.", NUMBER, "center")]
    columns += [Column("地块" if zh else "Of", PARCEL)] if extra.parcel else []
    columns += [Column(c.title.in_(lang), c.share, c.align) for c in plan.columns]
    columns += [Column("面积（㎡）" if zh else "Area (m²)", AREA, "right")] if extra.area else []
    columns += [Column("占该要素" if zh else "Of feature", RATIO, "right")] if extra.ratio else []
    columns += [Column("距离（m）" if zh else "Away (m)", DISTANCE, "right")] if extra.distance else []
    columns += [Column("备注" if zh else "Remark", REMARK)] if extra.remark else []
    return columns


def _shares(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Widths that fill the line."""
    total = sum(column.share for column in columns)
    return tuple(Column(column.title, column.share / total, column.align) for column in columns)


def _row(number: int, hit: Hit, extra: _Extra, lang: Lang) -> Row:
    cells = [str(number)]
    cells += [hit.parcel] if extra.parcel else []
    cells += values(hit, lang)
    cells += [square_metres(hit.area_m2)] if extra.area else []
    cells += [_percent(hit)] if extra.ratio else []
    cells += [_away(hit, lang)] if extra.distance else []
    cells += [remark(hit, lang)] if extra.remark else []
    quiet: Tone = "quiet"
    return Row(tuple(cells), tones=() if hit.counted else (quiet,) * len(cells))


def _percent(hit: Hit) -> str:
    return "—" if hit.share is None else f"{hit.share:.2%}"


def _away(hit: Hit, lang: Lang) -> str:
    if hit.distance_m is None:
        return "—"
    return f"{hit.distance_m:,.1f}" if hit.distance_m else ("相交" if lang == "zh" else "meets")


def remark(hit: Hit, lang: Lang) -> str:
    """What is to be said of a hit beside its figures; that it does not count, at least."""
    if hit.note is not None:
        return hit.note.in_(lang)
    return "" if hit.counted else ("不计入" if lang == "zh" else "not counted")


def _rest(columns: int, hits: Sequence[Hit], extra: _Extra, lang: Lang) -> Row:
    zh = lang == "zh"
    words = f"其余 {len(hits)} 条见 XLSX 成果表" if zh else f"{len(hits)} more in the workbook"
    cells = [""]
    cells += [""] if extra.parcel else []
    cells += [words, *[""] * (columns - 1)]
    cells += [square_metres(_sum(hits))] if extra.area else []
    cells += [""] * (extra.ratio + extra.distance + extra.remark)
    return Row(tuple(cells), total=True)


def _grouped(caption: str, plan: Plan, hits: Sequence[Hit], lang: Lang) -> Table:
    zh = lang == "zh"
    sums: dict[tuple[bool, str], list[Hit]] = {}
    for hit in hits:
        sums.setdefault((hit.counted, _group(plan, hit, lang)), []).append(hit)
    order = sorted(sums.items(), key=lambda item: (not item[0][0], -_sum(item[1])))
    rows = []
    for number, ((counted, name), members) in enumerate(order[:MOST_ROWS], 1):
        words = name if counted else f"{name}（不计入）" if zh else f"{name} (not counted)"
        rows.append(_sum_row(str(number), words, members, tones=() if counted else ("quiet",) * 4))
    rest = [hit for _, members in order[MOST_ROWS:] for hit in members]
    if rest:
        rows.append(_sum_row("", "其余" if zh else "others", rest))
    counted_hits = [hit for hit in hits if hit.counted]
    rows.append(_sum_row("", "计入合计" if zh else "Counted", counted_hits, total=True))
    columns = (
        Column("序号" if zh else "No.", 0.10, "center"),
        Column("类别（逐条见 XLSX 成果表）" if zh else "Group (each one in the workbook)", 0.50),
        Column("图斑数" if zh else "Features", 0.16, "right"),
        Column("面积（㎡）" if zh else "Area (m²)", 0.24, "right"),
    )
    return Table(caption, columns, tuple(rows))


def _sum(hits: Sequence[Hit]) -> float:
    return math.fsum(hit.area_m2 for hit in hits)


def _sum_row(
    number: str, words: str, hits: Sequence[Hit], *, total: bool = False, tones: tuple[Tone, ...] = ()
) -> Row:
    return Row((number, words, str(len(hits)), square_metres(_sum(hits))), total=total, tones=tones)


def _group(plan: Plan, hit: Hit, lang: Lang) -> str:
    found = [named(hit.dataset, field, hit.attributes.get(field) or "") for field in plan.group]
    return " ".join(_once([text for text in found if text])) or hit.title.in_(lang)
