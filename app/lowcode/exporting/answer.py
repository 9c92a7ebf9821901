"""The download: a list's state in, a file out."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any
from urllib.parse import quote

from flask import Response
from flask_babel import get_timezone

from app.lowcode.exporting.formats import export, find
from app.lowcode.exporting.table import chosen_paths
from app.lowcode.list_state import ListState


def export_response(view: Any, state: ListState, fmt: str, *, every_column: bool) -> Response:
    """The filtered list of a screen as a file.

    InvalidInput for an unknown format or filter: a file must not silently hold other rows.
    """
    if state.problems:
        raise state.problems[0]
    file = export(view, view.listable, state, fmt, chosen_paths(view, every_column=every_column))
    return download(file, view.resource, str(view.list_title), fmt)


def download(file: IO[bytes], resource: str, title: str, fmt: str) -> Response:
    """An open file as the answer of a request, under a name that people recognise."""
    response = Response(_pieces(file), content_type=find(fmt).content_type)
    response.call_on_close(file.close)
    response.content_length = file.seek(0, os.SEEK_END)
    file.seek(0)
    response.headers["Content-Disposition"] = _attachment(resource, title, fmt)
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(2**16):
            yield piece


def _attachment(resource: str, title: str, fmt: str) -> str:
    """The title and the user's day as file name; old browsers read the plain one (RFC 5987)."""
    title = "".join(char for char in title if char.isprintable() and char != "/")
    day = datetime.now(get_timezone()).date().isoformat()
    encoded = quote(f"{title}-{day}.{fmt}", safe="")
    return f"attachment; filename={resource}-{day}.{fmt}; filename*=UTF-8''{encoded}"
