"""`guotu review`: compliance review of a project boundary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.cli.reading import crs_option
from guotu.cli.targets import must_be_writable
from guotu.errors.review import REPORT_FORMAT
from guotu.guard.subject import OPERATOR
from guotu.model.time import AsOf

if TYPE_CHECKING:
    from guotu.apps.approval.result import Review
    from guotu.node import Node

REPORTS = ("json", "html", "pdf", "docx", "xlsx")
GRADES = {"importance": ("high", "medium", "low"), "complexity": ("complex", "moderate", "simple")}


@click.command("review")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--at", type=MOMENT, help="数据时点或版本 / date or version of the data")
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    help="报告文件 .json .html .docx .pdf .xlsx，可多次 / report file, may repeat",
)
@click.option("--kind", default="general", show_default=True, help="项目类型 / project kind")
@click.option("--use", default="", help="拟用地类代码 / land-use code applied for")
@click.option("--project-code", default="", help="项目代码 / code of the project")
@click.option(
    "--stage",
    type=click.Choice(["approval", "supply"]),
    default="approval",
    show_default=True,
    help="报批或供地 / land to be approved, or approved land to be supplied",
)
@click.option(
    "--importance", type=click.Choice(GRADES["importance"]), help="建设项目重要性 / importance of the project"
)
@click.option(
    "--complexity",
    type=click.Choice(GRADES["complexity"]),
    help="地质环境复杂程度 / complexity of the ground",
)
@click.option(
    "--adjust-in", type=click.Path(path_type=Path), help="规划调入范围 / land a change of the plan brings in"
)
@click.option("--adjust-out", type=click.Path(path_type=Path), help="规划调出范围 / land it takes out")
@crs_option
@click.option("--name", help="项目名称 / project name")
@json_option
@pass_told
def command(
    told: Told, /, path: Path, at: AsOf, reports: tuple[Path, ...], as_json: bool, **given: Any
) -> None:
    """项目用地合规性审查。范围可为界址点 TXT、压缩的 Shapefile、GeoPackage 或 GeoJSON。

    Compliance review of a project boundary: TXT, zipped Shapefile, GeoPackage or GeoJSON.

    Example: guotu --home county review project.txt --report review.pdf --report review.xlsx
    """
    _require_formats(reports)
    must_be_writable(*reports)
    node = told.node()
    made = _review(told, node, path, at, given)
    _write(told, node, made, reports)
    if as_json:
        emit(made.as_json(told.lang))
    else:
        _tell(told, made)


def _review(told: Told, node: Node, path: Path, at: AsOf, given: dict[str, Any]) -> Review:
    from guotu.apps.approval.request import ReviewRequest
    from guotu.ingest.project import read_project
    from guotu.ops.intake import limits
    from guotu.ops.reviewing import examine

    with node.workspace() as work:

        def read(file: Path | None, name: str | None = None) -> Any:
            if file is None:
                return None
            bounds = limits(told.settings)
            return read_project(file, work=work, crs_epsg=given["crs_epsg"], name=name, limits=bounds)

        project = read(path, given["name"])
        inward, outward = read(given["adjust_in"]), read(given["adjust_out"])
    request = ReviewRequest(
        kind=given["kind"],
        use=given["use"],
        project_code=given["project_code"],
        adjust_in=inward.parcels if inward else (),
        adjust_out=outward.parcels if outward else (),
        importance=given["importance"],
        complexity=given["complexity"],
        stage=given["stage"],
    )
    return examine(node, OPERATOR, project, request, at=at)


def _write(told: Told, node: Node, made: Review, reports: tuple[Path, ...]) -> None:
    if not reports:
        return
    from guotu.apps.approval.report import PICTURED, pictures_of, write
    from guotu.ops.reviewing import PURPOSE

    formats = [form_of(file) for file in reports]
    pictured = next((format for format in formats if format in PICTURED), None)
    reader = node.reader(OPERATOR, PURPOSE)
    pictures = pictures_of(made, reader, pictured, told.lang) if pictured else None
    for file, format in zip(reports, formats, strict=True):
        write(made, pictures, file, format, told.lang)
        told.say(f"已写出 {file}", f"{file} written")


def form_of(file: Path) -> str:
    """The format that a file's name asks for."""
    return file.suffix[1:].lower()


def _require_formats(reports: tuple[Path, ...]) -> None:
    for file in reports:
        if form_of(file) not in REPORTS:
            raise REPORT_FORMAT(format=file.suffix or file.name, known=", ".join(REPORTS))


def _tell(told: Told, made: Review) -> None:
    from guotu.apps.approval.result import VERDICT_TITLES

    colon = "：" if told.lang == "zh" else ": "
    click.echo(f"{made.project.name}  {made.area_ha:,.4f} ha  EPSG:{made.project.zone.epsg}")
    for check in made.checks:
        verdict = VERDICT_TITLES[check.verdict].in_(told.lang)
        click.echo(f"  [{verdict}] {check.title.in_(told.lang)}{colon}{check.reason.in_(told.lang)}")
    click.echo(f"  {made.authority.title.in_(told.lang)}{colon}{made.authority.reason.in_(told.lang)}")
