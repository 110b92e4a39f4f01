"""The cast of the catalogue's tests: a few resources of several kinds and labels."""

from __future__ import annotations

from typing import Any

from guotu.model.resource import Label, Resource, ResourceKind, Secrecy


def resource(id: str = "xz.dltb", title: str = "地类图斑", **parts: Any) -> Resource:
    """A resource with what must be said."""
    given = {
        "kind": ResourceKind.VECTOR,
        "title_en": "Land",
        "category": "xz/land",
        "owner": "云溪县自然资源局",
    } | parts
    return Resource(id=id, title=title, **given)


PARCELS = resource(
    keywords=("三调", "耕地"), title_en="Land-use parcels", abstract="全县地类图斑，含田坎系数"
)
FARMLAND = resource(
    "gh.yjjbntb",
    "永久基本农田",
    title_en="Permanent basic farmland",
    category="gh/redline",
    abstract="由地类图斑划定",
)
IMAGERY = resource(
    "xz.dom", "正射影像", title_en="Orthophoto 2024", kind=ResourceKind.RASTER, category="xz/survey"
)
SECRET = resource(
    "xz.dem",
    "数字高程模型",
    title_en="Elevation",
    category="xz/survey",
    kind=ResourceKind.RASTER,
    label=Label(Secrecy.SECRET),
)
REPORT = resource(
    "doc:plan-2035",
    "云溪县国土空间总体规划",
    kind=ResourceKind.DOCUMENT,
    category="gh/land",
    owner="云溪县人民政府",
)
CAST = (PARCELS, FARMLAND, IMAGERY, SECRET, REPORT)
