"""`guotu relate`: what belongs together, and what ever happened on a piece of land."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.reading import crs_option
from guotu.cli.usage import Misused
from guotu.guard.subject import OPERATOR

if TYPE_CHECKING:
    from guotu.node import Node


@click.group("relate")
def command() -> None:
    """对象之间的关系：空间、业务、沿革。

    Relations between objects: spatial, of business, of descent.

    Example: guotu --home county relate story --at 117.82,31.05
    """


def _point(
    _context: click.Context, _option: click.Parameter, value: str | None
) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        lon, lat = (float(part) for part in value.split(","))
    except ValueError:
        raise Misused(f"“{value}”应为 经度,纬度", f"{value!r} should be longitude,latitude") from None
    return lon, lat


@command.command("story")
@click.option("--at", "point", callback=_point, metavar="LON,LAT", help="一个点（度）/ a point, degrees")
@click.option(
    "--boundary",
    type=click.Path(path_type=Path),
    help="一个范围：界址点 TXT、图形文件 / an area: boundary TXT or a vector file",
)
@click.option(
    "--feature", nargs=2, metavar="DATASET FEATURE", help="一个要素所在的地方 / where a feature lies"
)
@crs_option
@json_option
@pass_told
def tell_story(
    told: Told,
    point: tuple[float, float] | None,
    boundary: Path | None,
    feature: tuple[str, str] | None,
    crs_epsg: int | None,
    as_json: bool,
) -> None:
    """一块地上发生过的一切：各数据集的历次出现、变更、注销，按日期排列，并给出彼此的关系。

    Everything that ever happened on a piece of land: what appeared, changed and ended in every dataset, by day, and what binds it.

    Example: guotu --home county relate story --boundary project.txt
    """
    from guotu.ops.relating import story_of

    node = told.node()
    place = _place(told, node, point, boundary, feature, crs_epsg)
    found = story_of(node, OPERATOR, place)
    if as_json:
        emit(found.as_json())
        return
    zh = told.lang == "zh"
    for event in found.events:
        share = "" if event.share is None else f"{event.share:.1%}"
        click.echo(
            f"{event.day}\t{event.zh if zh else event.en}\t{event.dataset}\t{event.name}\t{share}\t{event.version}"
        )
    told.say(
        f"{len(found.events)} 件事，{len(found.links)} 项关系",
        f"{len(found.events)} events, {len(found.links)} relations",
    )


def _place(
    told: Told,
    node: Node,
    point: tuple[float, float] | None,
    boundary: Path | None,
    feature: tuple[str, str] | None,
    crs_epsg: int | None,
) -> Any:
    import shapely

    from guotu.ops.relating import PURPOSE, ground_of

    if sum(each is not None for each in (point, boundary, feature)) != 1:
        raise Misused(
            "--at、--boundary、--feature 给且只给一个", "give exactly one of --at, --boundary, --feature"
        )
    if point is not None:
        return shapely.Point(point)
    if feature is not None:
        return ground_of(node.reader(OPERATOR, PURPOSE), *feature)
    from guotu.ingest.project import read_project

    assert boundary is not None
    with node.workspace() as work:
        project = read_project(boundary, crs_epsg=crs_epsg, work=work)
    told.say(project.evidence_zh, project.evidence_en)
    return shapely.union_all([parcel.polygon_lonlat for parcel in project.parcels])


@command.command("check")
@click.argument("relation", required=False)
@json_option
@pass_told
def check(told: Told, relation: str | None, as_json: bool) -> None:
    """核对业务关系：按键和按图形各对上多少，哪些缺上一环节、哪些日期倒置、哪些键与图形说法不一。

    Check declared relations: how many objects are bound by keys and by ground, which lack the step before, whose days run
    backwards, where key and ground disagree. Without RELATION every one whose datasets the node holds.

    Example: guotu --home county relate check approval-supply
    """
    from guotu.ops import relating
    from guotu.standards.relations import relations

    node = told.node()
    held = {state.stream.dataset for state in node.store.streams()}
    asked = [relating.relation(relation)] if relation else [
        each for each in relations().values() if {each.first, each.second} <= held
    ]  # fmt: skip
    found = [relating.audit(node.reader(OPERATOR, relating.PURPOSE), each) for each in asked]
    if as_json:
        emit([each.as_json() for each in found])
        return
    for each in found:
        title = each.relation.title if told.lang == "zh" else each.relation.title_en
        bound = " ".join(f"{how}={count}" for how, count in sorted(each.bound.items()))
        faults = " ".join(f"{fault}={count}" for fault, count in sorted(each.faults.items())) or "-"
        click.echo(f"{each.relation.id}\t{title}\t{each.objects}\t{bound}\t{faults}")


@command.command("overlap")
@click.argument("first")
@click.argument("second")
@json_option
@pass_told
def overlap(told: Told, first: str, second: str, as_json: bool) -> None:
    """两个面图层之间哪些要素重叠、重叠多少（椭球面积）；结果随版本保存，任一图层变化后重算。

    Which polygons of two datasets share ground, and how much (ellipsoid m²). The answer is kept for the versions it was made of.

    Example: guotu --home county relate overlap gl.ydsp gh.yjjbntb
    """
    from guotu.ops.relating import PURPOSE, overlaps

    node = told.node()
    rows = [
        {
            "first": row["first"].hex(),
            "second": row["second"].hex(),
            "area_m2": round(row["area_m2"], 4),
            "share_of_first": round(row["share_of_first"], 6),
            "share_of_second": round(row["share_of_second"], 6),
        }
        for batch in overlaps(node, node.reader(OPERATOR, PURPOSE), first, second)
        for row in batch.to_pylist()
    ]
    if as_json:
        emit({"first": first, "second": second, "pairs": rows})
    else:
        for row in rows:
            click.echo("\t".join(str(value) for value in row.values()))
    total = sum(row["area_m2"] for row in rows)
    told.say(f"{len(rows)} 对，共 {total:.2f} 平方米", f"{len(rows)} pairs, {total:.2f} m² in all")
