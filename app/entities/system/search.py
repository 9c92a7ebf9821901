"""What rows are found by: one entry of tokens for each of them, under an index of words."""

from typing import Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, Connection, Index, Integer, String, Table, Text, event
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.entities.base import SHARED

#: Keys of rows have 32 bits; an entry's key is that of its row with the entity's number before it.
KEY_BITS = 32

#: An index beside the table, which triggers keep in step. `detail=none`: nobody asks where in an
#: entry a token stands. `ascii`: tokens are cut at blanks, whatever they hold.
_SQLITE = (
    "CREATE VIRTUAL TABLE search_words USING fts5(tokens, content='search_entry',"
    " content_rowid='id', tokenize='ascii', detail='none', columnsize=0)",
    "CREATE TRIGGER search_entry_comes AFTER INSERT ON search_entry BEGIN"
    " INSERT INTO search_words (rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER search_entry_goes AFTER DELETE ON search_entry BEGIN"
    " INSERT INTO search_words (search_words, rowid, tokens)"
    " VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER search_entry_changes AFTER UPDATE ON search_entry BEGIN"
    " INSERT INTO search_words (search_words, rowid, tokens)"
    " VALUES ('delete', old.id, old.tokens);"
    " INSERT INTO search_words (rowid, tokens) VALUES (new.id, new.tokens); END",
)


class SearchEntry(Model):
    """The tokens of one row, separated by blanks (`app.rules.search`)."""

    __tablename__ = "search_entry"
    scope = SHARED

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    #: key of the row
    pk: Mapped[int] = mapped_column(Integer)
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))

    __table_args__ = (
        # What is new waits in a list that every search reads: a short one.
        Index(
            "ix_search_entry_tokens",
            "tokens",
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 256},
        ).ddl_if(dialect="postgresql"),
    )


class SearchDeclaration(Model):
    """What was declared of an entity when its entries were last made as a whole."""

    __tablename__ = "search_declaration"
    scope = SHARED

    entity: Mapped[str] = mapped_column(String(64), primary_key=True)
    declared: Mapped[str] = mapped_column(String(64))
    #: while they are being made: the key of the row up to which that is done
    reached: Mapped[int | None] = mapped_column(Integer)


def create_search_words(connection: Connection) -> None:
    """Make SQLite's index over `search_entry` with its triggers; for new databases and upgrades.

    PostgreSQL's is an ordinary index of the table.
    """
    if connection.dialect.name == "sqlite":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)


@event.listens_for(SearchEntry.__table__, "after_create")
def _with_the_table(_table: Table, connection: Connection, **_options: Any) -> None:
    create_search_words(connection)


@event.listens_for(SearchEntry.__table__, "before_drop")
def _before_the_table(_table: Table, connection: Connection, **_options: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS search_words")
