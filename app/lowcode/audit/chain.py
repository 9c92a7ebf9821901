"""The chain of the audit trail in the database: adding to its end, and walking it to check it."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from mmap import mmap
from typing import Any

from flask import Flask, current_app
from sqlalchemy import (
    Connection,
    Insert,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    update,
)

from app.entities.system.audit import AuditCheckpoint, AuditEntry, AuditHead
from app.entities.types import now_utc
from app.rules.audit import GENESIS, entry_digest, is_sealed, seal, values_digest

BATCH = 1000
#: columns whose values stand in `values_digest`
VALUES = ("actor", "address", "changes", "label")
_entries: Any = AuditEntry.__table__
_head: Any = AuditHead.__table__
_checkpoints: Any = AuditCheckpoint.__table__
#: how the chain ended when one of the processes last wrote to it
_END, _END_SIZE = "kehu_audit_end", 128
_is_there = and_(
    _head.c.sequence == bindparam("last_sequence"), _head.c.digest == bindparam("last_digest")
)
#: only from where it is thought to be; tells where it is then, and holds it there
_moving = (
    update(_head)
    .values(
        {
            column: case((_is_there, bindparam(f"next_{column.key}")), else_=column)
            for column in (_head.c.sequence, _head.c.digest, _head.c.seal)
        }
    )
    .returning(_head.c.sequence, _head.c.digest)
)
_adding = insert(_entries).inline()
_told = [column for column in _entries.c if column is not _entries.c.id]
_ended = select(_head.c.sequence, _head.c.digest)


class ChainIsBroken(RuntimeError):  # noqa: N818 - reads as what happened
    """Nothing can be added to the trail, so nothing can be committed."""


@dataclass(frozen=True)
class Beside:
    """A row that is written with the entries: an insert that names its values, the same for each
    row of its kind."""

    insert: Insert
    values: Mapping[str, Any]
    #: nothing at all is written where it is there already; then the insert returns nothing
    is_new: bool = False


def append(
    connection: Connection, entries: Sequence[dict[str, Any]], besides: Sequence[Beside] = ()
) -> bool:
    """Number, chain and insert the entries, and move the head; the transaction ends soon after.

    False where one of `besides` is there already: then nothing is to be kept.
    """
    at_once = len(entries) == 1 and connection.dialect.name == "postgresql"
    if not at_once:
        for row in besides:
            written = connection.execute(row.insert, row.values)
            if row.is_new and written.first() is None:
                return False
        besides = ()
    # Mostly it ends where it is thought to: to be told so first would be a statement more.
    before = believed_end()
    while entries:
        end = _chain(entries, *before)
        move = _move(before, end)
        if at_once:
            head = _add_one(connection, entries[0], move, besides)
        else:
            head = _add(connection, entries, move)
        if head is None and besides and connection.execute(_ended).first():
            return False
        if head is None:
            raise ChainIsBroken("the head of the audit trail is gone")
        if head == end:
            believe_end(*end)
            break
        before, besides = head, ()  # they were written, and stay so
    return True


def init(app: Flask) -> None:
    """Before processes are forked, which share it: each of them knows what the others wrote."""
    app.extensions[_END] = mmap(-1, _END_SIZE)


def believed_end() -> tuple[int, str]:
    """(place, digest) of the last entry, as far as is known: whoever moves the head looks."""
    told = current_app.extensions[_END][:].rstrip(b"\0").decode().split()
    # Nothing yet, or read while another process was writing it.
    if len(told) != 2 or not told[0].isdigit():
        return 0, GENESIS
    return int(told[0]), told[1]


def believe_end(sequence: int, digest: str) -> None:
    current_app.extensions[_END][:] = f"{sequence} {digest}".encode().ljust(_END_SIZE, b"\0")


def _add(
    connection: Connection, entries: Sequence[dict[str, Any]], move: dict[str, Any]
) -> Row[Any] | None:
    """Where the chain ends now: the entries stand there unless that is elsewhere."""
    head = connection.execute(_moving, move).first()
    if head is not None and head == (move["next_sequence"], move["next_digest"]):
        connection.execute(_adding, list(entries))
    return head


def _add_one(
    connection: Connection, entry: dict[str, Any], move: dict[str, Any], besides: Sequence[Beside]
) -> Row[Any] | None:
    """The same by one statement, as PostgreSQL alone has it; None where one of the rows beside the
    entry is there already."""
    values = {f"its_{name}": value for name, value in entry.items()} | move
    for row in besides:
        values |= row.values
    statement = _adding_one(tuple((row.insert, row.is_new) for row in besides))
    return connection.execute(statement, values).first()


@cache
def _adding_one(besides: tuple[tuple[Insert, bool], ...]) -> Select[Any]:
    moving, written = _moving, []
    for number, (row, is_new) in enumerate(besides):
        beside: Any = row.cte(f"beside_{number}")
        if is_new:
            # First of all, as whoever takes more than one thing takes the head last.
            count = select(func.count()).select_from(beside).scalar_subquery()
            moving = moving.where(count == 1)
        else:
            written.append(beside)
    moved = moving.cte("moved")
    its = select(*(bindparam(f"its_{column.key}", type_=column.type) for column in _told)).where(
        moved.c.sequence == bindparam("next_sequence"), moved.c.digest == bindparam("next_digest")
    )
    names = [column.name for column in _told]
    added = insert(_entries).from_select(names, its, include_defaults=False)
    return select(moved.c.sequence, moved.c.digest).add_cte(added.cte("added"), *written)


def _chain(entries: Iterable[dict[str, Any]], sequence: int, digest: str) -> tuple[int, str]:
    """Let the entries follow the one with this place and digest; those of the last one."""
    moment = now_utc()
    for entry in entries:
        sequence += 1
        salt = secrets.token_hex(16)
        digested = values_digest(salt, {name: entry[name] for name in VALUES})
        row = entry["entity"], entry["entity_id"]
        digest = entry_digest(
            digest, sequence, moment, entry["user_id"], row, entry["action"], digested
        )
        entry |= {"sequence": sequence, "created_on": moment, "salt": salt}
        entry |= {"values_digest": digested, "digest": digest}
    return sequence, digest


def _move(last: Sequence[Any], end: Sequence[Any]) -> dict[str, Any]:
    moved = {"next_sequence": end[0], "next_digest": end[1], "next_seal": seal(keys()[0], end)}
    return {"last_sequence": last[0], "last_digest": last[1], **moved}


def keys() -> tuple[str, ...]:
    """The product's secret key, and those it had before."""
    config = current_app.config
    return (config["SECRET_KEY"], *config.get("SECRET_KEY_FALLBACKS", ()))


def checkpoint_parts(sequence: int, digest: str, moment: datetime, removed: int) -> list[Any]:
    """What the seal of a checkpoint is about."""
    return [sequence, digest, moment.isoformat(), removed]


@dataclass(frozen=True)
class Finding:
    """The first place where the trail is not what was written; `problem` is a msgid."""

    sequence: int
    problem: str
    #: of the entry; None where there is none
    moment: datetime | None = None
    entity: str = ""
    entity_id: int | None = None
    action: str = ""


@dataclass
class Verdict:
    """What a walk along the whole chain has shown."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    #: entries whose values were taken out, as the law may demand
    emptied: int = 0
    #: entries removed since their time was over
    cut: int = 0
    #: the end of the chain: place and digest
    sequence: int = 0
    digest: str = GENESIS
    finding: Finding | None = None


def verify(connection: Connection) -> Verdict:
    """Walk the chain in batches to the first entry that is altered, missing or out of order.

    `connection` must show one state of the database throughout.
    """
    verdict = Verdict()
    verdict.finding = _begin(connection, verdict)
    try:
        verdict.finding = verdict.finding or _walk(connection, verdict)
    except (TypeError, ValueError):  # no moment, no action, no JSON
        verdict.finding = Finding(verdict.sequence + 1, "this entry cannot be read")
    return verdict


def _walk(connection: Connection, verdict: Verdict) -> Finding | None:
    for row in _rows(connection):
        finding = _check(row, verdict)
        if finding is not None:
            return finding
        verdict.count += 1
        verdict.first = verdict.first or row.created_on
        verdict.last = row.created_on
        verdict.sequence, verdict.digest = row.sequence, row.digest
    return _check_end(connection, verdict)


def _begin(connection: Connection, verdict: Verdict) -> Finding | None:
    """Start at the newest checkpoint; one whose seal is not ours is a finding of its own."""
    newest = select(_checkpoints).order_by(_checkpoints.c.sequence.desc()).limit(1)
    found = connection.execute(newest).first()
    if found is None:
        return None
    parts = checkpoint_parts(found.sequence, found.digest, found.moment, found.removed)
    if not is_sealed(found.seal, keys(), parts):
        return Finding(found.sequence, "the seal of this checkpoint is not valid", found.moment)
    verdict.sequence, verdict.digest, verdict.cut = found.sequence, found.digest, found.sequence
    return None


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    """Every entry by its place, a batch at a time; one by one where a batch cannot be read."""
    last, size = None, BATCH
    while True:
        query = select(_entries).order_by(_entries.c.sequence).limit(size)
        if last is not None:
            query = query.where(_entries.c.sequence > last)
        try:
            rows = connection.execute(query).all()
        except ValueError:
            if size == 1:
                raise
            size = 1
            continue
        if not rows:
            return
        yield from rows
        last = rows[-1].sequence


def _check(row: Row[Any], before: Verdict) -> Finding | None:
    wanted = before.sequence + 1
    if row.sequence > wanted:
        return Finding(wanted, "this entry is missing")
    told = Finding(row.sequence, "", row.created_on, row.entity, row.entity_id, row.action)
    if row.sequence < wanted:
        return _about(told, "this entry was put in where all had been removed")
    values = {name: getattr(row, name) for name in VALUES}
    if row.salt is None and not any(values.values()):
        before.emptied += 1
    elif row.salt is None or values_digest(row.salt, values) != row.values_digest:
        return _about(told, "its values are not those that were written")
    digest = entry_digest(
        before.digest,
        row.sequence,
        row.created_on,
        row.user_id,
        (row.entity, row.entity_id),
        row.action,
        row.values_digest,
    )
    if digest != row.digest:
        return _about(told, "it does not follow from the entry before it")
    return None


def _about(entry: Finding, problem: str) -> Finding:
    parts = entry.sequence, problem, entry.moment, entry.entity, entry.entity_id, entry.action
    return Finding(*parts)


def _check_end(connection: Connection, walked: Verdict) -> Finding | None:
    head = connection.execute(select(_head)).first()
    if head is None:
        return Finding(walked.sequence, "the row that says how the trail ends is gone")
    if head.sequence > walked.sequence:
        return Finding(walked.sequence + 1, "this entry and all after it are missing")
    if (head.sequence, head.digest) != (walked.sequence, walked.digest):
        return Finding(head.sequence, "the trail does not end as its last writer left it")
    is_ours = is_sealed(head.seal, keys(), [head.sequence, head.digest])
    if not is_ours and (head.sequence or head.seal):
        return Finding(head.sequence, "the seal at the end of the trail is not valid")
    return None
