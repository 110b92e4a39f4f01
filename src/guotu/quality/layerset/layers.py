"""The layers of one check, by dataset, each laid out once however many rules look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from guotu.quality.layerset.control import Control
from guotu.quality.layerset.reader import LayerReader
from guotu.quality.layerset.shelf import Shelf

DIVISIONS = "xz.xzq"
"""The dataset whose polygons together are the territory."""


class LayerSet:
    """What a rule between layers may ask for."""

    def __init__(self, layers: Iterable[LayerReader], folder: Path, stop: Callable[[], None]) -> None:
        self.layers, self.stop = tuple(layers), stop
        self._folder = folder
        self._shelves: dict[int, Shelf] = {}
        self._control: Control | None = None

    def of(self, dataset: str, *, superior: bool = False) -> tuple[LayerReader, ...]:
        """Layers of a dataset, those of this plan or those of the plan above; what comes in before what is present."""
        found = [
            layer for layer in self.layers if layer.schema.dataset == dataset and layer.superior is superior
        ]
        return tuple(sorted(found, key=lambda layer: layer.present))

    def first(self, dataset: str, *, superior: bool = False) -> LayerReader | None:
        """The layer of a dataset that counts: the one that comes in, else the present one."""
        found = self.of(dataset, superior=superior)
        return found[0] if found else None

    def shelf(self, layer: LayerReader) -> Shelf:
        """A layer's geometries at hand, with all the columns that rules between layers read."""
        if id(layer) not in self._shelves:
            path = self._folder / f"{len(self._shelves)}.wkb"
            columns = tuple(code for code in layer.schema.codes if code in _READ or code in layer.schema.key)
            self._shelves[id(layer)] = Shelf(layer, columns, path, self.stop)
        return self._shelves[id(layer)]

    @property
    def control(self) -> Control | None:
        """The territory: all divisions together; None where there is no layer of them."""
        layer = self.first(DIVISIONS)
        if self._control is None and layer is not None:
            self._control = Control(self.shelf(layer))
        return self._control

    def close(self) -> None:
        for shelf in self._shelves.values():
            shelf.close()


_READ = ("BSM", "DLBM", "GHDLBM", "GHDLMC", "GZQLXDM", "GHFQDM", "XZQDM", "ZLDWDM", "TBBH")


@contextmanager
def laid_out(
    layers: Iterable[LayerReader], work: Path | None, stop: Callable[[], None]
) -> Iterator[LayerSet]:
    """The layers at hand in a folder under `work` that is gone when the block is left."""
    with tempfile.TemporaryDirectory(prefix="layers-", dir=work) as folder:
        found = LayerSet(layers, Path(folder), stop)
        try:
            yield found
        finally:
            found.close()
