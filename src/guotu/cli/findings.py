"""A quality report in words."""

from __future__ import annotations

from pathlib import Path

import click

from guotu.cli.context import Told
from guotu.model.finding import QualityReport

SHOWN = 20


def tell(told: Told, report: QualityReport, *, report_file: Path | None = None) -> None:
    """The verdict, how often each rule was broken, and the first findings with their places and remedies."""
    click.echo(report.summary(told.lang), err=True)
    if report.score is not None:
        points, grade = report.score.points, report.score.grade.word(told.lang)
        told.say(f"评分 {points:g}，{grade}", f"Score {points:g}, {grade}")
    for part in report.parts:
        click.echo(f"  {part.layer}: {part.summary(told.lang)}", err=True)
    for count in report.counts:
        shown = count.as_dict(told.lang)
        mark = "✕" if count.refuses else "·"
        excused = f"（{count.excepted} 处例外）" if told.lang == "zh" else f" ({count.excepted} excepted)"
        click.echo(
            f"  {mark} {count.rule} {shown.get('name', '')}: {count.count}{excused if count.excepted else ''}",
            err=True,
        )
    for finding in report.findings[:SHOWN]:
        shown = finding.as_dict(told.lang)
        place = " ".join(f"{part}={value}" for part, value in shown["place"].items())
        click.echo(f"    {finding.rule} {shown['detail']} [{place}]", err=True)
        click.echo(f"      → {shown['remedy']}", err=True)
    rest = len(report.findings) - SHOWN
    if rest > 0 and report_file is None:
        told.say(f"    … 其余 {rest} 处用 --report 写入文件", f"    … {rest} more: write them with --report")
    if report_file is not None:
        told.say(f"已写出 {report_file}", f"{report_file} written")
