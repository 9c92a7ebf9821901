"""Accounts from the command line: one more administrator, a forgotten password."""

from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import func, or_, select

from app.commands.console import failure
from app.entities.system.user import Role, User
from app.extensions import db
from app.lowcode.principal import system
from app.lowcode.security.throttle import forget_attempts
from app.rules.access import ADMINISTRATOR
from app.services.system.accounts import give_one_time_password

command = AppGroup("users", help="Accounts: administrators and passwords.")


@command.command("create-admin")
@click.argument("username")
@click.option("--name", default="", help="The person's whole name.")
@click.option("--email", default=None, help="E-mail address.")
def create_admin(username: str, name: str, email: str | None) -> None:
    """Make one more administrator and print a one-time password."""
    with system("command line"):
        username = username.strip().lower()
        if _find(username) is not None:
            raise failure(f"There is already a user {username}.", f"用户 {username} 已存在。")
        role = db.session.scalar(select(Role).where(Role.name == ADMINISTRATOR))
        if role is None:
            raise failure("Run kehu run --setup-only first.", "请先运行 kehu run --setup-only。")
        user = User(username=username, name=name or username, email=email, roles=[role])
        db.session.add(user)
        _print_password(user)


@command.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give a user a one-time password, print it, and open a throttled account again."""
    with system("command line"):
        user = existing(username)
        forget_attempts(f"user:{user.id}")
        _print_password(user)


def _print_password(user: Any) -> None:
    password = give_one_time_password(user)
    db.session.commit()
    click.echo(f"{user.username}  {password}")


def _find(username: str) -> Any | None:
    name = username.strip().lower()
    return db.session.scalar(
        select(User).where(or_(func.lower(User.username) == name, func.lower(User.email) == name))
    )


def existing(username: str) -> Any:
    """The user of this name or e-mail address; ends the command where there is none."""
    user = _find(username)
    if user is None:
        raise failure(f"There is no user {username}.", f"没有用户 {username}。")
    return user
