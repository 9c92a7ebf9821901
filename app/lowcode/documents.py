"""Writers of PDFs for single records, registered by the layer that knows how to draw them."""

from collections.abc import Callable
from typing import Any

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
