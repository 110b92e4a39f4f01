"""What the verbs of `guotu submission` share: who acts, and how a submission is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from guotu.cli.context import Told, emit
from guotu.guard.subject import OPERATOR, Subject

if TYPE_CHECKING:
    from guotu.ops.submitting.book import Record
    from guotu.ops.submitting.desk import SubmissionDesk

F = TypeVar("F", bound=Callable[..., Any])

as_option = click.option(
    "--as", "account", metavar="ACCOUNT", help="以哪个账号办理，默认本机操作员 / the account that acts"
)
seen_option = click.option(
    "--seen",
    type=int,
    metavar="STEP",
    help="所见到的步数，已被别人办理则拒绝 / refused where somebody went on since",
)


def desk_of(told: Told) -> SubmissionDesk:
    """The desk of the node."""
    from guotu.ops.submitting.desk import SubmissionDesk

    return SubmissionDesk(told.node())


def person(desk: SubmissionDesk, account: str | None) -> Subject:
    """The account that acts, the operator where none is named; raises GT-4007."""
    from guotu.errors.access import ACCOUNT_UNKNOWN

    if account is None:
        return OPERATOR
    for each in desk.node.accounts.all():
        if each.id == account:
            return each
    raise ACCOUNT_UNKNOWN(account=account)


def tell_step(told: Told, record: Record, *, as_json: bool, verdict: str = "") -> None:
    """What a step came to, and what is possible next."""
    from guotu.apps.submission.machine import machine

    way = machine()
    state = way.states[record["state"]].title.in_(told.lang)
    following = [each.title.in_(told.lang) for each in way.possible(record["state"])]
    told.say(f"{record['id']} {state}", f"{record['id']} {state}")
    if verdict:
        check = record["rounds"][-1][verdict]
        zh, en = ("通过", "passed") if check["passed"] else ("未通过", "refused")
        told.say(
            f"  {zh}：必须改正 {check['hard']} 处，提示 {check['remarks']} 处，{check['features']} 个要素",
            f"  {en}: {check['hard']} to be corrected, {check['remarks']} remarks, {check['features']} features",
        )
    if following:
        told.say(f"  下一步：{'、'.join(following)}", f"  next: {', '.join(following)}")
    if as_json:
        emit(record)


def show_record(told: Told, record: Record) -> None:
    """A submission in words: rounds, then steps."""
    from guotu.apps.submission.machine import machine

    way = machine()
    click.echo(f"{record['id']}  {record['title']}  {record['unit']}")
    for each in record["rounds"]:
        package = each["package"]
        click.echo(
            f"  #{each['number']} {package['name']}  {package['files']} files  {package['digest'][:12]}"
        )
    for step in record["trail"]:
        title = way.actions[step["action"]].title.in_(told.lang)
        click.echo(
            f"  {step['seq']:>3} {step['at'][:16]} {title}  {step['name']}  {step['note']}  {step['hash'][:12]}"
        )
