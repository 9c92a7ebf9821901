"""What state the database is in, and how it is brought to the schema of this version, or left."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from enum import Enum
from pathlib import Path

import click
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from app.commands.console import failure
from app.extensions import TURN_FILE
from config import Settings

#: seconds after which a PostgreSQL server that does not answer counts as out of reach
CONNECT_TIMEOUT = 5


class SchemaState(Enum):
    """How the tables compare to those of this version."""

    EMPTY = "no tables yet"
    BEHIND = "tables of an earlier version"
    CURRENT = "tables of this version"


def schema_state(settings: Settings) -> SchemaState:
    """Compare the database with the migrations of this version.

    ClickException where it is out of reach, belongs to another program or is newer than the code.
    """
    url = make_url(settings.database_url)
    arguments = {} if _is_sqlite(url) else {"connect_timeout": CONNECT_TIMEOUT}
    engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
    try:
        with engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    except DatabaseError as error:
        raise _unreachable(url, str(error.orig).strip().splitlines()[0]) from error
    scripts = ScriptDirectory(str(_migrations(settings)))
    if revision is None:
        if tables:
            raise failure(
                f"The database {_shown(url)} holds tables of another program: choose an empty one.",
                f"数据库 {_shown(url)} 中有其他程序的表：请使用空数据库。",
            )
        return SchemaState.EMPTY
    if revision == scripts.get_current_head():
        return SchemaState.CURRENT
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise failure(
            f"The database is newer than this program (its revision is {revision}): "
            "install the newer version, or restore a backup made before it.",
            f"数据库比本程序新（修订号 {revision}）：请安装新版本，或恢复升级前的备份。",
        )
    return SchemaState.BEHIND


def require_current(settings: Settings) -> None:
    """ClickException unless the tables are those of this version."""
    if schema_state(settings) is not SchemaState.CURRENT:
        raise failure(
            "The database is not set up for this version: run `kehu run --setup-only` first.",
            "数据库尚未按本版本设置：请先运行 `kehu run --setup-only`。",
        )


def upgrade(settings: Settings) -> None:
    """Bring the tables to this version; on any failure the database is as it was before.

    PostgreSQL runs the migrations in one transaction. SQLite cannot, so there a copy is migrated,
    checked and put in the place of the original, which is kept beside it.
    """
    url = make_url(settings.database_url)
    if not _is_sqlite(url):
        _run_migrations(settings, settings.database_url)
        return
    path = Path(str(url.database))
    try:
        _upgrade_copy(settings, path)
    except (OSError, sqlite3.Error) as error:
        raise failure(
            f"The database {path} could not be brought up to date and is unchanged: {error}.",
            f"数据库 {path} 升级失败，原数据未改动：{error}。",
        ) from error
    finally:
        for end in ("", TURN_FILE):
            Path(f"{_draft(path)}{end}").unlink(missing_ok=True)


def _upgrade_copy(settings: Settings, path: Path) -> None:
    draft = _draft(path)
    draft.unlink(missing_ok=True)
    with closing(_open_alone(path)) as original:
        has_rows = original.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
        if has_rows:
            original.execute("VACUUM INTO ?", (str(draft),))
        _run_migrations(settings, f"sqlite:///{draft}")
        _check_copy(draft)
    if has_rows:
        _keep(path)
    draft.replace(path)


def _keep(path: Path) -> None:
    """A second name beside the first: at no moment is the database gone from its place."""
    kept = path.with_name(f"{path.name}.before-upgrade")
    kept.unlink(missing_ok=True)
    try:
        os.link(path, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(path, kept)


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.upgrade")


def _open_alone(path: Path) -> sqlite3.Connection:
    """Leaving WAL mode succeeds only while nobody else has the file open, and folds the WAL in."""
    connection = sqlite3.connect(path, timeout=2, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        connection.close()
        raise sqlite3.OperationalError(f"{error}; is Kehu still running?") from error
    return connection


def _check_copy(draft: Path) -> None:
    with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
        broken = copy.execute("PRAGMA foreign_key_check").fetchone()
    if answer != "ok" or broken:
        raise sqlite3.IntegrityError(f"the migrated copy is not sound ({broken or answer})")


def _run_migrations(settings: Settings, database_url: str) -> None:
    """In a process of its own, so that no connection of this one is in the way."""
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "KEHU_VAR": str(settings.var),
        "SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "flask", "--app", "app", "db", "upgrade"]
    done = subprocess.run(  # noqa: S603 - our own command
        [*command, "--directory", str(_migrations(settings))],
        cwd=settings.root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = _reason(done.stdout + done.stderr)
        raise failure(
            f"The migration failed, the database is unchanged: {reason}",
            f"数据库迁移失败，原数据未改动：{reason}",
        )


def _reason(output: str) -> str:
    """The last line that names an error; SQLAlchemy puts explanations and addresses after it."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?:[\w.]+\.)?\w*(?:Error|Exception)\b", line)]
    return (errors or lines or ["?"])[-1]


def _migrations(settings: Settings) -> Path:
    return settings.root / "migrations"


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _shown(url: URL) -> str:
    return str(url.database) if _is_sqlite(url) else f"{url.host}:{url.port or 5432}/{url.database}"


def _unreachable(url: URL, reason: str) -> click.ClickException:
    return failure(
        f"The database {_shown(url)} cannot be used: {reason}",
        f"无法使用数据库 {_shown(url)}：{reason}",
    )
