"""`guotu exception`: approved exceptions (例外说明) that the gate consults."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told

if TYPE_CHECKING:
    from guotu.model.exemption import Exemption
    from guotu.ops.exceptions import ExceptionBook


@click.group("exception")
def command() -> None:
    """例外说明：经批准可以不计的问题。

    Approved exceptions: breaches that do not count.

    Example: guotu --home county exception list
    """


@command.command("add")
@click.option("--rule", required=True, help="规则编号 / rule id, e.g. 1504")
@click.option("--dataset", required=True, help="数据集代码 / dataset code, e.g. xz.dltb")
@click.option("--key", help="要素标识，如标识码 / key of the feature, e.g. its BSM")
@click.option("--bbox", help="范围：西,南,东,北（度） / area: west,south,east,north in degrees")
@click.option("--reason", required=True, help="理由 / why")
@click.option("--document", required=True, help="文号或依据 / the document it rests on")
@click.option("--approved-by", required=True, help="批准人 / who approved it")
@click.option(
    "--from",
    "since",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="批准日期，默认今天 / from this day on, today by default",
)
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="截止日期（含） / up to and including this day",
)
@json_option
@pass_told
def add(
    told: Told,
    /,
    since: datetime | None,
    until: datetime | None,
    bbox: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """登记一条例外说明；不给 --key 与 --bbox 时对整个数据集有效。

    Enter an exception; without --key and --bbox it holds for the whole dataset.

    Example: guotu exception add --rule 1504 --dataset xz.dltb --key 1 --reason 界线切割 --document 函3号 --approved-by 王局
    """
    from guotu.model.exemption import Exemption

    book = _book(told)
    entry = Exemption(
        id="",
        approved_on=since.date() if since else book.today,
        until=until.date() if until else None,
        area=_area(bbox),
        **given,
    )
    made = book.add(entry)
    told.say(f"已登记 {made.id}", f"{made.id} entered")
    if as_json:
        emit(made.as_dict(told.lang))


@command.command("list")
@json_option
@pass_told
def show(told: Told, /, as_json: bool) -> None:
    """全部例外说明、是否有效、用过几次。

    All exceptions, whether they are in force, how often they were used.

    Example: guotu --home county exception list --json
    """
    book = _book(told)
    rows = [_row(book, each) for each in book.all()]
    if as_json:
        emit({"exceptions": rows})
        return
    for row in rows:
        place = row["key"] or ("area" if row["area"] else "*")
        facts = f"{row['id']} {row['rule']} {row['dataset']} {place}"
        why = f"{row['document']} {row['reason']}"
        state = ("有效", "in force") if row["in_force"] else ("无效", "not in force")
        end = row["until"] or "—"
        told.say(f"{facts} {state[0]} 至 {end} {why}", f"{facts} {state[1]} until {end} {why}")


@command.command("revoke")
@click.argument("number")
@json_option
@pass_told
def revoke(told: Told, /, number: str, as_json: bool) -> None:
    """撤销一条例外说明；它留在册上，不再有效。

    Revoke an exception; it stays in the book and excuses nothing more.

    Example: guotu --home county exception revoke LW-2026-0001
    """
    ended = _book(told).revoke(number)
    told.say(f"已撤销 {ended.id}", f"{ended.id} revoked")
    if as_json:
        emit(ended.as_dict(told.lang))


def _book(told: Told) -> ExceptionBook:
    from guotu.ops.exceptions import ExceptionBook

    node = told.node()
    return ExceptionBook(node.records, node.clock)


def _row(book: ExceptionBook, each: Exemption) -> dict[str, Any]:
    return each.as_dict() | {"in_force": each.in_force(book.today), "uses": book.uses(each.id)}


def _area(bbox: str | None) -> bytes | None:
    if bbox is None:
        return None
    import shapely

    try:
        west, south, east, north = (float(part) for part in bbox.split(","))
    except ValueError:
        raise click.BadParameter(bbox, param_hint="--bbox") from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise click.BadParameter(bbox, param_hint="--bbox")
    return bytes(shapely.to_wkb(shapely.box(west, south, east, north)))
