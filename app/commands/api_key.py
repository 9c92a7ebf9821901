"""`kehu api-key`: keys with which programs act as a user of the REST API."""

from datetime import timedelta

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.commands.console import failure
from app.commands.users import existing
from app.entities.system.user import ApiKey
from app.entities.types import now_utc
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security import key_door
from app.rules.errors import DomainError
from app.services.system.accounts import LONGEST_VALIDITY, USUAL_VALIDITY

command = AppGroup("api-key", help="Keys with which programs act as a user.")


@command.command("create")
@click.argument("username")
@click.argument("name")
@click.option("--role", help="The one role of the user that the key acts in.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_VALIDITY.days),
    default=USUAL_VALIDITY.days,
    show_default=True,
    help="Days until the key expires.",
)
def create(username: str, name: str, role: str | None, days: int) -> None:
    """Make a key and print it: it is shown only now."""
    with system("command line"):
        user = existing(username)
        names = ", ".join(sorted(each.name for each in user.roles)) or "-"
        chosen = next((each for each in user.roles if each.name == role), None)
        if chosen is None and (role or len(user.roles) != 1):
            raise failure(
                f"Name one role of {user.username} with --role: {names}.",
                f"请用 --role 指定 {user.username} 的一个角色：{names}。",
            )
        try:
            key = key_door.issue(user, name, chosen, now_utc() + timedelta(days=days))
        except DomainError as error:
            raise failure(str(error), str(error)) from error
        db.session.commit()
    click.echo(key)


@command.command("list")
def list_keys() -> None:
    """Every key: number, user, role, name, expiry, last use."""
    for key in db.session.scalars(select(ApiKey).order_by(ApiKey.id)):
        until = f"{key.expires_on:%Y-%m-%d}" if key.expires_on else "-"
        used = f"{key.last_used_on:%Y-%m-%d %H:%M}" if key.last_used_on else "-"
        state = "revoked" if key.revoked_on else until
        click.echo(
            f"{key.id:>5}  {key.user.username:<20}  {key.role.name:<16}  "
            f"{key.name:<30}  {state:<10}  {used}  {key.last_address or '-'}"
        )


@command.command("revoke")
@click.argument("number", type=int)
def revoke(number: int) -> None:
    """End a key at once; the number is the one `kehu api-key list` shows."""
    with system("command line"):
        key = db.session.get(ApiKey, number)
        if key is None:
            raise failure(f"There is no key {number}.", f"没有编号为 {number} 的密钥。")
        key_door.revoke(key)
        db.session.commit()
