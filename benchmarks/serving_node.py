"""A node over the layers of `review.py`, so that answers over HTTP can be measured on as many parcels."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyproj
import review_layers as made
import shapely

from guotu import settings
from guotu.model.query import Box
from guotu.model.resource import Label, Resource, ResourceKind
from guotu.node import Node, NodeIdentity
from guotu.ops.demo_node import PASSWORDS, PEOPLE
from guotu.ops.packing import pack_all
from guotu.standards import catalogue

DIVISION = "341125"
EVERYWHERE = shapely.box(73.0, 3.0, 136.0, 54.0)


def node(parcels: int) -> tuple[Path, Path]:
    """The home of a node and the boundary of a project on it, made where they are missing."""
    found = made.layers(parcels)
    made.store(parcels, found).close()
    home, project = made.folder(parcels) / "node", made.folder(parcels) / "project.txt"
    inverse = pyproj.Transformer.from_crs(made.EPSG, 4490, always_xy=True).transform
    plane, _ = made.projects(1, lambda xy: np.column_stack(inverse(xy[:, 0], xy[:, 1])))[0]
    project.write_text(boundary_text(plane), encoding="utf-8")
    if not (home / "node.json").exists():
        _create(home, made.folder(parcels) / "data.db", tuple(found))
    return home, project


def _create(home: Path, data: Path, datasets: tuple[str, ...]) -> None:
    identity = NodeIdentity(f"N-{DIVISION}-01", "测试节点", "Measured node", DIVISION, "county")
    opened = Node.create(home, identity, settings.load({}))
    os.link(data, home / "data.db")
    for person in PEOPLE:
        opened.accounts.create(person, PASSWORDS[person.id])
    for dataset in datasets:
        (state,) = opened.store.streams(dataset)
        opened.catalog.register(_resource(dataset, state.extent))
    pack_all(opened.present)
    opened.close()


def _resource(dataset: str, extent: Box | None) -> Resource:
    known = catalogue.dataset(dataset)
    return Resource(
        id=dataset,
        kind=ResourceKind.VECTOR,
        title=known.title,
        title_en=known.title_en,
        category=known.category,
        owner="测试",
        division=DIVISION,
        label=Label(),
        data_date=made.DATED,
        extent=extent,
        coverage=shapely.to_wkb(EVERYWHERE),
    )


def boundary_text(plane: shapely.Polygon) -> str:
    """A project of one parcel in the common dialect of the boundary TXT."""
    corners = [f"J{n},1,{y:.4f},{x:.4f}" for n, (x, y) in enumerate(plane.exterior.coords, 1)]
    corners[-1] = corners[0]
    head = ("[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "投影类型=高斯克吕格", "计量单位=米", "带号=39", "精度=0.0001",
            "转换参数=,,,,,,", "[地块坐标]")  # fmt: skip
    line = f"{len(corners)},{plane.area / 1e4:.4f},1,测试项目,面,,,,@"
    return "\n".join([*head, line, *corners]) + "\n"
