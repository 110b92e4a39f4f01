"""Holds a JSON value against a JSON Schema, for the keywords that the project's schemas use; any other keyword is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}
SPOKEN = {"$schema", "$id", "$defs", "title", "description"}
KNOWN = SPOKEN | {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "pattern", "minimum", "maximum",
    "minItems", "minLength", "anyOf", "$ref",
}  # fmt: skip


def faults(
    value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None, at: str = "$"
) -> list[str]:
    """Everything in which a value departs from a schema, with its place."""
    return list(_faults(value, schema, root or schema, at))


def _faults(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    unknown = set(schema) - KNOWN
    assert not unknown, f"{at}: keywords {unknown} are not checked"
    if "$ref" in schema:
        yield from _faults(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, at)
    if "anyOf" in schema and not any(not faults(value, option, root, at) for option in schema["anyOf"]):
        yield f"{at}: {value!r} fits no option"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(KINDS[kind](value) for kind in kinds):
        yield f"{at}: {value!r} is no {'/'.join(kinds)}"
        return
    yield from _plain(value, schema, at)
    if isinstance(value, dict):
        yield from _object(value, schema, root, at)
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from _faults(item, schema["items"], root, f"{at}[{place}]")


def _plain(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    tests = {
        "enum": lambda wanted: value in wanted,
        "const": lambda wanted: value == wanted,
        "pattern": lambda wanted: re.search(wanted, value) is not None,
        "minimum": lambda wanted: value >= wanted,
        "maximum": lambda wanted: value <= wanted,
        "minItems": lambda wanted: len(value) >= wanted,
        "minLength": lambda wanted: len(value) >= wanted,
    }
    for keyword, test in tests.items():
        if keyword in schema and not test(schema[keyword]):
            yield f"{at}: {value!r} breaks {keyword} {schema[keyword]!r}"


def _object(value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value)
    for name, item in value.items():
        if name in properties:
            yield from _faults(item, properties[name], root, f"{at}.{name}")
        elif others is False:
            yield f"{at}: {name} is not foreseen"
        elif isinstance(others, dict):
            yield from _faults(item, others, root, f"{at}.{name}")
