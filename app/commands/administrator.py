"""The first administrator: asked for on a terminal, else given a password that works once."""

import secrets
import sys

import click
from flask import Flask
from sqlalchemy import select

from app.commands.console import failure, say, words
from app.entities.system.user import Role, User
from app.extensions import db
from app.rules.errors import DomainError
from app.rules.passwords import check_password

USERNAME = "admin"
ROLE = "administrator"


def ensure(app: Flask, password: str | None = None) -> None:
    """Make and commit the user `admin` unless somebody is an administrator already.

    Without `password` it is asked for on a terminal; elsewhere one is generated and shown once.
    """
    if db.session.scalar(select(User.id).join(User.roles).where(Role.name == ROLE).limit(1)):
        return
    generated = password is None and not sys.stdin.isatty()
    if generated:
        password = secrets.token_urlsafe(12)
    elif password is None:
        password = _ask()
    _create(app, _checked(password), must_change=generated)
    if generated:
        say(
            f"First sign-in: user name {USERNAME}, one-time password {password}",
            f"首次登录：用户名 {USERNAME}，一次性密码 {password}",
        )
    else:
        say(f"The administrator is {USERNAME}.", f"管理员用户名为 {USERNAME}。")


def _ask() -> str:
    say("Choose a password for the first administrator.", "请为首位管理员设置密码。")
    while True:
        password: str = click.prompt(
            words("Password", "密码"),
            hide_input=True,
            confirmation_prompt=words("Again", "再输一次"),
        )
        try:
            return check_password(password, names=(USERNAME,))
        except DomainError as error:
            click.echo(str(error))


def _checked(password: str) -> str:
    try:
        return check_password(password, names=(USERNAME,))
    except DomainError as error:
        raise failure(
            f"The administrator's password: {error}", f"管理员密码不合要求：{error}"
        ) from error


def _create(app: Flask, password: str, *, must_change: bool) -> None:
    manager = app.appbuilder.sm  # type: ignore[attr-defined]
    user = manager.add_user(
        USERNAME, "", USERNAME, f"{USERNAME}@localhost", manager.find_role(ROLE), password
    )
    if not user:
        raise failure("The administrator cannot be made.", "无法创建管理员。")
    user.name = words("Administrator", "系统管理员")
    user.must_change_password = must_change
    db.session.commit()
