"""What tests do to the audit trail: walk it, and alter it as somebody at the database would."""

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.extensions import db, reading
from app.lowcode.audit import chain


def walk() -> chain.Verdict:
    """Check the committed trail."""
    with reading(), db.engine.connect() as connection:
        return chain.verify(connection)


def tamper(session: Session, *statements: str, **values: Any) -> None:
    """Past every rule of the product."""
    session.rollback()
    connection: Connection = session.connection()
    for statement in statements:
        connection.execute(text(statement), values)
    session.commit()
