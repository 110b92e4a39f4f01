"""`guotu check --package-profile`: a whole package held against its profile, nothing stored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import click

from guotu.cli.context import Stages, Told, emit
from guotu.cli.exits import REFUSED
from guotu.cli.findings import tell
from guotu.cli.targets import must_be_writable
from guotu.errors import Lang

STAGES = {
    "files": ("打开并校验每个文件", "Opening and hashing every file"),
    "read": ("读取与逐条检查", "Reading and checking each feature"),
    "rules": ("整层检查", "Checking the whole layer"),
    "compare": ("与现有版本比较", "Comparing with the present version"),
    "store": ("写入", "Writing"),
    "register": ("登记目录", "Registering"),
    "adopt": ("逐层入库", "Landing layer by layer"),
    "layers": ("写出图层", "Writing layers"),
}


def check_as_package(told: Told, path: Path, name: str, reports: tuple[Path, ...], *, as_json: bool) -> None:
    """Check a folder or zip by a package profile; leaves with status 3 where it is refused."""
    from guotu.ops.intake import limits
    from guotu.ops.submitting.checking import check_package
    from guotu.standards.packages import profile

    for target in reports:
        paper_form(target)
    must_be_writable(*reports)
    kind = profile(name, told.settings.home)
    with tempfile.TemporaryDirectory() as work, Stages(STAGES, told.lang) as progress:
        found = check_package(path, kind, Path(work), limits=limits(told.settings), progress=progress)
    shown = found.report.as_dict(told.lang)
    shown |= {
        "profile": kind.id,
        "tokens": found.tokens,
        "digest": found.digest,
        "package_layers": [layer.as_dict() for layer in found.layers],
    }
    for target in reports:
        write_report(target, shown, f"{kind.id}@{kind.edition}", told.lang)
    if as_json:
        emit(shown)
    tell(told, found.report, report_file=reports[0] if reports else None)
    if not found.report.passed:
        raise click.exceptions.Exit(REFUSED)


def paper_form(target: Path) -> str:
    """The format that a file's name asks for; raises GT-6001."""
    from guotu.apps.submission.paper import FORMATS
    from guotu.errors.general import FORMAT_NOT_WRITTEN

    form = target.suffix[1:].lower()
    if form not in (*FORMATS, "json"):
        raise FORMAT_NOT_WRITTEN(format=target.suffix or target.name, known=", ".join((*FORMATS, "json")))
    return form


def write_report(target: Path, report: dict[str, Any], number: str, lang: Lang) -> None:
    """A report as a file, whole or not at all."""
    import orjson

    from guotu.apps.submission.paper import render, report_paper

    form = paper_form(target)
    write_whole(
        target,
        orjson.dumps(report, option=orjson.OPT_INDENT_2)
        if form == "json"
        else render(report_paper(report, number, lang), form),
    )


def write_whole(target: Path, body: bytes) -> None:
    """Beside the target first, then in its place."""
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(body)
    part.replace(target)
