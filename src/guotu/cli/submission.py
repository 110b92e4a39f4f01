"""`guotu submission`: packages made, handed in, received, returned, adopted, and told of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from guotu.cli import submission_papers
from guotu.cli.context import Stages, Told, emit, json_option, pass_told
from guotu.cli.package_check import STAGES
from guotu.cli.submission_told import as_option, desk_of, person, seen_option, show_record, tell_step

if TYPE_CHECKING:
    from guotu.ops.submitting.book import Record

DAY = click.DateTime(["%Y-%m-%d"])


@click.group("submission")
def command() -> None:
    """汇交：组包、自检、报送、接收、审查、退回、采纳、回执与通报。

    Submission: packages made, checked, handed in, received, reviewed, returned, adopted, with receipts and bulletins.

    Example: guotu --home county submission new 349021青禾县2025年度国土变更调查成果.zip --profile survey-change-county
    """


submission_papers.add_to(command)


@command.command("new")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--profile", "name", help="汇交方案 / package profile")
@click.option(
    "--item", default="", metavar="YEAR/ID", help="所应清单项 / the item of a yearly list it answers"
)
@click.option("--unit", default="", help="报送单位，默认为账号的单位 / unit that hands in")
@as_option
@json_option
@pass_told
def new(
    told: Told, /, path: Path, name: str | None, item: str, unit: str, account: str | None, as_json: bool
) -> None:
    """新建一次汇交；成果的每个文件按内容校验值保存，尚不检查。

    Begin a submission with a package (folder or zip); every file is kept by its hash, nothing is judged yet.

    Example: guotu --home county submission new package.zip --item 2026/349021-survey-change-county --as surveyor
    """
    from guotu.ops.submitting.lists import item_of
    from guotu.standards.packages import profile

    desk = desk_of(told)
    wanted = item_of(desk.node, item).profile if item else name
    if not wanted:
        raise click.UsageError("--profile 或 --item / --profile or --item")
    kind = profile(wanted, desk.node.home)
    made = desk.create(person(desk, account), kind, path, unit=unit, item=item)
    tell_step(told, made, as_json=as_json)


@command.command("check")
@click.argument("number")
@as_option
@seen_option
@json_option
@pass_told
def check(told: Told, /, number: str, account: str | None, seen: int | None, as_json: bool) -> None:
    """自检：目录、文件名、可读性、元数据、每个图层和图层之间。

    Check it: folders, names, readability, metadata, every layer and the layers against each other.

    Example: guotu --home county submission check HJ-349021-2025-0001 --as surveyor
    """
    desk = desk_of(told)
    with Stages(STAGES, told.lang) as progress:
        made = desk.check(person(desk, account), number, seen=seen, progress=progress)
    tell_step(told, made, as_json=as_json, verdict="check")


@command.command("explain")
@click.argument("number")
@click.argument("finding", type=int)
@click.option("--reason", required=True, help="理由 / why")
@click.option("--document", default="", help="依据文号 / the document it rests on")
@as_option
@json_option
@pass_told
def explain(
    told: Told, /, number: str, finding: int, reason: str, document: str, account: str | None, as_json: bool
) -> None:
    """为检查报告中的一个问题写例外说明，由接收单位批准。

    Explain a finding of the check; the receiver approves it or not.

    Example: guotu --home county submission explain HJ-349021-2025-0001 3 --reason 界线切割 --as surveyor
    """
    desk = desk_of(told)
    tell_step(told, desk.explain(person(desk, account), number, finding, reason, document), as_json=as_json)


@command.command("submit")
@click.argument("number")
@as_option
@seen_option
@json_option
@pass_told
def submit(told: Told, /, number: str, account: str | None, seen: int | None, as_json: bool) -> None:
    """报送：自检通过，或必须改正的问题都有例外说明。

    Hand it in: its check passed, or all that refuses it is explained.

    Example: guotu --home county submission submit HJ-349021-2025-0001 --as surveyor
    """
    desk = desk_of(told)
    tell_step(told, desk.submit(person(desk, account), number, seen=seen), as_json=as_json)


@command.command("replace")
@click.argument("number")
@click.argument("path", type=click.Path(path_type=Path))
@as_option
@seen_option
@json_option
@pass_told
def replace(
    told: Told, /, number: str, path: Path, account: str | None, seen: int | None, as_json: bool
) -> None:
    """换上改正后的成果；退回之后是新的一次报送，历次都保留。

    Put the mended package in its place; after a return that is another round, and all rounds are kept.

    Example: guotu --home county submission replace HJ-349021-2025-0001 mended.zip --as surveyor
    """
    desk = desk_of(told)
    tell_step(told, desk.replace(person(desk, account), number, path, seen=seen), as_json=as_json)


@command.command("withdraw")
@click.argument("number")
@click.option("--reason", default="", help="理由 / why")
@as_option
@json_option
@pass_told
def withdraw(told: Told, /, number: str, reason: str, account: str | None, as_json: bool) -> None:
    """在接收之前撤回。

    Take it back before it is received.

    Example: guotu --home county submission withdraw HJ-349021-2025-0001 --as surveyor
    """
    desk = desk_of(told)
    tell_step(told, desk.withdraw(person(desk, account), number, reason), as_json=as_json)


@command.command("receive")
@click.argument("number")
@as_option
@seen_option
@json_option
@pass_told
def receive(told: Told, /, number: str, account: str | None, seen: int | None, as_json: bool) -> None:
    """接收：按接收单位的规则重新检查，签发回执。

    Receive it: judged again by the receiver's rules, the receipt is signed.

    Example: guotu --home county submission receive HJ-349021-2025-0001 --as officer
    """
    desk = desk_of(told)
    with Stages(STAGES, told.lang) as progress:
        made = desk.receive(person(desk, account), number, seen=seen, progress=progress)
    tell_step(told, made, as_json=as_json, verdict="gate")


@command.command("review")
@click.argument("number")
@as_option
@seen_option
@json_option
@pass_told
def review(told: Told, /, number: str, account: str | None, seen: int | None, as_json: bool) -> None:
    """开始审查。

    Begin the review.

    Example: guotu --home county submission review HJ-349021-2025-0001 --as officer
    """
    desk = desk_of(told)
    tell_step(told, desk.review(person(desk, account), number, seen=seen), as_json=as_json)


@command.command("remark")
@click.argument("number")
@click.argument("text")
@click.option("--layer", default="", help="所指图层 / the layer it is about")
@click.option("--finding", type=int, help="所指问题的序号 / the finding it is about")
@click.option(
    "--demand", is_flag=True, help="要求改正，未撤销前不能采纳 / holds the adoption up until lifted"
)
@as_option
@json_option
@pass_told
def remark(
    told: Told,
    /,
    number: str,
    text: str,
    layer: str,
    finding: int | None,
    demand: bool,
    account: str | None,
    as_json: bool,
) -> None:
    """写审查意见。

    Write a remark.

    Example: guotu --home county submission remark HJ-349021-2025-0001 碎图斑请核实 --layer DLTB --demand --as officer
    """
    desk = desk_of(told)
    made = desk.remark(person(desk, account), number, text, layer=layer, finding=finding, demand=demand)
    tell_step(told, made, as_json=as_json)


@command.command("lift")
@click.argument("number")
@click.argument("remark_number", metavar="REMARK", type=int)
@as_option
@json_option
@pass_told
def lift(told: Told, /, number: str, remark_number: int, account: str | None, as_json: bool) -> None:
    """撤销一条审查意见。

    Lift a remark.

    Example: guotu --home county submission lift HJ-349021-2025-0001 1 --as officer
    """
    desk = desk_of(told)
    tell_step(told, desk.lift(person(desk, account), number, remark_number), as_json=as_json)


@command.command("excuse")
@click.argument("number")
@click.argument("finding", type=int)
@click.option("--reason", default="", help="理由，默认取报送单位的例外说明 / why; the explanation by default")
@click.option("--document", default="", help="依据文号 / the document it rests on")
@as_option
@json_option
@pass_told
def excuse(
    told: Told, /, number: str, finding: int, reason: str, document: str, account: str | None, as_json: bool
) -> None:
    """批准一个问题的例外，记入例外说明册；重新检查后不再计。

    Approve an exception for a finding; it no longer counts once checked again.

    Example: guotu --home county submission excuse HJ-349021-2025-0001 3 --as officer
    """
    desk = desk_of(told)
    made = desk.excuse(person(desk, account), number, finding, reason=reason, document=document)
    tell_step(told, made, as_json=as_json)


@command.command("recheck")
@click.argument("number")
@as_option
@json_option
@pass_told
def recheck(told: Told, /, number: str, account: str | None, as_json: bool) -> None:
    """批准例外之后重新检查。

    Check again once exceptions are approved.

    Example: guotu --home county submission recheck HJ-349021-2025-0001 --as officer
    """
    desk = desk_of(told)
    with Stages(STAGES, told.lang) as progress:
        made = desk.recheck(person(desk, account), number, progress=progress)
    tell_step(told, made, as_json=as_json, verdict="gate")


@command.command("return")
@click.argument("number")
@click.option("--reason", required=True, help="退回理由 / why")
@click.option(
    "--deadline", required=True, type=DAY, metavar="DATE", help="重新报送期限 / until when it is due again"
)
@as_option
@seen_option
@json_option
@pass_told
def give_back(
    told: Told,
    /,
    number: str,
    reason: str,
    deadline: datetime,
    account: str | None,
    seen: int | None,
    as_json: bool,
) -> None:
    """退回，附检查问题和审查意见。

    Return it with its findings and remarks.

    Example: guotu --home county submission return HJ-349021-2025-0001 --reason 缺图层 --deadline 2026-12-15 --as officer
    """
    desk = desk_of(told)
    made = desk.give_back(person(desk, account), number, reason, deadline.date(), seen=seen)
    tell_step(told, made, as_json=as_json)


@command.command("adopt")
@click.argument("number")
@click.option(
    "--as-of", type=DAY, metavar="DATE", help="数据时点，默认取元数据 / the moment the data describe"
)
@as_option
@seen_option
@json_option
@pass_told
def adopt(
    told: Told,
    /,
    number: str,
    as_of: datetime | None,
    account: str | None,
    seen: int | None,
    as_json: bool,
) -> None:
    """采纳：全部图层入库为新版本，或一个也不入。

    Adopt it: every layer becomes a version, or none does.

    Example: guotu --home county submission adopt HJ-349021-2025-0001 --as officer
    """
    from guotu.ops.submitting.adopting import adopt as adopting

    desk = desk_of(told)
    day = as_of.date() if as_of else None
    with Stages(STAGES, told.lang) as progress:
        made = adopting(desk.node, person(desk, account), number, seen=seen, as_of=day, progress=progress)
    tell_step(told, made, as_json=as_json)
    _tell_versions(told, made)


@command.command("resume")
@click.argument("number")
@as_option
@json_option
@pass_told
def resume(told: Told, /, number: str, account: str | None, as_json: bool) -> None:
    """继续一次中断了的入库。

    Go on with an adoption whose process ended.

    Example: guotu --home county submission resume HJ-349021-2025-0001 --as officer
    """
    from guotu.ops.submitting.adopting import resume as resuming

    desk = desk_of(told)
    with Stages(STAGES, told.lang) as progress:
        made = resuming(desk.node, person(desk, account), number, progress=progress)
    tell_step(told, made, as_json=as_json)
    _tell_versions(told, made)


@command.command("list")
@click.option("--state", help="只列一种状态 / of one state only")
@as_option
@json_option
@pass_told
def list_all(told: Told, /, state: str | None, account: str | None, as_json: bool) -> None:
    """列出汇交。

    Submissions, newest first.

    Example: guotu --home county submission list --state reviewing
    """
    from guotu.apps.submission.machine import machine

    desk = desk_of(told)
    rows = [each for each in desk.book.all(person(desk, account)) if state in (None, each["state"])]
    if as_json:
        emit({"submissions": [_row(each) for each in rows]})
        return
    for each in rows:
        title = machine().states[each["state"]].title.in_(told.lang)
        click.echo(f"{each['id']}\t{title}\t{each['unit']}\t{each['title']}\t{len(each['rounds'])}")


@command.command("show")
@click.argument("number")
@as_option
@json_option
@pass_told
def show(told: Told, /, number: str, account: str | None, as_json: bool) -> None:
    """一次汇交的历次报送与办理记录。

    One submission: its rounds and its trail.

    Example: guotu --home county submission show HJ-349021-2025-0001
    """
    desk = desk_of(told)
    record = desk.book.get(person(desk, account), number)
    if as_json:
        emit(record)
        return
    show_record(told, record)


def _row(record: Record) -> dict[str, Any]:
    names = ("id", "state", "unit", "title", "division", "year", "profile", "item", "created")
    return {
        **{name: record[name] for name in names},
        "round": len(record["rounds"]),
        "step": len(record["trail"]),
    }


def _tell_versions(told: Told, record: Record) -> None:
    for stream, each in (record["adoption"]["landed"] or {}).items():
        version = each["version"] or ("没有变化" if told.lang == "zh" else "unchanged")
        click.echo(f"  {stream} {version} +{each['added']} ~{each['changed']} -{each['deleted']}", err=True)
