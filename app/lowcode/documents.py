"""Writers of PDFs for single records, registered by the layer that knows how to draw them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Response

#: gets the row, returns the PDF
Writer = Callable[[Any], bytes]

_writers: dict[str, Writer] = {}


def register(name: str, writer: Writer) -> None:
    _writers[name] = writer


def write(name: str, item: Any) -> bytes:
    """The PDF of a record; KeyError for a document that nobody draws."""
    return _writers[name](item)


def names() -> frozenset[str]:
    return frozenset(_writers)


def answer(data: bytes, title: str) -> Response:
    """The PDF to be shown in the browser, with a file name for those who keep it."""
    response = Response(data, content_type="application/pdf")
    name = "".join(char for char in title if char.isprintable() and char not in '/\\"')
    encoded = quote(f"{name}.pdf", safe="")
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{encoded}"
    return response
