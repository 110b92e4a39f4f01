"""Several layers of one file, folder or archive: each judged for itself, then all against each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from guotu.ingest.check import (
    Cancel,
    Inspected,
    Judging,
    Progress,
    Reading,
    inspect,
    never,
    silent,
    stop_if,
)
from guotu.model.finding import QualityReport
from guotu.model.schema import LayerSchema
from guotu.quality.exceptions import Exceptions
from guotu.quality.layerset import LayerReader, LayerSetGate, SetLayer, merged
from guotu.quality.profile import GateProfile


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """One layer of the delivery: its name there (None: the only one), what it is, how it is judged for itself, and in which
    file of a folder it lies (None: the delivery is that file).
    """

    layer: str | None
    schema: LayerSchema
    judging: Judging = dataclasses.field(default_factory=Judging)
    path: Path | None = None


def check_set(  # noqa: PLR0913 - the outside of the room
    path: Path,
    wanted: Sequence[Wanted],
    *,
    work: Path,
    reading: Reading | None = None,
    profile: GateProfile | None = None,
    present: Iterable[LayerReader] = (),
    notes: tuple[tuple[str, str], ...] = (),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> QualityReport:
    """One report of several layers and of what they owe each other and the layers already `present`; nothing is stored.

    Needs    room under `work` for every layer's rows and geometries; `profile` is that of the rules between layers
    Raises   as `ingest.check`
    """
    how = reading or Reading()
    parts: list[QualityReport] = []
    layers: list[LayerReader] = []
    exceptions: dict[str, Exceptions] = {}
    with ExitStack() as held:
        for each in wanted:
            named = dataclasses.replace(how, layer=each.layer or how.layer)
            inspected = held.enter_context(
                inspect(
                    each.path or path,
                    schema=each.schema,
                    work=work,
                    reading=named,
                    judging=each.judging,
                    progress=progress,
                    cancel=cancel,
                )
            )
            parts.append(inspected.report)
            layers.append(spooled(inspected, each.schema, (each.path or path).name))
            if each.judging.exceptions is not None:
                exceptions[each.schema.dataset] = each.judging.exceptions
        progress("between", 0, None)
        gate = LayerSetGate(profile, name=path.name, work=work, exceptions=exceptions)
        between = gate.judge([*layers, *present], stop=_asking(cancel))
        progress("between", 1, 1)
    between = dataclasses.replace(between, notes=notes)
    return merged(path.name, parts, between)


def spooled(inspected: Inspected, schema: LayerSchema, file: str) -> SetLayer:
    """The judged rows of a layer, to be read again while they last."""
    return SetLayer(inspected.name, schema, inspected.spool.batches, file=file, crs=inspected.crs)


def _asking(cancel: Cancel) -> Callable[[], None]:
    return lambda: stop_if(cancel)
