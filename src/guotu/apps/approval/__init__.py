"""Compliance review of a project boundary (用地合规性审查)."""

from guotu.apps.approval.profile import ReviewProfile, parse_profile, review_profile
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import CheckResult, Hit, LandUseRow, LandUseTable, Review, Verdict
from guotu.apps.approval.review import review
from guotu.apps.approval.sources import Sources

__all__ = [
    "CheckResult", "Hit", "LandUseRow", "LandUseTable", "Review", "ReviewProfile", "ReviewRequest", "Sources", "Verdict",
    "parse_profile", "review", "review_profile",
]  # fmt: skip
