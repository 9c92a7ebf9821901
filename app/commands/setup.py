"""`kehu run --setup-only`: from an empty or older database to one that people can sign in to."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from app.commands import administrator, database, search
from app.commands.console import failure, say, words
from app.entities.customers import Customer
from app.extensions import db, refresh_statistics
from app.lowcode import security
from app.lowcode.principal import system
from config import VERSION, Settings
from seed import demo as demo_data
from seed import reference


@click.command("setup")
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data and users.")
@click.option(
    "--admin-password-stdin", is_flag=True, help="Read the first administrator's password."
)
@with_appcontext
def command(demo: bool, admin_password_stdin: bool) -> None:
    """Migrate the database, bring rights and reference data up to date, make the first users."""
    password = click.get_text_stream("stdin").readline().strip() if admin_password_stdin else None
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    prepare(app, demo=demo, password=password, thorough=True)
    say("The set-up is complete.", "安装完成。")


def prepare(
    app: Flask, *, demo: bool = False, password: str | None = None, thorough: bool = False
) -> None:
    """Do what is missing, saying what; commits each step.

    `thorough` repeats the rights and reference data although this version has written them.
    """
    settings: Settings = app.extensions["kehu_settings"]
    with _storage_errors_in_one_line(), system("setup"):
        if database.schema_state(settings) is not database.SchemaState.CURRENT:
            say("Bringing the database up to date …", "正在更新数据库结构 …")
            db.session.remove()
            db.engine.dispose()
            database.upgrade(settings)
            thorough = True
        fingerprint = _fingerprint(settings)
        if thorough or _read_stamp(settings) != fingerprint:
            say("Writing rights and reference data …", "正在写入权限和基础数据 …")
            security.sync_permissions(app)
            reference.seed(db.session)
            db.session.commit()
            _write_stamp(settings, fingerprint)
        search.make_outdated()
        administrator.ensure(password)
        if demo:
            _fill_demo()
        refresh_statistics(db.session.connection())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()


@contextmanager
def _storage_errors_in_one_line() -> Iterator[None]:
    """A full disk or a database that goes away is told as such, without a traceback."""
    try:
        yield
    except (OperationalError, OSError) as error:
        reason = error.orig if isinstance(error, OperationalError) else error
        raise failure(f"The set-up stopped: {reason}", f"安装中断：{reason}") from error


def _fill_demo() -> None:
    if db.session.scalar(select(func.count()).select_from(Customer)):
        say(
            "The database is not empty: no demo data is added.",
            "数据库不为空，不再写入演示数据。",
        )
        return
    say("Filling in demo data …", "正在写入演示数据 …")
    users = demo_data.fill(db.session, click.echo)
    db.session.commit()
    say("Demo users; the passwords are shown only now:", "演示用户，密码仅显示这一次：")
    heading = (words("user name", "用户名"), words("role", "角色"), words("password", "密码"))
    widths = [max(map(len, column)) for column in zip(*users, heading, strict=True)]
    for line in (heading, *users):
        columns = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        click.echo("  " + "  ".join(columns).rstrip())


def _stamp(settings: Settings) -> Path:
    return settings.var / "setup.json"


def _fingerprint(settings: Settings) -> dict[str, str]:
    """Changes with the code that declares rights and reference data, and with the database."""
    code = hashlib.sha256(VERSION.encode())
    for folder in ("app", "seed"):
        for path in sorted((settings.root / folder).rglob("*.py")):
            code.update(path.read_bytes())
    url = hashlib.sha256(settings.database_url.encode())
    return {"code": code.hexdigest(), "database": url.hexdigest()}


def _read_stamp(settings: Settings) -> object:
    with suppress(OSError, ValueError):
        return json.loads(_stamp(settings).read_text(encoding="utf-8"))
    return None


def _write_stamp(settings: Settings, fingerprint: dict[str, str]) -> None:
    _stamp(settings).write_text(json.dumps(fingerprint), encoding="utf-8")
