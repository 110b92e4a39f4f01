"""A quality report in words."""

from __future__ import annotations

import click

from guotu.cli.context import Told
from guotu.model.finding import QualityReport

SHOWN = 20


def tell(told: Told, report: QualityReport) -> None:
    """The verdict, how often each rule was broken, and the first findings with their places and remedies."""
    click.echo(report.summary(told.lang), err=True)
    for count in report.counts:
        shown = count.as_dict(told.lang)
        mark = "✕" if count.hard else "·"
        click.echo(f"  {mark} {count.rule} {shown.get('name', '')}：{count.count}", err=True)
    for finding in report.findings[:SHOWN]:
        shown = finding.as_dict(told.lang)
        place = " ".join(f"{part}={value}" for part, value in shown["place"].items())
        click.echo(f"    {finding.rule} {shown['detail']} [{place}]", err=True)
        click.echo(f"      → {shown['remedy']}", err=True)
    if len(report.findings) > SHOWN:
        told.say(
            f"    … 其余 {len(report.findings) - SHOWN} 处见 --report",
            f"    … {len(report.findings) - SHOWN} more with --report",
        )
