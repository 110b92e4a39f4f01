"""Relations on a node: the story of a place, checks of declared relations, and spatial relations kept as files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import shapely

from guotu.analysis.relating import PAIRS, Bond, bonds, shared_ground
from guotu.analysis.story import Story, story
from guotu.delivery.plain import placed
from guotu.errors import GuotuError
from guotu.errors.store import DATASET_UNKNOWN, FEATURE_UNKNOWN
from guotu.errors.update import RELATION_UNKNOWN
from guotu.guard.policy import visible
from guotu.guard.subject import Subject
from guotu.model.access import AccessPlan
from guotu.model.change import GEOMETRY
from guotu.model.relation import Relation
from guotu.model.resource import ResourceKind
from guotu.node import Node
from guotu.standards.relations import relations
from guotu.store.reading import Reader

PURPOSE = "关联查询"


def relation(id: str) -> Relation:
    """A declared relation; raises GT-1434."""
    found = relations().get(id)
    if found is None:
        raise RELATION_UNKNOWN(relation=id, known="、".join(relations()))
    return found


def story_of(node: Node, subject: Subject, place: Any) -> Story:
    """Everything that ever happened at a place, of all datasets that the subject may read."""
    seen = node.catalog.list(ResourceKind.VECTOR, visible=lambda each: visible(subject, each.label))
    reader = node.reader(subject, PURPOSE)
    held = {state.stream.dataset for state in node.store.streams()}
    return story(reader, [each.id for each in seen if each.id in held], place)


def ground_of(reader: Reader, dataset: str, feature: str) -> Any:
    """Where an object lies, or last lay, in degrees; raises GT-2001, GT-2008."""
    for state in reader.heads(dataset):
        try:
            past = reader.store.history(state.stream, bytes.fromhex(feature), reader.plan(dataset))
        except GuotuError as failure:
            if failure.kind is not FEATURE_UNKNOWN:
                raise
            continue
        shapes = [wkb for wkb in past[GEOMETRY].to_pylist() if wkb is not None]
        if shapes:
            return shapely.from_wkb(shapes[-1])
    raise FEATURE_UNKNOWN(stream=dataset, fid=feature)


@dataclass(frozen=True, slots=True)
class Audit:
    """How a relation holds: objects of the second dataset, by how they are bound, and the ones at fault."""

    relation: Relation
    objects: int
    bound: dict[str, int]
    faults: dict[str, int]
    examples: tuple[Bond, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "relation": self.relation.id,
            "first": self.relation.first,
            "second": self.relation.second,
            "objects": self.objects,
            "bound": self.bound,
            "faults": self.faults,
            "examples": [
                {
                    "feature": bond.fid.hex(),
                    "faults": list(bond.faults),
                    "partners": [
                        {"feature": each.fid.hex(), "by": list(each.by), "share": each.share}
                        for each in bond.partners
                    ],
                }
                for bond in self.examples
            ],
        }


def audit(reader: Reader, asked: Relation, keep: int = 100) -> Audit:
    """Look at every object of a relation's second dataset; the first `keep` at fault are told."""
    for side in (asked.first, asked.second):
        if not reader.heads(side):
            raise DATASET_UNKNOWN(dataset=side)
    bound: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    examples: list[Bond] = []
    for bond in bonds(reader, asked):
        ways = {how for partner in bond.partners for how in partner.by}
        bound["+".join(sorted(ways)) or "none"] += 1
        faults.update(bond.faults)
        if bond.faults and len(examples) < keep:
            examples.append(bond)
    return Audit(asked, sum(bound.values()), dict(bound), dict(faults), tuple(examples))


def overlaps(node: Node, reader: Reader, first: str, second: str) -> Iterator[pa.RecordBatch]:
    """Which objects of two datasets share ground (`analysis.relating.PAIRS`).

    For a reader who sees both whole the answer is kept as a file named by the versions it was made of, and given again from
    there until one of them moves. Any other reader's is made anew.
    """
    if not all(_whole(reader.plan(dataset)) for dataset in (first, second)):
        yield from shared_ground(reader, first, second)
        return
    kept = _kept(node.home / "relations", reader, first, second)
    if not kept.exists():
        _keep(kept, shared_ground(reader, first, second))
    with pa.memory_map(str(kept)) as source:
        opened = pa.ipc.open_file(source)
        for number in range(opened.num_record_batches):
            yield opened.get_batch(number)


def _whole(plan: AccessPlan) -> bool:
    return (
        plan.where is None and plan.clip is None and plan.limits.rows is None and GEOMETRY not in plan.masked
    )


def _kept(folder: Path, reader: Reader, first: str, second: str) -> Path:
    labels = [head.head.label for dataset in (first, second) for head in reader.heads(dataset)]
    versions = hashlib.sha256("\n".join(labels).encode()).hexdigest()[:24]
    return folder / f"{first}~{second}" / f"{versions}.arrow"


def _keep(path: Path, batches: Iterator[pa.RecordBatch]) -> None:
    """Write a relation and drop those of older versions."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with placed(path) as target, pa.OSFile(str(target), "wb") as sink, pa.ipc.new_file(sink, PAIRS) as writer:
        for batch in batches:
            writer.write_batch(batch)
    for older in path.parent.glob("*.arrow"):
        if older != path:
            older.unlink(missing_ok=True)
