"""`guotu user`: accounts of this node."""

from __future__ import annotations

import sys
from typing import Any

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.cli.usage import Misused
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy

password_option = click.option(
    "--password",
    help="密码；不给则询问，或从标准输入读一行 / asked for when absent, or one line of standard input",
)


@click.group("user")
def command() -> None:
    """本节点的账号。

    Accounts of this node.

    Example: guotu --home county user add wang --name 王审批 --role officer --clearance 内部
    """


@command.command("add")
@click.argument("account")
@click.option("--name", required=True, help="姓名 / name")
@click.option("--organisation", default="", help="单位 / organisation")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="角色，可多次 / role, may repeat",
)
@click.option(
    "--clearance",
    type=click.Choice([level.value for level in Secrecy]),
    default=Secrecy.INTERNAL.value,
    show_default=True,
    help="可读的最高密级 / the highest secrecy the person may read",
)
@password_option
@json_option
@pass_told
def add(
    told: Told,
    account: str,
    name: str,
    organisation: str,
    roles: tuple[str, ...],
    clearance: str,
    password: str | None,
    as_json: bool,
) -> None:
    """建立账号。

    Create an account.

    Example: guotu --home county user add wang --name 王审批 --role officer < password.txt
    """
    subject = Subject(
        account, name, organisation, frozenset(Role(role) for role in roles), Secrecy(clearance)
    )
    node = told.node()
    node.accounts.create(subject, _password(told, password))
    told.say(f"已建立账号 {account}", f"Account {account} created")
    if as_json:
        emit(_row(subject))


@command.command("list")
@json_option
@pass_told
def list_accounts(told: Told, as_json: bool) -> None:
    """列出账号。

    List accounts.

    Example: guotu --home county user list
    """
    rows = [_row(subject) for subject in told.node().accounts.all()]
    if as_json:
        emit(rows)
        return
    for row in rows:
        click.echo(
            f"{row['id']}\t{row['name']}\t{','.join(row['roles'])}\t{row['clearance']}\t{row['organisation']}"
        )


@command.command("password")
@click.argument("account")
@password_option
@json_option
@pass_told
def password(told: Told, account: str, password: str | None, as_json: bool) -> None:
    """更改密码；该账号的会话随之结束。

    Set a password; open sessions of the account end.

    Example: guotu --home county user password wang
    """
    node = told.node()
    node.accounts.set_password(account, _password(told, password))
    told.say(f"已更改 {account} 的密码", f"Password of {account} set")
    if as_json:
        emit({"id": account})


@command.command("remove")
@click.argument("account")
@json_option
@pass_told
def remove(told: Told, account: str, as_json: bool) -> None:
    """删除账号；其会话随之结束。

    Remove an account; its sessions end.

    Example: guotu --home county user remove wang
    """
    told.node().accounts.remove(account)
    told.say(f"已删除账号 {account}", f"Account {account} removed")
    if as_json:
        emit({"id": account})


def _row(subject: Subject) -> dict[str, Any]:
    return {
        "id": subject.id,
        "name": subject.name,
        "organisation": subject.organisation,
        "roles": sorted(subject.roles),
        "clearance": subject.clearance.value,
    }


def _password(told: Told, given: str | None) -> str:
    """The password of the option, of the person at the terminal (twice), or the first line of standard input."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise Misused("没有给出密码", "no password was given")
        return line
    import getpass  # its prompt goes to the terminal, never to stdout

    first = getpass.getpass("密码：" if told.lang == "zh" else "Password: ")
    if getpass.getpass("再输一次：" if told.lang == "zh" else "Once more: ") != first:
        raise Misused("两次输入的密码不同", "the two passwords differ")
    return first
