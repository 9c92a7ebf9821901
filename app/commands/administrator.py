"""The first administrator: asked for on a terminal, else given a password that works once."""

import sys

import click
from sqlalchemy import select

from app.commands.console import failure, say, words
from app.entities.system.user import Role, User
from app.extensions import db
from app.lowcode.settings import get_setting
from app.rules.access import ADMINISTRATOR
from app.rules.errors import DomainError
from app.services.system import accounts

USERNAME = "admin"


def ensure(password: str | None = None) -> None:
    """Make and commit the user `admin` unless there is an administrator already.

    Without `password` it is asked for on a terminal; elsewhere one is generated and shown once.
    """
    role = db.session.scalars(select(Role).where(Role.name == ADMINISTRATOR)).one()
    if db.session.scalar(select(User.id).where(User.roles.contains(role)).limit(1)):
        return
    name = words("Administrator", "系统管理员")
    user = User(
        username=USERNAME,
        name=name,
        first_name=name,
        last_name="",
        email=f"{USERNAME}@localhost",
        active=True,
        roles=[role],
    )
    if password is not None:
        _set(user, password)
    elif sys.stdin.isatty():
        _ask(user)
    else:
        password = accounts.give_one_time_password(user)
        say(
            f"First sign-in: user name {USERNAME}, one-time password {password}",
            f"首次登录：用户名 {USERNAME}，一次性密码 {password}",
        )
    db.session.add(user)
    db.session.commit()


def _set(user: User, password: str) -> None:
    try:
        accounts.set_password(user, password, get_setting("company_name"))
    except DomainError as error:
        raise failure(
            f"The administrator's password: {error}", f"管理员密码不合要求：{error}"
        ) from error


def _ask(user: User) -> None:
    say(
        f"Choose a password for the first administrator, user name {USERNAME}.",
        f"请为首位管理员（用户名 {USERNAME}）设置密码。",
    )
    while True:
        password = click.prompt(
            words("Password", "密码"),
            hide_input=True,
            confirmation_prompt=words("The same again", "再输一次"),
        )
        try:
            accounts.set_password(user, password, get_setting("company_name"))
        except DomainError as error:
            click.echo(str(error))
        else:
            return
