"""Rules between layers register by id; a rule that finds its layers absent yields nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from guotu.quality.clause import Clause
from guotu.quality.layerset.layers import LayerSet
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.registry import Late

SetRule = Callable[[LayerSet, Clause], Iterator[Late]]

SET_REGISTER: list[tuple[str, SetRule]] = []


def set_rule(id: str) -> Callable[[SetRule], SetRule]:
    """Register a rule between layers under a rule's id."""

    def register(function: SetRule) -> SetRule:
        SET_REGISTER.append((id, function))
        return function

    return register


def at(layer: LayerReader, zh: str, en: str, **facts: object) -> Late:
    """A breach that lies in a layer."""
    return Late(zh, en, layer=layer.name, file=layer.file, **facts)  # type: ignore[arg-type]
