"""Entries of versions before the chain are brought into it; called once, by a migration."""

import secrets
from typing import Any

from sqlalchemy import JSON, BigInteger, Connection, Integer, String, column, select, table, update

from app.entities.types import UTCDateTime
from app.rules.audit import GENESIS, entry_digest, seal, values_digest

BATCH = 1000
# As they were when the chain began: later versions may have other columns.
_entries = table(
    "audit_entry",
    column("id", Integer),
    column("sequence", BigInteger),
    column("created_on", UTCDateTime),
    column("user_id", Integer),
    column("actor", String),
    column("address", String),
    column("entity", String),
    column("entity_id", Integer),
    column("label", String),
    column("action", String),
    column("changes", JSON),
    column("salt", String),
    column("values_digest", String),
    column("digest", String),
)
_head = table(
    "audit_head",
    column("sequence", BigInteger),
    column("digest", String),
    column("seal", String),
)


def seal_existing(connection: Connection, secret_key: str) -> int:
    """Chain every entry in the order of its key and set the head; how many there were.

    Needs the new columns, still empty, and the head's one row.
    """
    sequence, digest, last = 0, GENESIS, 0
    query = select(_entries).order_by(_entries.c.id).limit(BATCH)
    while rows := connection.execute(query.where(_entries.c.id > last)).all():
        for row in rows:
            sequence += 1
            values = _chained(row, sequence, digest)
            digest, last = values["digest"], row.id
            connection.execute(update(_entries).where(_entries.c.id == row.id).values(**values))
    if sequence:
        sealed = seal(secret_key, [sequence, digest])
        connection.execute(update(_head).values(sequence=sequence, digest=digest, seal=sealed))
    return sequence


def _chained(row: Any, sequence: int, previous: str) -> dict[str, Any]:
    salt = secrets.token_hex(16)
    told = {name: getattr(row, name) for name in ("actor", "address", "changes", "label")}
    digested = values_digest(salt, told)
    key = row.entity, row.entity_id
    digest = entry_digest(
        previous, sequence, row.created_on, row.user_id, key, row.action, digested
    )
    return {"sequence": sequence, "salt": salt, "values_digest": digested, "digest": digest}
