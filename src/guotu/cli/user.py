"""`guotu user`: accounts of this node."""

from __future__ import annotations

import click

from guotu.cli.context import Told, emit, json_option, pass_told
from guotu.guard.subject import Role, Subject
from guotu.model.resource import Secrecy


@click.group("user")
def command() -> None:
    """Accounts of this node.

    Example: guotu user add wang --name 王审批 --role officer --clearance 内部
    """


@command.command("add")
@click.argument("account")
@click.option("--name", required=True, help="姓名 / name")
@click.option("--organisation", default="", help="单位 / organisation")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), required=True
)
@click.option(
    "--clearance", type=click.Choice([level.value for level in Secrecy]), default=Secrecy.INTERNAL.value
)
@click.password_option("--password", help="密码（不给则询问）/ asked for when absent")
@pass_told
def add(
    told: Told,
    account: str,
    name: str,
    organisation: str,
    roles: tuple[str, ...],
    clearance: str,
    password: str,
) -> None:
    """Create an account."""
    subject = Subject(
        account, name, organisation, frozenset(Role(role) for role in roles), Secrecy(clearance)
    )
    told.node().accounts.create(subject, password)
    told.say(f"已建立账号 {account}", f"Account {account} created")


@command.command("list")
@json_option
@pass_told
def list_accounts(told: Told, as_json: bool) -> None:
    """List accounts."""
    rows = [
        {
            "id": s.id,
            "name": s.name,
            "organisation": s.organisation,
            "roles": sorted(s.roles),
            "clearance": s.clearance.value,
        }
        for s in told.node().accounts.all()
    ]
    if as_json:
        emit(rows)
        return
    for row in rows:
        click.echo(
            f"{row['id']}\t{row['name']}\t{','.join(row['roles'])}\t{row['clearance']}\t{row['organisation']}"
        )


@command.command("password")
@click.argument("account")
@click.password_option("--password")
@pass_told
def password(told: Told, account: str, password: str) -> None:
    """Set a password; open sessions of the account end."""
    told.node().accounts.set_password(account, password)
    told.say(f"已更改 {account} 的密码", f"Password of {account} set")


@command.command("remove")
@click.argument("account")
@pass_told
def remove(told: Told, account: str) -> None:
    """Remove an account; its sessions end."""
    told.node().accounts.remove(account)
    told.say(f"已删除账号 {account}", f"Account {account} removed")
