"""The adoption of a submission: every layer of its package landed as a version, all of them or none.

The way: the step `adopt` is taken first and writes down where every stream stood. Then the layers are landed one after the other,
each commit carrying the submission's number in its note. Only when all are there does the submission say so. A process that dies
on the way leaves it `adopting`: `resume` finds by the notes what has landed and lands the rest. A layer that is refused takes back
what had landed — by new commits, for nothing is ever removed — and the submission is under review again.
"""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from guotu.errors import GuotuError
from guotu.errors.general import BUSY
from guotu.errors.submission import ADOPTION_FAILED
from guotu.guard.subject import Subject
from guotu.ingest import Reading
from guotu.ingest.check import Cancel, Progress, never, silent
from guotu.model.access import AccessPlan
from guotu.model.change import FID
from guotu.model.dataset import Commit, CommitNote, StreamName
from guotu.model.query import Query
from guotu.model.resource import Label, Secrecy
from guotu.model.time import Version
from guotu.node import Node
from guotu.ops.intake import Delivery, limits, take_in
from guotu.ops.submitting import rounds
from guotu.ops.submitting.book import SYSTEM, Record, Taken
from guotu.ops.submitting.desk import SubmissionDesk

BACK: Final = "撤销"
Step = Callable[[str], None]
"""Called with `begun`, `landed <dataset>` and `done`, so that tests can end the process there."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer to land: where it lies in the package, into which stream, on top of which version (None: the first)."""

    file: str
    layer: str
    schema: str
    stream: StreamName
    base: Version | None


def adopt(  # noqa: PLR0913 - the outside of the room
    node: Node,
    subject: Subject,
    id: str,
    *,
    seen: int | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
    cancel: Cancel = never,
    step: Step = lambda _: None,
) -> Record:
    """Adopt a submission under review; `as_of` is the moment the data describe (None: as its metadata say, else the year's end).

    Raises   GT-7034…7037, GT-7043 where a layer could not be landed (then everything is as before), GT-1006 where another
             process is at it
    """
    desk = SubmissionDesk(node)

    def change(record: Record) -> Taken:
        desk.hold(record, "adopt", subject)
        moment = as_of or _moment(record)
        plan = [_planned(node, record, each) for each in record["rounds"][-1]["gate"]["layers"]]
        record["adoption"] = {
            "round": len(record["rounds"]), "by": subject.id, "as_of": moment.isoformat(), "layers": plan, "landed": None,
        }  # fmt: skip
        return Taken({"layers": [f"{each['dataset']}/{each['partition']}" for each in plan]})

    with _at_it(node, id):
        record = desk.book.step(subject, id, "adopt", change, seen=seen)
        step("begun")
        return _land_all(desk, record, progress, cancel, step)


def resume(
    node: Node,
    subject: Subject,
    id: str,
    *,
    progress: Progress = silent,
    cancel: Cancel = never,
    step: Step = lambda _: None,
) -> Record:
    """Go on with an adoption whose process ended; what has landed stays landed. Raises as `adopt`."""
    desk = SubmissionDesk(node)
    with _at_it(node, id):
        record = desk.book.step(subject, id, "resume", lambda _: Taken())
        return _land_all(desk, record, progress, cancel, step)


def _land_all(desk: SubmissionDesk, record: Record, progress: Progress, cancel: Cancel, step: Step) -> Record:
    node, plan = desk.node, record["adoption"]
    layers = [_layer(each) for each in plan["layers"]]
    landed: dict[str, dict[str, Any]] = {}
    with node.workspace() as work:
        root = rounds.laid_out(node, record["rounds"][-1]["package"], work)
        for number, layer in enumerate(layers):
            progress("adopt", number, len(layers))
            name = str(layer.stream)
            try:
                commit = _ours(node, record, layer)
                if commit is None:
                    commit = _land(node, record, layer, root, progress, cancel)
            except GuotuError as failure:
                _take_back(desk, record, layers, name, failure)
            landed[name] = _told(commit)
            step(f"landed {layer.stream.dataset}")
        progress("adopt", len(layers), len(layers))
    step("done")

    def change(record: Record) -> Taken:
        record["adoption"]["landed"] = landed
        return Taken({"versions": {name: told["version"] for name, told in landed.items()}})

    return desk.book.step(SYSTEM, record["id"], "landed", change)


def _land(
    node: Node, record: Record, layer: Layer, root: Path, progress: Progress, cancel: Cancel
) -> Commit | None:
    _, commit = take_in(
        node,
        Delivery(
            path=root / layer.file,
            dataset=layer.stream.dataset,
            schema=layer.schema,
            partition=layer.stream.partition,
            data_date=date.fromisoformat(record["adoption"]["as_of"]),
            owner=record["unit"],
            author=record["adoption"]["by"],
            message=_mark(record, layer),
            label=_label(record),
            reading=Reading(layer.layer, limits=limits(node.settings)),
        ),
        progress=progress,
        cancel=cancel,
    )
    return commit


def _take_back(
    desk: SubmissionDesk, record: Record, layers: list[Layer], failed: str, failure: GuotuError
) -> None:
    """Undo what has landed, say why, and end with GT-7043."""
    undone, left = 0, []
    for layer in layers:
        ours = _ours(desk.node, record, layer)
        if ours is None:
            continue
        if ours.version == desk.node.store.state(layer.stream).head.version:
            _undo(desk.node, record, layer)
            undone += 1
        else:  # somebody built on it meanwhile: taking it back would take theirs
            left.append(str(layer.stream))
    reason = f"{failure.code} {failure.detail('zh')}"

    def change(record: Record) -> Taken:
        record["adoption"] = None
        return Taken({"layer": failed, "code": failure.code, "undone": undone, "left": left}, reason)

    desk.book.step(SYSTEM, record["id"], "undone", change)
    raise ADOPTION_FAILED(
        id=record["id"], layer=failed, reason=reason, undone=undone, report=failure.facts.get("report")
    ) from None


def _undo(node: Node, record: Record, layer: Layer) -> None:
    """One commit that makes the stream what it was before: features of the base version again, those that came ended."""
    store, stream = node.store, layer.stream
    plan = AccessPlan(stream.dataset, subject="system", purpose="ingest")
    touched = [
        (op, fid)
        for batch in store.changes(stream, layer.base, None, plan)
        for op, fid in zip(batch.column("op").to_pylist(), batch.column(FID).to_pylist(), strict=True)
    ]
    fids = pa.array([fid for _, fid in touched], pa.binary(16))
    came = {fid for op, fid in touched if op == "put"}
    old: list[pa.RecordBatch] = []
    if layer.base is not None:
        query = Query(stream.dataset, partitions=(stream.partition,), at=layer.base)
        for batch in store.read(query, plan):
            again = batch.filter(pc.is_in(batch.column(FID), value_set=fids))
            if again.num_rows:
                old.append(again)
    known = {fid for batch in old for fid in batch.column(FID).to_pylist()}
    data_date = None if layer.base is None else store.state(stream, layer.base).head.note.data_date
    with store.draft(stream, base=store.state(stream).head.version) as draft:
        draft.delete(came - known)
        for batch in old:
            draft.put(batch)
        note = CommitNote(
            record["adoption"]["by"], f"{BACK} {_mark(record, layer)}：未能整包入库，恢复原状", data_date
        )
        draft.commit(note)


def _ours(node: Node, record: Record, layer: Layer) -> Commit | None:
    """The commit by which this adoption landed a layer, if it has, and it was not taken back since."""
    found: Commit | None = None
    mark = _mark(record, layer)
    for commit in node.store.commits(layer.stream) if _exists(node, layer.stream) else ():
        if layer.base is not None and commit.version <= layer.base:
            continue
        if commit.note.message == mark:
            found = commit
        elif commit.note.message.startswith(f"{BACK} {mark}"):
            found = None
    return found


def _exists(node: Node, stream: StreamName) -> bool:
    return any(state.stream == stream for state in node.store.streams(stream.dataset))


def _planned(node: Node, record: Record, layer: dict[str, Any]) -> dict[str, Any]:
    stream = StreamName(layer["dataset"], record["division"])
    base = str(node.store.state(stream).head.version) if _exists(node, stream) else None
    told = {name: layer[name] for name in ("file", "layer", "schema", "dataset")}
    return {**told, "partition": record["division"], "base": base}


def _layer(plan: dict[str, Any]) -> Layer:
    base = Version.parse(plan["base"]) if plan["base"] else None
    stream = StreamName(plan["dataset"], plan["partition"])
    return Layer(plan["file"], plan["layer"], plan["schema"], stream, base)


def _mark(record: Record, layer: Layer) -> str:
    """The note of the commit: which submission, which round, which file; the lineage of a version shows it."""
    step = next(each["seq"] for each in reversed(record["trail"]) if each["action"] == "adopt")
    return f"汇交 {record['id']} 第{record['adoption']['round']}次 第{step}步 {layer.file}"


def _told(commit: Commit | None) -> dict[str, Any]:
    if commit is None:
        return {"version": None, "added": 0, "changed": 0, "deleted": 0}
    return {
        "version": commit.label,
        "added": commit.added,
        "changed": commit.changed,
        "deleted": commit.deleted,
    }


def _moment(record: Record) -> date:
    """The date in the metadata, if it is one of the year; else the last day of the year."""
    told = record["rounds"][-1]["gate"].get("metadata", {}).get("resRefDate", "")
    try:
        return date.fromisoformat(told.strip()[:10])
    except ValueError:
        return date(record["year"], 12, 31)


def _label(record: Record) -> Label:
    """What the metadata say of secrecy; inner where they say nothing known."""
    told = record["rounds"][-1]["gate"].get("metadata", {}).get("secClass", "").strip()
    known = {level.value: level for level in Secrecy}
    return Label(known.get(told, Secrecy.INTERNAL))


@contextmanager
def _at_it(node: Node, id: str) -> Iterator[None]:
    """One process at an adoption; one that dies lets go. Raises GT-1006."""
    folder = node.home / "adoptions"
    folder.mkdir(exist_ok=True)
    with (folder / id).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            if held.errno in (errno.EWOULDBLOCK, errno.EACCES):
                raise BUSY(reason=f"{id}") from None
            raise
        yield
