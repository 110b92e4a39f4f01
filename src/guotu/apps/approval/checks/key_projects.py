"""Whether the plan's list of key projects (规划重点建设项目清单) names this project."""

from __future__ import annotations

from guotu.apps.approval.case import Case
from guotu.apps.approval.words import Text, same
from guotu.model.filter import Compare, Filter, Or
from guotu.model.query import Query

LAYER = "gh.zdxm"


def listed(case: Case) -> Text | None:
    """The entry's name, if its code is the project's, or its name is the same word for word; None where no list is held."""
    layer = case.layers.open(LAYER)
    if not layer.held or "XMMC" not in layer.columns:
        return None
    tests: list[Filter] = [Compare("XMMC", "=", case.project.name)] if case.project.name else []
    if case.request.project_code and "XMDM" in layer.columns:
        tests.append(Compare("XMDM", "=", case.request.project_code))
    if not tests:
        return None
    query = Query(
        LAYER,
        where=tests[0] if len(tests) == 1 else Or(tuple(tests)),
        at=case.layers.moments.at,
        columns=("XMMC",),
        geometry=False,
    )
    names = case.layers.sources.reader.table(query)["XMMC"].to_pylist()
    return same(names[0]) if names else None
