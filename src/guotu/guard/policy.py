"""The compile step from a subject and a dataset's label to an access plan.

Order of decision: no label → nobody but the operator; secrecy above the clearance → the dataset does not exist for the subject.
"""

from __future__ import annotations

from collections.abc import Callable

from guotu.errors.store import DATASET_UNKNOWN
from guotu.guard.subject import OPERATOR, Subject
from guotu.model.access import AccessPlan, Limits
from guotu.model.resource import Label, Sharing
from guotu.store.reading import Planner

LabelOf = Callable[[str], Label | None]
"""The label of a dataset, None where the catalogue does not know it."""


def visible(subject: Subject, label: Label | None) -> bool:
    """Whether a resource with that label exists for the subject."""
    if label is None:
        return subject == OPERATOR
    return label.secrecy.rank <= subject.clearance.rank


def compile_plan(subject: Subject, purpose: str, dataset: str, label: Label | None) -> AccessPlan:
    """The plan of one subject on one dataset; hidden reads as absent (GT-2001)."""
    if not visible(subject, label):
        raise DATASET_UNKNOWN(dataset=dataset)
    exportable = label is None or label.sharing is not Sharing.NONE or subject == OPERATOR
    return AccessPlan(dataset, subject.id, purpose, limits=Limits(export=exportable))


def planner(subject: Subject, purpose: str, label_of: LabelOf) -> Planner:
    """A planner that compiles each dataset once."""
    plans: dict[str, AccessPlan] = {}

    def plan(dataset: str) -> AccessPlan:
        if dataset not in plans:
            plans[dataset] = compile_plan(subject, purpose, dataset, label_of(dataset))
        return plans[dataset]

    return plan
