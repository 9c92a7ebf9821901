"""`kehu import`: a file into an entity, or a folder of files by a mapping set."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.console import CHINESE, failure, say
from app.entities.system.user import User
from app.extensions import db
from app.lowcode import principal
from app.lowcode.fields.inputs import translated
from app.lowcode.importing.bad_rows import bad_rows, write_bad_rows
from app.lowcode.importing.choosing import mapping_for, mapping_named, sets_folder
from app.lowcode.importing.engine import run_import
from app.lowcode.importing.reading import read_table
from app.lowcode.importing.results import ImportResult
from app.lowcode.importing.sets import Step, read_set, run_set
from app.lowcode.importing.targets import screen_for
from app.lowcode.security import principal_for
from app.rules.errors import DomainError

#: errors shown on the terminal for one file
SHOWN = 20


@click.command("import")
@click.argument("target")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--mapping", "name", help="A kept mapping, or the set whose mapping is used.")
@click.option("--dry-run", is_flag=True, help="Try everything and write nothing.")
@click.option(
    "--all-or-nothing", "whole", is_flag=True, help="One bad row, and nothing is written."
)
@click.option("--sheet", help="Sheet of a workbook (default: the first).")
@click.option("--errors", type=click.Path(path_type=Path), help="File for the rows that failed.")
@click.option("--user", help="Import with the rights of this user (default: everything).")
@with_appcontext
def command(target: str, path: Path, user: str | None, **given: Any) -> None:
    """Bring PATH into TARGET: a CSV or XLSX file into an entity such as "customers", or a folder
    by a mapping set such as "northwind"."""
    session: Session = db.session()
    options = Options(**given)
    with force_locale("zh" if CHINESE else "en"):
        try:
            with _acting(session, user, path):
                bring_in = _folder if path.is_dir() else _file
                result = bring_in(session, target, path, options)
        except DomainError as error:
            session.rollback()
            raise click.ClickException(translated(error)) from error
    if options.dry_run:
        say("Nothing was written: this was a trial.", "试运行，未写入任何数据。")
    elif options.whole and result.failed:
        say("Nothing was written: some rows failed.", "有失败的行，未写入任何数据。")
    click.echo(_summary(result))
    if result.failed:
        raise SystemExit(1)


@dataclass(frozen=True)
class Options:
    """How a file is to be brought in."""

    name: str | None
    sheet: str | None
    dry_run: bool
    whole: bool
    errors: Path | None


@contextmanager
def _acting(session: Session, username: str | None, path: Path) -> Iterator[None]:
    if username is None:
        with principal.system(f"import {path.name}"):
            yield
        return
    with principal.system("sign in"):
        key = session.scalar(select(User.id).where(User.username == username))
        if key is None:
            raise failure(f"There is no user {username}.", f"没有用户 {username}。")
        person = principal_for(key)
        session.rollback()
    with principal.acting_as(person):
        yield


def _file(session: Session, target: str, path: Path, options: Options) -> ImportResult:
    view = screen_for(target)
    with read_table(path, filename=path.name, sheet=options.sheet) as table:
        if options.name:
            mapping = mapping_named(session, target, options.name)
        else:
            mapping = mapping_for(view, table.header)
            for field, source in mapping.fields.items():
                click.echo(f"  {source.column} → {field}")
        result = run_import(
            session,
            mapping,
            table,
            dry_run=options.dry_run,
            whole=options.whole,
            progress=lambda rows: _progress(path, rows),
        )
    _report(path.name, target, result)
    if options.errors and result.errors:
        with read_table(path, filename=path.name, sheet=options.sheet) as table:
            write_bad_rows(options.errors, bad_rows(table, result.errors))
        say(f"The rows that failed are in {options.errors}.", f"失败的行已写入 {options.errors}。")
    return result


def _folder(session: Session, target: str, path: Path, options: Options) -> ImportResult:
    def report(step: Step, result: ImportResult) -> None:
        _report(step.file or target, step.mapping.resource, result)

    steps = read_set(sets_folder(), target)
    return run_set(
        session, steps, path, dry_run=options.dry_run, whole=options.whole, report=report
    )


def _progress(path: Path, rows: int) -> None:
    if rows % 10_000 == 0:
        say(f"  {path.name}: {rows} rows", f"  {path.name}：{rows} 行")


def _report(filename: str, target: str, result: ImportResult) -> None:
    click.echo(f"{filename} → {target}: {_summary(result)}")
    for (column, said, meant), rows in result.corrected.items():
        say(
            f"  {column}: “{said}” is unknown and was read as “{meant}” in {rows} rows",
            f"  {column}：没有“{said}”，{rows} 行按“{meant}”读取",
        )
    for error in result.errors[:SHOWN]:
        where = f"{error.line}" + (f", {error.column}" if error.column else "")
        say(f"  line {where}: {error.text}", f"  第 {where} 行：{error.text}")
    more = len(result.errors) - SHOWN
    if more > 0:
        say(f"  … and {more} more", f"  ……还有 {more} 处")


def _summary(result: ImportResult) -> str:
    if CHINESE:
        return (
            f"新增 {result.created}，更改 {result.changed}，"
            f"未变 {result.unchanged}，失败 {result.failed}"
        )
    return (
        f"created {result.created}, changed {result.changed}, "
        f"unchanged {result.unchanged}, failed {result.failed}"
    )
