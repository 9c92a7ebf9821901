"""The download: a list's state in, a file out, and a line in the audit trail."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from flask import Response, request, stream_with_context
from flask_babel import get_timezone

from app.lowcode.exporting.formats import find
from app.lowcode.exporting.table import note_export, readable_columns, table_of
from app.lowcode.listing import ListState
from app.rules.errors import DomainError


def export_response(view: Any, state: ListState, fmt: str) -> Response:
    """The filtered list of a screen as a file; `?columns=all` adds every readable column.

    InvalidInput for an unknown format or filter: a file must not silently hold other rows.
    """
    chosen = find(fmt)
    if state.problems:
        raise state.problems[0]
    wants_all = request.args.get("columns") == "all" and chosen.takes_all_columns
    table = table_of(view, state, readable_columns(view) if wants_all else None)
    if chosen.most_rows is not None and table.count > chosen.most_rows:
        raise DomainError(
            "This file holds at most %(limit)s rows; narrow the list or choose another format.",
            limit=chosen.most_rows,
        )
    pieces = chosen.write(table)
    first = next(pieces, b"")  # what cannot be written is refused, not broken off
    note_export(view, state, fmt, table.count)
    response = Response(
        stream_with_context(_joined(first, pieces)), content_type=chosen.content_type
    )
    response.headers["Content-Disposition"] = attachment(view, fmt)
    return response


def _joined(first: bytes, rest: Any) -> Any:
    yield first
    yield from rest


def attachment(view: Any, fmt: str) -> str:
    """Content-Disposition with the entity's title and the date, for new and old browsers."""
    day = datetime.now(get_timezone()).date().isoformat()
    title = "".join(char for char in str(view.list_title) if char.isprintable())
    name = f"{title.replace('/', ' ')}-{day}.{fmt}"
    return f"attachment; filename={view.resource}-{day}.{fmt}; filename*=UTF-8''{quote(name, '')}"
