"""Rules register by id; the gate asks the register which of them apply to a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as given
from typing import Protocol, TypeVar

from guotu.model.arrays import Float64Array, Int64Array
from guotu.model.schema import GeometryKind, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause


@dataclass(frozen=True, slots=True)
class Hits:
    """Rows of one batch that break a rule in one way.

    `zh` and `en` are templates over the row's fields, over `facts` (one value per hit) and over `measure`.
    `light` marks breaches that the rule tolerates: counted and shown, never a reason to refuse.
    """

    rows: Int64Array
    zh: str
    en: str
    field: str | None = None
    measure: Float64Array | None = None
    unit: str | None = None
    coordinates: Float64Array | None = None
    facts: Mapping[str, Sequence[object]] = given(default_factory=dict)
    light: bool = False


T = TypeVar("T")
RowRule = Callable[[Chunk, Clause], Iterable[Hits]]


class Running(Protocol):
    """A rule that remembers what earlier batches held."""

    def feed(self, chunk: Chunk) -> None: ...

    def finish(self, again: Again) -> Iterator[Late]:
        """What only the whole layer shows."""


@dataclass(frozen=True, slots=True)
class Late:
    """A breach found at the end of a layer, or between layers: then `layer` and `file` say in which it lies."""

    zh: str
    en: str
    row: int | None = None
    key: str | None = None
    field: str | None = None
    geometry: bytes | None = None
    coordinate: tuple[float, float] | None = None
    measure: float | None = None
    unit: str | None = None
    light: bool = False
    layer: str | None = None
    file: str | None = None


Again = Callable[[Int64Array], Mapping[int, bytes]]
"""Gives the WKB of some rows (numbers as fed) once more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a running rule may know besides the rows."""

    schema: LayerSchema
    division: str | None = None
    control: bytes | None = None
    parts: dict[type, object] = given(default_factory=dict)

    def shared(self, kind: type[T]) -> T:
        """State that several rules of one gate use together, made once."""
        part = self.parts.setdefault(kind, kind())
        assert isinstance(part, kind)
        return part


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered rule: which layers it looks at, and how it is made."""

    id: str
    fields: tuple[str, ...]
    geometry: tuple[GeometryKind, ...]
    applies: Callable[[LayerSchema], bool]
    row: RowRule | None = None
    running: Callable[[Surroundings, Clause], Running] | None = None

    def fits(self, schema: LayerSchema) -> bool:
        codes = set(schema.codes)
        shaped = not self.geometry or schema.geometry in self.geometry
        return codes.issuperset(self.fields) and shaped and self.applies(schema)


REGISTER: list[Entry] = []


def _always(_: LayerSchema) -> bool:
    return True


def row_rule(
    id: str,
    *fields: str,
    geometry: tuple[GeometryKind, ...] = (),
    applies: Callable[[LayerSchema], bool] = _always,
) -> Callable[[RowRule], RowRule]:
    """Register a rule that judges each batch on its own; it runs where the schema has all `fields`."""

    def register(function: RowRule) -> RowRule:
        REGISTER.append(Entry(id, fields, geometry, applies, row=function))
        return function

    return register


def running_rule(
    id: str,
    *fields: str,
    geometry: tuple[GeometryKind, ...] = (),
    applies: Callable[[LayerSchema], bool] = _always,
) -> Callable[[Callable[[Surroundings, Clause], Running]], Callable[[Surroundings, Clause], Running]]:
    """Register a rule that needs the whole layer."""

    def register(
        factory: Callable[[Surroundings, Clause], Running],
    ) -> Callable[[Surroundings, Clause], Running]:
        REGISTER.append(Entry(id, fields, geometry, applies, running=factory))
        return factory

    return register
