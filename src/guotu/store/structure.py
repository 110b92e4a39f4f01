"""When two schemas are the same structure."""

from __future__ import annotations

from guotu.model.schema import LayerSchema


def differences(registered: LayerSchema, offered: LayerSchema) -> str:
    """What differs in what the store depends on: id, geometry, field codes and types, key; empty if nothing does.

    Names, aliases, domains and rule texts may change without a new edition.
    """
    parts = []
    if registered.id != offered.id:
        parts.append(f"{registered.id} ≠ {offered.id}")
    if registered.geometry is not offered.geometry:
        parts.append(f"{registered.geometry.value} ≠ {offered.geometry.value}")
    if registered.key != offered.key:
        parts.append(f"{'+'.join(registered.key)} ≠ {'+'.join(offered.key)}")
    before, after = (
        [(field.code, field.type) for field in schema.fields] for schema in (registered, offered)
    )
    parts += [f"- {code} {kind.value}" for code, kind in before if (code, kind) not in after]
    parts += [f"+ {code} {kind.value}" for code, kind in after if (code, kind) not in before]
    if not parts and before != after:
        parts.append("field order")
    return "; ".join(parts)
