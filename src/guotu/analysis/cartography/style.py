"""How layers are painted: one declaration (`analysis/styles/layers.json`) that the portal and the printed maps share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from functools import cache
from importlib import resources
from typing import Any, Literal

from guotu.errors import Lang
from guotu.standards.domains import domain

StyleType = Literal["fill", "line", "circle"]


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours are #rrggbb or #rrggbbaa; widths, dashes and radius in CSS pixels (1/96 inch); hatching leans right or left;
    a line may stand on a broader casing."""

    fill: str | None = None
    stroke: str | None = None
    width: float = 1.0
    dash: tuple[float, ...] = ()
    hatch: bool = False
    radius: float = 4.0
    casing: str | None = None
    lean: Literal["left", "right"] = "right"

    @property
    def outlined(self) -> Paint:
        """The same without its fill."""
        return replace(self, fill=None)

    @property
    def quiet(self) -> Paint:
        """The same, pale, as ground for what a map is about."""
        fill = _pale(self.fill) if self.fill else None
        return replace(self, fill=fill, stroke=_pale(self.stroke) if self.stroke else None)

    def as_dict(self) -> dict[str, Any]:
        return {
            "fill": self.fill,
            "stroke": self.stroke,
            "width": self.width,
            "dash": list(self.dash) or None,
            "hatch": self.hatch,
            "radius": self.radius,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """The paint of features whose class is one of `values`."""

    values: tuple[str, ...]
    paint: Paint
    zh: str
    en: str

    def label(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """A layer's paint: by class where `field` is given (by its first `prefix` characters, if any), else `default`.

    `text` is the size of the words written on it, in CSS pixels.
    """

    id: str
    type: StyleType
    order: int
    default: Paint
    field: str | None = None
    rules: tuple[Rule, ...] = ()
    prefix: int | None = None
    zh: str = ""
    en: str = ""
    text: float = 7.0
    by_value: Mapping[str, Rule] = attribute(default_factory=dict, compare=False, repr=False)

    def rule_of(self, value: object) -> Rule | None:
        """The rule of a class, None where the default paint serves."""
        text = str(value)[: self.prefix] if self.prefix else str(value)
        return self.by_value.get(text)

    def title(self, lang: Lang) -> str:
        """What the style's own declaration calls it; empty for datasets, which the catalogue names."""
        return self.zh if lang == "zh" else self.en

    def repainted(self, change: Callable[[Paint], Paint]) -> LayerStyle:
        """The same classes in other paint."""
        rules = tuple(replace(rule, paint=change(rule.paint)) for rule in self.rules)
        return replace(self, default=change(self.default), rules=rules, by_value=_by_value(rules))

    def as_dict(self) -> dict[str, Any]:
        """For a client that paints by exact values."""
        return {
            "type": self.type,
            "order": self.order,
            "field": self.field,
            "prefix": self.prefix,
            "default": self.default.as_dict(),
            "rules": [{"values": list(rule.values), **rule.paint.as_dict()} for rule in self.rules],
        }


def _by_value(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    return {value: rule for rule in rules for value in rule.values}


PALE = 0.58
"""How far towards white a quiet colour goes."""


@cache
def _document() -> dict[str, Any]:
    text = resources.files("guotu.analysis").joinpath("styles/layers.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def layer_style(dataset: str) -> LayerStyle:
    """The style of a dataset, a quiet grey one where none is declared."""
    body = _document()["layers"].get(dataset)
    plain = {"type": "fill", "order": 25, "default": {"fill": "#8080801c", "stroke": "#606060", "width": 1}}
    return _style(dataset, body or plain)


@cache
def mark_style(id: str) -> LayerStyle:
    """The style of what a review draws over the layers: project, conflict, attention, noted, buffer, spot, corner."""
    return _style(id, _document()["marks"][id])


def marks() -> tuple[str, ...]:
    """Every declared mark."""
    return tuple(_document()["marks"])


def styled() -> tuple[str, ...]:
    """Datasets with a declared style."""
    return tuple(_document()["layers"])


def _style(id: str, body: dict[str, Any]) -> LayerStyle:
    default = _paint(body["default"])
    listed = [_rule(rule, body.get("domain")) for rule in body.get("rules", ())]
    palette = _document()["palettes"].get(body.get("palette"), {})
    listed += [_class_rule(value, colour, default, body["domain"]) for value, colour in palette.items()]
    return LayerStyle(
        id=id,
        type=body["type"],
        order=body["order"],
        default=default,
        field=body.get("field"),
        rules=tuple(listed),
        prefix=body.get("prefix"),
        zh=body.get("zh", ""),
        en=body.get("en", ""),
        text=body.get("text", 7.0),
        by_value=_by_value(listed),
    )


def _rule(body: dict[str, Any], named_by: str | None) -> Rule:
    values = tuple(body["values"])
    name = body.get("zh") or _name(values[0], named_by)
    return Rule(values, _paint(body), name, body.get("en") or name)


def _class_rule(value: str, colour: str, default: Paint, named_by: str) -> Rule:
    name = f"{value} {_name(value, named_by)}"
    return Rule((value,), Paint(colour, default.stroke, default.width), name, name)


def _name(value: str, named_by: str | None) -> str:
    if named_by is None:
        return value
    names = domain(named_by)
    return names.name(value) if value in names else value


def _paint(body: dict[str, Any]) -> Paint:
    return Paint(
        fill=body.get("fill"),
        stroke=body.get("stroke"),
        width=body.get("width", 1.0),
        dash=tuple(body.get("dash") or ()),
        hatch=body.get("hatch", False),
        radius=body.get("radius", 4.0),
        casing=body.get("casing"),
        lean=body.get("lean", "right"),
    )


def _pale(colour: str) -> str:
    """A colour mixed with white, opacity kept."""
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part + (255 - part) * PALE):02x}" for part in parts) + colour[7:]
