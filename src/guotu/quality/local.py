"""Rules that an office writes itself: a condition in CQL2 text that says when a row is wrong, and what to tell.

[[rule]]
id = "QH-01"
layer = "dltb-2020"
where = "DLBM LIKE '01%' AND TBMJ < 66.67"
zh = "耕地图斑 {TBMJ} m² 不足一分地"
en = "cultivated parcel of {TBMJ} m² is below 66.67 m²"
remedy_zh = "并入相邻耕地。"
remedy_en = "Join it to a neighbour."
severity = "C"
level = "warn"
field = "TBMJ"
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guotu.errors import GuotuError, Place
from guotu.errors.quality import LOCAL_RULE_INVALID
from guotu.model.expression import Expression
from guotu.model.expression_text import parse
from guotu.model.finding import Severity
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause, Level
from guotu.quality.evaluate import true_rows
from guotu.quality.registry import Hits
from guotu.standards import layers

LOCAL_ID = re.compile(r"[A-Z][A-Z0-9_-]{1,23}")
CATEGORY = ("地方规则", "Local rules")
_NEEDED = ("id", "where", "zh", "en", "remedy_zh", "remedy_en", "severity", "level")
_ALLOWED = (*_NEEDED, "layer", "name", "name_en", "field", "example")


@dataclass(frozen=True, slots=True)
class LocalRule:
    """One rule of an office: `conditions` by schema id, parsed and checked when the pack was read."""

    clause: Clause
    where: str
    zh: str
    en: str
    field: str | None
    conditions: Mapping[str, Expression]

    def fits(self, schema: LayerSchema) -> bool:
        return schema.id in self.conditions

    def judge(self, chunk: Chunk, _: Clause) -> Iterator[Hits]:
        """The rows that are wrong."""
        wrong = true_rows(self.conditions[chunk.schema.id], chunk)
        coordinates = None
        rows = chunk.rows(wrong)
        if len(rows) and chunk.schema.geometry is not GeometryKind.NONE:
            coordinates = _middles(chunk, rows)
        yield Hits(rows, self.zh, self.en, self.field, coordinates=coordinates)


def _middles(chunk: Chunk, rows: Any) -> Any:
    box = chunk.shapes.box[rows]
    return (box[:, :2] + box[:, 2:]) / 2


def read_rule(entry: Mapping[str, Any], scope: tuple[LayerSchema, ...], place: Place) -> LocalRule:
    """A rule from its table in a pack that applies to the layers `scope`.

    Raises   GT-1404 with the place of the rule: a missing or unknown key, a condition that cannot be read, a field that
             the layer does not have
    """
    id = str(entry.get("id", "?"))

    def wrong(zh: str, en: str) -> GuotuError:
        return LOCAL_RULE_INVALID(
            place=place, rule=id, file=place.file, line=place.row, reason_zh=zh, reason_en=en
        )

    for name in _NEEDED:
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise wrong(f"缺少 {name}", f"{name} is missing")
    for name in set(entry) - set(_ALLOWED):
        raise wrong(f"不认识的项 {name}", f"unknown {name}")
    if not LOCAL_ID.fullmatch(id):
        raise wrong(
            "编号应为大写字母开头的字母、数字、横线", "an id is capitals, digits and dashes, a letter first"
        )
    if entry["severity"] not in set(Severity) or entry["level"] not in set(Level):
        raise wrong(
            "severity 应为 A、B、C、D，level 应为 refuse、warn", "severity is A to D, level refuse or warn"
        )
    schemas = _schemas(entry, scope, wrong)
    conditions = {schema.id: _condition(entry, schema, wrong) for schema in schemas}
    level, severity = Level(entry["level"]), Severity(entry["severity"])
    name = entry.get("name", id)
    clause = Clause(
        id,
        name,
        entry.get("name_en", name),
        severity,
        level,
        entry["remedy_zh"],
        entry["remedy_en"],
        {},
        *CATEGORY,
    )
    return LocalRule(clause, entry["where"], entry["zh"], entry["en"], entry.get("field"), conditions)


def _schemas(entry: Mapping[str, Any], scope: tuple[LayerSchema, ...], wrong: Any) -> tuple[LayerSchema, ...]:
    if "layer" not in entry:
        if not scope:
            raise wrong("没有指明图层", "no layer is named")
        return scope
    try:
        return (layers.schema(str(entry["layer"])),)
    except GuotuError as unknown:
        raise wrong(unknown.detail("zh"), unknown.detail("en")) from None


def _condition(entry: Mapping[str, Any], schema: LayerSchema, wrong: Any) -> Expression:
    """The condition for one layer, and the fields its texts name."""
    named = {name for text in (entry["zh"], entry["en"]) for name in _names(text, wrong)}
    for field in sorted(named | ({entry["field"]} if "field" in entry else set())):
        if field not in schema.codes:
            raise wrong(f"{schema.id} 没有字段 {field}", f"{schema.id} has no field {field}")
    try:
        return parse(entry["where"], schema)
    except GuotuError as unreadable:
        raise wrong(
            f"{schema.id}：{unreadable.detail('zh')}", f"{schema.id}: {unreadable.detail('en')}"
        ) from None


def _names(text: str, wrong: Any) -> Iterator[str]:
    """Fields in braces; anything fancier in them is refused, for texts of others are filled with data."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise wrong("文字中的花括号不成对", "the braces of a text do not match") from None
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if (
            not re.fullmatch(r"[A-Za-z_]\w*", name)
            or conversion
            or not re.fullmatch(r"(\.\d{1,2}f)?", form or "")
        ):
            raise wrong(f"文字中的 {{{name}}} 应只写字段代码", f"{{{name}}} in a text must be a field code")
        yield name
