"""The gate: fed batch by batch, it answers with a quality report; memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from guotu.model.arrays import GeometryArray, Int64Array
from guotu.model.datum import Crs, GaussKruger
from guotu.model.finding import FieldMatch, QualityReport
from guotu.model.schema import Constraint, LayerSchema
from guotu.quality.chunk import Chunk
from guotu.quality.clause import Clause
from guotu.quality.exceptions import Exceptions
from guotu.quality.ledger import Ledger, Sink
from guotu.quality.profile import GateProfile, profile_for
from guotu.quality.registry import REGISTER, Again, Hits, Late, RowRule, Running, Surroundings
from guotu.quality.rules.coverage import Tiling
from guotu.quality.score import score

Stop = Callable[[], None]
"""Asked now and then while a whole layer is worked out; raises to end the work (GT-1005)."""

__all__ = ["Gate", "Layer", "Stop"]


def go_on() -> None:
    """Nobody asks to stop."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What is known of a layer before its rows: where it comes from and how its columns were understood."""

    name: str
    file: str | None = None
    crs: Crs | None = None
    fields: tuple[FieldMatch, ...] | None = None
    notes: tuple[tuple[str, str], ...] = ()


class Gate:
    """Judges one layer by one profile.

    `division` is the code all places must belong to (None: any), `control` a WKB polygon in degrees that a coverage must
    fill (None: its own outline), `exceptions` the approved ones in force, `sink` takes the findings beyond
    those that the report keeps.
    """

    def __init__(
        self,
        schema: LayerSchema,
        layer: Layer,
        profile: GateProfile | None = None,
        *,
        division: str | None = None,
        control: bytes | None = None,
        exceptions: Exceptions | None = None,
        sink: Sink | None = None,
    ) -> None:
        self.schema, self.layer, self.profile = schema, layer, profile or profile_for(schema)
        self.division = division
        self.features = 0
        self._ledger = Ledger(layer.file, layer.name, self.profile.keep, exceptions, sink)
        self._notes = list(layer.notes)
        self._around = Surroundings(schema, division, control)
        self._rows: list[tuple[Clause, RowRule]] = []
        self._running: list[tuple[Clause, Running]] = []
        self._appoint(self._around)
        if layer.fields is not None:
            self._structure(layer.fields)
        self._basis()

    def _appoint(self, around: Surroundings) -> None:
        for entry in REGISTER:
            clause = self.profile.clause(entry.id)
            if clause is None or not entry.fits(self.schema):
                continue
            if entry.row is not None:
                self._rows.append((clause, entry.row))
            if entry.running is not None:
                self._running.append((clause, entry.running(around, clause)))
        for local in self.profile.local:
            if local.fits(self.schema):
                self._rows.append((local.clause, local.judge))

    def _structure(self, matches: tuple[FieldMatch, ...]) -> None:
        """1301: mandatory fields that no column was taken for."""
        clause = self.profile.clause("1301")
        taken = {match.code for match in matches}
        for field in self.schema.fields:
            if clause and field.code not in taken and field.constraint is Constraint.MANDATORY:
                self._ledger.late(
                    clause,
                    Late(
                        f"缺少必填字段 {field.code}（{field.name}）",
                        f"mandatory field {field.code} is missing",
                        field=field.code,
                    ),
                )

    def _basis(self) -> None:
        """1202: survey layers come in the plane of their zone, with the zone's number before the eastings."""
        clause, crs = self.profile.clause("1202"), self.layer.crs
        if clause is None or crs is None or not clause.parameters.get("plane", False):
            return
        if not isinstance(crs, GaussKruger) or crs.width != 3 or not crs.prefixed:
            name = f"EPSG:{crs.epsg}"
            self._ledger.late(
                clause,
                Late(
                    f"坐标系为 {name}，成果应采用 CGCS2000 三度分带、带带号的高斯-克吕格投影",
                    f"the coordinate system is {name}; deliveries use CGCS2000 Gauss-Krüger of 3° with the zone prefix",
                    light=True,
                ),
            )

    def feed(
        self,
        batch: pa.RecordBatch,
        first_row: int,
        *,
        geometries: GeometryArray | None = None,
        found: Iterable[tuple[str, Hits]] = (),
    ) -> None:
        """Judge the next batch of schema columns and `geometry` (WKB, degrees on CGCS2000).

        `first_row` is the number of its first row, counted from 1; `geometries` spares the decoding if at hand;
        `found` are breaches met while the batch was normalised.
        """
        chunk = Chunk(self.schema, batch, first_row, geometries, self.division)
        self.features += len(chunk)
        for rule, hits in found:
            clause = self.profile.clause(rule)
            if clause is not None:
                self._ledger.hits(clause, chunk, hits)
        for clause, rule_of in self._rows:
            for hits in rule_of(chunk, clause):
                self._ledger.hits(clause, chunk, hits)
        for _, running in self._running:
            running.feed(chunk)

    def note(self, zh: str, en: str) -> None:
        """Add a remark that is no fault."""
        self._notes.append((zh, en))

    def finish(self, again: Again | None = None, *, stop: Stop = go_on) -> QualityReport:
        """The verdict. `again` gives the WKB of rows once more, for faults that only the whole layer shows."""
        clause = self.profile.clause("1201")
        if not self.features and clause:
            self._ledger.late(clause, Late("图层没有要素", "the layer has no features"))
        for clause, running in self._running:
            stop()
            for late in running.finish(_asking(again or _nothing, stop)):
                self._ledger.late(clause, late)
                stop()
        stop()
        counts = self._ledger.counts()
        return QualityReport(
            layer=self.layer.name,
            features=self.features,
            findings=self._ledger.findings(),
            counts=counts,
            passed=not any(count.refuses for count in counts),
            fields=self.layer.fields or (),
            notes=tuple(self._notes),
            score=score(counts, self.features),
            judged_by=self.profile.packs,
            exceptions=self._ledger.exceptions.used,
        )

    def uses(self) -> dict[str, int]:
        """How many breaches each exception has excused so far."""
        return self._ledger.exceptions.uses()

    @property
    def outline(self) -> bytes | None:
        """WKB of what the polygons of a coverage fill together, once finished; None for other layers."""
        tiling = self._around.parts.get(Tiling)
        return tiling.outline if isinstance(tiling, Tiling) else None


def _nothing(_: Int64Array) -> Mapping[int, bytes]:
    return {}


def _asking(again: Again, stop: Stop) -> Again:
    """The same, asking before every look back."""

    def look(rows: Int64Array) -> Mapping[int, bytes]:
        stop()
        return again(rows)

    return look
