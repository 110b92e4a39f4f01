"""1201 mandatory layers are there and filled, 1202 all layers share one coordinate system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from guotu.model.datum import Crs
from guotu.model.schema import GeometryKind
from guotu.quality.clause import Clause
from guotu.quality.layerset.layers import LayerSet
from guotu.quality.layerset.registry import at, set_rule
from guotu.quality.registry import Late
from guotu.standards import layers


@set_rule("1201")
def mandatory_layers(given: LayerSet, clause: Clause) -> Iterator[Late]:
    """Every dataset that the pack requires has a layer with at least one feature."""
    for dataset in clause.parameters.get("required", ()):
        schema = layers.schema(dataset)
        found = given.of(dataset)
        if not found:
            yield Late(
                f"缺少图层 {schema.code}（{schema.name}）",
                f"layer {schema.code} ({schema.name_en}) is missing",
                layer=schema.code,
            )
        for layer in found:
            column = schema.key[:1] or schema.codes[:1]
            if not any(batch.num_rows for batch in layer.batches(column)):
                yield at(layer, "必备图层没有要素", "a mandatory layer has no features")


@set_rule("1202")
def one_system(given: LayerSet, _: Clause) -> Iterator[Late]:
    """All layers with geometry come in the coordinate system that most of them have."""
    known = [
        layer
        for layer in given.layers
        if layer.crs and not layer.present and layer.schema.geometry is not GeometryKind.NONE
    ]
    systems = Counter(_named(layer.crs) for layer in known if layer.crs)
    if len(systems) < 2:
        return
    common = systems.most_common(1)[0][0]
    for layer in known:
        name = _named(layer.crs) if layer.crs else common
        if name != common:
            yield at(
                layer,
                f"坐标系为 {name}，与多数图层的 {common} 不一致",
                f"the coordinate system is {name}, that of most layers {common}",
            )


def _named(crs: Crs) -> str:
    return f"EPSG:{crs.epsg}"
