"""Fill a database of the product with the rows of the comparison: `python -m bench.load …`.

The product's tables, rights, reference data and administrator; then the CSV files, past the ORM.
"""

import argparse
import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import stamp
from sqlalchemy import Connection, Index, Table, inspect, select, text
from werkzeug.security import generate_password_hash

from app import create_app, models
from app.commands import administrator
from app.extensions import db, refresh_statistics
from app.lowcode.principal import system
from app.lowcode.security import sync_permissions
from bench.rows import ABOVE, DEAL_STAGES, Source, read, sources, team_of
from config import Settings
from seed import reference

CAMPAIGN = "expo2024"
_WORDS = "ix_search_entry_tokens"
#: source of the files → code of the product's reference data
ORIGINS = {
    "website": "search",
    "referral": "referral",
    "exhibition": "exhibition",
    "cold_call": "cold_call",
    "partner": "partner",
    "ads": "advertising",
}
SECRET_KEY = "bench-only-0f31c2d4e5968778"


def product(database_url: str, folder: Path) -> Flask:
    """The application on a database of the comparison, without background work."""
    return create_app(
        Settings(secret_key=SECRET_KEY, database_url=database_url, var=folder, job_threads=0)
    )


def load(database_url: str, data: Path, password: str) -> None:
    """Everything the comparison looks at, into an empty database."""
    with tempfile.TemporaryDirectory() as folder:
        app = product(database_url, Path(folder))
        with app.app_context(), system("bench"):
            db.create_all()
            stamp(str(app.extensions["kehu_settings"].root / "migrations"))
            sync_permissions(app)
            reference.seed(db.session)
            _people(data, password)
            db.session.commit()
            known = sources(_stages(), _origins())
            db.session.commit()
            with db.engine.begin() as connection:
                _copy(connection, known, data)
            _refresh_statistics()
            _index_words(app)
            db.engine.dispose()


def _refresh_statistics() -> None:
    """As every start of the product does, or the database by itself."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        return
    with db.engine.begin() as connection:
        refresh_statistics(connection)


def _people(data: Path, password: str) -> None:
    """The administrator who is measured, and the staff of the files in their teams."""
    administrator.ensure("a password that is replaced 4711")
    admin = db.session.scalars(select(models.User).where(models.User.username == "admin")).one()
    admin.password = generate_password_hash(password)
    manager = db.session.scalars(
        select(models.Role).where(models.Role.name == "sales_manager")
    ).one()
    teams = [
        models.Team(id=ABOVE + number, code=f"bench_{number}", name=f"Team {number}")
        for number in range(1, 7)
    ]
    db.session.add_all(teams)
    with (data / "staff.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            db.session.add(
                models.User(
                    id=ABOVE + int(row["id"]),
                    username=row["email"].partition("@")[0],
                    name=row["name"],
                    email=row["email"],
                    active=True,
                    roles=[manager],
                    team_id=ABOVE + team_of(int(row["id"])),
                    password=admin.password,
                )
            )
    db.session.add(models.CustomerSource(code=CAMPAIGN, name=CAMPAIGN))


def _stages() -> dict[str, tuple[int, int, int]]:
    stages = db.session.scalars(
        select(models.Stage).join(models.Pipeline).where(models.Pipeline.is_default)
    )
    found = {stage.code: (stage.id, stage.pipeline_id, stage.probability) for stage in stages}
    assert found.keys() >= set(DEAL_STAGES.values()), found
    return found


def _origins() -> dict[str, int]:
    rows = db.session.scalars(select(models.CustomerSource))
    keys = {row.code: row.id for row in rows}
    return {name: keys[code] for name, code in {**ORIGINS, CAMPAIGN: CAMPAIGN}.items()}


def _copy(connection: Connection, known: list[Source], data: Path) -> None:
    """All tables in one transaction, without indexes and keys to keep up row by row."""
    is_postgresql = connection.dialect.name == "postgresql"
    tables: list[Table] = [source.model.__table__ for source in known]
    if is_postgresql:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    indexes = [index for table in tables for index in table.indexes if not index.unique]
    stored = _stored(connection, indexes)
    for index in stored:
        index.drop(connection)
    for source in known:
        (_write_postgresql if is_postgresql else _write_sqlite)(connection, source, data)
    for index in stored:
        index.create(connection)


def _stored(connection: Connection, indexes: list[Index]) -> list[Index]:
    found = inspect(connection)
    names = {
        index["name"]
        for table in {index.table.name for index in indexes if index.table is not None}
        for index in found.get_indexes(table)
    }
    return [index for index in indexes if index.name in names]


def _constants(table: Table, given: set[str], connection: Connection) -> dict[str, Any]:
    """What the ORM would fill in: the plain defaults of the columns that the files do not know."""
    constants = {}
    for column in table.columns:
        default = column.default
        if column.name not in given and default is not None and default.is_scalar:
            bind = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
            value = default.arg  # type: ignore[attr-defined]
            constants[column.name] = bind(value) if bind else value
    return constants


def _complete(
    connection: Connection, source: Source, data: Path
) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    constants = _constants(source.model.__table__, set(source.columns), connection)
    rest = tuple(constants.values())
    return [*source.columns, *constants], (row + rest for row in read(source, data))


def _write_postgresql(connection: Connection, source: Source, data: Path) -> None:
    names, rows = _complete(connection, source, data)
    table = source.model.__tablename__
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row(row)
    connection.execute(
        text(f"SELECT setval(pg_get_serial_sequence(:table, 'id'), (SELECT max(id) FROM {table}))"),
        {"table": table},
    )


def _write_sqlite(connection: Connection, source: Source, data: Path) -> None:
    names, rows = _complete(connection, source, data)
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {source.model.__tablename__} ({', '.join(names)}) VALUES ({places})"
    driver = connection.connection.cursor()
    driver.executemany(statement, rows)


def _index_words(app: Flask) -> None:
    """The search index of the customers, by the product's own command."""
    db.session.remove()
    # PostgreSQL may put what comes in bulk into the index in bulk, too.
    _let_wait(kilobytes=1_000_000)
    done = app.test_cli_runner().invoke(args=["search", "reindex", "--entity", "customers"])
    assert done.exit_code == 0, (done.output, done.exception)
    _let_wait(kilobytes=256)


def _let_wait(kilobytes: int) -> None:
    """How much may wait outside the index of words, on PostgreSQL."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            limit = f"gin_pending_list_limit = {kilobytes}"
            connection.exec_driver_sql(f"ALTER INDEX {_WORDS} SET ({limit})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True, help="address of an empty database")
    parser.add_argument("--data", required=True, type=Path, help="folder of the CSV files")
    parser.add_argument("--password", required=True, help="of the administrator")
    chosen = parser.parse_args()
    load(chosen.database, chosen.data, chosen.password)


if __name__ == "__main__":
    main()
