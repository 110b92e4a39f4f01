"""Which column of a file is which field of the schema: by code, alias or Chinese name, whole or cut short by DBF."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from guotu.model.finding import FieldMatch
from guotu.model.schema import Field, LayerSchema

DBF_NAME_BYTES = 10
_SUFFIX = re.compile(r"_\d{1,2}$")
_AUTOMATIC = re.compile(
    r"(objectid|fid|id|shape|shape_leng(th)?|shape_area|geom|ogc_fid)(_\d+)?", re.IGNORECASE
)

Speller = Callable[[Field], Iterator[str]]


def match_fields(schema: LayerSchema, names: Sequence[str]) -> tuple[FieldMatch, ...]:
    """One match per column, in the order of the columns; a field is taken by one column, the best spelled one.

    Columns that no field wants keep code None and say why.
    """
    found: dict[str, FieldMatch] = {}
    taken: set[str] = set()
    cleaned = {name: _clean(name) for name in names}
    for suffixed in (False, True):
        for speller, zh, en in _SPELLINGS:
            spelled = _unique(schema, speller)
            for name in names:
                text = _SUFFIX.sub("", cleaned[name]) if suffixed else cleaned[name]
                code = spelled.get(text.casefold())
                if name in found or code is None or code in taken or (suffixed and text == cleaned[name]):
                    continue
                found[name] = FieldMatch(name, code, *_reason(name, code, zh, en, suffixed))
                taken.add(code)
    return tuple(found.get(name) or _left_out(name, cleaned[name], schema) for name in names)


def _clean(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().strip("\ufeff\x00").strip()


def _unique(schema: LayerSchema, speller: Speller) -> dict[str, str]:
    """Spelling → code; spellings that two fields share are left out, for nothing is guessed."""
    spelled: dict[str, set[str]] = {}
    for field in schema.fields:
        for text in speller(field):
            spelled.setdefault(text.casefold(), set()).add(field.code)
    return {text: codes.copy().pop() for text, codes in spelled.items() if text and len(codes) == 1}


def _cut(text: str, encoding: str) -> str:
    return text.encode(encoding, "ignore")[:DBF_NAME_BYTES].decode(encoding, "ignore")


def _code(field: Field) -> Iterator[str]:
    yield field.code


def _aliases(field: Field) -> Iterator[str]:
    yield from field.aliases


def _name(field: Field) -> Iterator[str]:
    yield _clean(field.name)


def _short_name(field: Field) -> Iterator[str]:
    yield _cut(_clean(field.name), "gbk")


def _shorter_name(field: Field) -> Iterator[str]:
    yield _cut(_clean(field.name), "utf-8")


def _short_code(field: Field) -> Iterator[str]:
    yield from (_cut(text, "gbk") for text in (field.code, *field.aliases))


_SPELLINGS: tuple[tuple[Speller, str, str], ...] = (
    (_code, "字段代码", "field code"),
    (_aliases, "别名", "alias"),
    (_name, "中文名称", "Chinese name"),
    (_short_name, "被 DBF 截断的中文名称", "Chinese name cut short by DBF"),
    (_shorter_name, "被 DBF 截断的中文名称（UTF-8）", "Chinese name cut short by DBF (UTF-8)"),
    (_short_code, "被 DBF 截断的代码或别名", "code or alias cut short by DBF"),
)


def _reason(name: str, code: str, zh: str, en: str, suffixed: bool) -> tuple[str, str]:
    if name == code:
        return "字段代码一致", "same code"
    if suffixed:
        return f"去掉序号后缀后按{zh}对应", f"by {en} without its numeric suffix"
    if name.casefold() == code.casefold():
        return "字段代码一致（大小写不同）", "same code but for case"
    return f"按{zh}对应", f"by {en}"


def _left_out(name: str, text: str, schema: LayerSchema) -> FieldMatch:
    if _AUTOMATIC.fullmatch(text):
        return FieldMatch(
            name, None, "GIS 软件的自动字段，不入库", "automatic column of GIS software, left out"
        )
    if _SUFFIX.sub("", text).casefold() in {code.casefold() for code in schema.codes}:
        return FieldMatch(name, None, "同名字段的副本，不入库", "copy of a field that is there, left out")
    return FieldMatch(name, None, "图层结构中没有该字段，不入库", "not a field of the schema, left out")
