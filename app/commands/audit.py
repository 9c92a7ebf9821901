"""`kehu audit`: check that nobody has tampered with the audit trail, and cut what is old."""

from datetime import UTC, date, datetime, time

import click
from flask.cli import AppGroup
from sqlalchemy import Connection

from app.commands.console import say, words
from app.extensions import db, reading
from app.lowcode.audit import chain, retention
from app.lowcode.principal import system
from app.lowcode.settings import company_zone

command = AppGroup("audit", help="Check the audit trail, or remove its oldest entries.")

_CHINESE = {
    "this entry is missing": "这条记录缺失",
    "this entry and all after it are missing": "从这条起的记录全部缺失",
    "this entry was put in where all had been removed": "这条记录是在清理之后被插入的",
    "this entry cannot be read": "这条记录无法读取",
    "its values are not those that were written": "内容与写入时不一致",
    "it does not follow from the entry before it": "与前一条不衔接（时间、人员、对象或顺序被改）",
    "the seal of this checkpoint is not valid": "这个清理点的封印无效",
    "the row that says how the trail ends is gone": "记录链的末端标记缺失",
    "the trail does not end as its last writer left it": "记录链的末端与最后一次写入不一致",
    "the seal at the end of the trail is not valid": "记录链末端的封印无效",
}


@command.command("verify")
def verify() -> None:
    """Walk along the whole trail; status 1 and the first bad entry where it was tampered with."""
    with reading(), db.engine.connect() as connection:
        verdict = chain.verify(_steady(connection))
    if verdict.finding is not None:
        raise click.ClickException(_told(verdict.finding))
    period = f"{verdict.first:%Y-%m-%d} – {verdict.last:%Y-%m-%d}" if verdict.first else "-"
    say(
        f"The audit trail is whole: {verdict.count} entries, {period}.",
        f"审计记录完整：共 {verdict.count} 条，{period}。",
    )
    if verdict.cut:
        say(
            f"Entries 1 to {verdict.cut} were removed when their time was over.",
            f"第 1 至 {verdict.cut} 条已按保留期限清理。",
        )
    if verdict.emptied:
        say(
            f"Values removed from {verdict.emptied} of them.",
            f"其中 {verdict.emptied} 条的内容已被清空。",
        )
    say(
        f"It ends with entry {verdict.sequence}: {verdict.digest}",
        f"末条为第 {verdict.sequence} 条：{verdict.digest}",
    )


@command.command("cut")
@click.option(
    "--before",
    required=True,
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="remove what is older than this day",
)
def cut(before: datetime) -> None:
    """Remove the entries from before a day, up to a sealed checkpoint."""
    removed = 0
    with system("command line"):
        moment = datetime.combine(_day(before), time(), company_zone())
        while step := retention.cut(db.session(), moment):
            db.session.commit()
            removed += step
    say(f"{removed} entries were removed.", f"已清理 {removed} 条记录。")


def _day(typed: datetime) -> date:
    today = datetime.now(UTC).date()
    if typed.date() > today:
        raise click.BadParameter(words("this day lies ahead", "日期不能晚于今天"))
    return typed.date()


def _steady(connection: Connection) -> Connection:
    """One state of the database throughout, whatever others commit; SQLite gives that anyway."""
    if connection.dialect.name == "sqlite":
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ")


def _told(finding: chain.Finding) -> str:
    when = f", {finding.moment:%Y-%m-%d %H:%M:%S}Z" if finding.moment else ""
    row = f" {finding.entity} {finding.entity_id or ''}".rstrip() if finding.action else ""
    what = f" ({finding.action}{row}{when})" if finding.action else when
    return words(
        f"Entry {finding.sequence}{what}: {finding.problem}.",
        f"第 {finding.sequence} 条{what}：{_CHINESE[finding.problem]}。",
    )
