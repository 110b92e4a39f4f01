"""The review itself: every check on one boundary, from the same layers at the same moment."""

from __future__ import annotations

import math
from datetime import date

from guotu import __version__
from guotu.apps.approval.authority import authority
from guotu.apps.approval.case import Case
from guotu.apps.approval.checks import (
    adjustment,
    approved,
    ecology,
    farmland,
    geohazard,
    landuse,
    minerals,
    planning,
    planning_old,
    supplied,
)
from guotu.apps.approval.landuse import COLUMNS, LAYER, LandUse, survey
from guotu.apps.approval.profile import ReviewProfile
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import CheckResult, Review
from guotu.apps.approval.sites import Site, declared_remarks, require_apart, sites, summaries
from guotu.apps.approval.sources import Basis, Layers, Moments, Sources
from guotu.apps.approval.words import Text
from guotu.errors.review import USE_UNKNOWN
from guotu.model.project import ProjectBoundary
from guotu.model.time import AsOf
from guotu.standards import landclass

MEASURED = {
    LAYER: COLUMNS,
    farmland.LAYER: farmland.COLUMNS,
    ecology.LAYER: ecology.COLUMNS,
    planning.BOUNDARY: planning.ZONE_COLUMNS,
    planning.PLANNED: planning.USE_COLUMNS,
    planning_old.CONTROL: planning_old.CONTROL_COLUMNS,
    planning_old.USE: planning_old.USE_COLUMNS,
    approved.LAYER: approved.COLUMNS,
    supplied.LAYER: supplied.COLUMNS,
    geohazard.ZONES: geohazard.ZONE_COLUMNS,
}
"""What every review lays under the parcels as they are; minerals and points look around them."""


def review(
    project: ProjectBoundary,
    sources: Sources,
    profile: ReviewProfile,
    *,
    today: date,
    at: AsOf = None,
    basis: Basis | None = None,
    request: ReviewRequest | None = None,
) -> Review:
    """Review a project's boundary.

    Pure: the same boundary, data, profile, day and request give the same bytes of JSON. `at` looks at the data of a moment; `basis`
    (the `basis` of an earlier review's JSON, with the same `at`, `today`, profile and request) gives that review again exactly.
    Streams that move while the review reads are read again at the versions first seen, so all checks rest on one basis.

    Raises   GT-5002 kind, GT-5003 use, GT-5004 no parcel, GT-5005 parcels overlap, GT-5006 boundary crosses itself,
             GT-5007 the basis is gone
    """
    asked = request or ReviewRequest()
    if asked.use and asked.use not in landclass.scheme(profile.section("planning")["scheme"]):
        raise USE_UNKNOWN(use=asked.use)
    found = sites(project)
    remarks = require_apart(found, profile.tolerances.verdict_m2)
    moments = Moments(at, basis)
    for pinned in (False, True):
        layers = Layers(sources, profile, moments, today, pinned=pinned)
        case = Case(project, found, asked, profile.kind(asked.kind), profile, layers, today)
        done = _examine(case, remarks)
        if pinned or moments.basis is not None or layers.unmoved():
            return done
        moments = Moments(at, {entry.stream: entry.version for entry in done.basis if entry.version})
    raise AssertionError("a pinned review always ends")


def _examine(case: Case, remarks: tuple[Text, ...]) -> Review:
    profile, kind = case.profile, case.profile.area_kind
    total, parcels = summaries(case.sites, kind)
    case.measure_together(MEASURED)
    land = survey(case, case.layers.open(LAYER), parcels)
    checks = _checks(case, land)
    by_id = {check.id: check for check in checks}
    warnings = tuple(Text(zh, en) for zh, en in case.project.warnings)
    declared = declared_remarks(parcels, profile.tolerances.declared_ha)
    return Review(
        project=case.project,
        request=case.request,
        parcels=parcels,
        area_plane_m2=_total(case.sites, "area_plane"),
        area_ellipsoid_m2=_total(case.sites, "area_ellipsoid"),
        area_ha=total,
        warnings=(*warnings, *remarks, *declared),
        checks=checks,
        landuse=land.table,
        landuse_by_parcel=land.by_parcel,
        landuse_notes=(Text(land.three.note, land.three.note_en),),
        authority=authority(case, land, by_id["landuse"], by_id["farmland"]),
        area_kind=kind,
        tolerances=profile.tolerances.as_dict(),
        basis=tuple(entry for layer in case.layers.opened for entry in layer.entries),
        profile_id=profile.id,
        profile_edition=profile.edition,
        today=case.today,
        as_of=str(case.layers.moments),
        platform_version=__version__,
    )


def _checks(case: Case, land: LandUse) -> tuple[CheckResult, ...]:
    """Every check, in the order a reader expects; which plan is judged depends on what is held (`planning.plan`)."""
    plan = case.profile.section("planning")["plan"]
    new_held, old_held = case.layers.open(planning.BOUNDARY).held, case.layers.open(planning_old.CONTROL).held
    old_rules = plan == "old" or (plan == "auto" and old_held and not new_held)
    plans = [planning_old.check(case, land, in_force=True)] if old_rules else [planning.check(case, land)]
    if plan == "auto" and old_held and not old_rules:
        plans.append(planning_old.check(case, land, in_force=False))
    return (
        landuse.check(case, land),
        farmland.check(case, land),
        ecology.check(case, land),
        *plans,
        approved.check(case, land),
        supplied.check(case, land),
        adjustment.check(case, land),
        minerals.check(case, land),
        geohazard.check(case, land),
    )


def _total(found: tuple[Site, ...], field: str) -> float:

    return math.fsum(getattr(site, field) for site in found)
