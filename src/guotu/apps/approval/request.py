"""What the applicant asks to have reviewed, beside the boundary itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from guotu.model.project import ProjectParcel

Complexity = Literal["complex", "moderate", "simple"]
Stage = Literal["approval", "supply"]
Importance = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """The facts of an application that decide which rules apply.

    `kind` is a project kind of the profile (`general`, `highway`, `railway`, …); `use` the land-use code applied for (用地用海
    classes, 2, 4 or 6 digits, empty: not told); `project_code` the code of the national investment platform, by which a
    project's own earlier approval is told from another's. `adjust_in` and `adjust_out` are the parcels that a change of the
    plan would bring into and take out of the construction zone. `importance` and `complexity` override what the profile
    derives for the geohazard grade. `stage` tells whether land is to be approved, or approved land is to be supplied: only
    then must every part of it have been approved.
    """

    kind: str = "general"
    use: str = ""
    project_code: str = ""
    adjust_in: tuple[ProjectParcel, ...] = ()
    adjust_out: tuple[ProjectParcel, ...] = ()
    importance: Importance | None = None
    complexity: Complexity | None = None
    stage: Stage = "approval"

    def as_json(self) -> dict[str, Any]:
        """The request as it is kept with the review; parcels by their numbers."""
        return {
            "kind": self.kind,
            "use": self.use,
            "project_code": self.project_code,
            "adjust_in": [parcel.number for parcel in self.adjust_in],
            "adjust_out": [parcel.number for parcel in self.adjust_out],
            "importance": self.importance,
            "complexity": self.complexity,
            "stage": self.stage,
        }
