"""`guotu review`: compliance review of a project boundary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guotu.apps.approval.report import FORMATS, pictures_of, write
from guotu.apps.approval.request import ReviewRequest
from guotu.apps.approval.result import VERDICT_TITLES, Review
from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.errors.review import REPORT_FORMAT
from guotu.guard.subject import OPERATOR
from guotu.ingest.project import read_project
from guotu.model.time import AsOf
from guotu.ops.reviewing import PURPOSE, examine


@click.command("review")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--at", type=MOMENT, help="数据时点或版本 / date or version of the data")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="json|html|docx|pdf|xlsx，可多次 / may repeat",
)
@click.option("--kind", default="general", show_default=True, help="项目类型 / project kind")
@click.option("--use", default="", help="拟用地类代码 / land-use code applied for")
@click.option("--project-code", default="", help="项目代码 / code of the project")
@click.option(
    "--crs", "crs_epsg", type=int, help="仅当文件没有坐标系时 / EPSG code, only where the file has none"
)
@click.option("--name", help="项目名称 / project name")
@json_option
@pass_told
def command(
    told: Told, /, path: Path, at: AsOf, reports: tuple[Path, ...], as_json: bool, **given: Any
) -> None:
    """Compliance review of a project boundary: TXT, zipped Shapefile, GeoPackage or GeoJSON.

    Example: guotu review project.txt --report review.pdf --report review.xlsx
    """
    _require_formats(reports)
    node = told.node()
    with node.workspace() as work:
        project = read_project(path, work=work, crs_epsg=given["crs_epsg"], name=given["name"])
    request = ReviewRequest(kind=given["kind"], use=given["use"], project_code=given["project_code"])
    made = examine(node, OPERATOR, project, request, at=at)
    drawn = [(file, file.suffix[1:]) for file in reports]
    if drawn:
        needed = max(
            (format for _, format in drawn), key=lambda format: format != "json" and format != "xlsx"
        )
        pictures = pictures_of(made, node.reader(OPERATOR, PURPOSE), needed, told.lang)
        for file, format in drawn:
            write(made, pictures, file, format, told.lang)
            told.say(f"已写出 {file}", f"{file} written")
    if as_json:
        emit(made.as_json(told.lang))
    else:
        _tell(told, made)


def _require_formats(reports: tuple[Path, ...]) -> None:
    for file in reports:
        if file.suffix[1:] not in FORMATS:
            raise REPORT_FORMAT(format=file.suffix or str(file), known=", ".join(FORMATS))


def _tell(told: Told, made: Review) -> None:
    click.echo(f"{made.project.name}  {made.area_ha:,.4f} ha  EPSG:{made.project.zone.epsg}")
    for check in made.checks:
        verdict = VERDICT_TITLES[check.verdict].in_(told.lang)
        click.echo(f"  [{verdict}] {check.title.in_(told.lang)}：{check.reason.in_(told.lang)}")
    click.echo(f"  {made.authority.title.in_(told.lang)}：{made.authority.reason.in_(told.lang)}")
