"""How migrations run: one transaction on either database, in types that outlive our own code."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from flask_appbuilder import Model
from sqlalchemy import Connection, TypeDecorator

from app.extensions import db


def get_metadata() -> Any:
    """FAB's tables and ours live in one metadata."""
    return Model.metadata


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database holds: a migration must run in ten years,
    whatever the class is called then."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def forget_nothing(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """`flask db migrate` without a change writes no file."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and (
        directives[0].upgrade_ops.is_empty()
    ):
        directives[:] = []


def enforce_foreign_keys(connection: Connection, enforced: bool) -> None:
    """SQLite changes a table by copying and dropping it: with foreign keys on, dropping would
    delete the rows of other tables. The switch works outside of transactions only."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        driver.execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")  # type: ignore[union-attr]


def check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"rows that point at nothing: {broken[:5]}")


def run(connection: Connection) -> None:
    options = {
        **current_app.extensions["migrate"].configure_args,
        "render_item": render_item,
        "process_revision_directives": forget_nothing,
        # Alembic believes that SQLite cannot roll back DDL; as we open it, it can.
        "transactional_ddl": True,
    }
    context.configure(connection=connection, target_metadata=get_metadata(), **options)
    with context.begin_transaction():
        context.run_migrations()
        check_foreign_keys(connection)


with db.engine.connect() as opened:
    enforce_foreign_keys(opened, enforced=False)
    try:
        run(opened)
    finally:
        enforce_foreign_keys(opened, enforced=True)
