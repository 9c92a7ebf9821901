"""`kehu files`: check the attached files against the database, and remove those nobody needs."""

import click
from flask.cli import AppGroup

from app.commands.console import say, words
from app.extensions import db
from app.lowcode import stored_files
from app.lowcode.principal import system

command = AppGroup("files", help="Check the attached files.")


@command.command("check")
@click.option("--delete", is_flag=True, help="Delete files that no record names.")
def check(delete: bool) -> None:
    """Compare every attached file with what was uploaded; status 1 where one is gone or altered."""
    with system("command line"):
        found = stored_files.check(db.session())
        for path in found.lost:
            say(f"No record names {path.name}", f"没有记录引用 {path.name}")
        for row in found.missing:
            text = f"{row.entity} {row.entity_id}: {row.name}"
            say(f"The file is gone: {text}", f"文件丢失：{text}")
        for row in found.altered:
            text = f"{row.entity} {row.entity_id}: {row.name}"
            say(f"The file was altered: {text}", f"文件被改动：{text}")
        if delete:
            count = stored_files.delete_lost(db.session())
            say(f"{count} files deleted.", f"已删除 {count} 个文件。")
    if not found.is_whole:
        raise click.ClickException(words("Restore them from a backup.", "请从备份中恢复。"))
    say(f"{found.count} files are as uploaded.", f"{found.count} 个文件完好。")
