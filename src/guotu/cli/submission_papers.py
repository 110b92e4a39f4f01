"""The verbs of `guotu submission` beside the steps: profiles, packing, yearly lists, receipts, reports, bulletins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.moments import MOMENT
from guotu.cli.package_check import STAGES, paper_form, write_report, write_whole
from guotu.cli.submission_told import as_option, desk_of, person
from guotu.cli.targets import must_be_files, must_be_writable
from guotu.model.time import AsOf

_OUT = click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="写到 / write to")


@click.command("profiles")
@click.argument("name", required=False)
@json_option
@pass_told
def profiles(told: Told, /, name: str | None, as_json: bool) -> None:
    """汇交方案：平台自带的和本节点的。

    Package profiles: those of the platform and the node's own.

    Example: guotu submission profiles survey-change-county
    """
    from guotu.standards import packages

    known = packages.profiles(told.settings.home)
    wanted = [packages.profile(name, told.settings.home)] if name else list(known.values())
    if as_json:
        emit({"profiles": [each.as_dict() for each in wanted]})
        return
    for each in wanted:
        title = each.title if told.lang == "zh" else each.title_en
        click.echo(f"{each.id}\t{each.edition}\t{title}\t{each.origin}")
        for spec in each.files if name else ():
            mark = "*" if spec.least else " "
            click.echo(
                f"  {mark} {each.shown(spec, {})}\t{spec.title if told.lang == 'zh' else spec.title_en}"
            )


@click.command("pack")
@click.argument("name", metavar="PROFILE")
@_OUT
@click.option("--year", type=int, help="年度，默认取数据时点 / the year; that of the data by default")
@click.option(
    "--token",
    "tokens",
    multiple=True,
    metavar="NAME=TEXT",
    help="名称中的部分 / a part of the names, e.g. XZQMC=青禾县",
)
@click.option("--at", type=MOMENT, help="数据时点或版本 / date or version of the data")
@click.option("--unit", default="", help="报送单位 / the unit that hands in")
@as_option
@json_option
@pass_told
def pack(
    told: Told,
    /,
    name: str,
    output: Path,
    year: int | None,
    tokens: tuple[str, ...],
    at: AsOf,
    unit: str,
    account: str | None,
    as_json: bool,
) -> None:
    """用本节点的数据组成汇交包：.zip，或一个文件夹。

    Make a package of the node's own datasets: a .zip, or in a folder.

    Example: guotu --home county submission pack survey-change-county -o package.zip --as surveyor
    """
    from guotu.ops.submitting.making import PackRequest, tokens_of
    from guotu.ops.submitting.making import pack as packing
    from guotu.standards.packages import profile

    desk = desk_of(told)
    kind = profile(name, desk.node.home)
    given = dict(pair.split("=", 1) for pair in tokens if "=" in pair)
    request = PackRequest(kind, tokens_of(desk.node, kind, year, given), unit, at)
    with Stages(STAGES, told.lang) as progress:
        made = packing(desk.node, person(desk, account), request, output, progress=progress)
    told.say(f"已写出 {made}", f"{made} written")
    if as_json:
        emit({"package": str(made), "profile": kind.id})


@click.group("due")
def due() -> None:
    """年度汇交清单。

    Yearly lists of what is due.

    Example: guotu --home county submission due show 2026
    """


@due.command("add")
@click.argument("year", type=int)
@click.option("--division", help="行政区代码 / division")
@click.option("--unit", help="责任单位 / the unit that answers for it")
@click.option("--profile", help="汇交方案 / package profile")
@click.option("--deadline", metavar="DATE", help="截止日期 / until when")
@click.option("--title", default="", help="内容 / what it is")
@click.option(
    "--file", type=click.File(encoding="utf-8-sig"), help="CSV：division,unit,profile,deadline,title"
)
@click.option("--list-title", default="", help="清单标题 / title of the list")
@json_option
@pass_told
def due_add(told: Told, /, year: int, file: Any, list_title: str, as_json: bool, **given: Any) -> None:
    """登记应报事项，一项或一个 CSV。

    Enter what is due: one item, or a CSV of them.

    Example: guotu --home county submission due add 2026 --division 349021 --unit 青禾县自然资源和规划局 \\
    --profile survey-change-county --deadline 2026-11-30
    """
    from guotu.apps.submission.lists import rows_of
    from guotu.guard.subject import OPERATOR
    from guotu.ops.submitting import lists

    items = rows_of(file.read()) if file else [{name: value for name, value in given.items() if value}]
    made = lists.enter(told.node(), OPERATOR, year, items, title=list_title)
    told.say(f"{year} 年清单共 {len(made.items)} 项", f"{len(made.items)} items due in {year}")
    if as_json:
        emit(made.as_dict())


@due.command("show")
@click.argument("year", type=int)
@json_option
@pass_told
def due_show(told: Told, /, year: int, as_json: bool) -> None:
    """清单各项的进展与提醒。

    How far every item has come, with reminders.

    Example: guotu --home county submission due show 2026
    """
    from guotu.apps.submission.lists import terms
    from guotu.ops.submitting import lists

    found = lists.standing(told.node(), year)
    if as_json:
        emit({"year": year, "items": [each.as_dict() for each in found]})
        return
    for each in found:
        word = terms().reminders[each.reminder].in_(told.lang)
        click.echo(f"{each.item.id}\t{each.item.unit}\t{each.item.deadline}\t{word}\t{each.submission}")


@click.command("bulletin")
@click.argument("year", type=int)
@click.option(
    "-o", "--output", "outputs", multiple=True, type=click.Path(path_type=Path), help=".html .pdf .docx .xlsx"
)
@json_option
@pass_told
def bulletin(told: Told, /, year: int, outputs: tuple[Path, ...], as_json: bool) -> None:
    """汇交情况通报：各单位按期、逾期、未报、退回、得分。

    The bulletin: per unit in time, late, missing, returned, points.

    Example: guotu --home county submission bulletin 2026 -o bulletin.docx
    """
    from guotu.apps.submission.paper import bulletin_paper, render
    from guotu.ops.submitting import lists
    from guotu.standards.packages import profiles as known

    forms = [paper_form(target) for target in outputs]
    must_be_writable(*outputs)
    node = told.node()
    made = lists.bulletin_of(node, year)
    titles = {
        each.id: each.title if told.lang == "zh" else each.title_en for each in known(node.home).values()
    }
    for target, form in zip(outputs, forms, strict=True):
        write_whole(target, render(bulletin_paper(made, told.lang, node.identity.name, titles), form))
        told.say(f"已写出 {target}", f"{target} written")
    if as_json:
        emit(made.as_dict(told.lang))
        return
    for row in (*made.units, made.total):
        grade = row.grade.word(told.lang) if row.grade else "—"
        click.echo(
            f"{row.unit or '—'}\t{row.due}\t{row.in_time}\t{row.late}\t{row.missing}\t{row.returns}\t{row.points}\t{grade}"
        )


@click.command("receipt")
@click.argument("number")
@_OUT
@click.option("--round", "wanted", type=int, help="第几次报送 / which round")
@as_option
@json_option
@pass_told
def receipt(
    told: Told, /, number: str, output: Path, wanted: int | None, account: str | None, as_json: bool
) -> None:
    """取回执：.json（可离线核验）、.pdf、.docx、.html、.xlsx。

    The receipt: .json (verifiable offline), .pdf, .docx, .html, .xlsx.

    Example: guotu --home county submission receipt HJ-349021-2025-0001 -o receipt.pdf
    """
    import orjson

    from guotu.apps.submission.paper import receipt_paper, render

    form = paper_form(output)
    must_be_writable(output)
    desk = desk_of(told)
    sealed = desk.receipt(person(desk, account), number, wanted)
    body = (
        orjson.dumps(sealed, option=orjson.OPT_INDENT_2)
        if form == "json"
        else render(receipt_paper(sealed, told.lang), form)
    )
    write_whole(output, body)
    told.say(f"已写出 {output}", f"{output} written")
    if as_json:
        emit({"number": number, "output": str(output)})


@click.command("report")
@click.argument("number")
@_OUT
@click.option("--round", "wanted", type=int, help="第几次报送 / which round")
@as_option
@json_option
@pass_told
def report(
    told: Told, /, number: str, output: Path, wanted: int | None, account: str | None, as_json: bool
) -> None:
    """取检查报告，接收单位检查过的以其为准。

    The report of the check, the receiver's where there is one.

    Example: guotu --home county submission report HJ-349021-2025-0001 -o findings.xlsx
    """
    paper_form(output)
    must_be_writable(output)
    desk = desk_of(told)
    found = desk.report(person(desk, account), number, told.lang, wanted)
    write_report(output, found, number, told.lang)
    told.say(f"已写出 {output}", f"{output} written")
    if as_json:
        emit({"number": number, "output": str(output)})


@click.command("verify")
@click.argument("path", metavar="RECEIPT", type=click.Path(path_type=Path))
@click.option(
    "--key", metavar="HEX", help="接收单位公布的公钥 / the receiver's published key, 64 hexadecimal digits"
)
@click.option(
    "--package",
    type=click.Path(path_type=Path),
    help="同时核对成果 / hold the package against it",
)
@json_option
@pass_told
def verify(told: Told, /, path: Path, key: str | None, package: Path | None, as_json: bool) -> None:
    """离线核验回执：内容未改、由谁签名；可同时核对成果文件。

    Verify a receipt offline: unchanged, by whose key; and, if given, that a package is the one it speaks of.

    Example: guotu submission verify receipt.json --package package.zip
    """
    from guotu.apps.submission import receipt as receipts
    from guotu.errors.general import PATH_MISSING
    from guotu.errors.submission import RECEIPT_FORGED
    from guotu.ops.submitting.verifying import package_differs

    trusted = _key(key)
    must_be_files(path)
    if package is not None and not package.exists():
        raise PATH_MISSING(path=package)
    found = receipts.parse(path.read_bytes(), path.name)
    signer = receipts.verify(found, path.name, trusted)
    payload = found["payload"]
    if package is not None and (differs := package_differs(payload, package)):
        shown = "、".join(differs[:5])
        raise RECEIPT_FORGED(
            name=path.name,
            reason_zh=f"与成果 {package.name} 不符：{shown}",
            reason_en=f"the package {package.name} is another: {shown}",
        )
    told.say(
        f"有效：{payload['number']}，{payload['node']['name']} 于 {payload['received']} 签发，核验码 {receipts.code_of(payload)}",
        f"valid: {payload['number']}, signed by {payload['node']['name']} at {payload['received']}, "
        f"code {receipts.code_of(payload)}",
    )
    if trusted is None:
        told.say(
            f"签名密钥指纹 {signer}，请与接收单位公布的核对",
            f"key fingerprint {signer}: compare it with the published one",
        )
    if as_json:
        emit(
            {
                "valid": True,
                "number": payload["number"],
                "fingerprint": signer,
                "code": receipts.code_of(payload),
            }
        )


@click.command("key")
@json_option
@pass_told
def show_key(told: Told, /, as_json: bool) -> None:
    """本节点核验回执用的公钥，应予公布。

    The key that verifies this node's receipts; it is to be published.

    Example: guotu --home county submission key
    """
    from guotu.apps.submission.receipt import fingerprint

    key = told.node().public_key.hex()
    if as_json:
        emit({"key": key, "fingerprint": fingerprint(key)})
        return
    click.echo(f"{key}\n{fingerprint(key)}")


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise click.BadParameter(text, param_hint="--key")
    return key


def add_to(group: click.Group) -> None:
    """Give a group these verbs."""
    for each in (profiles, pack, due, bulletin, receipt, report, verify, show_key):
        group.add_command(each)
