"""Any seed makes a sound county."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely

from guotu.demo import layers_plan, layers_survey
from guotu.demo.landscape import grow
from guotu.demo.layers_survey import BANK_COEFFICIENT, Survey
from guotu.demo.measure import ellipsoid_area, to_lonlat
from guotu.demo.plan import Calendar, plan_for

SEEDS = (3, 58, 2024)


@pytest.fixture(scope="module", params=SEEDS)
def grown(request: pytest.FixtureRequest) -> tuple[object, Survey, layers_plan.Zoning]:
    land = grow(plan_for(1500), np.random.default_rng([request.param, 20240101]))
    survey = layers_survey.survey(land, Calendar(), np.random.default_rng(1))
    return land, survey, layers_plan.zone_parcels(land, survey, np.random.default_rng(2))


def test_parcels_are_a_coverage_of_single_parts(grown: tuple) -> None:
    _, survey, _ = grown
    assert shapely.is_valid(survey.polygons).all()
    assert shapely.coverage_is_valid(survey.polygons)
    assert set(shapely.get_type_id(survey.polygons).tolist()) == {3}
    assert 0.8 < len(survey.polygons) / 1500 < 1.3
    assert 25 < shapely.get_num_coordinates(survey.polygons).mean() < 60


def test_areas_sum_to_the_county(grown: tuple) -> None:
    land, survey, _ = grown
    whole = layers_plan.dissolve(land, survey, np.zeros(len(survey.polygons), np.int64))[1]
    assert len(whole) == 1
    county = ellipsoid_area(to_lonlat(whole))[0]
    assert survey.table.array("TBMJ").sum() == pytest.approx(county, rel=1e-6)


def test_every_other_coverage_sums_to_the_county_too(grown: tuple) -> None:
    land, survey, zoning = grown
    total = shapely.area(survey.polygons).sum()
    for make in (layers_plan.planned_use_table, layers_plan.control_table, layers_plan.old_use_table):
        table = make(land, survey, zoning)
        assert shapely.is_valid(table.geometry).all()
        assert shapely.area(table.geometry).sum() == pytest.approx(total, rel=1e-12)
    assert not (zoning.farm & zoning.red).any()
    assert not ((zoning.zone != "") & (zoning.farm | zoning.red)).any()


def test_attributes_keep_the_rules_of_the_survey(grown: tuple) -> None:
    _, survey, _ = grown
    value = survey.table.array
    code, level, kind, ratio = value("DLBM"), value("GDPDJB"), value("GDLX"), value("KCXS")
    crop = np.char.startswith(code, "01")
    assert (np.isin(level, ("1", "2", "3", "4", "5")) == crop).all()
    assert ((kind != "") == (crop & (level != "1"))).all()
    for k, grade, r in zip(kind, level, ratio, strict=True):
        assert r == BANK_COEFFICIENT.get((k, grade), 0.0)
    assert ((value("KCDLBM") == "1203") == (ratio > 0)).all()
    assert np.allclose(value("TBMJ") - value("KCMJ"), value("TBDLMJ"), atol=0.001)
    assert np.isin(value("ZZSXDM")[crop], ("LS", "FLS", "LYFL", "XG", "LLJZ", "WG")).all()
    built = np.array([bool(re.match(r"0[5-9]|1004|1005|1201", c)) for c in code])
    assert ((value("CZCSXM") != "") == built).all()
    linear = np.isin(code, ("1001", "1003", "1006", "1107", "1107A"))
    assert np.isfinite(value("XZDWKD").astype(float)[linear]).all()
    assert (value("XZDWKD").astype(float)[code == "1006"] <= 8).all()


def test_no_parcel_is_far_below_the_smallest_mapped_area(grown: tuple) -> None:
    _, survey, _ = grown
    area = shapely.area(survey.polygons)
    assert (area < 200).mean() < 0.005
    assert area.min() > 20
