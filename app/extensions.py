"""The objects that belong to no request: database, migrations, CSRF; and how connections are opened
and used."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from flask import has_request_context, request
from flask_appbuilder import Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from psycopg import Connection as Driver
from psycopg.pq import TransactionStatus
from sqlalchemy import event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from app.copying import copy_in
from app.cursors import BriefCursor
from app.places import outside
from app.turns import Turns

# FAB keeps its tables in Model.metadata; with a metadata of its own Alembic would see none of them.
db = SQLA(metadata=Model.metadata)


def _is_compared(_item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Not the index of words: each database has its own kind, SQLite's with tables of its own."""
    return not str(name).startswith("search_words" if kind == "table" else "ix_search_entry_tokens")


migrate = Migrate(render_as_batch=True, compare_type=True, include_object=_is_compared)
csrf = CSRFProtect()

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
#: seconds a writer waits for an SQLite file, in the queue of its process and behind other processes
PATIENCE = 30
#: end of the name of the file beside an SQLite file by which processes take turns in writing
TURN_FILE = "-turn"
#: kilobytes of an SQLite file that a connection keeps at hand: a page may read more than its 2,000
CACHE = 16_000
#: seconds without use after which a connection to PostgreSQL is looked at before it is used
QUIET = 5
#: what is known of a connection to PostgreSQL: whether it was told to write nothing
_READS = "kehu_reads"
#: and of one to SQLite: where it notes what would take a statement back
_BESIDE = "kehu_beside"
_only_reads: ContextVar[bool | None] = ContextVar("kehu_only_reads", default=None)


@contextmanager
def reading() -> Iterator[None]:
    """Transactions begun inside only read: on SQLite they do not hold up writers, and PostgreSQL
    lets them do nothing else."""
    with _declared(only_reads=True):
        yield


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside write, although the request as a whole only reads."""
    with _declared(only_reads=False):
        yield


@contextmanager
def _declared(*, only_reads: bool) -> Iterator[None]:
    token = _only_reads.set(only_reads)
    try:
        yield
    finally:
        _only_reads.reset(token)


class WriterConnection(sqlite3.Connection):
    """A connection whose writing transactions wait for their turn.

    SQLite lets its writers try again and again at random: of eight busy ones some would wait for
    too long. Here they come in the order in which they asked, and processes one after another.
    """

    #: of the file; None where nobody else can open it
    turns: Turns | None = None
    _has_turn = False

    def wait_for_turn(self) -> None:
        if self.turns is None or self._has_turn:
            return
        if not self.turns.take(0):
            with outside():
                self._has_turn = self.turns.take(PATIENCE)
            if not self._has_turn:
                raise sqlite3.OperationalError("database is locked")
        self._has_turn = True

    def end_turn(self) -> None:
        if self.turns is not None and self._has_turn:
            self._has_turn = False
            self.turns.give_back()

    def commit(self) -> None:
        super().commit()  # where it fails, a rollback follows
        self.end_turn()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.end_turn()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.end_turn()


_turns: dict[str, Turns] = {}


@event.listens_for(Engine, "do_connect")
def _as_ours(
    dialect: Dialect, _record: Any, _arguments: list[Any], options: dict[str, Any]
) -> None:
    if dialect.name == "sqlite":
        options["factory"] = WriterConnection
    elif dialect.driver == "psycopg":
        options["cursor_factory"] = BriefCursor


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, WriterConnection):
        return
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    # FULL: in WAL mode NORMAL may lose the last commits on a power cut.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={PATIENCE * 1000}",
        "foreign_keys=ON",
        f"cache_size=-{CACHE}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    path = cursor.execute("PRAGMA database_list").fetchone()[2]
    if path:
        connection.turns = _turns.setdefault(path, Turns(f"{path}{TURN_FILE}"))
    cursor.close()


@event.listens_for(Engine, "connect")
def _open_postgresql(connection: Any, _record: Any) -> None:
    """Whoever looks for the first rows of a long table begins where its memory is: PostgreSQL lets
    each scan go on where the last one ended, through a file of which nothing is at hand."""
    if isinstance(connection, Driver):
        connection.autocommit = True
        connection.execute("SET synchronize_seqscans = off")
        connection.autocommit = False


def refresh_statistics(connection: Connection) -> None:
    """Let SQLite count anew where tables have grown: guessing, it sorts whole tables for a page.

    Connections that are open learn of it when they are opened again. PostgreSQL does it by itself.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit=100000")  # rows looked at per index
        connection.exec_driver_sql("ANALYZE")


@event.listens_for(Engine, "begin")
def _begin_reading(connection: Connection) -> None:
    """Each statement of what only reads is a transaction of its own, that may write nothing: to
    begin and to end one took as long as a statement. And with each rollback the driver throws its
    prepared statements away, and PostgreSQL would plan every statement of every page anew.
    """
    if connection.dialect.name != "postgresql":
        return
    driver: Any = connection.connection.driver_connection
    only_reads = is_reading()
    if connection.info.get(_READS, False) != only_reads:
        driver.autocommit = True
        driver.execute(f"SET default_transaction_read_only = {only_reads}")
        driver.autocommit = only_reads
        connection.info[_READS] = only_reads


@event.listens_for(Engine, "rollback")
def _end_reading(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql" and connection.info.get(_READS):
        driver.commit()  # the transaction of a `_read_bit_by_bit`


@event.listens_for(Pool, "checkin")
def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = monotonic()


@event.listens_for(Pool, "checkout")
def _look_whether_alive(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """PostgreSQL may have been started anew since; to ask before each request would cost each."""
    if isinstance(connection, sqlite3.Connection):
        return
    if monotonic() - record.info.get("used", 0) < QUIET:
        return
    try:
        connection.execute("SELECT 1")
        connection.commit()
    except Exception as error:
        raise DisconnectionError from error


#: option of statements that PostgreSQL shall not keep the plan of
PLANNED_ANEW = "kehu_planned_anew"


@event.listens_for(Engine, "do_execute")
def _read_bit_by_bit(cursor: Any, _statement: str, _parameters: Any, context: Any) -> None:
    """Rows that the server keeps for whoever fetches them bit by bit: as long as a transaction."""
    if context is None or context.dialect.name != "postgresql" or not context._is_server_side:
        return
    driver = cursor.connection
    if driver.autocommit and driver.info.transaction_status == TransactionStatus.IDLE:
        driver.execute("BEGIN")


@event.listens_for(Engine, "do_execute")
def _plan_anew(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    is_meant = context is not None and context.execution_options.get(PLANNED_ANEW)
    if is_meant and context.dialect.name == "postgresql":
        cursor.execute(statement, parameters, prepare=False)
        return True
    return False


@event.listens_for(Engine, "do_executemany")
def _copy(cursor: Any, statement: str, parameters: Any, _context: Any) -> bool:
    return isinstance(cursor, BriefCursor) and copy_in(cursor, statement, parameters)


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A transaction that reads first and writes later fails at once when another one wrote."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, WriterConnection):
        return
    if is_reading():
        connection.exec_driver_sql("BEGIN")
        return
    _note_beside(connection, driver)
    try:
        driver.wait_for_turn()
    except sqlite3.OperationalError as error:
        raise OperationalError("BEGIN IMMEDIATE", None, error) from error
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError:
        driver.end_turn()
        raise


def _note_beside(connection: Connection, driver: WriterConnection) -> None:
    """SQLite notes what would take one statement back, some 30 pages for a row with its indexes: a
    file for each was a twentieth of saving. What a job changes at once may be too much for memory.
    """
    place = "MEMORY" if has_request_context() else "FILE"
    if connection.info.get(_BESIDE) != place:
        driver.execute(f"PRAGMA temp_store={place}")
        connection.info[_BESIDE] = place


def is_sqlite() -> bool:
    """Is that the database of the session?"""
    return bool(db.session.get_bind().dialect.name == "sqlite")


def is_reading() -> bool:
    """Do transactions that begin now only read?"""
    declared = _only_reads.get()
    if declared is not None:
        return declared
    return has_request_context() and request.method in SAFE_METHODS
